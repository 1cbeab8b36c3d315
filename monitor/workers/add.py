"""Single addresses → entries: what a person asks for, outside every channel."""

from __future__ import annotations

from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from sqlalchemy import Connection

from config.catalog import Catalog
from config.source import Channel, Source
from monitor.model import Entry, EntryState, Failure, Fate, KeptEntry
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.workers.addressing import address
from monitor.workers.extract import Outcome, extract_page
from monitor.workers.fetch_pages import fetch_page
from monitor.workers.services import Services
from storage.repositories import entries

ADDED = "added"
"""The source of what no configured source publishes."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of one address."""

    url: str
    source: str
    outcome: Outcome | Failure


async def add_url(services: Services, url: str) -> Added:
    """Fetch and store the article behind an address. Raises InvalidUrl."""
    url = canonical_url(url)
    source = publisher(services.catalog, url)
    now = services.now()

    def keep(connection: Connection) -> KeptEntry:
        entries.keep(connection, source.id, None, [address(Entry(url))], now)
        kept = entries.by_key(connection, same_article_key(url))
        assert kept is not None
        entries.again(connection, kept.id, now)
        return replace(kept, state=EntryState.WAITING, attempts=0)

    kept = await services.write(keep)
    fetched = await fetch_page(services, source, kept)
    outcome = (
        fetched if isinstance(fetched, Failure) else await extract_page(services, source, fetched)
    )
    if isinstance(outcome, Failure) and not services.polls(source.id):
        # No pass looks after it, so it must not wait for one. Who asked for it is told.
        given_up = replace(outcome, fate=Fate.SKIP)
        await services.write(lambda c: entries.failed(c, kept, given_up, None, now))
    return Added(url, source.id, outcome)


def publisher(catalog: Catalog, url: str) -> Source:
    """The configured source whose homepage or channels are on the address's host, or a made-up
    one without rules."""
    host = _bare(url)
    for source in catalog.sources.values():
        if host in {_bare(each) for each in (source.homepage, *_channel_urls(source))}:
            return source
    parts = urlsplit(url)
    return Source(
        id=ADDED,
        name="Added by hand",
        homepage=f"{parts.scheme}://{parts.netloc}/",
        language="en",
        channels=(Channel(kind="feed", url=url),),
    )


def _channel_urls(source: Source) -> list[str]:
    return [channel.url for channel in source.channels]


def _bare(url: str) -> str:
    return urlsplit(url).netloc.removeprefix("www.")
