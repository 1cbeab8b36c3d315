"""`monitor run`: a ticker. What is due stands in the database; a tick only looks.

Each source has a pass of its own, so that one with a thousand pages to fetch, or a pause of five
minutes between two requests, does not put off the others' polls.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from sqlalchemy import Connection

from config.source import Source
from monitor.errors import TryLater
from monitor.workers.claims import new_owner
from monitor.workers.report import PassReport, Watcher
from monitor.workers.runner import run_pass
from monitor.workers.services import Services
from monitor.workers.websub import Hubs
from storage.repositories import work

log = logging.getLogger(__name__)

TICK_SECONDS = 15
"""How late a poll may be; looking costs one query."""
PASSES_AT_ONCE = 64
"""Of these most wait for a host's pause; what they read and write takes turns anyway."""


class Schedule:
    """Starts, at every tick, a pass for each source that has work and none at work."""

    def __init__(
        self,
        services: Services,
        *,
        tick: float = TICK_SECONDS,
        watcher: Watcher | None = None,
        on_pass: Callable[[PassReport], None] | None = None,
    ) -> None:
        self.services = services
        self.tick = tick
        self.watcher = watcher
        self.on_pass = on_pass
        self.stopping = asyncio.Event()
        self._sources = {
            source.id: source for source in services.catalog.sources.values() if source.enabled
        }
        self._passes: dict[str, asyncio.Task[None]] = {}
        self._hubs = Hubs(services)
        self._at_hubs: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Tick until `stop` is called, then finish what is in hand."""
        # A late tick is run once, never dropped (the library's default forgets one that is a
        # second late) and never twice.
        scheduler = AsyncIOScheduler(
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
            timezone=UTC,
        )
        # The ticker runs on this machine's clock, whatever clock the services go by.
        now = datetime.now(UTC)
        scheduler.add_job(self._look, "interval", seconds=self.tick, next_run_time=now)
        scheduler.start()
        await self.stopping.wait()
        scheduler.shutdown(wait=False)
        if self._at_hubs is not None:  # what was asked stands in the archive: nothing is lost
            self._at_hubs.cancel()
            with suppress(asyncio.CancelledError):
                await self._at_hubs
        await asyncio.gather(*self._passes.values())

    def stop(self) -> None:
        """Ask for the end; `run` returns within seconds."""
        self.stopping.set()

    async def _look(self) -> None:
        if self._at_hubs is None or self._at_hubs.done():
            self._at_hubs = asyncio.create_task(self._hubs.look())
        try:
            busy = await self.services.read(self._with_work)
        except TryLater as error:
            log.warning("%s; trying again in %g s", error, self.tick)
            return
        for source_id in sorted(busy - set(self._passes)):
            if len(self._passes) < PASSES_AT_ONCE and not self.stopping.is_set():
                task = asyncio.create_task(self._work(self._sources[source_id]))
                self._passes[source_id] = task
                task.add_done_callback(partial(self._ended, source_id))

    def _ended(self, source_id: str, _task: asyncio.Task[None]) -> None:
        del self._passes[source_id]

    def _with_work(self, connection: Connection) -> set[str]:
        """Sources never read have no channels in the database yet: they have work, too."""
        known = work.known_sources(connection)
        waiting = work.sources_with_work(connection, self.services.now())
        return {each for each in self._sources if each in waiting or each not in known}

    async def _work(self, source: Source) -> None:
        # An owner of its own: what one pass gives back at its end is not another's.
        services = replace(self.services, owner=new_owner())
        try:
            report = await run_pass(services, [source], watcher=self.watcher, stop=self.stopping)
        except TryLater as error:
            log.warning("%s: %s; trying again in %g s", source.id, error, self.tick)
        except Exception:
            log.exception("%s: the pass failed; trying again in %g s", source.id, self.tick)
        else:
            if self.on_pass is not None:
                self.on_pass(report)
