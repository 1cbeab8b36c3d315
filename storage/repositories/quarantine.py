"""Entries that were given up, until a person looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from monitor.model import EntryState
from storage.tables import entries


@dataclass(frozen=True, slots=True)
class GivenUp:
    """An entry in quarantine. `since` is when its failures began."""

    id: int
    source: str
    url: str
    title: str
    code: str
    detail: str
    attempts: int
    since: datetime


def given_up(connection: Connection, source: str | None = None) -> list[GivenUp]:
    """All entries in quarantine (of one source), in the order of their ids."""
    columns = (
        entries.c.id,
        entries.c.source,
        entries.c.url,
        entries.c.title,
        entries.c.code,
        entries.c.detail,
        entries.c.attempts,
        entries.c.failing_since,
        entries.c.first_seen,
    )
    query = select(*columns).where(entries.c.state == EntryState.QUARANTINED).order_by(entries.c.id)
    if source is not None:
        query = query.where(entries.c.source == source)
    return [
        GivenUp(
            id=row.id,
            source=row.source,
            url=row.url,
            title=row.title,
            code=row.code or "",
            detail=row.detail or "",
            attempts=row.attempts,
            since=row.failing_since or row.first_seen,
        )
        for row in connection.execute(query)
    ]


def missing(connection: Connection, ids: Sequence[int]) -> list[int]:
    """Those of the ids that are of no entry in quarantine."""
    known = {each.id for each in given_up(connection)}
    return [entry_id for entry_id in ids if entry_id not in known]
