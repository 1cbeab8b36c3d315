"""When an article was published: a date that is stated somewhere, or none."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.pipeline.dates import parse_date
from monitor.pipeline.structured_data import StatedDate

_TIME = re.compile(r"\d:\d\d|^\s*\d{10}(?:\d{3})?\s*$")
_OFFSET = re.compile(r":\d\d.*(?:Z|[+-]\d\d:?\d\d|GMT|UTC)\b|^\s*\d{10}(?:\d{3})?\s*$")


# Words and separators that stand beside a date: "Published on 30/04/2024 - 16:38", "Вчера, 18:40".
_BESIDE = re.compile(
    r"^\W*(?:published(?: on)?|updated|posted(?: on)?|publié(?: le)?|опубликовано|обновлено|"
    r"жарияланды|today|yesterday|aujourd'hui|hier|сегодня|вчера|бүгін|кеше)\b[\s:,]*|[\s|•·]+$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"^\W*(?:at |à |в )?\d{1,2}[:h.]\d{2}\W*$")
_LONGEST_LINE = 60
_MOST_WORDS = 8


def is_date_line(line: str) -> bool:
    """Whether a line says nothing but when something was published."""
    if len(line) > _LONGEST_LINE:
        return False
    rest = _BESIDE.sub("", line)
    return rest == "" or bool(_CLOCK.match(rest)) or parse_date(rest, ZoneInfo("UTC")) is not None


def _ending_date(line: str, zone: ZoneInfo) -> tuple[str, datetime] | None:
    """The date that a line is, or ends in: "By Aida Haidar in Nation on 2 August 2023"."""
    words = line.split()
    for start in range(max(0, len(words) - _MOST_WORDS), len(words)):
        raw = " ".join(words[start:])
        moment = parse_date(raw, zone)
        if moment is not None:
            return raw, moment
    return None


def choose_date(
    stated: Sequence[StatedDate],
    rules: Sequence[str],
    channel: datetime | None,
    zone: ZoneInfo,
) -> tuple[datetime | None, str | None]:
    """The moment in UTC and where it was read: "json-ld", "meta", "rule" or "channel".

    A day says less than a moment, so what gives a time goes first: machine-readable with an
    offset, the source's own rule, machine-readable in the source's zone, then the channel. A day
    alone is taken last. Nothing is guessed from the text or the address.
    """
    ranked: list[tuple[int, datetime, str]] = []
    for date in stated:
        moment = parse_date(date.raw, zone)
        if moment is not None:
            rank = 0 if _OFFSET.search(date.raw) else 2 if _TIME.search(date.raw) else 5
            ranked.append((rank, moment, date.origin))
    for raw in rules:
        found = _ending_date(raw, zone)
        if found is not None:
            ranked.append((1 if _TIME.search(found[0]) else 4, found[1], "rule"))
    if channel is not None:
        ranked.append((3, channel, "channel"))
    if not ranked:
        return None, None
    _, moment, origin = min(ranked, key=lambda one: one[0])
    return moment, origin
