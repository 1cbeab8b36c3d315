"""Archive → search index: bring the index of this machine up to date with the archive."""

from __future__ import annotations

import asyncio

from monitor.workers.services import Services


async def index_pending(services: Services) -> int:
    """Index what changed since the index was last brought up to date; returns how many."""
    return await asyncio.to_thread(services.index.refresh, services.database)
