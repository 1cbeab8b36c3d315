"""An announced entry as it is kept: under its address, with a language and a date believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from config.source import Channel, Source
from monitor.model import Entry
from monitor.pipeline.dates import by_publishers_clock, is_plausible


def settled(source: Source, channel: Channel, entry: Entry, url: str, now: datetime) -> Entry:
    """The entry under `url`. A date in the future is not believed, its wording is kept."""
    published = entry.published and by_publishers_clock(entry.published, source.zone)
    if published is not None and not is_plausible(published, now):
        published = None
    language = entry.language or channel.language
    return replace(entry, url=url, language=language, published=published)
