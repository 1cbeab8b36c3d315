"""How often a feed wants to be read: ttl, the syndication module, skipHours and skipDays.

They are read from the document itself: feedparser keeps the last of several hours only, and a
feed that is mended keeps none of them.
"""

from __future__ import annotations

import re
from datetime import timedelta

from monitor.model import Hints

_LONGEST_TTL = timedelta(days=7)
# Openings without an end are searched for once each: 20,000 characters of them take 0.1 s.
_LONGEST_HEAD = 20_000
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_FIRST_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
_LAST_ITEM = re.compile(r"</(?:[\w.-]+:)?(?:item|entry)\s*>")
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.S)
_COMMENT = re.compile(r"<!--.*?-->", re.S)


def feed_hints(text: str) -> Hints:
    """The hints of a feed's document, those of its entries left out. What makes no sense (every
    hour of the day skipped, a ttl of 0) is left out too."""
    head = outside_entries(text)
    return Hints(
        ttl=_ttl(_value(head, "ttl")),
        update_every=_update_every(_value(head, "updatePeriod"), _value(head, "updateFrequency")),
        skip_hours=_hours(_values(head, "skipHours", "hour")),
        skip_days=_days(_values(head, "skipDays", "day")),
    )


def outside_entries(text: str) -> str:
    """What stands before the first entry and after the last one."""
    first = _FIRST_ITEM.search(text)
    if first is not None:
        end = first.start()
        for found in _LAST_ITEM.finditer(text):
            end = found.end()
        text = f"{text[: first.start()][:_LONGEST_HEAD]}{text[end:][:_LONGEST_HEAD]}"
    text = _COMMENT.sub("", text[: 2 * _LONGEST_HEAD])
    return _CDATA.sub(lambda found: "" if "<" in found[1] else found[1], text)


def _value(text: str, name: str) -> str:
    found = re.search(rf"<(?:[\w.-]+:)?{name}(?:\s[^<>]*)?>([^<]*)<", text, re.I)
    return found[1].strip().lower() if found else ""


def _values(text: str, outer: str, inner: str) -> list[str]:
    found = re.search(rf"<{outer}(?:\s[^<>]*)?>(.*?)</{outer}\s*>", text, re.I | re.S)
    values = re.findall(rf"<{inner}(?:\s[^<>]*)?>([^<]*)<", found[1], re.I) if found else []
    return [value.strip().lower() for value in values]


def _number(value: str) -> int | None:
    return int(value) if re.fullmatch(r"[0-9]{1,6}", value) else None


def _ttl(value: str) -> timedelta | None:
    """Minutes, as RSS writes them."""
    minutes = _number(value)
    return min(timedelta(minutes=minutes), _LONGEST_TTL) if minutes else None


def _update_every(period: str, frequency: str) -> timedelta | None:
    """The period, daily unless said, through how often in it, once unless said."""
    length = _PERIODS.get(period or "daily")
    times = _number(frequency or "1")
    if not (period or frequency) or length is None or not times:
        return None
    return length / times


def _hours(values: list[str]) -> frozenset[int]:
    """Hours of the day in GMT, 0 to 23; an older version counts 1 to 24."""
    numbers = (_number(value) for value in values)
    hours = frozenset(hour % 24 for hour in numbers if hour is not None and hour <= 24)
    return hours if len(hours) < 24 else frozenset()


def _days(values: list[str]) -> frozenset[int]:
    """Weekdays in GMT, 0 for Monday."""
    days = frozenset(
        number
        for number, name in enumerate(_DAYS)
        if any(len(value) >= 3 and name.startswith(value) for value in values)
    )
    return days if len(days) < 7 else frozenset()
