"""Archive → search index: bring the index of this machine up to date with the archive."""

from __future__ import annotations

import asyncio
import threading

from monitor.workers.services import Services
from storage.repositories import articles, completeness


async def index_pending(services: Services, stop: asyncio.Event | None = None) -> int:
    """Index what changed since the index was last brought up to date; returns how many.

    What can be found for the first time is noted: it is how late the archive is. `stop`, and
    cancelling, end it between two batches: a thread cannot be stopped elsewhere.
    """
    change = await services.read(articles.last_change)
    done = await _refresh(services, stop)
    if not await asyncio.to_thread(services.index.is_level, services.database, change):
        return done
    if await services.read(lambda connection: completeness.any_unindexed(connection, change)):
        await services.write(lambda c: completeness.indexed(c, change, services.now()))
    return done


async def _refresh(services: Services, stop: asyncio.Event | None) -> int:
    cancelled = threading.Event()
    try:
        return await asyncio.to_thread(
            services.index.refresh,
            services.database,
            stop=lambda: cancelled.is_set() or (stop is not None and stop.is_set()),
        )
    finally:
        cancelled.set()
