"""When a page that could not be fetched or read is tried again."""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Failure, Fate

# After the first attempt, the second, …: an outage of minutes, of a night, of a long weekend. Never
# more than a day: what is back is not to be waited for.
PAUSES = (
    timedelta(minutes=5),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=1),
    timedelta(days=1),
)
MAX_ATTEMPTS = len(PAUSES) + 1
# Some sites ask for 88 hours; a day is what a page is worth waiting for.
LONGEST_RETRY_AFTER = timedelta(hours=24)
# What robots.txt forbids may be a slip that is mended within days; a site that means it means it
# for good. Asking again costs that site nothing: only its robots.txt is read.
ROBOTS_PAUSE = timedelta(days=1)
ROBOTS_LOOKS = 7


def decide_retry(failure: Failure, attempts: int, now: datetime) -> datetime | None:
    """The moment of the next attempt; None when there is none, which means: skip what has the
    fate `SKIP`, and quarantine the rest.

    `attempts` counts the attempts made so far, the failed one included. What the site asked for
    by Retry-After is waited for, up to 24 hours. A page that robots.txt disallows is looked at
    again once a day for a week, and then skipped.
    """
    if failure.code == "blocked.robots":
        return now + ROBOTS_PAUSE if attempts <= ROBOTS_LOOKS else None
    if failure.fate is not Fate.RETRY or attempts >= MAX_ATTEMPTS:
        return None
    pause = PAUSES[max(attempts, 1) - 1]
    if failure.retry_after is not None:
        pause = max(pause, min(failure.retry_after, LONGEST_RETRY_AFTER))
    return now + pause
