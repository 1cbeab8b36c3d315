"""Alarms: raised once, cleared when what they say is over, kept for good."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from monitor.model import Alarm, RaisedAlarm
from storage.tables import alarm_events, alarms


@dataclass(frozen=True, slots=True)
class AlarmEvent:
    """An alarm was raised, or cleared. `id` grows; the alarm reads as it does now."""

    id: int
    cleared: bool
    at: datetime
    alarm: RaisedAlarm


def open_alarms(connection: Connection) -> list[RaisedAlarm]:
    """What a person should look at now, the oldest first."""
    rows = connection.execute(
        select(alarms)
        .where(alarms.c.open_as.is_not(None))
        .order_by(alarms.c.raised_at, alarms.c.id)
    )
    return [_raised(row) for row in rows]


def history(connection: Connection, source: str, limit: int = 100) -> list[RaisedAlarm]:
    """The alarms of a source, open or not, the newest first."""
    rows = connection.execute(
        select(alarms)
        .where(alarms.c.source == source)
        .order_by(alarms.c.raised_at.desc(), alarms.c.id.desc())
        .limit(limit)
    )
    return [_raised(row) for row in rows]


def raise_once(connection: Connection, alarm: Alarm, now: datetime) -> bool:
    """Raise an alarm; False where it is open already, which it then stays as it was."""
    name = _open_name(alarm)
    if connection.scalar(select(alarms.c.id).where(alarms.c.open_as == name)) is not None:
        return False
    raised = connection.scalar(
        insert(alarms)
        .values(
            kind=alarm.kind,
            source=alarm.source,
            channel_id=alarm.channel_id,
            open_as=name,
            raised_at=now,
            sentence=alarm.sentence,
            facts=dict(alarm.facts),
        )
        .returning(alarms.c.id)
    )
    connection.execute(insert(alarm_events).values(alarm_id=raised, cleared=False, at=now))
    return True


def reword(connection: Connection, alarm_id: int, alarm: Alarm) -> None:
    """Say of an open alarm how things stand now; since when it is open stays."""
    connection.execute(
        update(alarms)
        .where(alarms.c.id == alarm_id, alarms.c.open_as.is_not(None))
        .values(sentence=alarm.sentence, facts=dict(alarm.facts))
    )


def clear(connection: Connection, alarm_id: int, now: datetime) -> None:
    """What the alarm says is over; one that is cleared already stays as it is."""
    cleared = connection.execute(
        update(alarms)
        .where(alarms.c.id == alarm_id, alarms.c.open_as.is_not(None))
        .values(open_as=None, cleared_at=now)
    )
    if cleared.rowcount:
        connection.execute(insert(alarm_events).values(alarm_id=alarm_id, cleared=True, at=now))


def happened(
    connection: Connection, after: int = 0, *, since: datetime | None = None, limit: int = 100
) -> list[AlarmEvent]:
    """What was raised or cleared, in its order, each exactly once for whoever asks again `after`
    the last number it was given. With `since` only what happened then or later.

    Numbers become visible in their order: whoever raises holds the row of `note_watched`.
    """
    query = select(alarm_events).where(alarm_events.c.id > after)
    if since is not None:
        query = query.where(alarm_events.c.at >= since)
    return _events(connection, query.order_by(alarm_events.c.id).limit(limit))


def latest(connection: Connection, limit: int) -> list[AlarmEvent]:
    """What was raised or cleared last, the newest first."""
    query = select(alarm_events).order_by(alarm_events.c.id.desc()).limit(limit)
    return _events(connection, query)


def _events(connection: Connection, query: Select[Any]) -> list[AlarmEvent]:
    rows = connection.execute(query).all()
    wanted = {row.alarm_id for row in rows}
    known = {
        row.id: _raised(row)
        for row in connection.execute(select(alarms).where(alarms.c.id.in_(wanted)))
    }
    return [AlarmEvent(row.id, row.cleared, row.at, known[row.alarm_id]) for row in rows]


def last_cleared(connection: Connection, kind: str) -> dict[str, datetime]:
    """When the last alarm of this kind ended, by source."""
    rows = connection.execute(
        select(alarms.c.source, func.max(alarms.c.cleared_at).label("ended"))
        .where(alarms.c.kind == kind, alarms.c.cleared_at.is_not(None))
        .group_by(alarms.c.source)
    )
    return {row.source: row.ended for row in rows}


def _open_name(alarm: Alarm) -> str:
    return f"{alarm.kind} {alarm.source} {alarm.channel_id or '-'}"


def _raised(row: Row[Any]) -> RaisedAlarm:
    return RaisedAlarm(
        id=row.id,
        alarm=Alarm(row.kind, row.source, row.channel_id, row.sentence, row.facts),
        raised_at=row.raised_at,
        cleared_at=row.cleared_at,
    )
