"""How exact the date is that a channel gives an entry."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.model import Entry
from monitor.pipeline.dates import possible_dates

_UTC = ZoneInfo("UTC")


def announced_precision(announced: Entry) -> str | None:
    """ "second", "minute", "hour" or "day", by how the date was written; None without one."""
    if announced.published is None:
        return None
    raw = announced.published_raw or ""
    read = possible_dates(raw, _UTC, tag=announced.language, now=announced.published)
    return read[0].precision if read else "second"
