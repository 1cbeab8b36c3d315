"""Backfills: walks through older announcements that a person asked for, and where each stands."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from monitor.model import Backfill
from storage.repositories.gaps import place_columns, read_place
from storage.tables import backfills


def begin(
    connection: Connection, channel_id: int, backfill: str, since: datetime, now: datetime
) -> Backfill:
    """The walk back to `since` that was broken off, or a new one."""
    unfinished = (
        select(backfills)
        .where(
            backfills.c.channel_id == channel_id,
            backfills.c.backfill == backfill,
            backfills.c.since == since,
            backfills.c.finished_at.is_(None),
        )
        .order_by(backfills.c.id.desc())
        .limit(1)
    )
    row = connection.execute(unfinished).one_or_none()
    if row is None:
        values = {
            "channel_id": channel_id,
            "backfill": backfill,
            "since": since,
            "started_at": now,
        }
        row = connection.execute(insert(backfills).values(values).returning(backfills)).one()
    return _backfill(row)


def claim(
    connection: Connection, backfill_id: int, *, owner: str, now: datetime, until: datetime
) -> bool:
    """Take a walk to go on with it; False when another one holds it."""
    free = or_(backfills.c.lease_until.is_(None), backfills.c.lease_until <= now)
    result = connection.execute(
        update(backfills)
        .where(backfills.c.id == backfill_id, free)
        .values(lease_owner=owner, lease_until=until)
    )
    return bool(result.rowcount)


def save(connection: Connection, walk: Backfill) -> None:
    """Write down how a walk stands. Its lease ends with it."""
    values: dict[str, Any] = {
        "finished_at": walk.finished_at,
        **place_columns(walk.place),
        "pages_read": walk.pages_read,
        "entries_found": walk.entries_found,
        "note": walk.note,
    }
    if walk.finished_at is not None:
        values |= {"lease_owner": None, "lease_until": None}
    connection.execute(update(backfills).where(backfills.c.id == walk.id).values(values))


def _backfill(row: Row[Any]) -> Backfill:
    return Backfill(
        id=row.id,
        channel_id=row.channel_id,
        backfill=row.backfill,
        since=row.since,
        started_at=row.started_at,
        finished_at=row.finished_at,
        place=read_place(row.page, row.pending),
        pages_read=row.pages_read,
        entries_found=row.entries_found,
        note=row.note,
    )
