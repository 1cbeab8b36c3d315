"""Stored pages → their articles, read again by what this program knows now."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from config.source import Source
from monitor.model import ArchivedArticle, Article, Failure, KeptEntry, Page
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.add import ADDED, publisher
from monitor.workers.extract import (
    is_stand_in,
    own_paragraphs,
    read_page,
    settled,
    without_the_sources,
)
from monitor.workers.import_articles import IMPORTED
from monitor.workers.relate import relate_again
from monitor.workers.services import Services
from storage.repositories import articles, entries, pages, reprocessing
from storage.repositories.reprocessing import Reread

log = logging.getLogger(__name__)

_WITHOUT_RULES = (ADDED, IMPORTED)


@dataclass(frozen=True, slots=True)
class Reading:
    """A stored page, read again: `after` is what it says now, or why that is nothing to keep."""

    before: ArchivedArticle
    source: Source
    page: Page
    kept: KeptEntry
    after: Article | Failure


@dataclass(frozen=True, slots=True)
class Batch:
    """Some articles: those whose pages were read again, and how many there was nothing for."""

    readings: tuple[Reading, ...]
    without_page: int
    unconfigured: int


async def read_again(services: Services, ids: Sequence[int]) -> Batch:
    """Read the stored pages of these articles; nothing is written."""
    archived = await services.read(lambda connection: articles.by_ids(connection, ids))
    page_ids = await services.read(lambda connection: reprocessing.page_ids(connection, ids))
    with_page = [each for each in archived if each.id in page_ids]
    sources = {each.id: _source(services, each) for each in with_page}
    turns = asyncio.Semaphore(2 * services.workers)  # pages in memory stay few

    async def read(before: ArchivedArticle, source: Source) -> Reading:
        async with turns:
            return await _read(services, before, source, page_ids[before.id])

    wanted = [(each, source) for each in with_page if (source := sources[each.id]) is not None]
    readings = await asyncio.gather(*(read(*each) for each in wanted))
    return Batch(tuple(readings), len(archived) - len(with_page), len(with_page) - len(wanted))


async def _read(
    services: Services, before: ArchivedArticle, source: Source, page_id: int
) -> Reading:
    def load(connection: Connection) -> tuple[Page, KeptEntry]:
        page = pages.load(connection, page_id)
        return page, entries.get(connection, page.entry_id)

    page, kept = await services.read(load)
    # By the clock of its day: read twice, a page says the same twice.
    after = await read_page(services, source, page, kept.entry, now=page.fetched_at)
    if isinstance(after, Failure):
        log.warning("%s: %s: %s", page.final_url, after.code, after.detail)
    else:
        after = settled(after, source, kept, page.fetched_at)
        if is_stand_in(after) and not is_stand_in(before.article):
            code, _, detail = after.reason.partition(": ")
            after = Failure(code, detail)
    return Reading(before, source, page, kept, after)


def as_kept(connection: Connection, reading: Reading) -> Article:
    """What would be kept of a reading: without what its source repeats below every text."""
    assert isinstance(reading.after, Article)
    return without_the_sources(
        connection,
        reading.source,
        reading.after,
        own_paragraphs(reading.after),
        reading.before.id,
    )


def keep_reading(connection: Connection, services: Services, reading: Reading) -> Reread:
    """Put a reading in the place of what is archived, and link its copies anew."""
    article = as_kept(connection, reading)
    digest = fingerprint(article.text)
    change = reprocessing.reread(
        connection,
        reading.before,
        article,
        page_id=reading.page.id,
        fingerprint=digest,
        now=services.now(),
    )
    if change is Reread.TEXT:
        for each in {fingerprint(reading.before.article.text): None, digest: None}:
            relate_again(connection, each)
    return change


def _source(services: Services, archived: ArchivedArticle) -> Source | None:
    """The rules by which an article is read; None where its source is not configured any more:
    without them its page would be read worse than before."""
    if archived.source in _WITHOUT_RULES:
        return publisher(services.catalog, archived.article.url)
    return services.catalog.sources.get(archived.source)
