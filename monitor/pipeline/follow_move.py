"""Permanent redirects of a channel: when a new address is believed, and where to ask.

A 301 is followed at once and believed late: sites under repair, under attack or up for sale send
everything to one page for a day. The configured address stays the channel's identity.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Move

ADOPTED_AFTER = timedelta(hours=24)
_TIMES = 3
# Whoever moved back, or moved on, is found within a week.
ASKED_AGAIN = timedelta(days=7)


def where_to_ask(url: str, move: Move | None, failures: int, now: datetime) -> tuple[str, ...]:
    """The addresses to ask in this order until one can be read: the configured `url`, the one it
    moved to, or both. `failures` counts the failed polls in a row before this one."""
    if move is None or not move.adopted:
        return (url,)
    if failures == 0 and timedelta(0) <= now - move.asked_at < ASKED_AGAIN:
        return (move.to,)
    return (url, move.to)


def after_reading(
    url: str, move: Move | None, *, asked: str, permanent_url: str | None, now: datetime
) -> Move | None:
    """What to believe after a reading that succeeded at the address `asked`.

    `permanent_url` is where a chain of nothing but 301 and 308 ended, None without one. A move
    from https to http is followed and never adopted.
    """
    if asked != url:
        return move
    if permanent_url is None or (url.startswith("https:") and permanent_url.startswith("http:")):
        return None
    if move is None or move.to != permanent_url:
        return Move(permanent_url, since=now, count=1, asked_at=now)
    count = move.count + 1
    adopted = move.adopted or (count >= _TIMES and now - move.since >= ADOPTED_AFTER)
    return Move(move.to, since=move.since, count=count, asked_at=now, adopted=adopted)
