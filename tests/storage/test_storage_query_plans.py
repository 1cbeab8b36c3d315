"""What is asked often is answered by an index: none of it reads a whole table.

SQLite plans without statistics, so an empty archive shows the plan of a full one. Without these
indexes the newest twenty of 20,000 articles took 17 ms instead of one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event

from monitor.model import EntryState
from storage.database import Database
from storage.repositories import articles, channels, entries, identity, pages, quarantine, rechecks
from tests.storage.samples import (
    LATER,
    NOW,
    SOURCE,
    addressed,
    announce,
    article,
    channel,
    entry,
    put,
    store,
)


def _claim(connection: Connection, host: str | None = None) -> None:
    entries.claim(
        connection,
        EntryState.WAITING,
        sources=[SOURCE],
        owner="one",
        now=NOW,
        until=LATER,
        limit=10,
        host=host,
    )


def _release(connection: Connection) -> None:
    entries.release(connection, "one")


ASKED: dict[str, Callable[[Connection], object]] = {
    "claim": _claim,
    "claim of a host": lambda connection: _claim(connection, "steppe.example"),
    "waiting hosts": lambda connection: entries.waiting_hosts(connection, NOW, [SOURCE]),
    "release": _release,
    "by key": lambda connection: entries.by_key(connection, "steppe.example/a"),
    "retry": lambda connection: entries.retry(connection, NOW),
    "quarantine": entries.troubled,
    "given up": quarantine.given_up,
    "due looks": lambda connection: rechecks.claim(
        connection, SOURCE, owner="one", now=NOW, until=LATER, limit=6
    ),
    "one address": lambda connection: rechecks.only(connection, 1, 1),
    "notes": lambda connection: rechecks.notes(connection, 1),
    "of a guid": lambda connection: identity.of_guid(connection, 1),
    "of a path": lambda connection: identity.of_path(connection, SOURCE, "/a", ["a"]),
    "of a text": lambda connection: identity.of_text(connection, SOURCE, "f"),
    "page of an article": lambda connection: pages.of_article(connection, 1),
    "entries counted": entries.counts,
    "polls": lambda connection: channels.recent_polls(connection, 1),
    "find": lambda connection: articles.find(connection, ["a", "b"]),
    "same text": lambda connection: articles.same_text(connection, "f"),
    "unclassified": lambda connection: articles.unclassified(connection, "edition", 100),
    "changed": lambda connection: articles.changed_since(connection, 0, 500),
    "latest": articles.latest,
    "latest of a topic": lambda connection: articles.latest(connection, topic="ai-law"),
    "copies": lambda connection: articles.copies_of(connection, 1),
    "versions": lambda connection: articles.versions_of(connection, 1),
    "counted by source": articles.counts_by_source,
    "counted by topic": articles.counts_by_topic,
    "a new reading": lambda connection: put(connection, article(text="Another text.")),
}


def _plan(database: Database, work: Callable[[Connection], object]) -> list[str]:
    """How SQLite answers every statement of this work, a line a step."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "UPDATE", "INSERT", "DELETE")):
            asked.append((statement, given))

    event.listen(database.engine, "before_cursor_execute", note)
    with database.write() as connection:
        work(connection)
        event.remove(database.engine, "before_cursor_execute", note)
        assert asked
        return [
            row.detail
            for statement, given in asked
            for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        ]


@pytest.mark.parametrize("name", ASKED)
def test_no_table_is_read_from_end_to_end(sqlite: Database, name: str) -> None:
    store(sqlite, article(text="A text."))
    announce(sqlite, entry("a"))
    whole = [
        step
        for step in _plan(sqlite, ASKED[name])
        if step.startswith("SCAN")
        and "COVERING INDEX" not in step
        and not step.startswith(("SCAN counters", "SCAN CONSTANT", "SCAN (subquery"))
    ]
    assert whole == []


@pytest.mark.parametrize("name", ["latest", "changed", "versions", "polls"])
def test_lists_come_in_the_order_of_an_index(sqlite: Database, name: str) -> None:
    sorted_here = [step for step in _plan(sqlite, ASKED[name]) if step.endswith("FOR ORDER BY")]
    assert sorted_here == []


@pytest.mark.parametrize("count", [10, 100])
def test_a_known_reading_takes_a_handful_of_statements(sqlite: Database, count: int) -> None:
    """However many entries it has."""
    state = channel(sqlite)
    found = [entry(str(number)) for number in range(count)]
    statements = 0

    def note(*_: Any) -> None:
        nonlocal statements
        statements += 1

    for expected in (8, 4):  # new, then known
        event.listen(sqlite.engine, "before_cursor_execute", note)
        with sqlite.write() as connection:
            entries.keep(connection, SOURCE, state.id, addressed(*found), NOW)
        event.remove(sqlite.engine, "before_cursor_execute", note)
        assert statements <= expected
        statements = 0
