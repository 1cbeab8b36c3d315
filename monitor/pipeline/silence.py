"""Whether a source publishes far less than it usually does.

Four questions are asked of the time up to the last reading: nothing since the last article? too
little in a day, in three, in seven? Each may be wrong once in four months, so a source that
behaves as it always did raises at most about one false alarm a month; measured over simulated
sources it is far less, because "far less" also means under half, and one day may be a holiday.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.pipeline.baseline import HISTORY, Baseline
from monitor.pipeline.reading_times import Span, clipped

WINDOWS = (timedelta(days=1), timedelta(days=3), timedelta(days=7))
LOOK_BACK = WINDOWS[-1]

_MONTH = timedelta(days=30)
_FALSE_A_MONTH = 1.0
_EACH = _FALSE_A_MONTH / (len(WINDOWS) + 1)
_LOOKS = 4
"""A window that slides is as good as so many that do not overlap, in every length of it."""
_FAR_LESS = 0.5
_BACK = 3.0
"""A source is back when half came of what usually comes in the time of so many articles."""


_IsRare = Callable[[Baseline, int, float, timedelta], bool]


@dataclass(frozen=True, slots=True)
class Silence:
    """`seen` articles since `since`, where `expected` are usual."""

    seen: int
    expected: float
    since: datetime


def find_silence(
    baseline: Baseline,
    moments: Sequence[datetime],
    read: Sequence[Span],
    zone: ZoneInfo,
    *,
    not_before: datetime | None = None,
) -> Silence | None:
    """The gravest silence, or None.

    `moments` are when articles appeared, in order: all since `LOOK_BACK` and the last one before;
    `read` when the source was being read, at least since the last article. With `not_before`,
    what was earlier is settled: an alarm about it was raised and has ended.
    """
    if not read:
        return None
    end = read[-1].end - baseline.lag  # what is younger may still be on its way
    asked: list[tuple[datetime, _IsRare]] = [(end - window, _is_little) for window in WINDOWS]
    if moments:
        asked.append((min(moments[-1], end), _is_long_pause))
    found = []
    for start, is_rare in asked:
        since = max(start, not_before) if not_before else start
        parts = clipped(read, since, end)
        expected = baseline.expected(parts, zone, holiday=True)
        seen = sum(since < moment for moment in moments)
        if seen <= expected * _FAR_LESS and is_rare(baseline, seen, expected, end - since):
            found.append(Silence(seen, baseline.expected(parts, zone), since))
    # "Nothing since the last article" says most; then the longest time in which too little came.
    return max(found, key=lambda each: (each.seen == 0, each.expected), default=None)


def may_be_silent(
    baseline: Baseline,
    moments: Sequence[datetime],
    until: datetime,
    zone: ZoneInfo,
    *,
    not_before: datetime | None = None,
) -> bool:
    """Whether it is worth to look up when the source was being read: False where nothing would be
    found even if it was read all the time."""
    start = min(until - LOOK_BACK, max(until - HISTORY, moments[-1] if moments else until))
    always = [Span(start, until)]
    return find_silence(baseline, moments, always, zone, not_before=not_before) is not None


def is_back(
    baseline: Baseline, moments: Sequence[datetime], until: datetime, zone: ZoneInfo
) -> bool:
    """Whether a silence has ended: of the last three articles' worth of time, at least half came;
    one that strays in is no end."""
    hours = 1
    while hours < LOOK_BACK / timedelta(hours=1):
        if baseline.expected([Span(until - timedelta(hours=hours), until)], zone) >= _BACK:
            break
        hours += 1
    start = until - timedelta(hours=hours)
    usual = min(baseline.expected([Span(start, until)], zone), _BACK)
    seen = sum(start < moment for moment in moments)
    return seen >= max(1, math.ceil(usual * _FAR_LESS))


def in_words(name: str, silence: Silence, now: datetime, zone: ZoneInfo) -> str:
    """ "Akorda: 0 articles since Monday 09:40, usually 9 by now"."""
    articles = "article" if silence.seen == 1 else "articles"
    return (
        f"{name}: {silence.seen} {articles} since {moment_in_words(silence.since, now, zone)}, "
        f"usually {round(silence.expected)} by now"
    )


def moment_in_words(moment: datetime, now: datetime, zone: ZoneInfo) -> str:
    """A moment as the source's own clock shows it: "Monday 09:40", before this week "3 Mar"."""
    local = moment.astimezone(zone)
    if now - moment < timedelta(days=6):
        return f"{local:%A %H:%M}"
    return f"{local.day} {local:%b %Y}"


def _is_long_pause(baseline: Baseline, seen: int, expected: float, _time: timedelta) -> bool:
    """After every batch of articles a pause begins, so there is a chance of a long one as often."""
    if seen or expected <= 0:
        return False
    batch = (baseline.spread + 1) / 2  # with batches of a geometric size, spread = 2 batch - 1
    batches_a_month = max(baseline.a_month / batch, 1.0)
    learned = baseline.articles / batch  # what is usual is known from so many, not for certain
    chance = math.exp(-learned * math.log1p(expected / batch / learned))
    return chance * batches_a_month < _EACH


def _is_little(baseline: Baseline, seen: int, expected: float, time: timedelta) -> bool:
    if expected <= 0:
        return False
    level = _EACH * (time / _MONTH) / _LOOKS
    variance = baseline.spread * expected * (1 + expected / baseline.articles)
    return at_most(seen, expected, variance) < level


def at_most(count: int, mean: float, variance: float) -> float:
    """The probability of `count` or less where so much is the mean: Poisson, or the negative
    binomial distribution where the variance is larger."""
    if variance <= mean * 1.000001:
        terms = (n * math.log(mean) - mean - math.lgamma(n + 1) for n in range(count + 1))
    else:
        size = mean * mean / (variance - mean)
        stop, go = math.log(mean / variance), math.log(1 - mean / variance)
        terms = (
            math.lgamma(n + size) - math.lgamma(size) - math.lgamma(n + 1) + size * stop + n * go
            for n in range(count + 1)
        )
    return math.fsum(math.exp(term) for term in terms)
