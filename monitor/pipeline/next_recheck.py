"""When the page of a stored article is looked at again: often at first, then ever less."""

from __future__ import annotations

from datetime import datetime, timedelta

# Most corrections come within the first hours; after a week a text is left alone.
AGES = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
    timedelta(days=3),
    timedelta(days=7),
)
AFTER_A_CHANGE = timedelta(hours=1)
"""What was corrected just now may be corrected again soon."""
MOST_CHECKS = 24
"""However often a page changes."""
LIVE_PAUSE, LIVE_FOR = timedelta(minutes=20), timedelta(hours=12)
MOST_LIVE_CHECKS = 48
"""Twelve hours of looks every twenty minutes, and those of any article after that."""

CONFIRMED_AFTER = timedelta(hours=6)
"""A page that is not there is asked for once more; a faulty update of a site is over by then."""
GONE_TWICE = 2
LAST_LOOKS = 3
"""A withdrawn article is looked for on so many days more."""


def next_recheck(
    published: datetime | None,
    first_seen: datetime,
    now: datetime,
    checks: int,
    changed: bool,
    *,
    live: bool = False,
) -> datetime | None:
    """The moment of the next look; None when there is none.

    Ages count from the publication, or from when the article was first seen where the date is
    unknown or lies ahead of that. `checks` looks have been taken; `changed` says whether the last
    one found another text. What is `live` is written on while its events last.
    """
    if checks >= (MOST_LIVE_CHECKS if live else MOST_CHECKS):
        return None
    born = first_seen if published is None else min(published, first_seen)
    ages = (born + age for age in AGES)
    following = next((moment for moment in ages if moment > now), None)
    if live and now - born < LIVE_FOR:
        return now + LIVE_PAUSE
    if changed:
        soon = now + AFTER_A_CHANGE
        return soon if following is None else min(soon, following)
    return following


def next_look_for_gone(now: datetime, gone: int) -> datetime | None:
    """When a page is asked for again that was not there `gone` times in a row."""
    if gone < GONE_TWICE:
        return now + CONFIRMED_AFTER
    return now + timedelta(days=1) if gone < GONE_TWICE + LAST_LOOKS else None
