"""Where there is something to do: what a ticker asks before it starts a pass."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, or_, select, union

from monitor.model import EntryState
from storage.tables import channels, entries

_IN_HAND = (EntryState.WAITING, EntryState.FETCHED)


def sources_with_work(connection: Connection, now: datetime) -> set[str]:
    """The sources that have a channel to be polled or an entry to be taken further now."""
    due = select(channels.c.source).where(
        or_(channels.c.next_poll_at.is_(None), channels.c.next_poll_at <= now),
        or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now),
    )
    waiting = select(entries.c.source).where(
        entries.c.state.in_(_IN_HAND),
        entries.c.next_attempt_at <= now,
        or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now),
    )
    return set(connection.scalars(union(due, waiting)))


def sources_with_pages(connection: Connection, sources: Collection[str], now: datetime) -> set[str]:
    """Which of these sources have an entry to be taken further, or to be looked at again, now."""
    free = or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now)
    waiting = select(entries.c.source).where(
        entries.c.source.in_(sources),
        entries.c.state.in_(_IN_HAND),
        entries.c.next_attempt_at <= now,
        free,
    )
    checks = select(entries.c.source).where(
        entries.c.source.in_(sources),
        entries.c.check_at <= now,
        entries.c.state == EntryState.STORED,
        free,
    )
    return set(connection.scalars(union(waiting, checks)))


def known_sources(connection: Connection) -> set[str]:
    """The sources whose channels have been registered."""
    return set(connection.scalars(select(channels.c.source).distinct()))
