"""Entries without a link: kept under a key made of their content."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import urlsplit

from config.source import Channel, Source
from monitor.model import Announced, Entry
from monitor.pipeline.entry_identity import content_key, content_url, shared_guids
from monitor.workers.settle import settled
from storage.repositories.entries import Addressed


def addressed_without_link(
    source: Source, channel: Channel, announced: Announced | None, now: datetime
) -> list[Addressed]:
    """The entries of a reading that have no address to ask for, but say something; the channel's
    own words become their articles."""
    found = announced.entries if announced is not None else ()
    bare = [each for each in found if not each.url and (each.title or each.summary or each.text)]
    shared = shared_guids(bare)
    return [
        _addressed(source, channel, each, content_url(channel.url, source.id, each, shared), now)
        for each in bare
    ]


def _addressed(
    source: Source, channel: Channel, entry: Entry, url: str, now: datetime
) -> Addressed:
    key = content_key(url)
    assert key is not None
    return Addressed(settled(source, channel, entry, url, now), key, urlsplit(channel.url).netloc)
