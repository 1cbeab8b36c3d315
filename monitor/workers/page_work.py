"""Entries → articles, source by source: fetch what waits, extract what was fetched."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from typing import TypeVar

from config.source import Source
from monitor.model import EntryState, Failure, Fate, KeptEntry
from monitor.workers.classify import classify_pending
from monitor.workers.extract import Outcome, extract_page
from monitor.workers.fetch_pages import fetch_page, give_back
from monitor.workers.index import index_pending
from monitor.workers.report import SourceTally, Watcher
from monitor.workers.services import Services
from storage.repositories import entries

log = logging.getLogger(__name__)

PAGES_PER_CLAIM = 10
"""Few enough that a claim of five minutes outlasts them at any usual spacing."""

T = TypeVar("T")


async def catch_up(services: Services, stop: asyncio.Event | None = None) -> None:
    """Judge by the topics and index whatever is new, until `stop`."""
    async with services.catching_up:
        await classify_pending(services, stop)
        await index_pending(services, stop)


class PageWork:
    """The pages of one pass. What became of them is counted in `tallies`, by source."""

    def __init__(
        self,
        services: Services,
        tallies: Mapping[str, SourceTally],
        watcher: Watcher,
        stop: asyncio.Event,
    ) -> None:
        self.services = services
        self.tallies = tallies
        self.watcher = watcher
        self.stop = stop
        self.extracting = asyncio.Semaphore(2 * services.workers)

    async def fetch_and_extract(self, source: Source) -> None:
        """Everything that waits, host by host; extraction overlaps with fetching."""
        async with asyncio.TaskGroup() as group:
            for kept in await self._claim(source, EntryState.FETCHED, limit=1000):
                await self._extract_soon(group, source, kept)
            now = self.services.now()
            hosts = await self.services.read(
                lambda connection: entries.waiting_hosts(connection, now, [source.id])
            )
            for host in hosts:
                group.create_task(self._fetch_host(group, source, host))

    async def _fetch_host(self, group: asyncio.TaskGroup, source: Source, host: str) -> None:
        while not self.stop.is_set():
            batch = await self._claim(source, EntryState.WAITING, limit=PAGES_PER_CLAIM, host=host)
            if not batch:
                return
            self.watcher.pages_due(len(batch))
            for kept in batch:
                if self.stop.is_set():
                    return
                fetched = await self._guarded(kept, fetch_page(self.services, source, kept))
                if isinstance(fetched, Failure):
                    self._count(source, kept, fetched)
                else:
                    await self._extract_soon(group, source, fetched)

    async def _extract_soon(
        self, group: asyncio.TaskGroup, source: Source, kept: KeptEntry
    ) -> None:
        """Start to extract when a child is free: pages in memory stay few."""
        await self.extracting.acquire()

        async def extract() -> None:
            try:
                outcome = await self._guarded(kept, extract_page(self.services, source, kept))
            finally:
                self.extracting.release()
            self._count(source, kept, outcome)

        group.create_task(extract())

    async def _guarded(self, kept: KeptEntry, work: Awaitable[T]) -> T | Failure:
        """A defect met on one page is noted there and stops no other one."""
        try:
            return await work
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.exception("%s: unexpected error", kept.entry.url)
            failure = Failure("internal.error", f"{type(error).__name__}: {error}", Fate.QUARANTINE)
            await give_back(self.services, kept, failure)
            return failure

    def _count(self, source: Source, kept: KeptEntry, outcome: Outcome | Failure) -> None:
        self.tallies[source.id].count(outcome)
        self.watcher.page_done(source.id, kept.entry.url, outcome)
        if isinstance(outcome, Failure):
            log.info("%s: %s: %s", kept.entry.url, outcome.code, outcome.detail)

    async def _claim(
        self, source: Source, state: EntryState, *, limit: int, host: str | None = None
    ) -> list[KeptEntry]:
        now, until = self.services.now(), self.services.lease_end
        return await self.services.write(
            lambda connection: entries.claim(
                connection,
                state,
                sources=[source.id],
                owner=self.services.owner,
                now=now,
                until=until,
                limit=limit,
                host=host,
            )
        )
