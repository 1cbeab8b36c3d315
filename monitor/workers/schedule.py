"""`monitor run`: a ticker. What is due stands in the database; a tick only looks."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.errors import TryLater
from monitor.workers.report import PassReport, Watcher
from monitor.workers.runner import run_pass
from monitor.workers.services import Services

log = logging.getLogger(__name__)

TICK_SECONDS = 15
"""How late a poll may be; looking costs one query."""


class Schedule:
    """Runs a pass at every tick, one at a time; a tick that comes while one runs is skipped."""

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
        self._pass: asyncio.Task[None] | None = None

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
        await self._finish()

    def stop(self) -> None:
        """Ask for the end; `run` returns within seconds."""
        self.stopping.set()

    async def _look(self) -> None:
        if self._pass is None or self._pass.done():
            self._pass = asyncio.create_task(self._work())

    async def _work(self) -> None:
        sources = [each for each in self.services.catalog.sources.values() if each.enabled]
        try:
            report = await run_pass(
                self.services, sources, watcher=self.watcher, stop=self.stopping
            )
        except TryLater as error:
            log.warning("%s; trying again in %g s", error, self.tick)
        except Exception:
            log.exception("the pass failed; trying again in %g s", self.tick)
        else:
            if self.on_pass is not None:
                self.on_pass(report)

    async def _finish(self) -> None:
        if self._pass is not None:
            await self._pass
