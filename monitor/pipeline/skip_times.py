"""The hours and days in which a feed asks for no visits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Hints

_HOUR = timedelta(hours=1)
# Six days skipped and 23 hours of the seventh: the next visit is at most a week away.
_HOURS_OF_A_WEEK = 7 * 24


def after_skipped(moment: datetime, hints: Hints) -> datetime:
    """`moment` itself, or the end of the skipped time that it falls into, in UTC."""
    moment = moment.astimezone(UTC)
    for _ in range(_HOURS_OF_A_WEEK):
        if moment.hour not in hints.skip_hours and moment.weekday() not in hints.skip_days:
            break
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return moment
