"""The kinds of value that TOML files hold: what each accepts, and what its message expects."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BeforeValidator, Field, StrictBool, StringConstraints
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

_DURATION = re.compile(r"(\d{1,9})(s|m|h|d)", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST = timedelta(days=366)
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_EMPTY_PAGE = LexborHTMLParser("<p></p>")


def parse_duration(value: object) -> timedelta:
    """Read "15m", "2s", "6h" or "1d". Raises ValueError for anything else, or over a year."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('expected a duration such as "2s", "15m", "6h" or "1d"')
    duration = timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    if duration > _LONGEST:
        raise ValueError('expected a duration of at most a year ("366d")')
    return duration


def _not_zero(value: timedelta) -> timedelta:
    if not value:
        raise ValueError('expected a duration longer than nothing, such as "1s" or "15m"')
    return value


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # OSError: "Asia", a folder
        raise ValueError('expected an IANA time zone such as "Asia/Almaty"') from error
    return value


def _http_url(value: str) -> str:
    try:
        parts = urlsplit(value)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError as error:  # a port that is no number, a broken IPv6 address
        raise ValueError(f"expected a web address ({error})") from error
    if not usable:
        raise ValueError('expected an address that begins with "https://" or "http://"')
    if parts.username is not None or parts.password is not None:
        raise ValueError("expected an address without a user name or password")
    if any(letter.isspace() or not letter.isprintable() for letter in value) or "\\" in value:
        raise ValueError("expected an address without blanks, control characters or backslashes")
    return value


def _without_placeholder(value: str) -> str:
    found = _PLACEHOLDER.search(value)
    if found:
        raise ValueError(f'expected an address without "{found[0]}", which only "backfill" may use')
    return value


def _paged(value: str) -> str:
    unknown = [found for found in _PLACEHOLDER.findall(value) if found != "{page}"]
    if unknown:
        raise ValueError(f'expected "{{page}}" as the only placeholder ({unknown[0]} is unknown)')
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"expected a regular expression ({error})") from error
    return value


def _selector(value: str) -> str:
    try:
        _EMPTY_PAGE.css(value)
    except (SelectolaxError, ValueError) as error:
        raise ValueError('expected a CSS selector such as "div.card > h3 a"') from error
    return value


def _language(value: str) -> str:
    if value == "kz":
        raise ValueError('expected "kk" for Kazakh ("kz" is the code of the country)')
    if not re.fullmatch(r"[a-z]{2}", value):
        raise ValueError('expected a language code of two small letters, such as "en" or "kk"')
    return value


def _agent(value: str) -> str:
    if not value.strip() or not value.isascii() or not value.isprintable():
        raise ValueError("expected one line of ASCII letters, as a header can carry it")
    return value


Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Term = Annotated[str, StringConstraints(pattern=r"\S")]
Switch = StrictBool
Positive = Annotated[float, Field(gt=0, strict=True, allow_inf_nan=False)]
Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Pause = Annotated[Duration, AfterValidator(_not_zero)]
Zone = Annotated[str, AfterValidator(_known_zone)]
Url = Annotated[str, AfterValidator(_http_url), AfterValidator(_without_placeholder)]
PagedUrl = Annotated[str, AfterValidator(_http_url), AfterValidator(_paged)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
Language = Annotated[str, AfterValidator(_language)]
AgentName = Annotated[str, AfterValidator(_agent)]
