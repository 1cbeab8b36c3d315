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
) -> datetime | None:
    """The moment of the next look; None when there is none.

    Ages count from the publication, or from when the article was first seen where the date is
    unknown or lies ahead of that. `checks` looks have been taken; `changed` says whether the last
    one found another text.
    """
    if checks >= MOST_CHECKS:
        return None
    born = first_seen if published is None else min(published, first_seen)
    ages = (born + age for age in AGES)
    following = next((moment for moment in ages if moment > now), None)
    if changed:
        soon = now + AFTER_A_CHANGE
        return soon if following is None else min(soon, following)
    return following


def next_look_for_gone(now: datetime, gone: int) -> datetime | None:
    """When a page is asked for again that was not there `gone` times in a row."""
    if gone < GONE_TWICE:
        return now + CONFIRMED_AFTER
    return now + timedelta(days=1) if gone < GONE_TWICE + LAST_LOOKS else None
