"""The date that a reader sees: between the headline and the text, or said to be of publication."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.pipeline.date_lines import LineDate, dates_in_line
from monitor.pipeline.dates import Dated
from monitor.pipeline.near_headline import Line, is_elsewhere, names_of

_DATE_NAMES = re.compile(r"date|time|publi|posted|byline|meta|info|created", re.IGNORECASE)


def visible_dates(
    lines: Iterable[Line],
    titles: Sequence[str],
    zone: ZoneInfo,
    *,
    tag: str | None,
    now: datetime | None,
) -> list[tuple[Dated, ...]]:
    """The readings of each date that stands where an article's own stands.

    Those that are said to be of publication alone, where there are such; else those in elements
    that are named after dates, or with nothing beside them; else those within other lines.
    """
    found: list[tuple[int, LineDate]] = []
    for line in lines:
        for date in _dates_of(line, zone, tag, now):
            if (line.beside or date.labelled) and not is_elsewhere(line.element, titles):
                named = line.element.tag == "time" or _DATE_NAMES.search(names_of(line.element))
                found.append((2 if date.labelled else 1 if named or date.alone else 0, date))
    best = max((strength for strength, _ in found), default=0)
    return [date.readings for strength, date in found if strength == best]


def _dates_of(
    line: Line, zone: ZoneInfo, tag: str | None, now: datetime | None
) -> Iterator[LineDate]:
    shown = dates_in_line(line.text, zone, tag=tag, now=now)
    written = (line.element.get("datetime") or "").strip()
    if written and line.element.tag == "time":
        labelled = any(one.labelled for one in shown)
        for one in dates_in_line(written, zone, tag=tag, now=now):
            yield LineDate(one.readings, labelled, one.alone)
    yield from shown
