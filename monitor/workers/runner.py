"""One pass: every channel that is due, and everything that follows from it.

    claim the channels that are due
    for each source at once:  poll its channels → fetch the pages of its entries → extract them
    meanwhile and at the end: classify what is new, bring the search index up to date

Everything that is left when a pass ends early stands in the tables, and the next pass takes it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.errors import MonitorError
from monitor.model import ChannelState, EntryState, Failure, Fate, KeptEntry
from monitor.workers import claims
from monitor.workers.classify import classify_pending
from monitor.workers.extract import Outcome, extract_page
from monitor.workers.fetch_pages import fetch_page, give_back
from monitor.workers.index import index_pending
from monitor.workers.poll import poll_channel
from monitor.workers.report import NobodyWatches, PassReport, SourceTally, Watcher
from monitor.workers.services import Services
from monitor.workers.tasks import cause_of, meanwhile, run_all
from storage.repositories import channels, entries
from storage.repositories.channels import ChannelKey

log = logging.getLogger(__name__)

SOURCES_AT_ONCE = 16
PAGES_PER_CLAIM = 10
"""Few enough that a claim of five minutes outlasts them at any usual spacing."""
CATCH_UP_SECONDS = 3.0
RENEW_SECONDS = 60.0
"""A fifth of a lease: one that runs out has an owner that is gone, not a busy one."""
GRACE_SECONDS = 6.0
"""What is in hand when a stop is asked for has this long: stopping takes under ten seconds."""

T = TypeVar("T")
Due = tuple[Channel, ChannelState]


async def run_pass(
    services: Services,
    sources: Sequence[Source],
    *,
    everything: bool = False,
    watcher: Watcher | None = None,
    stop: asyncio.Event | None = None,
) -> PassReport:
    """One pass over the channels of these sources that are due (`everything`: over all).

    `stop` ends it early: what is in hand is finished, the rest is left for the next pass.
    """
    return await _Pass(services, sources, watcher or NobodyWatches(), stop).run(everything)


class _Pass:
    """The state of one pass; it lives as long as `run`."""

    def __init__(
        self,
        services: Services,
        sources: Sequence[Source],
        watcher: Watcher,
        stop: asyncio.Event | None,
    ) -> None:
        self.services = services
        self.sources = {source.id: source for source in sources}
        self.watcher = watcher
        self.stop = stop or asyncio.Event()
        self.tallies = {source.id: SourceTally(source.id) for source in sources}
        self.slots = asyncio.Semaphore(SOURCES_AT_ONCE)
        self.extracting = asyncio.Semaphore(2 * services.workers)

    async def run(self, everything: bool) -> PassReport:
        started = self.services.now()
        try:
            due, held = await self._claim_due(everything)
            self.watcher.channels_due(sum(len(channels_) for channels_ in due.values()))
            async with meanwhile(self._keep_up(), self._keep_claims()):
                await self._until_stopped(
                    run_all(self._work(source, due[source.id]) for source in self.sources.values())
                )
            if not self.stop.is_set():
                await self._catch_up()
        finally:
            await asyncio.shield(claims.release(self.services))
        return PassReport(
            started=started,
            finished=self.services.now(),
            sources=list(self.tallies.values()),
            held=held,
            next_poll_at=await self._next_poll(),
        )

    async def _claim_due(self, everything: bool) -> tuple[dict[str, list[Due]], int]:
        """The channels this pass may poll, by source, and how many another pass holds."""
        now = self.services.now()
        configured = _configured(self.sources.values())

        def claim(connection: Connection) -> tuple[list[ChannelState], set[int]]:
            claims.release_dead(connection)
            channels.register(connection, configured)
            states = channels.load(connection, configured)
            due = [state for state in states if everything or _is_due(state, now)]
            ids = [state.id for state in due]
            until = self.services.lease_end
            owner = self.services.owner
            return due, channels.claim(connection, ids, owner=owner, now=now, until=until)

        due, claimed = await self.services.write(claim)
        by_source: dict[str, list[Due]] = {source_id: [] for source_id in self.sources}
        for state in due:
            if state.id in claimed:
                by_source[state.source].append((configured[state.source, state.url], state))
        return by_source, len(due) - len(claimed)

    async def _until_stopped(self, work: Coroutine[None, None, None]) -> None:
        """Do the work; when a stop is asked for, give what is in hand a moment to finish."""
        working = asyncio.create_task(work)
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({working, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                await asyncio.wait({working}, timeout=GRACE_SECONDS)
            if not working.done():
                log.info("stopped in the middle of a pass; the next one takes up what is left")
                return
            working.result()
        finally:
            for task in (working, stopped):
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def _work(self, source: Source, due: Sequence[Due]) -> None:
        """One source, from its channels to its articles. No source can stop another one."""
        async with self.slots:
            try:
                await run_all(self._poll(source, channel, state) for channel, state in due)
                await self._fetch_and_extract(source)
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.tallies[source.id].failed += 1
                if (known := cause_of(error)) is not None:
                    log.error("%s: the pass over this source ended early: %s", source.id, known)
                else:
                    log.exception("%s: the pass over this source ended early", source.id)

    async def _poll(self, source: Source, channel: Channel, state: ChannelState) -> None:
        if self.stop.is_set():
            return
        poll = await poll_channel(self.services, source, channel, state)
        self.tallies[source.id].channels.append((channel.url, poll))
        self.watcher.channel_read(source.id, channel.url, poll)

    async def _fetch_and_extract(self, source: Source) -> None:
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

    async def _keep_up(self) -> None:
        """While pages come in, what is stored becomes searchable every few seconds."""
        while True:
            await asyncio.sleep(CATCH_UP_SECONDS)
            # What fails here fails again at the end of the pass, which is where it is said.
            with suppress(Exception):
                await self._catch_up()

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(MonitorError):  # the database is busy: the lease lasts for four more
                await claims.renew(self.services)

    async def _catch_up(self) -> None:
        await classify_pending(self.services)
        await index_pending(self.services)

    async def _next_poll(self) -> datetime | None:
        keys = _configured(self.sources.values())
        states = await self.services.read(lambda connection: channels.load(connection, keys))
        return min((state.next_poll_at for state in states if state.next_poll_at), default=None)


def _configured(sources: Iterable[Source]) -> dict[ChannelKey, Channel]:
    return {(source.id, channel.url): channel for source in sources for channel in source.channels}


def _is_due(state: ChannelState, now: datetime) -> bool:
    return state.next_poll_at is None or state.next_poll_at <= now
