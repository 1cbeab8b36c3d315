"""WARC files → articles: pages that somebody else kept take the way of those fetched here.

Records are read one by one, so a file may be larger than the memory; only answers with status
200 and HTML are read, each up to the limit of a page. What holds no article leaves no trace.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from sqlalchemy import Connection
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from config.source import Source
from monitor.errors import InvalidUrl
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import Article, Entry, Failure, KeptEntry, Page, Response, Stored
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.workers.add import ADDED, publisher
from monitor.workers.addressing import address
from monitor.workers.extract import Outcome, read_page, store_page
from monitor.workers.import_articles import IMPORTED, ImportTally
from monitor.workers.services import Services
from storage.repositories import articles, entries, pages

_HTML = ("text/html", "application/xhtml+xml")


_LONGEST_REASON = 120


@dataclass
class WarcTally(ImportTally):
    """`read` are pages, `no_article` those of them that hold none; `records` counts everything
    in the files. `broken` says why a file could not be read to its end."""

    records: int = 0
    read: int = 0
    no_article: int = 0
    broken: str | None = None


async def import_warc(services: Services, stream: IO[bytes], tally: WarcTally) -> None:
    """Store the articles of one file; what was stored before a defect in it stays stored."""
    found = _responses(stream, tally)
    waiting: set[asyncio.Task[None]] = set()
    try:
        while True:
            response = await asyncio.to_thread(next, found, None)
            if response is None:
                break
            tally.read += 1
            if len(waiting) >= services.workers:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    task.result()
            waiting.add(asyncio.create_task(_import(services, response, tally)))
        await asyncio.gather(*waiting)
    finally:
        for task in waiting:
            task.cancel()


async def _import(services: Services, response: Response, tally: WarcTally) -> None:
    source = _source(services, response.url)
    key = same_article_key(response.url)
    if await services.read(lambda connection: _is_older(connection, key, response.fetched_at)):
        tally.known += 1
        return
    entry = Entry(response.url)
    page = _page(0, 0, response)
    article = await read_page(services, source, page, entry)
    if isinstance(article, Failure):
        tally.no_article += 1
        return
    _count(await _store(services, source, response, article), tally)


async def _store(
    services: Services, source: Source, response: Response, article: Article
) -> Outcome:
    moment = min(response.fetched_at, services.now())

    def keep(connection: Connection) -> tuple[KeptEntry, int]:
        entries.keep(connection, source.id, None, [address(Entry(response.url))], moment)
        kept = entries.by_key(connection, same_article_key(response.url))
        assert kept is not None
        page_id = pages.keep(connection, kept.id, response)
        entries.fetched(connection, kept.id, page_id)
        return replace(kept, page_id=page_id), page_id

    kept, page_id = await services.write(keep)
    page = _page(page_id, kept.id, response)
    return await store_page(services, source, kept, page, article, asking=False)


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


def _responses(stream: IO[bytes], tally: WarcTally) -> Iterator[Response]:
    """The pages of a file, in its order."""
    try:
        for record in ArchiveIterator(stream):
            tally.records += 1
            response = _response(record)
            if response is not None:
                yield response
    except (ArchiveLoadFailed, EOFError, OSError, ValueError) as error:
        tally.broken = _in_words(error)


def _response(record: Any) -> Response | None:
    if record.rec_type != "response" or record.http_headers is None:
        return None
    headers = {name.lower(): value for name, value in record.http_headers.headers}
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if record.http_headers.get_statuscode() != "200" or kind not in _HTML:
        return None
    try:
        url = canonical_url(record.rec_headers.get_header("WARC-Target-URI") or "")
    except InvalidUrl:
        return None
    moment = _moment(record.rec_headers.get_header("WARC-Date"))
    body = record.content_stream().read(PAGE_LIMIT + 1)
    if moment is None or not body or len(body) > PAGE_LIMIT:
        return None
    return Response(url, url, 200, _of_the_text(headers), body, moment, timedelta(0))


def _of_the_text(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers without those that speak of how the bytes came over the wire."""
    wire = ("content-encoding", "transfer-encoding", "content-length", "connection")
    return {name: value for name, value in headers.items() if name not in wire}


def _moment(date: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((date or "").replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _page(page_id: int, entry_id: int, response: Response) -> Page:
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


def _in_words(error: Exception) -> str:
    """What the reader says, without the bytes of the file that it may repeat."""
    said = str(error).strip().partition("\n")[0]
    words = "".join(letter for letter in said if letter.isascii() and letter.isprintable())
    return words[:_LONGEST_REASON] or type(error).__name__
