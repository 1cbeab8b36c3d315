"""What was announced against what is stored, and how late it could be found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from sqlalchemy import Connection, case, func, select, update

from monitor.model import EntryState
from storage.tables import articles, channels, entries, polls


@dataclass(frozen=True, slots=True)
class Unstored:
    """An entry that was announced and is not in the archive, with the reason in words; None where
    it only waits for its turn. `retry_at` is when it is tried again, if it is."""

    source: str
    url: str
    state: EntryState
    code: str | None
    detail: str | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many entries of a source were announced, and how many of them have an article."""

    announced: int = 0
    stored: int = 0
    lately_announced: int = 0
    lately_stored: int = 0


def any_unindexed(connection: Connection, change: int) -> bool:
    """Whether something that changed up to this number was never noted as indexed."""
    query = select(articles.c.id).where(
        articles.c.indexed_at.is_(None), articles.c.change <= change
    )
    return connection.scalar(query.limit(1)) is not None


def indexed(connection: Connection, change: int, now: datetime) -> None:
    """Note that what changed up to this number can be found."""
    connection.execute(
        update(articles)
        .where(articles.c.indexed_at.is_(None), articles.c.change <= change)
        .values(indexed_at=now)
    )


def counts(connection: Connection, lately: datetime) -> dict[str, Counts]:
    """Of each source: how much was announced and is stored, for ever and since `lately`."""
    recent = entries.c.first_seen >= lately
    rows = connection.execute(
        select(
            entries.c.source,
            func.count(),
            func.count(entries.c.article_id),
            func.count(case((recent, entries.c.id))),
            func.count(case((recent, entries.c.article_id))),
        ).group_by(entries.c.source)
    )
    return {row[0]: Counts(*row[1:]) for row in rows}


def failure_codes(connection: Connection) -> dict[int, str]:
    """Why the last poll of each channel failed, by the channel's id; those that did not are left
    out."""
    last = (
        select(polls.c.code)
        .where(polls.c.channel_id == channels.c.id)
        .order_by(polls.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(channels.c.id, last).where(channels.c.failures > 0)
    return {id_: code for id_, code in connection.execute(query) if code}


def unstored(connection: Connection, source: str, limit: int) -> list[Unstored]:
    """The entries of a source that have no article, newest first."""
    rows = connection.execute(
        select(
            entries.c.url,
            entries.c.state,
            entries.c.code,
            entries.c.detail,
            entries.c.next_attempt_at,
        )
        .where(entries.c.source == source, entries.c.article_id.is_(None))
        .order_by(entries.c.id.desc())
        .limit(limit)
    )
    tried = (EntryState.WAITING, EntryState.FETCHED)
    return [
        Unstored(
            source,
            row.url,
            EntryState(row.state),
            row.code,
            row.detail,
            row.next_attempt_at if row.state in tried else None,
        )
        for row in rows
    ]


def lags(connection: Connection, since: datetime) -> Mapping[str, list[timedelta]]:
    """Of each source: how long after its publication each article could be found, shortest first.

    Of what was published since then, and since the source's first reading, with a time of day.
    """
    first_seen = select(entries.c.source, func.min(entries.c.first_seen)).group_by(entries.c.source)
    began = {row[0]: row[1] for row in connection.execute(first_seen)}
    rows = connection.execute(
        select(
            articles.c.source,
            articles.c.published,
            articles.c.published_offset,
            articles.c.indexed_at,
        ).where(
            articles.c.first_seen >= since,  # which has an index
            articles.c.published >= since,
            articles.c.indexed_at.is_not(None),
            articles.c.page_id.is_not(None),
        )
    )
    found: dict[str, list[timedelta]] = {}
    for source, published, offset, at in rows:
        local = published + timedelta(minutes=offset or 0)
        if local.time() != time() and source in began and published >= began[source]:
            found.setdefault(source, []).append(max(at - published, timedelta(0)))
    return {source: sorted(each) for source, each in found.items()}
