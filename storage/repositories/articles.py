"""Articles and what hangs on them: versions, aliases, copies, matches."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, insert, or_, select, update

from monitor.model import ArchivedArticle, Article, Match, Stored, Version
from monitor.pipeline.entry_identity import path_of
from storage.repositories.article_rows import (
    archived_article,
    columns_of,
    dated,
    entities_of,
    match_rows,
    matches_of,
    next_change,
    touch,
)
from storage.tables import aliases, articles, counters, matches, plain, versions

MOST_VERSIONS_A_DAY = 24


_LARGEST_ID = 2**31 - 1
"""What PostgreSQL keeps in an integer; it refuses to look for a larger one."""


def find(connection: Connection, keys: Iterable[str]) -> int | None:
    """The article that is known under one of these address keys."""
    return connection.scalar(
        select(aliases.c.article_id)
        .where(aliases.c.url_key.in_(list(keys)))
        .order_by(aliases.c.article_id)
        .limit(1)
    )


def store(
    connection: Connection,
    article: Article,
    *,
    source: str,
    fingerprint: str,
    keys: Iterable[str],
    now: datetime,
    known_as: int | None = None,
    page_id: int | None = None,
    external_id: str | None = None,
    first_seen: datetime | None = None,
) -> tuple[int, Stored]:
    """Put an article into the archive: new, or as a version of the one it is `known_as`."""
    if known_as is None:
        outcome = Stored.NEW
        article_id = _insert(
            connection, article, source, fingerprint, page_id, external_id, first_seen or now
        )
        add_version(connection, article_id, 1, article, first_seen or now, page_id)
    else:
        article_id = known_as
        outcome = _revise(connection, article_id, article, fingerprint, page_id, now)
        name(connection, article_id, external_id)
    _alias(connection, article_id, keys)
    return article_id, outcome


def revised(connection: Connection, article_id: int, at: datetime) -> None:
    """Note that the first text kept of an article is one that was read later than it was seen."""
    connection.execute(update(articles).where(articles.c.id == article_id).values(updated=at))
    first = (versions.c.article_id == article_id) & (versions.c.number == 1)
    connection.execute(update(versions).where(first).values(seen_at=at))


def name(connection: Connection, article_id: int, external_id: str | None) -> None:
    """Keep the id that an article has elsewhere; the first one that was given stays."""
    if external_id is not None:
        unnamed = (articles.c.id == article_id) & articles.c.external_id.is_(None)
        connection.execute(update(articles).where(unnamed).values(external_id=external_id))


def add_version(
    connection: Connection,
    article_id: int,
    number: int,
    article: Article,
    seen_at: datetime,
    page_id: int | None,
    origin: str | None = None,
) -> None:
    """Keep how the article read at one time; `origin` as in `Version`."""
    connection.execute(
        insert(versions).values(
            article_id=article_id,
            number=number,
            title=article.title,
            text=article.text,
            seen_at=seen_at,
            page_id=page_id,
            origin=origin,
        )
    )


def same_text(connection: Connection, fingerprint: str) -> list[ArchivedArticle]:
    """All articles with this text, whatever their address, the first published first."""
    rows = connection.execute(
        select(articles)
        .where(articles.c.fingerprint == fingerprint)
        .order_by(articles.c.date, articles.c.id)
    )
    return [archived_article(row) for row in rows]


def link_copies(connection: Connection, first: int, others: Sequence[int]) -> int:
    """Make `others`, and what was a copy of one of them, copies of `first`, which is no copy
    itself; all share its story. Returns how many this changed."""
    linked = connection.execute(
        select(articles.c.id, articles.c.duplicate_of, articles.c.story)
        .where(articles.c.id.in_([first, *others]) | articles.c.duplicate_of.in_(list(others)))
        .order_by(articles.c.id)
    ).all()
    changed = 0
    for article_id, *current in linked:
        wanted = [None if article_id == first else first, first]
        if current != wanted:
            touch(connection, article_id, duplicate_of=wanted[0], story=first)
            changed += 1
    return changed


def unlink(connection: Connection, ids: Sequence[int]) -> int:
    """Make those of these articles that are copies articles of their own; returns how many."""
    copies = select(articles.c.id).where(
        articles.c.id.in_(list(ids)), articles.c.duplicate_of.is_not(None)
    )
    found = list(connection.scalars(copies))
    for article_id in found:
        touch(connection, article_id, duplicate_of=None, story=article_id)
    return len(found)


def fill_date(
    connection: Connection, article_id: int, published: datetime, precision: str | None = None
) -> None:
    """Give an article the date that a channel announced, and how exact it is, if it has none."""
    undated = select(articles.c.id).where(
        articles.c.id == article_id, articles.c.published.is_(None)
    )
    if connection.scalar(undated) is not None:
        touch(connection, article_id, **dated(published, "channel", precision))


def unclassified(connection: Connection, catalog: str, limit: int) -> list[ArchivedArticle]:
    """Articles that this edition of the topics has not judged yet."""
    judged_with = articles.c.classified_with
    # Two ranges instead of "!=", and no order, so that an index answers: this is asked every few
    # seconds, and most of the time there is nothing.
    ids = (
        select(articles.c.id)
        .where(or_(judged_with.is_(None), judged_with < catalog, judged_with > catalog))
        .limit(limit)
    )
    rows = connection.execute(
        select(articles).where(articles.c.id.in_(ids.scalar_subquery())).order_by(articles.c.id)
    )
    return [archived_article(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Judged:
    """Which text of an article is kept, and which edition of the topics has judged it."""

    fingerprint: str
    classified_with: str | None


def judged_as(connection: Connection, article_id: int) -> Judged | None:
    """How far an article has been judged."""
    columns = (articles.c.fingerprint, articles.c.classified_with)
    row = connection.execute(select(*columns).where(articles.c.id == article_id)).one_or_none()
    return None if row is None else Judged(row.fingerprint, row.classified_with)


def classify(
    connection: Connection,
    article_id: int,
    found: Sequence[Match],
    *,
    place: str,
    catalog: str,
    text_fingerprint: str,
) -> bool:
    """Replace an article's matches; False when its text has changed since it was judged."""
    current = connection.scalar(select(articles.c.fingerprint).where(articles.c.id == article_id))
    if current != text_fingerprint:
        return False
    connection.execute(delete(matches).where(matches.c.article_id == article_id))
    if found:
        connection.execute(insert(matches), match_rows(article_id, found))
    touch(connection, article_id, place=place, classified_with=catalog)
    return True


