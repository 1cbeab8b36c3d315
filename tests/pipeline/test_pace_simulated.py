"""The pace against feeds that publish by chance: no window turns over between two readings.

What no pace can prevent is left out of the scenarios: a burst, out of silence, that is larger
than the window within the longest pause.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random
from typing import Any

import pytest

from monitor.model import Announced, Entry, Hints
from monitor.pipeline.channel_window import observe
from monitor.pipeline.plan_poll import Plan, plan_poll

START = datetime(2026, 5, 5, tzinfo=UTC)
EVERY, LEAST = timedelta(minutes=15), timedelta(seconds=10)
WINDOW = 10
HOUR, DAY = 3600.0, 86400.0
HOURLY = Hints(update_every=timedelta(hours=1))
NIGHTS = Hints(skip_hours=frozenset(range(1, 7)))


@dataclass
class Watched:
    """A feed that shows its newest entries, and what was seen of it."""

    times: list[float]
    dated: bool = True
    whole_minutes: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    shown: int = 0
    missed: int = 0
    polls: int = 0
    last: datetime | None = None

    def watch(self, span: float, chance: Random) -> Watched:
        at, plan = 0.0, None
        while at < span:
            plan = self.poll(START + timedelta(seconds=at), plan, chance.random())
            at = (plan.next_at - START).total_seconds()
        return self

    def poll(self, now: datetime, plan: Plan | None, chance: float) -> Plan:
        published = bisect_right(self.times, (now - START).total_seconds())
        first = max(0, published - WINDOW)
        window = None
        if self.last is None or published > self.shown:
            new = published - max(first, self.shown)
            if self.last is not None:
                self.missed += max(0, first - self.shown)
            entries = tuple(self.entry(number) for number in range(first, published))
            window = observe(
                Announced(entries), wanted=len(entries), new=new, now=now, last_read_at=self.last
            )
        self.polls, self.shown, self.last = self.polls + 1, published, now
        return plan_poll(
            now=now,
            every=EVERY,
            min_interval=LEAST,
            interval=plan.interval if plan else None,
            turnover=plan.turnover if plan else None,
            window=window,
            chance=chance,
            **self.facts,
        )

    def entry(self, number: int) -> Entry:
        second = self.times[number]
        if self.whole_minutes:
            second -= second % 60
        date = START + timedelta(seconds=second) if self.dated else None
        return Entry(f"https://n.example/{number}", published=date)


def poisson(rate: float, span: float, chance: Random) -> list[float]:
    """Moments in seconds, `rate` a second on average; twenty of them before the start."""
    moment, times = -20 / rate, []
    while moment < span:
        moment += chance.expovariate(rate)
        times.append(moment)
    return times


PER_DAY = (1, 24, 96, 360, 1440, 2880, 5760)  # the last are 1, 2 and 4 a minute
SEEDS = range(4)


@pytest.mark.parametrize("per_day", PER_DAY)
@pytest.mark.parametrize(
    ("channel", "facts"),
    [
        ({}, {}),
        ({"whole_minutes": True}, {}),
        ({"dated": False}, {}),
        ({}, {"hints": HOURLY}),
        ({}, {"fresh_for": timedelta(minutes=10)}),
        ({}, {"hints": NIGHTS}),
    ],
    ids=["dated", "minutes", "undated", "hourly", "fresh", "nights"],
)
def test_nothing_is_missed(per_day: int, channel: dict[str, Any], facts: dict[str, Any]) -> None:
    span = DAY if per_day <= 360 else 3 * HOUR
    for seed in SEEDS:
        chance = Random(seed)
        times = poisson(per_day / DAY, span, chance)
        if not channel.get("dated", True):
            # The second reading comes after the least pause; only then is there a pace to know.
            times = [time for time in times if time < 0 or time > 60]
        watched = Watched(times, facts=facts, **channel).watch(span, chance)
        assert watched.missed == 0, f"seed {seed}: {watched.missed} of {len(times)}"


@pytest.mark.parametrize("per_day", [1, 24])
@pytest.mark.parametrize("dated", [True, False])
def test_bursts_of_a_third_of_the_window(per_day: int, dated: bool) -> None:
    for seed in SEEDS:
        chance = Random(seed)
        times = poisson(per_day / DAY, DAY, chance)
        for burst in poisson(1 / (2 * HOUR), DAY, chance):
            times += [burst + chance.uniform(0, 120) for _ in range(3)]
        assert Watched(sorted(times), dated=dated).watch(DAY, chance).missed == 0


@pytest.mark.parametrize("dated", [True, False])
def test_a_day_that_rises_to_four_a_minute_and_falls_again(dated: bool) -> None:
    chance = Random(7)
    times = [
        time
        for time in poisson(4 / 60, DAY, chance)
        if chance.random() < (0.5 - 0.5 * cos(2 * pi * time / DAY)) ** 4 + 0.001
    ]
    assert Watched(times, dated=dated).watch(DAY, chance).missed == 0


def test_a_quiet_feed_is_left_in_peace() -> None:
    for per_day in (1, 24):
        chance = Random(per_day)
        watched = Watched(poisson(per_day / DAY, DAY, chance)).watch(DAY, chance)
        # Every quarter of an hour, a tenth sooner or not.
        assert watched.polls <= 1.15 * 96


def test_after_a_burst_the_pace_calms_down_within_hours() -> None:
    chance = Random(1)
    calm = poisson(1 / DAY, DAY, chance)
    burst = [HOUR + number for number in range(8)]
    watched = Watched(sorted(calm + burst)).watch(DAY, chance)
    assert watched.missed == 0
    assert watched.polls <= 2 * 96
