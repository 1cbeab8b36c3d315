"""How long an answer is good for, as its headers say (RFC 9111)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Whoever says a year means "a long time"; the plan caps it further.
_LONGEST = timedelta(days=7)
_MAX_AGE = re.compile(r'max-age\s*=\s*"?([0-9]+)"?')


def freshness(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How much longer nothing new is to be expected; None when the headers promise nothing.

    `Cache-Control: max-age`, else `Expires` counted from the answer's own `Date`, because clocks
    of servers are wrong by hours; less the `Age` that the answer has spent in caches. At most a
    week, always more than nothing.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    control = [part.strip().lower() for part in fields.get("cache-control", "").split(",")]
    if any(part.split("=")[0].strip() in ("no-cache", "no-store") for part in control):
        return None
    if not any(control) and "no-cache" in fields.get("pragma", "").lower():
        return None
    ages = [part for part in control if part.startswith("max-age")]
    if ages:
        promised = min((_max_age(part) for part in ages), default=timedelta(0))
    else:
        promised = _until_expiry(fields, now)
    left = promised - _seconds(fields.get("age", ""))
    return min(left, _LONGEST) if left > timedelta(0) else None


def _max_age(directive: str) -> timedelta:
    """Nothing for one that cannot be read: such an answer counts as stale."""
    found = _MAX_AGE.fullmatch(directive)
    return _seconds(found[1]) if found else timedelta(0)


def _until_expiry(fields: Mapping[str, str], now: datetime) -> timedelta:
    expires = http_date(fields.get("expires", ""))
    if expires is None:
        return timedelta(0)
    return expires - (http_date(fields.get("date", "")) or now)


def _seconds(value: str) -> timedelta:
    value = value.strip()
    if not (value.isascii() and value.isdigit()):
        return timedelta(0)
    # 2^31 seconds is the largest that the standard asks anyone to understand.
    return timedelta(seconds=int(value) if len(value) < 11 else 2**31)


def http_date(value: str) -> datetime | None:
    """The moment that a header names; None for what is no date. Without a zone it is UTC."""
    try:
        date = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
