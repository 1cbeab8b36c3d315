"""Entries → pages: fetch what was announced and keep its bytes."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Connection

from config.source import Source
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import EntryState, Failure, Fate, KeptEntry, Response
from monitor.pipeline.decide_retry import decide_retry
from monitor.pipeline.entry_identity import content_key
from monitor.workers.services import Services
from storage.repositories import entries, pages


async def fetch_page(services: Services, source: Source, kept: KeptEntry) -> KeptEntry | Failure:
    """Fetch the page of a claimed entry and keep it; the entry comes back with its page.

    One without an address has nothing to be fetched: what the channel said is its article.
    """
    if content_key(kept.entry.url) is not None:
        await services.write(lambda connection: entries.fetched(connection, kept.id, None))
        return replace(kept, state=EntryState.FETCHED, page_id=None)
    response = await services.fetcher.get(
        kept.entry.url,
        limit=PAGE_LIMIT,
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=True,
    )
    if isinstance(response, Failure):
        await give_back(services, kept, response)
        return response
    return await _keep(services, kept, response)


async def give_back(services: Services, kept: KeptEntry, failure: Failure) -> EntryState:
    """Note why an entry did not get further, and when it is tried again, if it is."""
    now = services.now()
    retry_at = decide_retry(failure, kept.attempts + 1, now)
    if retry_at is None and failure.code == "extract.soft404":
        failure = replace(failure, fate=Fate.SKIP)  # it stayed away: there is nothing to look into
    return await services.write(
        lambda connection: entries.failed(connection, kept, failure, retry_at, now)
    )


async def _keep(services: Services, kept: KeptEntry, response: Response) -> KeptEntry:
    def keep(connection: Connection) -> int:
        page_id = pages.keep(connection, kept.id, response)
        entries.fetched(connection, kept.id, page_id)
        return page_id

    page_id = await services.write(keep)
    return replace(kept, state=EntryState.FETCHED, page_id=page_id)
