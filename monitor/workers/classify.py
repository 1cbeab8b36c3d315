"""Articles → matches: judge by the topics what this edition of the topics has not judged."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from monitor.model import ArchivedArticle, Match
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.services import Services
from storage.repositories import articles

BATCH = 100

Judged = tuple[ArchivedArticle, str, tuple[Match, ...], str]
"""An article, the fingerprint of the text that was judged, its matches, its place."""


async def classify_pending(services: Services, stop: asyncio.Event | None = None) -> int:
    """Classify whatever is left to classify, until `stop`; returns how many articles were."""
    done = 0
    catalog = services.judge.edition
    while stop is None or not stop.is_set():
        batch = await services.read(lambda c: articles.unclassified(c, catalog, BATCH))
        if not batch:
            return done
        judged = await asyncio.to_thread(_judge, services, batch)
        await services.write(partial(_save, judged=judged, catalog=catalog))
        done += len(batch)
    return done


def _judge(services: Services, batch: Sequence[ArchivedArticle]) -> list[Judged]:
    judged = []
    for archived in batch:
        article = archived.article
        found = services.judge.matcher.judge(article.title, article.text, article.language)
        judged.append((archived, fingerprint(article.text), found.matches, found.place))
    return judged


def _save(connection: Connection, *, judged: Sequence[Judged], catalog: str) -> None:
    for archived, text, found, place in judged:
        articles.classify(
            connection, archived.id, found, place=place, catalog=catalog, text_fingerprint=text
        )
