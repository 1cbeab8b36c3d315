"""Announced entries → addressed ones: what the source's rules keep, under canonical addresses."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from config.source import Channel, Source
from monitor.errors import InvalidUrl
from monitor.model import Announced, Entry
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.pipeline.dates import by_publishers_clock, is_plausible
from monitor.workers.linkless import addressed_without_link
from storage.repositories.entries import Addressed


def addressed(
    source: Source, channel: Channel, announced: Announced | None, now: datetime
) -> list[Addressed]:
    """The wanted entries with canonical addresses; one without a link goes by its content."""
    found = []
    for entry in announced.entries if announced else ():
        try:
            url = canonical_url(entry.url)
        except InvalidUrl:
            continue
        if _wanted(source, url):
            published = entry.published and by_publishers_clock(entry.published, source.zone)
            settled = replace(
                entry, url=url, language=entry.language or channel.language, published=published
            )
            found.append(address(settled, now))
    return found + addressed_without_link(source, channel, announced, now)


def address(entry: Entry, now: datetime) -> Addressed:
    """An entry with its identity. A date in the future is not believed, its wording is kept."""
    if entry.published is not None and not is_plausible(entry.published, now):
        entry = replace(entry, published=None)
    return Addressed(entry, same_article_key(entry.url), urlsplit(entry.url).netloc)


def _wanted(source: Source, url: str) -> bool:
    if source.include and not any(re.search(pattern, url) for pattern in source.include):
        return False
    return not any(re.search(pattern, url) for pattern in source.exclude)