def get(connection: Connection, article_id: int) -> ArchivedArticle | None:
    """One article, or None."""
    return next(iter(by_ids(connection, [article_id])), None)


def by_ids(connection: Connection, ids: Sequence[int]) -> list[ArchivedArticle]:
    """These articles in this order; ids that are not there are left out."""
    ids = [each for each in ids if each <= _LARGEST_ID]
    rows = {
        row.id: row
        for row in connection.execute(select(articles).where(articles.c.id.in_(list(ids))))
    }
    found, named = matches_of(connection, ids), entities_of(connection, ids)
    return [
        archived_article(rows[id_], found.get(id_, ()), named.get(id_))
        for id_ in ids
        if id_ in rows
    ]


def changed_since(
    connection: Connection, change: int, limit: int
) -> list[tuple[int, ArchivedArticle]]:
    """Articles changed after this number of the change sequence, in its order, numbers first."""
    rows = connection.execute(
        select(articles).where(articles.c.change > change).order_by(articles.c.change).limit(limit)
    ).all()
    ids = [row.id for row in rows]
    found, named = matches_of(connection, ids), entities_of(connection, ids)
    return [
        (row.change, archived_article(row, found.get(row.id, ()), named.get(row.id)))
        for row in rows
    ]


def in_chunks(connection: Connection, size: int = 500) -> Iterator[list[ArchivedArticle]]:
    """The whole archive in the order of its ids, read in pieces."""
    last = 0
    while True:
        ids = list(
            connection.scalars(
                select(articles.c.id)
                .where(articles.c.id > last)
                .order_by(articles.c.id)
                .limit(size)
            )
        )
        if not ids:
            return
        yield by_ids(connection, ids)
        last = ids[-1]


def last_change(connection: Connection) -> int:
    """The number of the newest change."""
    return int(connection.scalar(select(counters.c.value).where(counters.c.name == "change")) or 0)


def same_text_elsewhere(connection: Connection, archived: ArchivedArticle) -> list[ArchivedArticle]:
    """The first article with this one's text and its copies, this one left out, first seen first
    but for the first itself."""
    first = archived.duplicate_of or archived.id
    family = [*by_ids(connection, [first]), *copies_of(connection, first)]
    return [each for each in family if each.id != archived.id]


def copies_of(connection: Connection, article_id: int) -> list[ArchivedArticle]:
    """The copies of an article, the first seen first."""
    rows = connection.execute(
        select(articles).where(articles.c.duplicate_of == article_id).order_by(articles.c.id)
    )
    return [archived_article(row) for row in rows]


def versions_of(connection: Connection, article_id: int) -> list[Version]:
    """All texts of an article, the first one first."""
    rows = connection.execute(
        select(versions).where(versions.c.article_id == article_id).order_by(versions.c.number)
    )
    return [Version(row.number, row.title, row.text, row.seen_at, row.origin) for row in rows]


