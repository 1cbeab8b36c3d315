"""Gaps: times in which a channel's window turned over unseen, and how far each is filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, insert, or_, select, update

from monitor.model import Gap, GapState, Place
from storage.tables import gaps

LOOKED_AT_AGAIN = timedelta(days=30)
"""So long a gap that could not be filled is looked at again: a backfill may be configured."""


def open_gap(
    connection: Connection,
    channel_id: int,
    *,
    opened_at: datetime,
    known_until: datetime,
    last_read_at: datetime,
    suspected: bool = False,
) -> Gap:
    """Write a gap down, in the transaction that keeps the reading which shows it."""
    row = connection.execute(
        insert(gaps)
        .values(
            channel_id=channel_id,
            opened_at=opened_at,
            known_until=known_until,
            last_read_at=last_read_at,
            suspected=suspected,
            state=GapState.OPEN,
            next_attempt_at=opened_at,
        )
        .returning(gaps)
    ).one()
    return _gap(row)


def waiting_channels(connection: Connection, now: datetime) -> set[int]:
    """The channels with gaps that can be worked at now."""
    return set(connection.scalars(select(gaps.c.channel_id).where(_workable(now)).distinct()))


def pending(connection: Connection, channel_ids: Iterable[int], now: datetime) -> list[Gap]:
    """The gaps of these channels that can be worked at now, oldest first; those that could not
    be filled lately too."""
    rows = connection.execute(
        select(gaps)
        .where(gaps.c.channel_id.in_(list(channel_ids)), _workable(now))
        .order_by(gaps.c.id)
    )
    return [_gap(row) for row in rows]


def unfilled(connection: Connection, channel_ids: Iterable[int]) -> list[Gap]:
    """The gaps of these channels that are open or were given up."""
    rows = connection.execute(
        select(gaps)
        .where(gaps.c.channel_id.in_(list(channel_ids)), gaps.c.state != GapState.FILLED)
        .order_by(gaps.c.id)
    )
    return [_gap(row) for row in rows]


def newest(connection: Connection, limit: int) -> list[Gap]:
    """The newest gaps of all channels, newest first, filled or not."""
    rows = connection.execute(select(gaps).order_by(gaps.c.id.desc()).limit(limit))
    return [_gap(row) for row in rows]


def claim(
    connection: Connection, gap_id: int, *, owner: str, now: datetime, until: datetime
) -> Gap | None:
    """Take a gap to fill it: the gap as it stands now, None when another one holds it."""
    free = or_(gaps.c.lease_until.is_(None), gaps.c.lease_until <= now)
    row = connection.execute(
        update(gaps)
        .where(gaps.c.id == gap_id, free)
        .values(lease_owner=owner, lease_until=until)
        .returning(gaps)
    ).one_or_none()
    return None if row is None else _gap(row)


def save(connection: Connection, gap: Gap, *, release: bool = False) -> None:
    """Write down how a gap stands. Its lease ends with its being open, or on `release`."""
    values: dict[str, Any] = {
        "state": gap.state,
        "filled_at": gap.filled_at,
        "backfill": gap.backfill,
        **place_columns(gap.place),
        "pages_read": gap.pages_read,
        "entries_found": gap.entries_found,
        "attempts": gap.attempts,
        "next_attempt_at": gap.next_attempt_at,
        "met_older": gap.met_older,
        "met_newer": gap.met_newer,
        "note": gap.note,
    }
    if release or gap.state is not GapState.OPEN:
        values |= {"lease_owner": None, "lease_until": None}
    connection.execute(update(gaps).where(gaps.c.id == gap.id).values(values))


def place_columns(place: Place) -> dict[str, Any]:
    """A place as columns."""
    pending = None if place.pending is None else list(place.pending)
    return {"page": place.page, "pending": pending}


def read_place(page: int, pending: Sequence[str] | None) -> Place:
    """A place from its columns."""
    return Place(page, None if pending is None else tuple(pending))


def _workable(now: datetime) -> ColumnElement[bool]:
    due = and_(gaps.c.state == GapState.OPEN, gaps.c.next_attempt_at <= now)
    lately = gaps.c.opened_at > now - LOOKED_AT_AGAIN
    return or_(due, and_(gaps.c.state == GapState.UNFILLABLE, lately))


def _gap(row: Row[Any]) -> Gap:
    return Gap(
        id=row.id,
        channel_id=row.channel_id,
        opened_at=row.opened_at,
        known_until=row.known_until,
        last_read_at=row.last_read_at,
        state=GapState(row.state),
        filled_at=row.filled_at,
        backfill=row.backfill,
        place=read_place(row.page, row.pending),
        pages_read=row.pages_read,
        entries_found=row.entries_found,
        attempts=row.attempts,
        next_attempt_at=row.next_attempt_at,
        suspected=row.suspected,
        met_older=row.met_older,
        met_newer=row.met_newer,
        note=row.note,
    )
