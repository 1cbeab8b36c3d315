"""A source that publishes by the clock of Almaty: busy days, quiet nights, quieter weekends."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from monitor.pipeline import silence
from monitor.pipeline.baseline import HISTORY, Baseline, learn
from monitor.pipeline.reading_times import Span
from monitor.pipeline.silence import Silence

ZONE = ZoneInfo("Asia/Almaty")
START = datetime(2026, 1, 5, tzinfo=ZONE).astimezone(UTC)
"""A Monday."""


@dataclass(frozen=True)
class Habit:
    """`weekday` articles on a weekday, `weekend` of that on the other days, in batches of a
    geometric size with this mean."""

    weekday: float
    weekend: float = 0.3
    batch: float = 1.0

    def rate(self, moment: datetime) -> float:
        local = moment.astimezone(ZONE)
        hours = [1 + math.sin((h - 8) / 13 * math.pi) if 8 <= h < 21 else 0.02 for h in range(24)]
        day = self.weekday * (self.weekend if local.weekday() >= 5 else 1.0)
        return day * hours[local.hour] / sum(hours)


def days(number: float) -> datetime:
    """So many days after the start."""
    return START + timedelta(days=number)


def publish(
    habit: Habit, until: float, seed: int, scale: Callable[[datetime], float] = lambda _: 1.0
) -> list[datetime]:
    """When articles appear up to that day; `scale` multiplies the rate at an hour."""
    random = Random(f"{seed}/{habit}")
    found = []
    for number in range(round(until * 24)):
        hour = START + timedelta(hours=number)
        for _ in range(_poisson(random, habit.rate(hour) * scale(hour) / habit.batch)):
            moment = hour + timedelta(minutes=random.uniform(0, 55))
            found.append(moment)
            while random.random() < 1 - 1 / habit.batch:
                moment += timedelta(minutes=1)
                found.append(moment)
    return sorted(found)


def learned(moments: Sequence[datetime], at: float, read: Sequence[Span] = ()) -> Baseline | None:
    """What is usual on that day, for who read all the time unless `read` says when."""
    now = days(at)
    first = max(START, now - HISTORY)
    appeared = [(each, each + timedelta(minutes=15)) for each in moments if first < each <= now]
    return learn(appeared, read or [Span(first, now)], ZONE)


def looks(
    moments: Sequence[datetime], first: float, last: float, every: float = 1 / 8
) -> list[tuple[datetime, Silence]]:
    """The alarms that looks from one day to another raise; what is usual is learned weekly."""
    raised: list[tuple[datetime, Silence]] = []
    usual: Baseline | None = None
    is_open, settled, at = False, None, first
    while at < last:
        now = days(at)
        if not is_open and (usual is None or (at - first) % 7 < every):
            usual = learned(moments, at)
        assert usual is not None
        upto = bisect_right(moments, now)
        lately = min(bisect_left(moments, now - silence.LOOK_BACK), upto - 1)
        recent = moments[lately:upto]
        if is_open:
            if silence.is_back(usual, recent, now - usual.lag, ZONE):
                is_open, settled = False, now
        else:
            start = min(recent[0], now - silence.LOOK_BACK)
            found = silence.find_silence(
                usual, recent, [Span(start, now)], ZONE, not_before=settled
            )
            if found is not None:
                is_open = True
                raised.append((now, found))
        at += every
    return raised


def _poisson(random: Random, mean: float) -> int:
    limit, product, count = math.exp(-mean), random.random(), 0
    while product > limit:
        product *= random.random()
        count += 1
    return count