def counts_by_source(connection: Connection) -> dict[str, int]:
    """How many articles the archive holds of each source, copies included."""
    rows = connection.execute(select(articles.c.source, func.count()).group_by(articles.c.source))
    return {row[0]: row[1] for row in rows}


def counts_by_topic(connection: Connection) -> dict[str, int]:
    """How many articles each topic has, copies left out."""
    rows = connection.execute(
        select(matches.c.topic, func.count())
        .join(articles, articles.c.id == matches.c.article_id)
        .where(articles.c.duplicate_of.is_(None))
        .group_by(matches.c.topic)
    )
    return {row[0]: row[1] for row in rows}


def latest(
    connection: Connection, *, topic: str | None = None, limit: int = 20
) -> list[ArchivedArticle]:
    """The newest articles (of a topic), copies left out."""
    query = (
        select(articles.c.id)
        .where(articles.c.duplicate_of.is_(None))
        .order_by(articles.c.date.desc(), articles.c.id.desc())
        .limit(limit)
    )
    if topic is not None:
        query = query.join(matches, matches.c.article_id == articles.c.id).where(
            matches.c.topic == topic
        )
    return by_ids(connection, list(connection.scalars(query)))


def _insert(
    connection: Connection,
    article: Article,
    source: str,
    fingerprint: str,
    page_id: int | None,
    external_id: str | None,
    first_seen: datetime,
) -> int:
    article_id = connection.execute(
        insert(articles)
        .values(
            source=source,
            first_seen=first_seen,
            date=article.published or first_seen,
            fingerprint=fingerprint,
            page_id=page_id,
            external_id=external_id,
            versions=1,
            change=next_change(connection),
            **columns_of(article),
        )
        .returning(articles.c.id)
    ).scalar_one()
    connection.execute(update(articles).where(articles.c.id == article_id).values(story=article_id))
    return int(article_id)


def _revise(
    connection: Connection,
    article_id: int,
    article: Article,
    fingerprint: str,
    page_id: int | None,
    now: datetime,
) -> Stored:
    """Another reading of a known article: a version when its words differ, else nothing."""
    row = connection.execute(select(articles).where(articles.c.id == article_id)).one()
    if row.withdrawn_at is not None and page_id is not None:
        withdraw(connection, article_id, None)
    if (row.title, row.fingerprint) == (plain(article.title), fingerprint):
        if row.published is None and article.published is not None:
            known_date = dated(
                article.published, article.published_from, article.published_precision
            )
            touch(connection, article_id, **known_date)
        return Stored.KNOWN
    columns = columns_of(article)
    if article.published is None:
        del columns["published"], columns["published_offset"], columns["published_from"]
        del columns["published_precision"]
    else:
        columns["date"] = article.published
    number = row.versions + (0 if edit_flood(connection, article_id, now) else 1)
    touch(
        connection,
        article_id,
        updated=now,
        fingerprint=fingerprint,
        page_id=page_id,
        versions=number,
        classified_with=None,
        **columns,
    )
    if number == row.versions:
        latest = (versions.c.article_id == article_id) & (versions.c.number == number)
        connection.execute(delete(versions).where(latest))
    add_version(connection, article_id, number, article, now, page_id)
    return Stored.UPDATED


def edit_flood(connection: Connection, article_id: int, now: datetime) -> bool:
    """Whether a text has changed so often within a day that only its latest reading is kept:
    there are pages that carry the time of day in their text."""
    recent = (
        select(func.count())
        .select_from(versions)
        .where(
            versions.c.article_id == article_id,
            versions.c.seen_at > now - timedelta(days=1),
            versions.c.origin.is_(None),
        )
    )
    return (connection.scalar(recent) or 0) >= MOST_VERSIONS_A_DAY


def withdraw(connection: Connection, article_id: int, at: datetime | None) -> None:
    """Note since when an article's page is gone; None: it is there again."""
    touch(connection, article_id, withdrawn_at=at)


def move(connection: Connection, article_id: int, url: str) -> None:
    """Give an article the address under which it is found now."""
    touch(connection, article_id, url=url)


def _alias(connection: Connection, article_id: int, keys: Iterable[str]) -> None:
    wanted = set(keys)
    known = set(connection.scalars(select(aliases.c.url_key).where(aliases.c.url_key.in_(wanted))))
    rows = [
        {"url_key": key, "article_id": article_id, "path": path_of(key)}
        for key in sorted(wanted - known)
    ]
    if rows:
        connection.execute(insert(aliases), rows)
