"""What every worker is given: the outside world, wired once in `monitor.bootstrap`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection

from config.catalog import Catalog
from monitor.fetch.client import Fetcher
from monitor.workers.batch import Batch
from monitor.workers.judge import Judge
from monitor.workers.sandbox import Sandbox
from storage.database import Database
from storage.repositories import channels
from storage.repositories.channels import Polled
from storage.search.index import SearchIndex

T = TypeVar("T")

LEASE = timedelta(minutes=5)
"""How long work that was claimed stays claimed when its claimer dies."""


@dataclass(frozen=True)
class Services:
    """`workers` is how many children parse; `owner` names this process in leases; `chance` gives
    numbers from 0 to 1 for jitter; whoever classifies or indexes holds `catching_up`.
    `looked_at` is when this process looked at stored pages of a source again. `base_url` is the
    address at which hubs can call the web page, None where they cannot."""

    catalog: Catalog
    judge: Judge
    database: Database
    fetcher: Fetcher
    sandbox: Sandbox
    index: SearchIndex
    workers: int
    owner: str
    now: Callable[[], datetime]
    chance: Callable[[], float]
    lease: timedelta = LEASE
    base_url: str | None = None
    looked_at: dict[str, datetime] = field(default_factory=dict)
    catching_up: asyncio.Lock = field(default_factory=asyncio.Lock)
    _writing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _polled: Batch[Polled] = field(default_factory=Batch)

    def polls(self, source_id: str) -> bool:
        """Whether passes look after this source: it is configured and switched on."""
        source = self.catalog.sources.get(source_id)
        return source is not None and source.enabled

    @property
    def lease_end(self) -> datetime:
        return self.now() + self.lease

    async def read(self, work: Callable[[Connection], T]) -> T:
        """Run `work` on a connection for reading, off the event loop."""

        def run() -> T:
            with self.database.read() as connection:
                return work(connection)

        return await asyncio.to_thread(run)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in one transaction, off the event loop; writers of a process take turns."""

        def run() -> T:
            with self.database.write() as connection:
                return work(connection)

        async with self._writing:
            working = asyncio.ensure_future(asyncio.to_thread(run))
            try:
                return await asyncio.shield(working)
            except asyncio.CancelledError:
                # The thread cannot be stopped: what follows must find its work done, not coming.
                await asyncio.wait({working})
                if not working.cancelled():
                    working.exception()  # seen: else the loop would print it
                raise

    async def note_poll(self, polled: Polled) -> None:
        """Write a poll that announced nothing down, in one transaction with those beside it."""
        await self._polled.add(polled, self._note_polls)

    async def _note_polls(self, polled: Sequence[Polled]) -> None:
        await self.write(lambda connection: channels.record_all(connection, polled))
