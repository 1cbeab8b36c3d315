"""Articles between rows and values, and the sequence that numbers their changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Row, select, update

from monitor.model import ArchivedArticle, Article, Evidence, Match
from storage.tables import articles, counters, matches, mentions


def columns_of(article: Article) -> dict[str, Any]:
    """What a row holds of an article itself."""
    return {
        "url": article.url,
        "language": article.language,
        "title": article.title,
        "text": article.text,
        "authors": list(article.authors),
        "published": article.published,
        "published_offset": _offset(article.published),
        "published_from": article.published_from,
        "published_precision": article.published_precision,
        "image": article.image,
        "image_credit": article.image_credit,
        "marks": list(article.marks) or None,
        "section": article.section,
        "tags": list(article.tags),
        "languages": dict(article.languages),
        "text_from": article.text_from,
        "reason": article.reason,
    }


def dated(published: datetime, published_from: str | None, precision: str | None) -> dict[str, Any]:
    """The columns that a date decides."""
    return {
        "published": published,
        "published_offset": _offset(published),
        "published_from": published_from,
        "published_precision": precision,
        "date": published,
    }


def _offset(published: datetime | None) -> int | None:
    """Minutes east of UTC: the publisher's own calendar says on which day an article appeared."""
    offset = None if published is None else published.utcoffset()
    return None if offset is None else round(offset.total_seconds() / 60)


def _with_offset(published: datetime | None, minutes: int | None) -> datetime | None:
    if published is None or minutes is None:
        return published
    return published.astimezone(timezone(timedelta(minutes=minutes)))


def touch(connection: Connection, article_id: int, **values: Any) -> None:
    """Change an article and give it a place in the change sequence."""
    connection.execute(
        update(articles)
        .where(articles.c.id == article_id)
        .values(change=next_change(connection), **values)
    )


def next_change(connection: Connection) -> int:
    """The number of a change that is being made."""
    value = connection.scalar(
        update(counters)
        .where(counters.c.name == "change")
        .values(value=counters.c.value + 1)
        .returning(counters.c.value)
    )
    assert value is not None
    return int(value)


def match_rows(article_id: int, found: Sequence[Match]) -> list[dict[str, Any]]:
    """Rows of `matches`, and of `passing`, which has the same columns."""
    return [
        {
            "article_id": article_id,
            "topic": match.topic,
            "score": match.score,
            "evidence": [asdict(evidence) for evidence in match.evidence],
        }
        for match in found
    ]


def matches_of(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[Match, ...]]:
    """The topics of these articles, the strongest first."""
    rows = connection.execute(
        select(matches)
        .where(matches.c.article_id.in_(list(ids)))
        .order_by(matches.c.article_id, matches.c.score.desc(), matches.c.topic)
    )
    found: dict[int, tuple[Match, ...]] = {}
    for row in rows:
        match = Match(row.topic, row.score, tuple(Evidence(**each) for each in row.evidence))
        found[row.article_id] = (*found.get(row.article_id, ()), match)
    return found


def entities_of(connection: Connection, ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Whom and what these articles name, and how often; the most often named first."""
    rows = connection.execute(
        select(mentions.c.article_id, mentions.c.entity, mentions.c["count"].label("times"))
        .where(mentions.c.article_id.in_(list(ids)))
        .order_by(mentions.c.article_id, mentions.c["count"].desc(), mentions.c.entity)
    )
    found: dict[int, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row.article_id, {})[row.entity] = row.times
    return found


def archived_article(
    row: Row[Any], found: tuple[Match, ...] = (), named: Mapping[str, int] | None = None
) -> ArchivedArticle:
    """An article from a row of its table, with its topics and whom it names."""
    return ArchivedArticle(
        id=row.id,
        source=row.source,
        article=Article(
            url=row.url,
            title=row.title,
            text=row.text,
            language=row.language,
            authors=tuple(row.authors),
            published=_with_offset(row.published, row.published_offset),
            published_from=row.published_from,
            image=row.image,
            section=row.section,
            tags=tuple(row.tags),
            text_from=row.text_from,
            reason=row.reason,
            languages=row.languages,
            published_precision=row.published_precision,
            image_credit=row.image_credit,
            marks=tuple(row.marks or ()),
        ),
        first_seen=row.first_seen,
        updated=row.updated,
        duplicate_of=row.duplicate_of,
        story=row.story,
        versions=row.versions,
        external_id=row.external_id,
        place=row.place,
        matches=found,
        withdrawn=row.withdrawn_at,
        entities=named or {},
    )
