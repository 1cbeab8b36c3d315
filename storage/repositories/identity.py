"""Who else may be this article: entries of the same guid, articles of the same path or text."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, and_, select

from storage.tables import aliases, articles, entries, sightings

_FEW = 20


def of_guid(connection: Connection, entry_id: int) -> list[tuple[str, int | None]]:
    """The other entries that a channel of this one announced under the same guid: each with its
    address and its article, None where it has none yet."""
    own = select(sightings.c.channel_id, sightings.c.guid_key).where(
        sightings.c.entry_id == entry_id, sightings.c.guid_key.is_not(None)
    )
    same = own.subquery()
    rows = connection.execute(
        select(entries.c.url, entries.c.article_id)
        .join(sightings, sightings.c.entry_id == entries.c.id)
        .join(
            same,
            and_(
                sightings.c.channel_id == same.c.channel_id,
                sightings.c.guid_key == same.c.guid_key,
            ),
        )
        .where(entries.c.id != entry_id)
        .order_by(entries.c.id)
        .limit(_FEW)
    )
    return list(dict.fromkeys((row.url, row.article_id) for row in rows))


def of_path(connection: Connection, source: str, path: str, keys: Collection[str]) -> list[int]:
    """Articles of a source that are known under this path on another host."""
    query = (
        select(aliases.c.article_id)
        .join(articles, articles.c.id == aliases.c.article_id)
        .where(
            aliases.c.path == path,
            articles.c.source == source,
            aliases.c.url_key.not_in(list(keys)),
        )
        .distinct()
        .order_by(aliases.c.article_id)
        .limit(_FEW)
    )
    return list(connection.scalars(query))


def of_text(connection: Connection, source: str, fingerprint: str) -> list[tuple[int, str]]:
    """Articles of a source with exactly this text, each with its address."""
    rows = connection.execute(
        select(articles.c.id, articles.c.url)
        .where(articles.c.fingerprint == fingerprint, articles.c.source == source)
        .order_by(articles.c.id)
        .limit(_FEW)
    )
    return [(row.id, row.url) for row in rows]
