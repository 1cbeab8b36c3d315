"""The time of day in a written date, and the zone it counts in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from monitor.pipeline.date_words import take_city_time, zone_of

_OFFSET = r"(?:(?:utc|gmt|мск)\s?)?(?P<sign>[+\-−])\s?(?P<oh>[0-9]{1,2})(?::?(?P<om>[0-9]{2}))?"
_CLOCK = re.compile(
    r"(?<![0-9:.])(?P<h>[0-9]{1,2})"
    r"(?:\s?:\s?(?P<m>[0-9]{1,2})(?:\s?:\s?(?P<s>[0-9]{1,2}))?(?:[.,][0-9]+)?"
    r"|\s?(?:h(?:eures?)?|ч(?:ас\w{0,2})?\.?|сағ(?:ат)?\.?)(?![^\W\d_])\s?"
    r"(?:(?P<fm>[0-9]{1,2})(?![0-9]))?\s?(?:m(?:in)?(?:utes?)?\.?|мин(?:ут\w?)?\.?)?"
    r"(?:\s?(?P<fs>[0-9]{2})\s?(?:s|с|сек)\b)?(?![^\W\d_])"
    r"|(?P<whole>)(?=\s?[ap]\.?\s?m\b))"
    r"\s?(?P<half>[ap]\.?\s?m\b\.?)?(?:-(?:да|де|та|те|ге|ға))?"
)
# "в 14.30", "02.10.2025 14.30": never a piece of a date written with dots.
_DOTTED_CLOCK = re.compile(
    r"(?<![0-9.])(?<=[\s,])([01]?[0-9]|2[0-4])\.([0-5][0-9])(?![0-9])(?!\.[0-9])"
)
_ZONE = re.compile(rf"^\s*(?:{_OFFSET}(?![0-9:])|(?P<name>[a-zмск]{{1,4}})(?![^\W\d_]))")
_COMMENT = re.compile(r"\s*(?:\((?P<name>[^()]*)\)|\[(?P<square>[^\[\]]*)\])\s*$")
_ZONE_KEY = re.compile(r"[a-z]+(?:/[a-z_]+){1,2}")


class UnreadableError(Exception):
    """Not a date: caught where dates are read."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day. `has_seconds` says whether they were written."""

    hour: int
    minute: int
    second: int
    zone: tzinfo | None
    has_seconds: bool = True


def take_clock(text: str) -> tuple[Clock | None, str]:
    """Split off the time of day and its zone; the rest is returned as it stands."""
    stated, text = take_city_time(text)
    if found := _COMMENT.search(text):
        stated = stated or _commented_zone(found["name"] or found["square"] or "")
        text = text[: found.start()]
    text = _DOTTED_CLOCK.sub(r"\1:\2", text)
    found = _CLOCK.search(text)
    if found is None:
        return None, text
    hour = int(found["h"])
    minute = int(found["m"] or found["fm"] or 0)
    second = found["s"] or found["fs"]
    if half := found["half"]:
        if not 1 <= hour <= 12:
            raise UnreadableError
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    zone, after = take_zone(text[found.end() :])
    clock = Clock(hour, minute, int(second or 0), zone or stated, second is not None)
    return clock, f"{text[: found.start()]} {after}"


def take_zone(text: str) -> tuple[tzinfo | None, str]:
    """Split off the offset or the abbreviation at the beginning."""
    found = _ZONE.match(text)
    if found is None:
        return None, text
    if found["sign"]:
        hours, minutes = int(found["oh"]), int(found["om"] or 0)
        if hours > 14 or minutes > 59:
            raise UnreadableError
        offset = timedelta(hours=hours, minutes=minutes)
        if found[0].strip().startswith("мск"):  # "МСК+2": ahead of Moscow by so much
            offset = (offset if found["sign"] == "+" else -offset) + timedelta(hours=3)
            return timezone(offset), text[found.end() :]
        return timezone(offset if found["sign"] == "+" else -offset), text[found.end() :]
    zone = zone_of(found["name"])
    return (None, text) if zone is None else (zone, text[found.end() :])


def _commented_zone(name: str) -> tzinfo | None:
    if _ZONE_KEY.fullmatch(name):
        key = "/".join(part.title().replace("_Of_", "_of_") for part in name.split("/"))
        try:
            return ZoneInfo(key)
        except (ValueError, OSError, KeyError):
            return None
    return take_zone(name)[0]
