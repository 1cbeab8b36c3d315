"""How much a source usually publishes at each hour of the week, learned from its own archive.

Hours are those of the source's zone: nights and weekends are quiet because they were. Only times
in which the source was being read count, on both sides of the division.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.pipeline.reading_times import Span, hours_of, inside

HISTORY = timedelta(weeks=8)
LEAST_HISTORY = timedelta(weeks=2)
LEAST_READ = timedelta(weeks=1)
"""Of those two weeks at least so much was really read."""
LEAST_ARTICLES = 8
LONGEST_LAG = timedelta(hours=12)

WEEK = 7 * 24
_FULL_DAY = 20.0
"""So many hours read make a day whose count says how much days differ."""
_MOST_CLUMPED = 10.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """`rates` are articles an hour for the 168 hours of a week, Monday 00:00 first. `articles`
    is how many were learned from, `spread` the variance of a day's count over its mean (1 where
    articles come one by one, more where they come in batches), `lag` how long nine in ten take
    from their publication to the archive."""

    rates: tuple[float, ...]
    articles: int
    spread: float
    lag: timedelta

    @property
    def a_month(self) -> float:
        return sum(self.rates) * 30 / 7

    @property
    def quiet_day(self) -> tuple[float, ...]:
        """The rates of the quietest day of the week, hour by hour."""
        days = [self.rates[first : first + 24] for first in range(0, WEEK, 24)]
        return min(days, key=sum)

    def expected(self, spans: Iterable[Span], zone: ZoneInfo, *, holiday: bool = False) -> float:
        """How many articles usually appear in these times. With `holiday`, one day among them may
        be as quiet as the quietest day of the week: the one for which that makes most."""
        total = 0.0
        spared: dict[date, float] = {}
        quiet = self.quiet_day
        for hour, part in hours_of(spans):
            local = hour.astimezone(zone)
            rate = self.rates[local.weekday() * 24 + local.hour]
            total += rate * part
            spare = max(0.0, rate - quiet[local.hour]) * part
            spared[local.date()] = spared.get(local.date(), 0.0) + spare
        return total - max(spared.values(), default=0.0) if holiday else total


def moment_of(published: datetime | None, offset: int | None, first_seen: datetime) -> datetime:
    """When an article appeared. A date without an hour is its publisher's midnight and says
    little, one in the future nothing: it then appeared when it was first seen.

    `offset` is the publisher's, in minutes east of UTC."""
    if published is None or published > first_seen:
        return first_seen
    local = published + timedelta(minutes=offset or 0)
    day_only = local.hour == local.minute == local.second == 0
    return first_seen if day_only else published


def learn(
    appeared: Iterable[tuple[datetime, datetime]], read: Sequence[Span], zone: ZoneInfo
) -> Baseline | None:
    """What is usual; None while there is too little history to say.

    `appeared` are articles as (moment, first seen); `read` when the source was being read.
    """
    pairs = list(appeared)
    moments = inside((moment for moment, _ in pairs), read)
    spent = sum((span.end - span.start for span in read), timedelta())
    if not read or read[-1].end - read[0].start < LEAST_HISTORY or spent < LEAST_READ:
        return None
    if len(moments) < LEAST_ARTICLES:
        return None
    rates = _rates(moments, read, zone)
    return Baseline(rates, len(moments), _spread(rates, moments, read, zone), _lag(pairs))


def _rates(moments: Sequence[datetime], read: Sequence[Span], zone: ZoneInfo) -> tuple[float, ...]:
    """Counts over hours read. Where an hour of the week has seen too little to speak for itself,
    the hour of the day and the day of the week speak for it, with the weight of one article."""
    counts, hours = [0.0] * WEEK, [0.0] * WEEK
    for moment in moments:
        counts[_slot(moment, zone)] += 1
    for hour, part in hours_of(read):
        hours[_slot(hour, zone)] += part
    mean = sum(counts) / sum(hours)
    weight = 1 / mean
    counts_around, hours_around = _around(counts), _around(hours)
    by_day = [
        (sum(counts[first : first + 24]) + 0.5) / (sum(hours[first : first + 24]) + 0.5 * weight)
        for first in range(0, WEEK, 24)
    ]
    by_hour = [
        (sum(counts_around[hour::24]) + 0.1) / (sum(hours_around[hour::24]) + 0.1 * weight)
        for hour in range(24)
    ]
    rates = []
    for slot in range(WEEK):
        prior = by_day[slot // 24] * by_hour[slot % 24] / mean
        rates.append((counts_around[slot] + weight * prior) / (hours_around[slot] + weight))
    scale = sum(counts) / sum(rate * spent for rate, spent in zip(rates, hours, strict=True))
    return tuple(rate * scale for rate in rates)


def _around(values: Sequence[float]) -> list[float]:
    """Each hour with half of its neighbours: a routine shifts by minutes."""
    return [
        values[slot] / 2 + (values[slot - 1] + values[(slot + 1) % WEEK]) / 4
        for slot in range(WEEK)
    ]


def _spread(
    rates: Sequence[float], moments: Sequence[datetime], read: Sequence[Span], zone: ZoneInfo
) -> float:
    expected: dict[date, float] = {}
    spent: dict[date, float] = {}
    for hour, part in hours_of(read):
        day = hour.astimezone(zone).date()
        expected[day] = expected.get(day, 0.0) + rates[_slot(hour, zone)] * part
        spent[day] = spent.get(day, 0.0) + part
    seen: dict[date, int] = {}
    for moment in moments:
        day = moment.astimezone(zone).date()
        seen[day] = seen.get(day, 0) + 1
    full = [day for day, hours in spent.items() if hours >= _FULL_DAY]
    usual = sum(expected[day] for day in full)
    if len(full) < 8 or not usual:
        return 1.0
    squares = sum((seen.get(day, 0) - expected[day]) ** 2 for day in full)
    # Seven days of the week were fitted to the same counts.
    return min(max(1.0, squares / usual * len(full) / (len(full) - 7)), _MOST_CLUMPED)


def _lag(appeared: Sequence[tuple[datetime, datetime]]) -> timedelta:
    lags = sorted(seen - moment for moment, seen in appeared)
    return min(lags[len(lags) * 9 // 10], LONGEST_LAG)


def _slot(moment: datetime, zone: ZoneInfo) -> int:
    local = moment.astimezone(zone)
    return local.weekday() * 24 + local.hour
