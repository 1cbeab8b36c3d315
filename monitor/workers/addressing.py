"""Announced entries → addressed ones: what the source's rules keep, under canonical addresses."""

from __future__ import annotations

import re
from datetime import datetime
from urllib.parse import urlsplit

from config.source import Channel, Source
from monitor.errors import InvalidUrl
from monitor.model import Announced, Entry
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.workers.linkless import addressed_without_link
from monitor.workers.settle import settled
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
        if is_wanted(source, url):
            found.append(address(settled(source, channel, entry, url, now)))
    return found + addressed_without_link(source, channel, announced, now)


def address(entry: Entry) -> Addressed:
    """An entry with its identity."""
    return Addressed(entry, same_article_key(entry.url), urlsplit(entry.url).netloc)


def is_wanted(source: Source, url: str) -> bool:
    """Whether the source's `include` and `exclude` let an address in."""
    if source.include and not any(re.search(pattern, url) for pattern in source.include):
        return False
    return not any(re.search(pattern, url) for pattern in source.exclude)
