"""Stopping on signals: what is in hand is finished, and the exit code says what happened."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def stop_on_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM sets; a second one changes nothing, for stopping is bounded and
    `timeout make run` signals twice. Ctrl-C cancels the running task, as asyncio has it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGTERM)
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    try:
        yield stop
    finally:
        loop.remove_signal_handler(signal.SIGTERM)
        # After a stop the database and the children are still to be closed: let them be.
        signal.signal(signal.SIGTERM, signal.SIG_IGN if stop.is_set() else before)
