"""Stored entries whose pages are due to be looked at again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from monitor.model import EntryState, KeptEntry
from storage.repositories.entries import kept_entry
from storage.tables import entries


@dataclass(frozen=True, slots=True)
class Check:
    """An entry to look at again: after so many looks, `gone` of them in a row without a page."""

    kept: KeptEntry
    checks: int
    gone: int


def claim(
    connection: Connection,
    source: str,
    *,
    owner: str,
    now: datetime,
    until: datetime,
    limit: int,
) -> list[Check]:
    """Take up to `limit` entries of a source whose check is due, the longest due first."""
    wanted = (
        select(entries.c.id)
        .where(
            entries.c.source == source,
            entries.c.check_at <= now,
            entries.c.state == EntryState.STORED,
            entries.c.article_id.is_not(None),
            or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now),
        )
        .order_by(entries.c.check_at, entries.c.id)
        .limit(limit)
    )
    rows = connection.execute(
        update(entries)
        .where(entries.c.id.in_(wanted.scalar_subquery()))
        .values(lease_owner=owner, lease_until=until)
        .returning(entries)
    ).all()
    return [
        Check(kept_entry(row), row.checks, row.gone)
        for row in sorted(rows, key=lambda row: (row.check_at, row.id))
    ]


def done(
    connection: Connection,
    entry_id: int,
    *,
    check_at: datetime | None,
    checks: int,
    gone: int = 0,
    page_id: int | None = None,
    code: str | None = None,
    detail: str | None = None,
) -> None:
    """Note a look: when the next one is due, and the page that is the entry's from now on. The
    state stays: an announcement that came meanwhile must still be followed."""
    values = {
        "check_at": check_at,
        "checks": checks,
        "gone": gone,
        "code": code,
        "detail": detail,
        "lease_owner": None,
        "lease_until": None,
    }
    if page_id is not None:
        values["page_id"] = page_id
    connection.execute(update(entries).where(entries.c.id == entry_id).values(values))


def only(connection: Connection, entry_id: int, article_id: int) -> None:
    """An article is looked for under one address: an old one that is gone says nothing of it."""
    connection.execute(
        update(entries)
        .where(entries.c.article_id == article_id, entries.c.id != entry_id)
        .values(check_at=None)
    )


def release(connection: Connection, ids: Sequence[int]) -> None:
    """Give back what was claimed and not looked at."""
    connection.execute(
        update(entries)
        .where(entries.c.id.in_(list(ids)))
        .values(lease_owner=None, lease_until=None)
    )


def notes(connection: Connection, article_id: int) -> list[tuple[str, str]]:
    """What is noted about the stored entries of an article: codes with their sentences."""
    rows = connection.execute(
        select(entries.c.code, entries.c.detail).where(
            entries.c.article_id == article_id,
            entries.c.state == EntryState.STORED,
            entries.c.code.is_not(None),
        )
    )
    return sorted({(row.code, row.detail or "") for row in rows})
