"""An announced entry as it is kept: under its address, with a language and a date believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.source import Channel, Source
from monitor.model import Entry
from monitor.pipeline.dates import by_publishers_clock, is_plausible, read_date


def settled(source: Source, channel: Channel, entry: Entry, url: str, now: datetime) -> Entry:
    """The entry under `url`. A date in the future is not believed, its wording is kept."""
    published = entry.published
    if published is None and entry.published_raw:  # "yesterday, 14:30"
        tag = entry.language or channel.language or source.language
        read = read_date(entry.published_raw, source.zone, tag=tag, now=now)
        published = read.moment if read is not None else None
    published = published and by_publishers_clock(published, source.zone)
    if published is not None and not is_plausible(published, now):
        published = None
    language = entry.language or channel.language
    return replace(entry, url=url, language=language, published=published)
