"""When a channel is read next.

The pace follows the channel: three readings at least in the time in which its window can turn
over, because a window that turned over has lost articles. Never slower than `every`, never faster
than `min_interval`. What the channel asks for (HTTP's freshness, ttl, hours without visits) slows
it further, up to two fifths of that time: completeness comes before courtesy, Retry-After before
both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Hints, Reason
from monitor.pipeline import poll_reasons as reasons
from monitor.pipeline.channel_window import Window, counted
from monitor.pipeline.skip_times import after_skipped

# A channel that fails is slowed, never given up: it may come back.
LONGEST_PAUSE = timedelta(hours=24)
# Feeds do come back from 410 too, but who says it three times is asked once a week.
GONE_PAUSE = timedelta(days=7)
_GONE_AFTER = 3
# However good a 304 looks, there are servers that say it for ever.
FULL_READ_EVERY = timedelta(hours=12)
# Readings of many channels spread out by themselves, and repeat at no fixed second.
_JITTER = 0.1
# What part of its turnover is let pass between two readings, and how far courtesy may push that.
# Simulated Poisson feeds with a window of 10, from 1 a day to 4 a minute, lost none of 70,000
# entries at these; with courtesy at a half, one in 4,000 at the highest rate.
_PART, _COURTEOUS_PART = 1 / 3, 2 / 5
# The pace slows down by steps: what was fast may be fast again. An answer without entries (not
# modified, or an empty feed) says less than one in which few are new.
_SLOWER, _SLOWER_UNSEEN = 1.5, 1.25
# A `min_interval` of "0s" (hosts of one's own) must not end in a busy loop; and the pace is kept
# in whole seconds, of which a quarter is none.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """`interval` and `turnover` (the last one known) are to be handed back to the next
    `plan_poll`; `why` names the rule that decided, `reason` is that for a person."""

    next_at: datetime
    interval: timedelta
    why: Reason
    turnover: timedelta | None = None

    @property
    def reason(self) -> str:
        return reasons.sentence(self.why)


@dataclass(frozen=True, slots=True)
class _Bounds:
    least: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class _Pace:
    """A pace, why, and how long the next poll may be put off for courtesy's sake."""

    every: timedelta
    reason: Reason
    patience: timedelta


def plan_poll(
    *,
    now: datetime,
    every: timedelta,
    min_interval: timedelta,
    interval: timedelta | None = None,
    turnover: timedelta | None = None,
    found: int = 0,
    new: int = 0,
    first: bool = False,
    failures: int = 0,
    retry_after: timedelta | None = None,
    ttl: timedelta | None = None,
    chance: float = 0.5,
    window: Window | None = None,
    hints: Hints | None = None,
    fresh_for: timedelta | None = None,
    gone: bool = False,
) -> Plan:
    """Plan the next poll of a channel after one that ended at `now`.

    `every` is the longest pause in good times, `min_interval` the shortest ever. `interval` and
    `turnover` are those of the last plan (None: `every`, not known). `window` is what `observe`
    saw, None when nothing was read (not modified); `found`, `new` and `first` stand in for it
    where nobody observed. `failures` counts the failed polls in a row, this one included, 0 after
    a success; `gone` says that the last was a 410. `fresh_for` is the answer's `freshness`,
    `hints` (and `ttl`) what the channel asks for. `chance` is a random number from 0 to 1.
    """
    longest = max(every, min_interval)
    bounds = _Bounds(max(min_interval, min(longest, _SECOND)), longest)
    before = min(max(interval or longest, bounds.least), longest)
    hints = hints or Hints()
    hints = replace(hints, ttl=hints.ttl or ttl)
    if failures > 0:
        pace, patience = before, _patience(before, turnover, longest)
        wait, reason = _backed_off(before, bounds, failures, gone, chance)
    else:
        window = window or _counted_window(found, new, None if first else before)
        turnover = turnover if window.turnover is None else window.turnover
        judged = _judged(before, bounds, window, turnover)
        pace, patience = judged.every, judged.patience
        slowed, least, reason = _courteous(judged, bounds, hints, fresh_for)
        wait = _jittered(slowed, least, longest, chance)
    if retry_after is not None and (asked := min(retry_after, LONGEST_PAUSE)) > wait:
        # Later than asked by up to a tenth, so that not everybody is back at one moment.
        wait = min(asked * (1 + _JITTER * _share(chance)), LONGEST_PAUSE)
        reason = reasons.asked_to_wait(asked)
    plan = Plan(now + wait, pace, reason, turnover)
    return _spared(plan, now, hints, min(patience, LONGEST_PAUSE))


def wants_full_read(last_full_read_at: datetime | None, now: datetime) -> bool:
    """Whether this request goes without conditions, so that no wrong 304 blinds us for ever.

    `last_full_read_at` is when the channel last answered with a document. One in the future is
    a clock that was set back.
    """
    if last_full_read_at is None:
        return True
    return not timedelta(0) <= now - last_full_read_at < FULL_READ_EVERY


