"""The newest articles of each topic, read again only when the archive has changed."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from monitor.model import ArchivedArticle
from storage.database import Database
from storage.repositories import articles, overview

EACH = 3
"""Articles shown of a topic: with sixteen topics that is a page to skim, not one to read."""


@dataclass(frozen=True, slots=True)
class Group:
    """The newest articles of one topic (None: of those under no topic), and how many it has."""

    topic: str | None
    total: int
    newest: tuple[ArchivedArticle, ...]


@dataclass(frozen=True, slots=True)
class Latest:
    """Topics with articles, the one with the newest article first; "no topic" is the last."""

    groups: tuple[Group, ...]
    total: int
    by_source: Mapping[str, int]
    by_language: Mapping[str, int]


class LatestArticles:
    """Safe to use from several threads. Every reader of the page asks every few seconds, and
    sorting a large archive takes a moment: once for each change has to be enough."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._kept: tuple[int, Latest] | None = None

    def read(self) -> Latest:
        """What the archive holds now."""
        with self._lock, self._database.read() as connection:
            change = articles.last_change(connection)
            if self._kept is None or self._kept[0] != change:
                self._kept = (change, _read(connection))
            return self._kept[1]


def _read(connection: Connection) -> Latest:
    newest = overview.newest_by_topic(connection, EACH)
    totals = articles.counts_by_topic(connection)
    unmatched = overview.newest_without_topic(connection, EACH)
    wanted = list({each for ids in newest.values() for each in ids} | set(unmatched))
    known = {archived.id: archived for archived in articles.by_ids(connection, wanted)}
    groups = [
        Group(topic, totals[topic], tuple(known[each] for each in ids))
        for topic, ids in newest.items()
    ]
    groups.sort(key=lambda group: _seen(group.newest[0]), reverse=True)
    if unmatched:
        total = overview.count_without_topic(connection)
        groups.append(Group(None, total, tuple(known[each] for each in unmatched)))
    by_source = articles.counts_by_source(connection)
    by_language = overview.counts_by_language(connection)
    return Latest(tuple(groups), sum(by_source.values()), by_source, by_language)


def _seen(archived: ArchivedArticle) -> tuple[float, int]:
    return (archived.article.published or archived.first_seen).timestamp(), archived.id
