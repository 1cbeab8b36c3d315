"""Articles → matches: judge by the topics what this edition of the topics has not judged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from monitor.model import ArchivedArticle, Match
from monitor.pipeline.correct_topics import correct_topics
from monitor.pipeline.find_duplicates import fingerprint
from monitor.pipeline.match_topics import Judgement
from monitor.workers.services import Services
from storage.repositories import articles, judgements

BATCH = 100

Judged = tuple[ArchivedArticle, str, Judgement]
"""An article, the fingerprint of the text that was judged, and what was found in it."""


async def classify_pending(services: Services, stop: asyncio.Event | None = None) -> int:
    """Classify whatever is left to classify, until `stop`; returns how many articles were."""
    done = 0
    catalog = services.judge.edition
    while stop is None or not stop.is_set():
        batch = await services.read(lambda c: articles.unclassified(c, catalog, BATCH))
        if not batch:
            return done
        judged = await asyncio.to_thread(judge_all, services, batch)
        await services.write(partial(_save, judged=judged, catalog=catalog))
        done += len(batch)
    return done


async def classify_one(services: Services, article_id: int) -> None:
    """Classify one article now, whether or not it is waiting for it."""
    archived = await services.read(lambda c: articles.get(c, article_id))
    if archived is not None:
        judged = await asyncio.to_thread(judge_all, services, [archived])
        await services.write(partial(_save, judged=judged, catalog=services.judge.edition))


def judge_all(services: Services, batch: Sequence[ArchivedArticle]) -> list[Judged]:
    """What the topics find in these articles; nothing is stored."""
    judged = []
    for archived in batch:
        article = archived.article
        found = services.judge.matcher.judge(article.title, article.text, article.language)
        judged.append((archived, fingerprint(article.text), found))
    return judged


@dataclass(frozen=True, slots=True)
class Retagged:
    """An article's topics before and after; equal where only scores or evidence changed."""

    article_id: int
    before: frozenset[str]
    after: frozenset[str]


def retag(
    connection: Connection, judged: Judged, catalog: str, *, dry_run: bool
) -> Retagged | None:
    """Replace what was found in an article where it is something else; None where it is the same,
    or the text has changed since. With `dry_run` nothing is written."""
    archived, text, found = judged
    kept = articles.judged_as(connection, archived.id)
    current = articles.get(connection, archived.id)
    if kept is None or current is None or kept.fingerprint != text:
        return None
    decided = judgements.corrections_of(connection, archived.id)
    matches, passing = correct_topics(found.matches, found.passing, decided)
    same = (
        _by_topic(current.matches) == _by_topic(matches)
        and _by_topic(judgements.passing_of(connection, archived.id)) == _by_topic(passing)
        and {*judgements.mentions_of(connection, archived.id)} == {*found.mentions}
        and current.place == found.place
    )
    if not dry_run and not (same and kept.classified_with == catalog):
        _save(connection, judged=[judged], catalog=catalog)
    if same:
        return None
    before = frozenset(each.topic for each in current.matches)
    return Retagged(archived.id, before, frozenset(each.topic for each in matches))


def _by_topic(matches: Iterable[Match]) -> dict[str, Match]:
    return {each.topic: each for each in matches}


def _save(connection: Connection, *, judged: Sequence[Judged], catalog: str) -> None:
    for archived, text, found in judged:
        # Read here, inside the transaction: a person may have decided while words were weighed.
        decided = judgements.corrections_of(connection, archived.id)
        matches, passing = correct_topics(found.matches, found.passing, decided)
        current = articles.classify(
            connection,
            archived.id,
            matches,
            place=found.place,
            catalog=catalog,
            text_fingerprint=text,
        )
        if current:
            judgements.save(connection, archived.id, passing, found.mentions)
