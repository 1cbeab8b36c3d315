"""The archive read again from its pages: which articles, how far it has come, what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from monitor.model import ArchivedArticle, Article
from storage.repositories import articles as repository
from storage.repositories.article_rows import columns_of, touch
from storage.tables import articles, plain, reprocessings

RE_EXTRACTED = "re-extracted"
"""The origin of a version that another reading of the same page made."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Which articles: published (or first seen) at `since` or later, of one source; None: all."""

    since: datetime | None = None
    source: str | None = None

    def named(self, step: str) -> str:
        """What identifies the work of one step over these articles."""
        since = "" if self.since is None else self.since.isoformat()
        return f"{step} since={since} source={self.source or ''}"


class Reread(StrEnum):
    """What another reading of a page made of its article."""

    UNCHANGED = "unchanged"
    TEXT = "text"  # another title or text: a version
    DETAILS = "details"  # the same words; another date, author, image, language…
    MEANWHILE = "meanwhile"  # its page was read anew by somebody else


def count(connection: Connection, scope: Scope, after: int = 0) -> int:
    """How many articles of the scope have a larger id."""
    query = select(func.count()).select_from(articles).where(*_within(scope), articles.c.id > after)
    return int(connection.scalar(query) or 0)


def ids_after(connection: Connection, scope: Scope, after: int, limit: int) -> list[int]:
    """The next articles of the scope, in the order of their ids."""
    return list(
        connection.scalars(
            select(articles.c.id)
            .where(*_within(scope), articles.c.id > after)
            .order_by(articles.c.id)
            .limit(limit)
        )
    )


def page_ids(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    """The pages that these articles were read from; some were read from none."""
    rows = connection.execute(
        select(articles.c.id, articles.c.page_id).where(
            articles.c.id.in_(list(ids)), articles.c.page_id.is_not(None)
        )
    )
    return {row.id: row.page_id for row in rows}


def place(connection: Connection, work: str, edition: str) -> int:
    """The last article that this work is done with; 0 where it is to begin."""
    row = connection.execute(
        select(reprocessings).where(reprocessings.c.work == work)
    ).one_or_none()
    return row.last_id if row is not None and row.edition == edition else 0


def advance(connection: Connection, work: str, edition: str, last_id: int, now: datetime) -> None:
    """Note how far the work is, in the transaction that changes the articles."""
    done = connection.execute(
        update(reprocessings)
        .where(reprocessings.c.work == work)
        .values(edition=edition, last_id=last_id)
    )
    if not done.rowcount:
        connection.execute(
            insert(reprocessings).values(
                work=work, edition=edition, last_id=last_id, started_at=now
            )
        )


def finish(connection: Connection, work: str) -> None:
    """Forget a place: the work is done, and a new one begins at the beginning."""
    connection.execute(delete(reprocessings).where(reprocessings.c.work == work))


def compared(before: Article, after: Article) -> tuple[Reread, Article]:
    """What another reading changes, and the article as it would be kept.

    Its address stays: it is what the article is known by. A date that only a channel told later
    stays where the page gives none.
    """
    kept = _as_stored(replace(after, url=before.url))
    if kept.published is None:
        kept = replace(
            kept,
            published=before.published,
            published_from=before.published_from,
            published_precision=before.published_precision,
        )
    if (kept.title, kept.text) != (before.title, before.text):
        return Reread.TEXT, kept
    return (Reread.UNCHANGED if kept == before else Reread.DETAILS), kept


def reread(
    connection: Connection,
    before: ArchivedArticle,
    after: Article,
    *,
    page_id: int,
    fingerprint: str,
    now: datetime,
) -> Reread:
    """Put another reading of an article's page in its place; another text becomes a version that
    is marked as ours. `updated` stays: the publisher changed nothing."""
    row = connection.execute(
        select(articles.c.title, articles.c.text, articles.c.page_id, articles.c.versions).where(
            articles.c.id == before.id
        )
    ).one()
    if (row.title, row.text, row.page_id) != (before.article.title, before.article.text, page_id):
        return Reread.MEANWHILE
    change, kept = compared(before.article, after)
    if change is Reread.UNCHANGED:
        return change
    columns = columns_of(kept)
    columns["date"] = kept.published or before.first_seen
    if change is Reread.TEXT:
        columns |= {"fingerprint": fingerprint, "versions": row.versions + 1}
        repository.add_version(
            connection, before.id, row.versions + 1, kept, now, page_id, RE_EXTRACTED
        )
    if change is Reread.TEXT or kept.language != before.article.language:
        columns["classified_with"] = None
    touch(connection, before.id, **columns)
    return change


def fingerprints(connection: Connection, ids: Sequence[int]) -> list[tuple[int, str, str]]:
    """These articles with their texts and the fingerprints that are kept of them."""
    rows = connection.execute(
        select(articles.c.id, articles.c.text, articles.c.fingerprint)
        .where(articles.c.id.in_(list(ids)))
        .order_by(articles.c.id)
    )
    return [(row.id, row.text, row.fingerprint) for row in rows]


def set_fingerprint(connection: Connection, article_id: int, old: str, new: str) -> bool:
    """Keep another fingerprint of a text; False where the text has changed meanwhile."""
    done = connection.execute(
        update(articles)
        .where(articles.c.id == article_id, articles.c.fingerprint == old)
        .values(fingerprint=new)
    )
    return done.rowcount > 0


def _within(scope: Scope) -> list[ColumnElement[bool]]:
    bounds: list[ColumnElement[bool]] = []
    if scope.since is not None:
        bounds.append(articles.c.date >= scope.since)
    if scope.source is not None:
        bounds.append(articles.c.source == scope.source)
    return bounds


def _as_stored(article: Article) -> Article:
    """The article as it comes back from the database."""
    return replace(
        article,
        title=plain(article.title),
        text=plain(article.text),
        authors=tuple(_json(each) for each in article.authors),
        tags=tuple(_json(each) for each in article.tags),
        languages={_json(code): _json(url) for code, url in article.languages.items()},
        image=None if article.image is None else plain(article.image),
        image_credit=None if article.image_credit is None else plain(article.image_credit),
        section=None if article.section is None else plain(article.section),
        reason=plain(article.reason),
        marks=tuple(article.marks),
    )


def _json(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
