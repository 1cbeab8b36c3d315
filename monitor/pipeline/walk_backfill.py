"""How the older announcements of a channel are walked through, and what belongs to a walk.

A backfill is an address with `{page}`, whose pages go back in time, or a sitemap, whose children
are read when they changed lately enough.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from monitor.model import Announced, Entry, Failure

_PAGE = "{page}"
# Dates without a time of day or a zone are off by so much.
_MARGIN = timedelta(days=1)
# Where no child of an index changed in the time looked for, its dates are not to be believed.
_NEWEST_CHILDREN = 3
# What an address past the last page answers.
_PAST_THE_END = (400, 404, 410)
_NOTHING_THERE = ("parse.no_items", "parse.no_links", "http.empty")


def is_paged(backfill: str) -> bool:
    return _PAGE in backfill


def page_address(backfill: str, number: int) -> str:
    return backfill.replace(_PAGE, str(number))


def is_past_the_end(failure: Failure, page: int) -> bool:
    """Whether the failure of this page says that there are no more. The first one is always
    there, if at the channel's own address."""
    return page > 1 and (failure.status in _PAST_THE_END or failure.code in _NOTHING_THERE)


def is_optional(failure: Failure, page: int) -> bool:
    """Whether a page can be passed over: some sites have their first page elsewhere."""
    return page == 1 and failure.status in _PAST_THE_END


def children_to_read(announced: Announced, since: datetime) -> tuple[str, ...]:
    """The children of a sitemap index that reach into the time from `since` on, newest first;
    those that tell no date among them."""
    dates = announced.more_modified or (None,) * len(announced.more)
    pairs = list(zip(announced.more, dates, strict=True))
    reaching = [url for url, date in pairs if date is None or date >= since - _MARGIN]
    return tuple(reaching or [url for url, _ in pairs[:_NEWEST_CHILDREN]])


def moment_of(entry: Entry) -> datetime | None:
    """When an entry was published; what changed before a time was published before it, too."""
    return entry.published or entry.modified


def is_older(entry: Entry, moment: datetime) -> bool:
    """Whether an entry is sure to have been published before this moment."""
    when = moment_of(entry)
    return when is not None and when < moment


def all_older(entries: Iterable[Entry], moment: datetime) -> bool:
    """Whether everything dated is older by more than a day, and something is dated."""
    dates = [date for date in map(moment_of, entries) if date is not None]
    return bool(dates) and max(dates) < moment - _MARGIN
