"""Leases: who holds channels, entries and walks for the moment, over all their tables."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update

from storage.tables import backfills, channels, entries, gaps

_LEASED = (channels, entries, gaps, backfills)


def holders(connection: Connection) -> set[str]:
    """The owners of all leases, run out or not."""
    found: set[str] = set()
    for table in _LEASED:
        owned = select(table.c.lease_owner).where(table.c.lease_owner.is_not(None)).distinct()
        found.update(connection.scalars(owned))
    return found


def renew(connection: Connection, owner: str, until: datetime) -> None:
    """Let this owner's leases last until then."""
    for table in _LEASED:
        connection.execute(
            update(table).where(table.c.lease_owner == owner).values(lease_until=until)
        )


def release(connection: Connection, owners: Collection[str]) -> None:
    """Give back everything that these owners hold."""
    for table in _LEASED:
        connection.execute(
            update(table)
            .where(table.c.lease_owner.in_(owners))
            .values(lease_owner=None, lease_until=None)
        )
