"""When a source was being read: silence of a source and silence of the monitor look alike.

Every poll says when the next one was due. If the next one came in time, all that was published
between the two was there to be seen; if it came late or failed, nobody can tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

LATE = timedelta(hours=1)
"""A poll this much later than planned: the monitor, or its network, was off meanwhile."""

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` (not included) to `end` (included): what a poll at `end` could see."""

    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class LoggedPoll:
    """What the log keeps of a poll, as far as it matters here."""

    channel_id: int
    started_at: datetime
    next_poll_at: datetime
    failed: bool


def read_spans(polls: Iterable[LoggedPoll]) -> list[Span]:
    """When at least one channel was being read, in order and without overlaps.

    `polls` are in the order of their time. One channel of several is enough: what the other one
    lacks is told by an alarm of its own.
    """
    last: dict[int, LoggedPoll] = {}
    spans = []
    for poll in polls:
        before = last.get(poll.channel_id)
        in_time = before is not None and poll.started_at <= before.next_poll_at + LATE
        if before is not None and in_time and not poll.failed and not before.failed:
            spans.append(Span(before.started_at, poll.started_at))
        last[poll.channel_id] = poll
    return _merged(spans)


def without(spans: Sequence[Span], holes: Sequence[Span]) -> list[Span]:
    """What is left of `spans` outside `holes`."""
    left = list(spans)
    for hole in holes:
        left = [part for span in left for part in _cut(span, hole)]
    return left


def clipped(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """The parts of `spans` between `start` and `end`."""
    parts = (Span(max(span.start, start), min(span.end, end)) for span in spans)
    return [part for part in parts if part.start < part.end]


def hours_of(spans: Iterable[Span]) -> Iterator[tuple[datetime, float]]:
    """Every hour that `spans` touch, by its beginning (UTC), and how much of it they cover."""
    for span in spans:
        hour = span.start.replace(minute=0, second=0, microsecond=0)
        while hour < span.end:
            part = min(hour + _HOUR, span.end) - max(hour, span.start)
            yield hour, part / _HOUR
            hour += _HOUR


def inside(moments: Iterable[datetime], spans: Sequence[Span]) -> list[datetime]:
    """Those of the moments that fall into one of the spans, in order."""
    found: list[datetime] = []
    rest = iter(spans)
    span = next(rest, None)
    for moment in sorted(moments):
        while span is not None and span.end < moment:
            span = next(rest, None)
        if span is None:
            break
        if span.start < moment:
            found.append(moment)
    return found


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda each: each.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def _cut(span: Span, hole: Span) -> Iterator[Span]:
    if hole.end <= span.start or span.end <= hole.start:
        yield span
        return
    if span.start < hole.start:
        yield Span(span.start, hole.start)
    if hole.end < span.end:
        yield Span(hole.end, span.end)