def _counted_window(found: int, new: int, elapsed: timedelta | None) -> Window:
    turnover = counted(found, new, elapsed)
    overlap = elapsed is None or found == 0 or new < found
    return Window(
        found, new, overlap=overlap, first=elapsed is None, wanted=found, turnover=turnover
    )


def _judged(before: timedelta, bounds: _Bounds, window: Window, known: timedelta | None) -> _Pace:
    """The pace that what was seen asks for; `known` is the last turnover that was."""
    if window.entries == 0:
        pace = _slower(before, _SLOWER_UNSEEN, bounds)
        return _Pace(pace, reasons.nothing(pace), _patience(before, known, bounds.longest))
    turnover = window.turnover
    if window.first and turnover is None:
        pace = bounds.least
        return _Pace(pace, reasons.first_look(pace), _patience(pace, None, bounds.longest))
    aim = bounds.longest if turnover is None else min(turnover * _PART, bounds.longest)
    if not window.overlap:
        pace = max(min(aim, before / 2), bounds.least)
        return _Pace(pace, reasons.missed(window.wanted or window.entries), pace)
    pace = max(min(aim, _slower(before, _SLOWER, bounds)), bounds.least)
    patience = _patience(pace, known, bounds.longest)
    return _Pace(pace, _why(pace, aim, bounds, window), patience)


def _why(pace: timedelta, aim: timedelta, bounds: _Bounds, window: Window) -> Reason:
    if pace < aim:
        return reasons.slowing(pace)
    if window.turnover is None:
        return reasons.by_share(pace, window.new, window.wanted or window.entries)
    if aim < bounds.least:
        return reasons.at_least_pause(pace, window.entries, window.turnover)
    return reasons.by_window(pace, window.entries, window.turnover)


def _slower(pace: timedelta, factor: float, bounds: _Bounds) -> timedelta:
    return min(max(pace * factor, pace + _SECOND), bounds.longest)


def _patience(pace: timedelta, turnover: timedelta | None, longest: timedelta) -> timedelta:
    """How long courtesy may put a poll off. A pace below the longest remembers busier times than
    the last turnover tells of; where none is known, it is all that is known."""
    remembered = pace * (_COURTEOUS_PART / _PART)
    if turnover is None:
        return remembered
    safe = turnover * _COURTEOUS_PART
    return safe if pace >= longest else min(safe, remembered)


def _courteous(
    judged: _Pace, bounds: _Bounds, hints: Hints, fresh_for: timedelta | None
) -> tuple[timedelta, timedelta, Reason]:
    """The pace with what was asked for, the least pause now, and why."""
    channel = max(hints.ttl or timedelta(0), hints.update_every or timedelta(0))
    asked = max(channel, fresh_for or timedelta(0))
    pace = min(asked, judged.patience, bounds.longest)
    if pace <= judged.every:
        return judged.every, max(pace, bounds.least), judged.reason
    if judged.patience < min(asked, bounds.longest):
        reason = reasons.sooner_than_asked(pace, asked)
    elif asked == channel:
        reason = reasons.asked_by_channel(pace, asked)
    else:
        reason = reasons.asked_by_headers(pace, asked)
    return pace, pace, reason


def _backed_off(
    pace: timedelta, bounds: _Bounds, failures: int, gone: bool, chance: float
) -> tuple[timedelta, Reason]:
    """Slower with each failure; the pace itself is kept for when the channel is back."""
    if gone:
        pause = GONE_PAUSE if failures >= _GONE_AFTER else LONGEST_PAUSE
        return _jittered(pause, bounds.least, pause, chance), reasons.gone(pause)
    pause = min(pace * (1 + min(failures, 10_000)), max(LONGEST_PAUSE, bounds.least))
    wait = _jittered(pause, bounds.least, LONGEST_PAUSE, chance)
    return wait, reasons.failed(failures, pause)


def _spared(plan: Plan, now: datetime, hints: Hints, patience: timedelta) -> Plan:
    """The plan moved out of the time without visits, as far as patience goes."""
    end = after_skipped(plan.next_at, hints)
    if end <= plan.next_at or now + patience <= plan.next_at:
        return plan
    if end <= now + patience:
        return replace(plan, next_at=end, why=reasons.skipped_until(end, now))
    return replace(plan, next_at=now + patience, why=reasons.despite_skipped(patience))


def _jittered(pace: timedelta, shortest: timedelta, longest: timedelta, chance: float) -> timedelta:
    """Within a tenth of the pace, and within both bounds."""
    low = max(pace * (1 - _JITTER), shortest)
    high = max(min(pace * (1 + _JITTER), longest), low)
    return low + (high - low) * _share(chance)


def _share(chance: float) -> float:
    return min(max(chance, 0.0), 1.0)
