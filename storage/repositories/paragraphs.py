"""How often each source repeated a paragraph."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from monitor.pipeline.page_repeated import LEAST_ARTICLES, Repeated
from storage.tables import paragraphs

_ALL = ""
"""The digest of the row that counts a source's articles."""


def repeated(connection: Connection, source: str, digests: Collection[str]) -> dict[str, Repeated]:
    """Those of these paragraphs that stood in several of the source's articles."""
    if not digests:
        return {}
    rows = connection.execute(
        select(paragraphs).where(
            paragraphs.c.source == source,
            paragraphs.c.digest.in_([_ALL, *digests]),
            paragraphs.c.articles >= LEAST_ARTICLES,
        )
    ).all()
    total = next((row.articles for row in rows if row.digest == _ALL), 0)
    return {
        row.digest: Repeated(row.articles, total - row.since) for row in rows if row.digest != _ALL
    }


def learn(connection: Connection, source: str, digests: Collection[str], now: datetime) -> None:
    """Count the paragraphs of one more article."""
    before = connection.scalar(
        select(paragraphs.c.articles).where(
            paragraphs.c.source == source, paragraphs.c.digest == _ALL
        )
    )
    keys = [_ALL, *dict.fromkeys(digests)]
    # Another worker may learn the same paragraph at the same moment: then it is there already.
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        insert(paragraphs).on_conflict_do_nothing(),
        [
            {"source": source, "digest": key, "articles": 0, "since": before or 0, "last_seen": now}
            for key in sorted(keys)
        ],
    )
    connection.execute(
        update(paragraphs)
        .where(paragraphs.c.source == source, paragraphs.c.digest.in_(keys))
        .values(articles=paragraphs.c.articles + 1, last_seen=now)
    )
