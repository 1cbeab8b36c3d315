"""The room's clock: real time, time that runs faster, or time that stands until it is moved."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in the room, in UTC."""
        ...


class RealClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class FastClock:
    """Begins at `start` and runs `speed` times as fast as real time."""

    def __init__(self, start: datetime, speed: float) -> None:
        if speed <= 0:
            raise ValueError("expected a speed above 0, such as 60 (an hour in a minute)")
        self._start = start
        self._speed = speed
        self._began = time.monotonic()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(time.monotonic() - self._began) * self._speed)


class SteppedClock:
    """Stands at `start` until `advance` moves it. Safe to move from another thread."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        with self._lock:
            return self._now

    def advance(self, by: timedelta) -> datetime:
        if by < timedelta(0):
            raise ValueError("the room's clock does not run backwards")
        with self._lock:
            self._now += by
            return self._now


def whole_second(moment: datetime) -> datetime:
    """HTTP dates have no fractions: a world that begins on a whole second never rounds one off."""
    return moment.astimezone(UTC).replace(microsecond=0)
