"""What is wrong with a channel that a person should look at: it fails, is empty, or is stuck.

A hiccup is no alarm: what says itself that it is for good counts at once, what may be a passing
page of the publisher's at the second time, everything else at the third.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

PERSISTENT = 3
"""So many failures in a row are no hiccup."""

_AGAIN = 2
_KINDS = {
    "blocked.robots": ("robots", 1),
    "http.410": ("gone", 1),
    "http.401": ("blocked", _AGAIN),
    "http.403": ("blocked", _AGAIN),
    "parse.no_items": ("selectors", _AGAIN),
    "parse.no_links": ("selectors", _AGAIN),
    "parse.not_feed": ("not_feed", _AGAIN),
    "parse.not_sitemap": ("not_feed", _AGAIN),
}
_SENTENCES = {
    "robots": "robots.txt does not allow to read",
    "gone": "gone for good, says its site",
    "blocked": "the site blocks the monitor",
    "selectors": "the selectors match nothing any more",
    "not_feed": "no longer a feed",
    "failing": "failed {failures} times in a row",
    "empty": "answers, but announces nothing any more",
}
KINDS = frozenset(_SENTENCES)
"""A channel has at most one of these troubles at a time, and "stale" beside them."""

LEAST_NEWS = 10
"""The longest of fewer pauses says little about the next one."""
_FAR_LONGER = 2.0
_AT_LEAST = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ChannelNow:
    """A channel and its last two polls, the last one first: `statuses` are "ok" (a document was
    read), "unchanged" or "failed", `codes` say why one failed. `found` counts what stood in the
    last document; `last_new` is when the channel last brought something that it had not before."""

    id: int
    source: str
    url: str
    kind: str
    failures: int
    statuses: tuple[str, ...]
    codes: tuple[str | None, ...]
    last_error: str | None
    found: int | None
    last_success: datetime | None
    last_new: datetime | None


@dataclass(frozen=True, slots=True)
class Trouble:
    """`kind` is one of `KINDS`, or "stale"."""

    kind: str
    sentence: str


def find_trouble(channel: ChannelNow) -> Trouble | None:
    """What is wrong by the last polls, or None."""
    if not channel.failures:
        return _empty(channel)
    kind, needed = _KINDS.get(channel.codes[0] or "", ("failing", PERSISTENT))
    alike = [_KINDS.get(code or "", ("failing",))[0] == kind for code in channel.codes]
    if channel.failures < needed or not all(alike[:needed]):
        # Changing reasons are one trouble as well, only a nameless one.
        if channel.failures < PERSISTENT:
            return None
        kind = "failing"
    words = _SENTENCES[kind].format(failures=channel.failures)
    error = f" ({channel.last_error})" if channel.last_error else ""
    return Trouble(kind, f"{channel.url}: {words}{error}")


def is_mended(channel: ChannelNow) -> bool:
    """Whether a trouble has ended: a document with entries was read, or two polls in a row went
    well. A single "not modified" heals nothing."""
    if channel.failures or _empty(channel) is not None:
        return False
    read = channel.statuses[:1] == ("ok",) and bool(channel.found)
    return read or _went_well(channel)


def longest_pause(news: Sequence[datetime]) -> timedelta | None:
    """The longest time between two moments (in order) at which a channel brought something new;
    None where there are too few."""
    if len(news) <= LEAST_NEWS:
        return None
    return max(after - before for before, after in pairwise(news))


def find_stale(channel: ChannelNow, longest: timedelta | None) -> Trouble | None:
    """A channel that answers, but with nothing new for far longer than it ever did."""
    if longest is None or channel.last_new is None or channel.last_success is None:
        return None
    pause = channel.last_success - channel.last_new
    if channel.failures or pause <= max(longest * _FAR_LONGER, longest + _AT_LEAST):
        return None
    words = f"answers, but brought nothing new for {in_words(pause)}, at most {in_words(longest)}"
    return Trouble("stale", f"{channel.url}: {words} before")


def in_words(time: timedelta) -> str:
    """A time to read: "5 days", "7 hours"."""
    days, hours = time // timedelta(days=1), time // timedelta(hours=1)
    if days >= 3:
        return f"{days} days"
    return f"{hours} hours" if hours != 1 else "1 hour"


def _empty(channel: ChannelNow) -> Trouble | None:
    """A sitemap for news is empty when there are none; a feed or a listing shows the older ones."""
    if channel.kind == "sitemap" or channel.found != 0 or channel.last_new is None:
        return None
    if not _went_well(channel):
        return None
    return Trouble("empty", f"{channel.url}: {_SENTENCES['empty']}")


def _went_well(channel: ChannelNow) -> bool:
    """Both of the last two polls."""
    return len(channel.statuses) > 1 and "failed" not in channel.statuses
