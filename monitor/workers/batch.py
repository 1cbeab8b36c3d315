"""Group commit: what comes while a transaction is being written goes into the next one together.

A commit that survives a power cut waits for the disk, and a transaction costs more than the two
rows of a poll in it. Nobody waits longer for it: who comes first is written at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from monitor.errors import DatabaseUnavailable

T = TypeVar("T")

Commit = Callable[[Sequence[T]], Awaitable[None]]


@dataclass
class Batch(Generic[T]):
    """What waits to be written, and whoever writes it."""

    _waiting: list[tuple[T, asyncio.Future[None]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def add(self, item: T, commit: Commit[T]) -> None:
        """Returns when `item` is committed, with others or alone; raises what committing raises."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, written))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write(commit))
        try:
            await asyncio.shield(written)
        except asyncio.CancelledError:
            # It will be written: what follows must find it done, not coming.
            await asyncio.wait({written})
            written.exception()  # seen: else the loop would print it
            raise

    async def _write(self, commit: Commit[T]) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                if not await _committed(batch, commit) and len(batch) > 1:
                    for each in batch:  # one that cannot be written must not take others with it
                        await _committed([each], commit)
        finally:
            self._writer = None


async def _committed(batch: Sequence[tuple[T, asyncio.Future[None]]], commit: Commit[T]) -> bool:
    """Commit these together; False where they are to be tried one by one."""
    try:
        await commit([item for item, _ in batch])
    except BaseException as error:
        # A database that does not answer is nobody's fault here: one by one, each would wait anew.
        ours = isinstance(error, Exception) and not isinstance(error, DatabaseUnavailable)
        if len(batch) > 1 and ours:
            return False
        for _, written in batch:
            written.set_exception(error)
        return True
    for _, written in batch:
        written.set_result(None)
    return True
