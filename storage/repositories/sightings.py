"""Which channel announced what, and when it did so first."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from storage.repositories.entries import FROM_ARCHIVE
from storage.tables import entries, sightings

_CHUNK = 400  # values in one IN (…)


def newest_before(
    connection: Connection, channel_id: int, moment: datetime
) -> tuple[bool, datetime | None]:
    """Whether the channel had announced anything before this moment, and the newest date of it."""
    count, newest = connection.execute(
        select(func.count(), func.max(entries.c.published))
        .join(sightings, sightings.c.entry_id == entries.c.id)
        .where(sightings.c.channel_id == channel_id, sightings.c.first_seen < moment)
    ).one()
    return bool(count), newest


def any_before(
    connection: Connection, channel_id: int, keys: Collection[str], moment: datetime
) -> bool:
    """Whether the channel had announced one of these before this moment."""
    return _any(connection, channel_id, keys, sightings.c.first_seen < moment)


def shown_since(
    connection: Connection, channel_id: int, keys: Collection[str], moment: datetime
) -> bool:
    """Whether the channel itself, rather than its archive, first announced one of these then or
    later."""
    own = sightings.c.announcement_hash != FROM_ARCHIVE
    return _any(connection, channel_id, keys, own & (sightings.c.first_seen >= moment))


def began(connection: Connection, channel_id: int) -> datetime | None:
    """When the channel announced something for the first time."""
    first: datetime | None = connection.scalar(
        select(func.min(sightings.c.first_seen)).where(sightings.c.channel_id == channel_id)
    )
    return first


def shared(connection: Connection, channel_id: int, other_id: int, newest: int) -> float:
    """What part of the channel's `newest` entries the other one announced too; 0 without any."""
    mine = (
        select(sightings.c.entry_id)
        .where(sightings.c.channel_id == channel_id)
        .order_by(sightings.c.first_seen.desc(), sightings.c.entry_id.desc())
        .limit(newest)
    )
    ids = list(connection.scalars(mine))
    if not ids:
        return 0.0
    both = connection.scalar(
        select(func.count())
        .select_from(sightings)
        .where(sightings.c.channel_id == other_id, sightings.c.entry_id.in_(ids))
    )
    return int(both or 0) / len(ids)


def _any(
    connection: Connection, channel_id: int, keys: Collection[str], condition: ColumnElement[bool]
) -> bool:
    wanted = list(keys)
    for start in range(0, len(wanted), _CHUNK):
        query = (
            select(entries.c.id)
            .join(sightings, sightings.c.entry_id == entries.c.id)
            .where(
                entries.c.url_key.in_(wanted[start : start + _CHUNK]),
                sightings.c.channel_id == channel_id,
                condition,
            )
            .limit(1)
        )
        if connection.scalar(query) is not None:
            return True
    return False
