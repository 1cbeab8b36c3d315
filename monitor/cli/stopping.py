"""Stopping on signals: what is in hand is finished, and the exit code says what happened."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM sets. A second SIGTERM, and Ctrl-C, cancel the running task."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    task = asyncio.current_task()

    def terminate() -> None:
        if stop.is_set() and task is not None:
            task.cancel()
        stop.set()

    loop.add_signal_handler(signal.SIGTERM, terminate)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
