"""What one reading of a channel says about its pace: how much it shows, and how fast that passes.

A channel shows its newest entries only: its window. When as many entries as it holds are published
between two readings, some were never seen. How long that takes is learnt from the entries' own
dates, and from how many were new since the last reading.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import isqrt, sqrt

from monitor.model import Announced
from monitor.pipeline.dates import is_plausible

# A burst counts in full while it lasts; after silence, as if it had taken a quarter of the time
# since it began to be over: three entries in a minute are forgotten within hours, not days.
_FORGETTING = 0.25
# Older ones say nothing about the pace of today, and an archive lists 50,000.
_NEWEST_DATES = 500


@dataclass(frozen=True, slots=True)
class Window:
    """What a reading showed. `entries` counts all that were announced, `wanted` those of them
    that are kept, `new` those of the wanted that were not known.

    `overlap` is False when nothing shows that this window reaches back to the last one: a gap is
    suspected. `turnover` is the time in which as many entries as the window holds are published
    at the busiest recent rate; None when nothing tells.
    """

    entries: int
    new: int = 0
    wanted: int = 0
    first: bool = False
    overlap: bool = True
    newest: datetime | None = None
    oldest: datetime | None = None
    turnover: timedelta | None = None


def observe(
    announced: Announced, *, wanted: int, new: int, now: datetime, last_read_at: datetime | None
) -> Window:
    """The window of a reading at `now`.

    `wanted` counts the different articles among the entries that the source's rules keep, `new`
    those of them that were not known before. `last_read_at` is the last reading that succeeded,
    None for the first one, when everything is new of course.
    """
    dates = _dates(announced, now)
    size = len(announced.entries)
    elapsed = None if last_read_at is None else now - last_read_at
    turnovers = (busiest(dates, size, now), counted(wanted, new, elapsed))
    return Window(
        entries=size,
        new=new,
        wanted=wanted,
        first=last_read_at is None,
        newest=dates[-1] if dates else None,
        oldest=dates[0] if dates else None,
        overlap=last_read_at is None or _overlaps(size, wanted, new, dates, last_read_at),
        turnover=min((one for one in turnovers if one is not None), default=None),
    )


def counted(found: int, new: int, elapsed: timedelta | None) -> timedelta | None:
    """The turnover, by how many of the entries became new in the time `elapsed`.

    One count says little: what it may have been at its busiest is two deviations of chance more.
    """
    if new <= 0 or elapsed is None or elapsed <= timedelta(0):
        return None
    return elapsed * (max(found, new) / (new + 2 * sqrt(new)))


def busiest(dates: list[datetime], size: int, now: datetime) -> timedelta | None:
    """The turnover of a window of `size` entries, by the densest run among their sorted dates.

    A run has at least as many steps as the root of their number, so that two entries that happen
    to be close make no burst of a hundred. For even traffic that is about a third of the average.
    """
    if len(dates) == 1 == size:
        return now - dates[0]
    stamps = [date.timestamp() for date in dates[-_NEWEST_DATES:]]
    if len(stamps) < 2:
        return None
    unit, end = _resolution(stamps), now.timestamp()
    steps, shortest = max(1, isqrt(len(stamps))), float("inf")
    while steps < len(stamps):
        for first, last in zip(stamps, stamps[steps:], strict=False):
            took = max(last - first + unit, (end - last) * _FORGETTING)
            shortest = min(shortest, took / steps)
        steps *= 2
    return timedelta(seconds=shortest * size)


def _dates(announced: Announced, now: datetime) -> list[datetime]:
    """Sorted; what lies in the future is not believed, save for clocks that run a little ahead."""
    found: Iterable[datetime | None] = (entry.published for entry in announced.entries)
    return sorted(min(date, now) for date in found if date is not None and is_plausible(date, now))


def _resolution(stamps: list[float]) -> float:
    """In seconds: a day for dates without a time, which are no burst at midnight."""
    for unit in (86400, 3600, 60):
        if len({stamp % unit for stamp in stamps}) == 1:
            return unit
    return 1


def _overlaps(
    entries: int, wanted: int, new: int, dates: list[datetime], last_read_at: datetime
) -> bool:
    """Whether the window reaches back to what the last one showed.

    A known entry proves it. Entries that no rule keeps are not known even when they were seen: of
    them the date tells, and an entry's being older than the last reading counts for nothing where
    it may be one of the new ones, because publishers date back.
    """
    if entries == 0 or new < wanted:
        return True
    if entries <= wanted:
        return False
    if not dates:
        return wanted == 0
    return sum(date < last_read_at for date in dates) > new
