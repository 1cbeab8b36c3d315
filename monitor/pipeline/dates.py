"""Dates as publishers write them: RFC 822, ISO 8601, epoch seconds, and prose in four languages.

Nothing is guessed: a date without a year, a relative one ("вчера"), an impossible one (30 February)
or one with words that are not known is None, because a wrong date is worse than none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.pipeline.date_words import month_of, says_nothing, zone_of

# The web is younger than the first, and no publisher means the second.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
# Clocks of publishers run ahead by minutes, not hours.
_TOLERATED_LEAD = timedelta(minutes=10)
_LONGEST = 120

_OFFSET = r"(?:(?:utc|gmt)\s?)?(?P<sign>[+\-−])(?P<oh>[0-9]{1,2})(?::?(?P<om>[0-9]{2}))?"
_ISO = re.compile(
    r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})"
    r"(?P<rest>$|[t\s,].*)"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<rest>t?(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?P<s>[0-9]{2})?(?P<zone>z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_NUMERIC = re.compile(r"(?<![0-9])([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_CLOCK = re.compile(
    r"(?<![0-9:.])(?P<h>[0-9]{1,2})"
    r"(?:\s?:\s?(?P<m>[0-9]{1,2})(?:\s?:\s?(?P<s>[0-9]{1,2}))?(?:[.,][0-9]+)?"
    r"|\s?h(?:eures?)?\s?(?P<fm>[0-9]{1,2})?(?![a-z])\s?(?:min)?"
    r"|(?P<whole>)(?=\s?[ap]\.?\s?m\b))"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?)?"
)
_DOTTED_CLOCK = re.compile(r"(?<=\s)(в|at|à|сағат)\s([0-9]{1,2})\.([0-9]{2})(?![0-9.])")
_ZONE = re.compile(rf"^\s*(?:{_OFFSET}(?![0-9:])|(?P<name>[a-zмск]{{1,4}})(?![^\W\d_]))")
_COMMENT = re.compile(r"\s*(?:\((?P<name>[^()]*)\)|\[[^\[\]]*\])\s*$")
_WORD = re.compile(r"([0-9]+)(?:er|st|nd|rd|th|-?го|-?е|-?ші|-?шы)?(?![^\W_])|[^\W\d_]+")
_EPOCH = re.compile(r"[0-9]{9,10}|[0-9]{12,13}")


@dataclass(frozen=True, slots=True)
class _Clock:
    hour: int
    minute: int
    second: int
    zone: tzinfo | None


class _UnreadableError(Exception):
    """Not a date: caught in this module."""


def parse_date(raw: str, zone: ZoneInfo) -> datetime | None:
    """The moment with the offset that was stated, or None. A date that names no zone is read in
    `zone` and gets its offset, at midnight there when it names no time."""
    text = " ".join(raw.split()).lower()
    if not text or len(text) > _LONGEST:
        return None
    try:
        return _parse(text, zone)
    except (_UnreadableError, ValueError, OverflowError):
        return None


def by_publishers_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment as its publisher's clock showed it. An offset that was stated is the publisher's;
    that machines write UTC says nothing, and `zone` is taken."""
    return moment if moment.utcoffset() else moment.astimezone(zone)


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Whether an article can have been published at `moment`: at most ten minutes ahead of now."""
    return moment <= now + _TOLERATED_LEAD


def _parse(text: str, zone: ZoneInfo) -> datetime:
    if _EPOCH.fullmatch(text):
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        moment = datetime.fromtimestamp(int(seconds), UTC)
        if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
            raise _UnreadableError
        return moment
    if found := _COMPACT.fullmatch(text):
        return _moment(_ymd(found), _compact_clock(found), zone)
    if found := _ISO.fullmatch(text):
        clock, left = _take_clock(found["rest"].removeprefix("t"))
        if left.strip(" ,"):
            raise _UnreadableError
        return _moment(_ymd(found), clock, zone)
    clock, left = _take_clock(text)
    return _moment(_read_day(left), clock, zone)


def _ymd(found: re.Match[str]) -> tuple[int, int, int]:
    return int(found["year"]), int(found["month"]), int(found["day"])


def _compact_clock(found: re.Match[str]) -> _Clock | None:
    if not found["rest"]:
        return None
    named = found["zone"]
    zone = None if named is None else _take_zone(named)[0]
    return _Clock(int(found["h"]), int(found["m"]), int(found["s"] or 0), zone)


def _take_clock(text: str) -> tuple[_Clock | None, str]:
    """Split off the time of day and its zone; the rest is returned as it stands."""
    comment: tzinfo | None = None
    if found := _COMMENT.search(text):
        comment = _take_zone(found["name"] or "")[0]
        text = text[: found.start()]
    text = _DOTTED_CLOCK.sub(r"\1 \2:\3", text)
    found = _CLOCK.search(text)
    if found is None:
        return None, text
    hour = int(found["h"])
    minute, second = int(found["m"] or found["fm"] or 0), int(found["s"] or 0)
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise _UnreadableError
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    zone, after = _take_zone(text[found.end() :])
    return _Clock(hour, minute, second, zone or comment), f"{text[: found.start()]} {after}"


def _take_zone(text: str) -> tuple[tzinfo | None, str]:
    found = _ZONE.match(text)
    if found is None:
        return None, text
    if found["sign"]:
        hours, minutes = int(found["oh"]), int(found["om"] or 0)
        if hours > 14 or minutes > 59:
            raise _UnreadableError
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(offset if found["sign"] == "+" else -offset), text[found.end() :]
    zone = zone_of(found["name"])
    return (None, text) if zone is None else (zone, text[found.end() :])


def _read_day(text: str) -> tuple[int, int, int]:
    """Year, month and day from prose ("2026 жылғы 12 маусым") or numbers, the day first."""
    month: int | None = None
    numbers: list[str] = []
    text = re.sub(r"([0-9]{4})(?=[гж])", r"\1 ", text)  # "2026г."
    if found := _NUMERIC.search(text):
        numbers, month = [found[1], found[4]], int(found[3])
        text = f"{text[: found.start()]} {text[found.end() :]}"
    elif iso := re.search(r"(?<![0-9])([0-9]{4})-([0-9]{2})-([0-9]{2})(?![0-9])", text):
        numbers, month = [iso[3], iso[1]], int(iso[2])
        text = f"{text[: iso.start()]} {text[iso.end() :]}"
    elif re.match(r"[^\w]*mar\b", text) and len(re.findall(r"[^\W\d_]{3,}", text)) > 1:
        text = text.replace("mar", "mardi", 1)  # French: "mar. 21 avril 2026"
    for token in _WORD.finditer(text):
        if token[1] is not None:
            numbers.append(token[1])
        elif month is None and (named := month_of(token[0])) is not None:
            month = named
        elif not says_nothing(token[0]):
            raise _UnreadableError
    if re.search(r"[^\w\s.,:;|/·•–—-]", text) or month is None or len(numbers) != 2:
        raise _UnreadableError
    return _order(numbers, month)


def _order(numbers: list[str], month: int) -> tuple[int, int, int]:
    """Which number is the year: the one of four digits, else the last."""
    first, last = numbers
    if len(first) == 4:
        first, last = last, first
    if len(first) > 2 or len(last) not in (2, 4):
        raise _UnreadableError
    year = int(last)
    if len(last) == 2:
        year += 2000 if year < 70 else 1900
    return year, month, int(first)


def _moment(day: tuple[int, int, int], clock: _Clock | None, zone: ZoneInfo) -> datetime:
    if not _FIRST_YEAR <= day[0] <= _LAST_YEAR:
        raise _UnreadableError
    local = datetime(*day, tzinfo=zone)
    if clock is None:
        return _fixed(local)
    if clock.zone is not None:
        local = local.replace(tzinfo=clock.zone)
    # 24:00 is the end of the day and :60 a leap second: both are the moment that follows.
    if clock.hour == 24 and (clock.minute or clock.second):
        raise _UnreadableError
    next_day = timedelta(days=clock.hour // 24)
    leap = timedelta(seconds=clock.second // 60)
    if clock.second > 60:
        raise _UnreadableError
    local = local.replace(hour=clock.hour % 24, minute=clock.minute, second=clock.second % 60)
    if clock.hour > 24:
        raise _UnreadableError
    if leap:
        local = local.replace(second=59)
    return _fixed(local + next_day) + leap


def _fixed(local: datetime) -> datetime:
    """The same moment with a fixed offset: a zone's rules are not the article's business."""
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
