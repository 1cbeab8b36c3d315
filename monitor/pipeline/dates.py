"""Dates as publishers write them: RFC 822, ISO 8601, epoch seconds, and prose in four languages.

Nothing is guessed: an impossible date (30 February), one with words that are not known, or one
whose day and month cannot be told apart is None, because a wrong date is worse than none. A date
without a year, and a relative one ("вчера"), need the moment at which it was read.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.pipeline.date_clock import Clock, UnreadableError, take_clock, take_zone
from monitor.pipeline.date_day import Day, read_days
from monitor.pipeline.date_relative import read_ago, take_day_word
from monitor.pipeline.date_words import says_nothing

# The web is younger than the first, and no publisher means the second.
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
# Clocks of publishers run ahead by minutes, not hours.
_TOLERATED_LEAD = timedelta(minutes=10)
_LONGEST = 120
# Without a year the last such day is meant; one half a year back would have been given its year.
_WITHOUT_A_YEAR = timedelta(days=183)

_ISO = re.compile(
    r"(?P<year>[0-9]{4})([-/.])(?P<month>[0-9]{1,2})\2(?P<day>[0-9]{1,2})"
    r"(?P<rest>$|[t\s,].*)"
)
_COMPACT = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})"
    r"(?P<rest>t?(?P<h>[0-9]{2})(?P<m>[0-9]{2})(?P<s>[0-9]{2})?(?:[.,][0-9]+)?"
    r"(?P<zone>z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?"
)
_WEEK = re.compile(r"([0-9]{4})-?w([0-9]{2})-?([1-7])(?:t(.*))?")
_EPOCH = re.compile(
    r"(?:/date\()?(?:([0-9]{9,10})(?:\.[0-9]+)?|([0-9]{12,13})|([0-9]{15,16}))(?:\)/)?"
)
_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF))
_DASHES = {0x2010: "-", 0x2011: "-", 0x2012: "-", 0x2212: "-", 0x2236: ":"}
_AMERICAN = re.compile(r"(?:America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit)|US/.*)")


@dataclass(frozen=True, slots=True)
class Dated:
    """A moment with the offset that was stated, and how exact it is: "second", "minute", "hour"
    or "day". A day is its midnight."""

    moment: datetime
    precision: str


def parse_date(raw: str, zone: ZoneInfo, tag: str | None = None) -> datetime | None:
    """The moment of `read_date`."""
    found = read_date(raw, zone, tag=tag)
    return None if found is None else found.moment


def read_date(
    raw: str, zone: ZoneInfo, *, tag: str | None = None, now: datetime | None = None
) -> Dated | None:
    """The date that `raw` is, or None where it is none or can be read in two ways.

    What names no zone is read in `zone`, at midnight there when it names no time. `tag` is the
    language of the page ("en-US"): it tells whether a month stands before its day. `now` is when
    the page was read; without it, "yesterday" and a day without a year are None.
    """
    found = possible_dates(raw, zone, tag=tag, now=now)
    return found[0] if len(found) == 1 else None


def possible_dates(
    raw: str, zone: ZoneInfo, *, tag: str | None = None, now: datetime | None = None
) -> tuple[Dated, ...]:
    """Every way to read `raw`: none, one, or two where "10/02/2025" may be either."""
    text = unicodedata.normalize("NFKC", raw[: 4 * _LONGEST].translate(_INVISIBLE))
    text = " ".join(text.translate(_DASHES).split()).lower().strip(" ,;|·•–—")
    if not text or len(text) > _LONGEST:
        return ()
    try:
        return _readings(text, zone, tag, now)
    except (UnreadableError, ValueError, OverflowError):
        return ()


def by_publishers_clock(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment as its publisher's clock showed it. An offset that was stated is the publisher's;
    that machines write UTC says nothing, and `zone` is taken."""
    return moment if moment.utcoffset() else moment.astimezone(zone)


def is_plausible(moment: datetime, now: datetime) -> bool:
    """Whether an article can have been published at `moment`: at most ten minutes ahead of now."""
    return moment <= now + _TOLERATED_LEAD


def day_order(tag: str | None, zone: tzinfo) -> str | None:
    """Whether readers of this language and zone expect the day first ("dmy") or the month
    ("mdy"); None where nobody can tell: plain "en", and a zone that says nothing."""
    parts = re.split(r"[-_]", (tag or "").lower())
    if parts[0] not in ("", "en"):
        return "dmy"
    region = parts[1] if len(parts) > 1 else ""
    by_region = "mdy" if region in ("us", "ph") else "dmy" if region not in ("", "ca") else None
    key = getattr(zone, "key", "")
    by_zone: str | None = "dmy"
    if _AMERICAN.fullmatch(key):
        by_zone = "mdy"
    elif key in ("", "UTC", "Etc/UTC") or key.startswith("America/"):
        by_zone = None
    if by_region and by_zone and by_region != by_zone:
        return None  # publishing systems say "en-US" until somebody tells them otherwise
    return by_region or by_zone


