"""Tasks side by side, and what is behind their errors."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Coroutine, Iterable
from contextlib import asynccontextmanager

from monitor.errors import MonitorError


def cause_of(error: BaseException) -> MonitorError | None:
    """What is behind the errors of a group of tasks, where it is one of ours."""
    if isinstance(error, BaseExceptionGroup):
        return next(filter(None, map(cause_of, error.exceptions)), None)
    return error if isinstance(error, MonitorError) else None


@asynccontextmanager
async def meanwhile(*work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Run these beside the block, and end them with it."""
    tasks = [asyncio.create_task(each) for each in work]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def run_all(work: Iterable[Awaitable[None]]) -> None:
    """Run all of these at once; the first error cancels the rest and is raised."""
    async with asyncio.TaskGroup() as group:
        for each in work:
            group.create_task(_awaited(each))


async def _awaited(work: Awaitable[None]) -> None:
    await work
