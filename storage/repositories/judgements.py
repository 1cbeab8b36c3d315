"""What was found in articles besides their topics, and what people decided about these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select
from sqlalchemy.engine import Row

from monitor.model import Correction, Evidence, Match, Mention
from storage.repositories.article_rows import match_rows
from storage.tables import articles, corrections, mentions, passing


@dataclass(frozen=True, slots=True)
class Findings:
    """What is known of one article besides its topics."""

    passing: tuple[Match, ...]
    mentions: tuple[Mention, ...]
    corrections: tuple[Correction, ...]


def findings_of(connection: Connection, article_id: int) -> Findings:
    """All of it, of one article."""
    return Findings(
        passing_of(connection, article_id),
        mentions_of(connection, article_id),
        corrections_of(connection, article_id),
    )


def save(
    connection: Connection, article_id: int, mere: Sequence[Match], named: Sequence[Mention]
) -> None:
    """Replace an article's passing mentions of topics and its mentions of entities."""
    connection.execute(delete(passing).where(passing.c.article_id == article_id))
    connection.execute(delete(mentions).where(mentions.c.article_id == article_id))
    if mere:
        connection.execute(insert(passing), match_rows(article_id, mere))
    if named:
        connection.execute(
            insert(mentions),
            [
                {
                    "article_id": article_id,
                    "entity": each.entity,
                    "count": each.count,
                    "evidence": [asdict(evidence) for evidence in each.evidence],
                }
                for each in named
            ],
        )


def passing_of(connection: Connection, article_id: int) -> tuple[Match, ...]:
    """The topics that an article mentions in passing, the strongest first."""
    rows = connection.execute(
        select(passing)
        .where(passing.c.article_id == article_id)
        .order_by(passing.c.score.desc(), passing.c.topic)
    )
    return tuple(Match(row.topic, row.score, _evidence(row)) for row in rows)


def mentions_of(connection: Connection, article_id: int) -> tuple[Mention, ...]:
    """Whom and what an article names, the most often named first."""
    rows = connection.execute(
        select(mentions)
        .where(mentions.c.article_id == article_id)
        .order_by(mentions.c["count"].desc(), mentions.c.entity)
    )
    return tuple(Mention(row.entity, row._mapping["count"], _evidence(row)) for row in rows)


def articles_by_entity(connection: Connection) -> dict[str, int]:
    """How many articles name each entity, copies left out."""
    rows = connection.execute(
        select(mentions.c.entity, func.count())
        .join(articles, articles.c.id == mentions.c.article_id)
        .where(articles.c.duplicate_of.is_(None))
        .group_by(mentions.c.entity)
    )
    return {row[0]: row[1] for row in rows}


def correct(connection: Connection, article_id: int, correction: Correction) -> None:
    """Keep a decision; it takes the place of an earlier one about the same topic."""
    withdraw(connection, article_id, correction.topic)
    connection.execute(insert(corrections).values(article_id=article_id, **asdict(correction)))


def withdraw(connection: Connection, article_id: int, topic: str) -> bool:
    """Forget a decision, so that the article's words decide again; False when there is none."""
    done = connection.execute(
        delete(corrections).where(
            corrections.c.article_id == article_id, corrections.c.topic == topic
        )
    )
    return done.rowcount > 0


def corrections_of(connection: Connection, article_id: int) -> tuple[Correction, ...]:
    """The decisions about an article, in the order of the topics."""
    rows = connection.execute(
        select(corrections)
        .where(corrections.c.article_id == article_id)
        .order_by(corrections.c.topic)
    )
    return tuple(
        Correction(row.topic, row.belongs, row.made_at, row.made_by, row.note) for row in rows
    )


def decided(connection: Connection, topic: str) -> dict[int, bool]:
    """The articles that people decided about a topic, and whether each belongs to it."""
    rows = connection.execute(
        select(corrections.c.article_id, corrections.c.belongs).where(corrections.c.topic == topic)
    )
    return {row.article_id: row.belongs for row in rows}


def _evidence(row: Row[Any]) -> tuple[Evidence, ...]:
    return tuple(Evidence(**each) for each in row.evidence)