def _readings(
    text: str, zone: ZoneInfo, tag: str | None, now: datetime | None
) -> tuple[Dated, ...]:
    if found := _EPOCH.fullmatch(text):
        return (Dated(_epoch(found), "second"),)
    if found := _COMPACT.fullmatch(text):
        clock = _compact_clock(found)
        return (
            _dated(_date(int(found["year"]), int(found["month"]), int(found["day"])), clock, zone),
        )
    if found := _WEEK.fullmatch(text):
        clock, left = take_clock(found[4] or "")
        _nothing_left(left)
        return (_dated(date.fromisocalendar(*map(int, found.group(1, 2, 3))), clock, zone),)
    if found := _ISO.fullmatch(text):
        clock, left = take_clock(found["rest"].removeprefix("t"))
        _nothing_left(left)
        return (
            _dated(_date(int(found["year"]), int(found["month"]), int(found["day"])), clock, zone),
        )
    if now is not None and (ago := read_ago(text, now.astimezone(zone))) is not None:
        return (Dated(_fixed(ago[0]), ago[1]),)
    back, rest = take_day_word(text)
    clock, left = take_clock(rest)
    if back is not None and not re.search(r"[0-9]", left):
        return (_days_back(back, left, clock, zone, now),)
    days, weekday = read_days(left)
    today = None if now is None else now.astimezone(zone).date()
    return _settled(days, weekday, clock, zone, tag, today)


def _settled(
    days: tuple[Day, ...],
    weekday: int | None,
    clock: Clock | None,
    zone: ZoneInfo,
    tag: str | None,
    today: date | None,
) -> tuple[Dated, ...]:
    """The readings that are left when the weekday, the zone that was stated, the language and the
    calendar have said what they know."""
    found = {day: _of(day, weekday, today) for day in days}
    if len(found) > 1:
        right = {day: one for day, one in found.items() if one.weekday() == weekday}
        stated = clock.zone if clock is not None else None
        order = _order_of(stated) or day_order(tag, zone)
        told = {day: one for day, one in found.items() if day.order == order}
        past = {day: one for day, one in found.items() if today is None or one <= today}
        found = right if len(right) == 1 else told or (past if len(past) == 1 else found)
    return tuple(_dated(one, clock, zone) for one in found.values())


def _of(day: Day, weekday: int | None, today: date | None) -> date:
    if day.year is not None:
        return _date(day.year, day.month, day.day)
    if today is None:
        raise UnreadableError
    for year in (today.year, today.year - 1):
        found = _date(year, day.month, day.day)
        if found <= today and today - found <= _WITHOUT_A_YEAR:
            if weekday is not None and found.weekday() != weekday:
                break
            return found
    raise UnreadableError


def _order_of(stated: tzinfo | None) -> str | None:
    """A zone of the Americas, written beside the time, is an American's way of writing dates."""
    offset = None if stated is None else datetime(2026, 1, 1, tzinfo=stated).utcoffset()
    if not offset:
        return None
    hours = offset / timedelta(hours=1)
    return "mdy" if -10 <= hours <= -4 else "dmy" if hours > 0 else None


def _days_back(
    back: int, left: str, clock: Clock | None, zone: ZoneInfo, now: datetime | None
) -> Dated:
    if now is None or not all(map(says_nothing, re.findall(r"[^\W\d_]+", left))):
        raise UnreadableError
    counted = clock.zone if clock is not None and clock.zone is not None else zone
    day = now.astimezone(counted).date() - timedelta(days=back)
    return _dated(day, clock, zone)


def _nothing_left(text: str) -> None:
    if not all(map(says_nothing, re.findall(r"[^\W\d_]+", text))) or re.search(r"[0-9]", text):
        raise UnreadableError


def _epoch(found: re.Match[str]) -> datetime:
    seconds, thousands, millions = found.group(1, 2, 3)
    whole = int(seconds or 0) or int(thousands or 0) // 1000 or int(millions or 0) // 1_000_000
    moment = datetime.fromtimestamp(whole, UTC)
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise UnreadableError
    return moment


def _compact_clock(found: re.Match[str]) -> Clock | None:
    if not found["rest"]:
        return None
    zone = None if found["zone"] is None else take_zone(found["zone"])[0]
    second = found["s"]
    return Clock(int(found["h"]), int(found["m"]), int(second or 0), zone, second is not None)


def _date(year: int, month: int, day: int) -> date:
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise UnreadableError
    return date(year, month, day)


def _dated(day: date, clock: Clock | None, zone: ZoneInfo) -> Dated:
    local = datetime(day.year, day.month, day.day, tzinfo=zone)
    if clock is None:
        return Dated(_fixed(local), "day")
    if clock.zone is not None:
        local = local.replace(tzinfo=clock.zone)
    # 24:00 is the end of the day and :60 a leap second: both are the moment that follows.
    ends = clock.hour == 24 and not clock.minute and not clock.second
    if (clock.hour >= 24 and not ends) or clock.second > 60:
        raise UnreadableError
    second = min(clock.second, 59)
    local = local.replace(hour=clock.hour % 24, minute=clock.minute, second=second)
    moment = _fixed(local + timedelta(days=ends)) + timedelta(seconds=clock.second - second)
    return Dated(moment, "second" if clock.has_seconds else "minute")


def _fixed(local: datetime) -> datetime:
    """The same moment with a fixed offset: a zone's rules are not the article's business."""
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))
