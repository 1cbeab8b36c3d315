"""WARC files → articles: pages that somebody else kept take the way of those fetched here.

Records are read one by one, so a file may be larger than the memory; only answers with status
200 and HTML are read, each up to the limit of a page. What holds no article leaves no trace.

Entry, page and article of a page are kept in one transaction: an import that is killed leaves
nothing half done, and run again it passes over what it stored before.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

from sqlalchemy import Connection

from config.source import Source
from monitor.model import Article, Entry, EntryState, Failure, KeptEntry, Page, Response, Stored
from monitor.pipeline.canonical_url import same_article_key
from monitor.workers.add import ADDED, publisher
from monitor.workers.addressing import address, is_wanted
from monitor.workers.extract import Outcome, read_page, store_reading
from monitor.workers.identity import earlier_article
from monitor.workers.import_articles import IMPORTED, ImportTally
from monitor.workers.services import Services
from monitor.workers.warc_pages import PageCount, pages_of
from storage.repositories import articles, entries, pages

_LONGEST_REASON = 120


@dataclass
class WarcTally(ImportTally):
    """`records` counts everything in the files, `read` the pages of it; of those, `unwanted` are
    not among what is watched and `no_article` hold none. `cut` were not kept whole by who made
    the file, `damaged` could not be read, and `broken` says why."""

    records: int = 0
    read: int = 0
    unwanted: int = 0
    no_article: int = 0
    cut: int = 0
    damaged: int = 0
    broken: str | None = None


async def import_warc(
    services: Services,
    stream: IO[bytes],
    tally: WarcTally,
    *,
    watched: bool = False,
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Store the articles of one file; what can be read of a damaged one is stored. `watched`
    passes over pages of hosts that no source is on; a source's own rules hold in any case."""
    count = PageCount()
    found = pages_of(stream, count)
    waiting: set[asyncio.Task[None]] = set()
    try:
        while (response := await asyncio.to_thread(next, found, None)) is not None:
            advance(1)
            tally.read += 1
            source = _source(services, response.url)
            if not _is_wanted(source, response.url, watched=watched):
                tally.unwanted += 1
                continue
            if len(waiting) >= services.workers:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            waiting.add(asyncio.create_task(_import(services, source, response, tally)))
        await asyncio.gather(*waiting)
    finally:
        for task in waiting:
            task.cancel()
        _add(tally, count)


def _add(tally: WarcTally, count: PageCount) -> None:
    tally.records += count.records
    tally.cut += count.cut
    tally.damaged += count.damaged
    tally.broken = _in_words(count.broken) if count.broken else tally.broken


async def _import(services: Services, source: Source, response: Response, tally: WarcTally) -> None:
    key = same_article_key(response.url)
    moment = min(response.fetched_at, services.now())
    if await services.read(lambda connection: _is_older(connection, key, moment)):
        tally.known += 1
        return
    article = await read_page(services, source, _page(response), Entry(response.url))
    if isinstance(article, Failure):
        tally.no_article += 1
        return
    _count(await _store(services, source, response, article, moment), tally)


async def _store(
    services: Services, source: Source, response: Response, article: Article, moment: datetime
) -> Outcome:
    announced = address(Entry(response.url))
    earlier = None
    if source.id in services.catalog.sources:  # else it stands for many outlets
        known = await services.read(lambda connection: entries.by_key(connection, announced.key))
        kept = known or _not_kept_yet(source, response, moment)
        if kept.article_id is None:
            earlier = await earlier_article(
                services, source, kept, response.final_url, article, asking=False
            )

    def keep(connection: Connection) -> Outcome:
        entries.keep(connection, source.id, None, [announced], moment)
        kept = entries.by_key(connection, announced.key)
        assert kept is not None
        page_id = pages.keep(connection, kept.id, response)
        entries.fetched(connection, kept.id, page_id)
        return store_reading(
            connection,
            services,
            source,
            replace(kept, page_id=page_id, first_seen=min(kept.first_seen, moment)),
            _page(response, page_id, kept.id),
            article,
            earlier=earlier,
            read_at=moment,
        )

    return await services.write(keep)


def _not_kept_yet(source: Source, response: Response, moment: datetime) -> KeptEntry:
    return KeptEntry(0, source.id, Entry(response.url), "", moment, EntryState.WAITING)


def _count(outcome: Outcome, tally: WarcTally) -> None:
    tally.stored += outcome.stored is Stored.NEW
    tally.updated += outcome.stored is Stored.UPDATED
    tally.known += outcome.stored is Stored.KNOWN
    tally.duplicates += outcome.is_copy and outcome.stored is Stored.NEW


def _is_older(connection: Connection, key: str, moment: datetime) -> bool:
    """Whether the archive has a reading of this article that is not older than the file's."""
    known = articles.find(connection, [key])
    archived = articles.get(connection, known) if known is not None else None
    return archived is not None and moment <= (archived.updated or archived.first_seen)


def _source(services: Services, url: str) -> Source:
    """The configured source of the host; the made-up one that imported records have."""
    source = publisher(services.catalog, url)
    return source if source.id != ADDED else source.model_copy(update={"id": IMPORTED})


def _is_wanted(source: Source, url: str, *, watched: bool) -> bool:
    return is_wanted(source, url) and not (watched and source.id == IMPORTED)


def _page(response: Response, page_id: int = 0, entry_id: int = 0) -> Page:
    return Page(
        page_id,
        entry_id,
        response.url,
        response.final_url,
        response.status,
        response.headers,
        response.fetched_at,
        response.body,
    )


def _in_words(reason: str) -> str:
    """In one line, without bytes of the file that the reason may repeat."""
    said = reason.strip().partition("\n")[0]
    return "".join(letter for letter in said if letter.isprintable())[:_LONGEST_REASON]
