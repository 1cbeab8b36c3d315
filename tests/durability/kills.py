"""A newsroom's days, watched by passes that are killed at random moments."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from monitor.newsroom.server import Newsroom
from tests.cli.program import environment
from tests.workers.bench import Bench

LONGEST_DELAY = 0.006
"""Seconds from the step that was awaited to the kill: a commit, or an extraction, takes so long."""
SOON = 10.0
"""Minutes after which a pass that was killed is followed by another one, at most."""

SELDOM = timedelta(minutes=100)
"""The least pause between two passes that end well: a window of ten lasts for five hours."""


@dataclass(frozen=True)
class Ended:
    """How a pass ended: `code` is 0, or -9 for one that was killed."""

    code: int
    steps: int = 0
    due: datetime | None = None
    killed_at: str | None = None


class Passes:
    """Runs passes as processes. `with` ends them all."""

    def __init__(self, bench: Bench, errors: Path) -> None:
        self._bench = bench
        self._errors = errors

    def __enter__(self) -> Self:
        settings = self._bench.settings.model_dump_json(exclude_unset=True)
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.durability.killed_pass", settings],
                env=environment({}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=errors,
                text=True,
                bufsize=1,
            )
        assert "ready" in self._line()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.communicate()

    def run(self, now: datetime, kill_at: int | None = None, delay: float = 0.0) -> Ended:
        """One pass at this time, killed so many seconds after its step number `kill_at`."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{json.dumps({'now': now.isoformat(), 'tell_at': kill_at})}\n")
        told: dict[str, Any] = {}
        sent = False
        while "ended" not in told:
            told |= self._line()
            if not sent and {"pid", "step"} <= set(told):
                time.sleep(delay)
                os.kill(told["pid"], signal.SIGKILL)
                sent = True
        due = told.get("due")
        return Ended(
            told["ended"],
            told.get("steps", kill_at or 0),
            datetime.fromisoformat(due) if due else None,
            told.get("step"),
        )

    def errors(self) -> str:
        return self._errors.read_text()

    def _line(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, self.errors()
        told: dict[str, Any] = json.loads(line)
        return told


@dataclass
class Campaign:
    """Passes over a newsroom. `moments` are counted in steps over all of them, in order; the pass
    that is at one of them is killed there."""

    room: Newsroom
    passes: Passes
    chance: random.Random
    moments: list[int]
    taken: int = 0
    runs: int = 0
    killed: list[str] = field(default_factory=list)
    survived: int = 0

    @property
    def now(self) -> datetime:
        return self.room.clock.now()

    def live(self, *outages: float, between: float) -> None:
        """Polling for `between` hours, then none for the hours of an outage, in turns; to the end
        of the world, and long enough after it."""
        for outage in outages:
            self._poll_for(between)
            self.room.advance(hours=outage)
        last = max(each.published for each in self.room.world.articles.values())
        self._poll_for(max((last - self.now) / timedelta(hours=1), 0) + 3)

    def _poll_for(self, hours: float) -> None:
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            ended = self._one_pass()
            if ended.code == 0:
                step = max((ended.due or end) - self.now, SELDOM)
            else:
                step = timedelta(minutes=self.chance.uniform(0, SOON))
            self.room.advance(by=min(step, end - self.now))

    def _one_pass(self) -> Ended:
        kill_at = max(self.moments[0] - self.taken, 1) if self.moments else None
        ended = self.passes.run(self.now, kill_at, self.chance.uniform(0, LONGEST_DELAY))
        self.runs += 1
        self.taken += ended.steps
        if ended.killed_at is not None:
            self.moments.pop(0)
            if ended.code == -signal.SIGKILL:
                self.killed.append(ended.killed_at)
            else:
                self.survived += 1
        assert ended.code in (0, -signal.SIGKILL), self.passes.errors()
        return ended

    def told(self) -> str:
        """What the campaign was, for a test's output."""
        return (
            f"{self.runs} passes, {self.taken} steps, {len(self.killed)} killed, "
            f"{self.survived} done before the kill came: {dict(Counter(self.killed))}"
        )


@contextmanager
def campaign(
    room: Newsroom, bench: Bench, folder: Path, *, seed: int, kills: int, steps: int
) -> Iterator[Campaign]:
    """`kills` moments, spread evenly at random over so many steps."""
    chance = random.Random(seed)
    moments: Sequence[int] = sorted(chance.sample(range(1, steps), kills))
    with Passes(bench, folder / "errors.txt") as passes:
        yield Campaign(room, passes, chance, list(moments))
