"""When a channel is read next.

The pace follows the channel: so fast that half a window at most is new at each reading, because
a window that turned over has lost articles; never slower than `every`, never faster than
`min_interval`, than the channel's own ttl, or than it asked for by Retry-After.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

# A channel that fails is slowed, never given up: it may come back.
LONGEST_PAUSE = timedelta(hours=24)
# Readings of many channels spread out by themselves, and repeat at no fixed second.
_JITTER = 0.1
# What part of a window may be new at one reading, and below what part the pace is slowed.
_FAST, _SLOW = 0.5, 0.2
_SLOWER = 1.5


@dataclass(frozen=True, slots=True)
class Plan:
    """`interval` is the pace to hand back to the next `plan_poll`; `reason` is for a person."""

    next_at: datetime
    interval: timedelta
    reason: str


def plan_poll(
    *,
    now: datetime,
    every: timedelta,
    min_interval: timedelta,
    interval: timedelta | None = None,
    found: int = 0,
    new: int = 0,
    first: bool = False,
    failures: int = 0,
    retry_after: timedelta | None = None,
    ttl: timedelta | None = None,
    chance: float = 0.5,
) -> Plan:
    """Plan the next poll of a channel after one that ended at `now`.

    `every` is the longest pause in good times, `min_interval` the shortest ever. `interval` is
    the pace so far (None: `every`). `found` and `new` count the entries of this reading, `first`
    says that the channel was never read before, when all of them are new of course. `failures`
    counts the failed polls in a row, this one included, 0 after a success. `chance` is a random
    number from 0 to 1.
    """
    longest = max(every, min_interval)
    pace = min(max(interval or longest, min_interval), longest)
    if failures > 0:
        return _after_failure(now, pace, min_interval, failures, retry_after, chance)
    pace, reason, turned_over = _adapted(pace, found, 0 if first else new)
    least = min_interval
    if ttl is not None and not turned_over and (asked := min(ttl, longest)) > max(pace, least):
        least, reason = asked, f"the channel asks for {_words(ttl)} between readings"
    pace = min(max(pace, least), longest)
    wait = _jittered(pace, least, longest, chance)
    if retry_after is not None and (asked := min(retry_after, LONGEST_PAUSE)) > wait:
        wait, reason = asked, f"the site asked to wait {_words(asked)}"
    return Plan(now + wait, pace, reason)


def _adapted(pace: timedelta, found: int, new: int) -> tuple[timedelta, str, bool]:
    """The new pace, why, and whether the window turned over."""
    if found == 0:
        return pace, f"every {_words(pace)}: nothing to judge the pace by", False
    share = new / found
    if new >= found:
        faster = pace / 4
        return faster, f"faster: all {found} entries were new, some may have been missed", True
    if share > _FAST:
        faster = pace * (_FAST / share)
        return faster, f"faster: {new} of {found} entries were new", False
    if share < _SLOW:
        return pace * _SLOWER, f"steady: {new} of {found} entries were new", False
    return pace, f"every {_words(pace)}: {new} of {found} entries were new", False


def _after_failure(
    now: datetime,
    pace: timedelta,
    min_interval: timedelta,
    failures: int,
    retry_after: timedelta | None,
    chance: float,
) -> Plan:
    """Slower with each failure; the pace itself is kept for when the channel is back."""
    backed_off = min(pace * (1 + min(failures, 10_000)), LONGEST_PAUSE)
    wait = _jittered(backed_off, min_interval, LONGEST_PAUSE, chance)
    reason = f"{failures} failed in a row: slowed to {_words(backed_off)}"
    if retry_after is not None:
        asked = min(max(retry_after, timedelta()), LONGEST_PAUSE)
        if asked > wait:
            # Later than asked by up to a tenth, so that not everybody is back at one moment.
            wait = min(asked * (1 + _JITTER * chance), max(LONGEST_PAUSE, asked))
            reason = f"the site asked to wait {_words(asked)}"
    return Plan(now + wait, pace, reason)


def _jittered(pace: timedelta, shortest: timedelta, longest: timedelta, chance: float) -> timedelta:
    """Within a tenth of the pace, and within both bounds."""
    low = max(pace * (1 - _JITTER), shortest)
    high = max(min(pace * (1 + _JITTER), longest), low)
    return low + (high - low) * min(max(chance, 0.0), 1.0)


def _words(pause: timedelta) -> str:
    seconds = round(pause.total_seconds())
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and (seconds % size == 0 or seconds >= 10 * size):
            return f"{round(seconds / size)} {name}"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"
