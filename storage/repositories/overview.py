"""What a first page shows of the whole archive: the newest of each topic, counts, who is at work.

Few queries whatever the number of topics and sources.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select

from storage.tables import articles, channels, entries, matches


def newest_by_topic(connection: Connection, each: int) -> dict[str, list[int]]:
    """Of every topic that has articles the ids of its newest ones, copies left out."""
    place = func.row_number().over(
        partition_by=matches.c.topic, order_by=(articles.c.date.desc(), articles.c.id.desc())
    )
    ranked = (
        select(matches.c.topic, articles.c.id, place.label("place"))
        .join(articles, articles.c.id == matches.c.article_id)
        .where(articles.c.duplicate_of.is_(None))
        .subquery()
    )
    rows = connection.execute(
        select(ranked.c.topic, ranked.c.id)
        .where(ranked.c.place <= each)
        .order_by(ranked.c.topic, ranked.c.place)
    )
    found: dict[str, list[int]] = {}
    for topic, article_id in rows:
        found.setdefault(topic, []).append(article_id)
    return found


def newest_without_topic(connection: Connection, limit: int) -> list[int]:
    """The ids of the newest articles that belong to no topic, copies left out."""
    query = select(articles.c.id).where(_without_topic())
    newest = query.order_by(articles.c.date.desc(), articles.c.id.desc()).limit(limit)
    return list(connection.scalars(newest))


def count_without_topic(connection: Connection) -> int:
    """How many articles belong to no topic, copies left out."""
    query = select(func.count()).select_from(articles).where(_without_topic())
    return int(connection.scalar(query) or 0)


def counts_by_language(connection: Connection) -> dict[str, int]:
    """How many articles the archive holds in each language, copies included."""
    rows = connection.execute(
        select(articles.c.language, func.count()).group_by(articles.c.language)
    )
    return {row[0]: row[1] for row in rows}


def being_read(connection: Connection, now: datetime) -> set[str]:
    """The sources that a worker holds something of at this moment: a channel or an entry."""
    at_channels = select(channels.c.source).where(channels.c.lease_until > now)
    at_entries = select(entries.c.source).where(entries.c.lease_until > now)
    return set(connection.scalars(at_channels.union(at_entries)))


def _without_topic() -> ColumnElement[bool]:
    matched = select(matches.c.article_id).where(matches.c.article_id == articles.c.id).exists()
    return articles.c.duplicate_of.is_(None) & ~matched
