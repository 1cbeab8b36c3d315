"""One pass: every channel that is due, and everything that follows from it.

    claim the channels that are due
    for each source at once:  poll its channels → fill its gaps → once a day, reconcile it
                              → fetch the pages of its entries → extract them
                              → look again at a few pages for corrections
    meanwhile and at the end: classify what is new, bring the search index up to date

Everything that is left when a pass ends early stands in the tables, and the next pass takes it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.errors import DatabaseUnavailable, MonitorError
from monitor.model import ChannelState, PollStatus
from monitor.workers import claims
from monitor.workers.fill_gaps import fill_gaps
from monitor.workers.page_work import PageWork, catch_up
from monitor.workers.poll import note_defect, poll_channel
from monitor.workers.recheck import recheck_due
from monitor.workers.reconcile import reconcile_due
from monitor.workers.report import NobodyWatches, PassReport, SourceTally, Watcher
from monitor.workers.services import Services
from monitor.workers.tasks import cause_of, meanwhile, run_all
from monitor.workers.watch_sources import watch
from storage.repositories import channels, gaps, reconciliations, work
from storage.repositories.channels import ChannelKey

log = logging.getLogger(__name__)

SOURCES_AT_ONCE = 16
CATCH_UP_SECONDS = 3.0
RENEW_SECONDS = 60.0
"""A fifth of a lease: one that runs out has an owner that is gone, not a busy one."""
GRACE_SECONDS = 6.0
"""What is in hand when a stop is asked for has this long: stopping takes under ten seconds."""
WRITE_SECONDS = 3.0
"""And what is to be written then waits no longer than this for another process that writes."""

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
        self.pages = PageWork(services, self.tallies, self.watcher, self.stop)
        self.with_gaps: set[str] = set()
        self.with_pages: set[str] = set()
        self.to_reconcile: set[str] = set()

    async def run(self, everything: bool) -> PassReport:
        started = self.services.now()
        hurrying = asyncio.create_task(self._hurry_when_stopped())
        try:
            for url, until, status in await self.services.read(
                lambda connection: channels.quiet_sites(connection, started)
            ):
                self.services.fetcher.keep_quiet(url, until - started, status)
            due, held = await self._claim_due(everything)
            self.watcher.channels_due(sum(len(channels_) for channels_ in due.values()))
            async with meanwhile(self._keep_up(), self._keep_claims()):
                await self._until_stopped(
                    run_all(self._work(source, due[source.id]) for source in self.sources.values())
                )
            if not self.stop.is_set():
                await catch_up(self.services, self.stop)
                await watch(self.services)
        finally:
            try:
                await self._release()
            finally:
                hurrying.cancel()
        return PassReport(
            started=started,
            finished=self.services.now(),
            sources=list(self.tallies.values()),
            held=held,
            next_poll_at=await self._next_poll(),
        )

    async def _hurry_when_stopped(self) -> None:
        await self.stop.wait()
        await asyncio.sleep(GRACE_SECONDS)
        self.services.database.hurry(WRITE_SECONDS)

    async def _release(self) -> None:
        try:
            await asyncio.shield(claims.release(self.services))
        except DatabaseUnavailable:
            if not self.stop.is_set():
                raise
            # The next pass sees that this process is gone, and elsewhere its leases run out.
            log.info("another process keeps the database busy; claims are given back later")

    async def _claim_due(self, everything: bool) -> tuple[dict[str, list[Due]], int]:
        """The channels this pass may poll, by source, and how many another pass holds."""
        now = self.services.now()
        configured = _configured(self.sources.values())

        def claim(connection: Connection) -> tuple[list[ChannelState], set[int]]:
            claims.release_dead(connection)
            channels.register(connection, configured)
            states = channels.load(connection, configured)
            waiting = gaps.waiting_channels(connection, now)
            self.with_gaps = {state.source for state in states if state.id in waiting}
            self.with_pages = work.sources_with_pages(connection, list(self.sources), now)
            self.to_reconcile = reconciliations.due(connection, list(self.sources), now)
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
                if source.id in self.with_gaps:
                    await fill_gaps(self.services, source, self.stop)
                if source.id in self.to_reconcile:
                    await reconcile_due(self.services, source, self.stop)
                if self._may_have_pages(source):
                    await self.pages.fetch_and_extract(source)
                    looks = await recheck_due(self.services, source, self.stop)
                    self.tallies[source.id].updated += looks.updated
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self.tallies[source.id].failed += 1
                if (known := cause_of(error)) is not None:
                    log.error("%s: the pass over this source ended early: %s", source.id, known)
                else:
                    log.exception("%s: the pass over this source ended early", source.id)

    def _may_have_pages(self, source: Source) -> bool:
        """Whether it had pages to be read when the pass began, or was read since. Nearly always
        nothing is new, and to ask the archive would cost more than the poll did."""
        read = any(poll.status is PollStatus.OK for _, poll in self.tallies[source.id].channels)
        known = self.with_pages | self.with_gaps | self.to_reconcile
        return read or source.id in known

    async def _poll(self, source: Source, channel: Channel, state: ChannelState) -> None:
        if self.stop.is_set():
            return
        try:
            poll = await poll_channel(self.services, source, channel, state)
        except MonitorError:
            raise
        except Exception as error:
            log.exception("%s: unexpected error", channel.url)
            poll = await note_defect(self.services, source, channel, state, error)
        self.tallies[source.id].channels.append((channel.url, poll))
        self.watcher.channel_read(source.id, channel.url, poll)
        if poll.gap:
            log.info(
                "%s: a gap: what is shown does not reach back to the last reading", channel.url
            )
            self.with_gaps.add(source.id)

    async def _keep_up(self) -> None:
        """While pages come in, what is stored becomes searchable every few seconds."""
        while True:
            await asyncio.sleep(CATCH_UP_SECONDS)
            # What fails here fails again at the end of the pass, which is where it is said.
            with suppress(Exception):
                await catch_up(self.services, self.stop)

    async def _keep_claims(self) -> None:
        while True:
            await asyncio.sleep(RENEW_SECONDS)
            with suppress(Exception):  # a busy database, say: the lease lasts for four more
                await claims.renew(self.services)

    async def _next_poll(self) -> datetime | None:
        keys = _configured(self.sources.values())
        return await self.services.read(lambda connection: channels.next_poll(connection, keys))


def _configured(sources: Iterable[Source]) -> dict[ChannelKey, Channel]:
    return {(source.id, channel.url): channel for source in sources for channel in source.channels}


def _is_due(state: ChannelState, now: datetime) -> bool:
    return state.next_poll_at is None or state.next_poll_at <= now
