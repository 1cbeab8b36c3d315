"""Which stored entries are due for another look, and what brings one forward."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.model import EntryState
from monitor.pipeline.next_recheck import MOST_CHECKS
from storage.database import Database
from storage.repositories import entries, rechecks
from storage.repositories.rechecks import Check
from tests.storage.samples import (
    LATER,
    LEASE_END,
    NOW,
    SOURCE,
    announce,
    article,
    channel,
    claim,
    entry,
    kept,
    store,
)

DAY = timedelta(days=1)


def stored(database: Database, path: str = "a", check_at: datetime = LATER) -> int:
    article_id = store(database, article(path))
    with database.write() as connection:
        entries.stored(connection, kept(database, path).id, article_id, check_at)
    return article_id


def due(database: Database, now: datetime = LATER, owner: str = "one") -> list[Check]:
    with database.write() as connection:
        return rechecks.claim(
            connection,
            SOURCE,
            owner=owner,
            now=now,
            until=LEASE_END + DAY,
            limit=10,
        )


def test_a_look_is_taken_once_when_it_is_due(database: Database) -> None:
    announce(database, entry("a"))
    stored(database)
    assert due(database, NOW) == []
    [check] = due(database)
    assert (check.kept.entry.title, check.checks, check.gone) == ("A", 0, 0)
    assert due(database, owner="other") == []
    with database.write() as connection:
        rechecks.done(connection, check.kept.id, check_at=LATER + DAY, checks=1, gone=1)
    assert due(database) == []
    [check] = due(database, LATER + DAY)
    assert (check.checks, check.gone) == (1, 1)


def test_what_waits_to_be_read_is_not_looked_at(database: Database) -> None:
    state = channel(database)
    announce(database, entry("a"), channel_id=state.id)
    stored(database)
    announce(database, entry("a", title="Changed"), channel_id=state.id)
    assert due(database) == []
    assert [each.entry.title for each in claim(database)] == ["Changed"]


@pytest.mark.parametrize("checks", [0, MOST_CHECKS])
def test_a_later_lastmod_brings_the_look_forward(checks: int, database: Database) -> None:
    """However often a sitemap claims a change, there is an end to it."""
    state = channel(database)
    announce(database, entry("a", modified=NOW), channel_id=state.id)
    stored(database, check_at=LATER + DAY)
    entry_id = kept(database, "a").id
    with database.write() as connection:
        rechecks.done(connection, entry_id, check_at=LATER + DAY, checks=checks)
    assert announce(database, entry("a", modified=NOW), channel_id=state.id).changed == 0
    assert due(database) == []
    again = announce(database, entry("a", modified=LATER), channel_id=state.id, now=LATER)
    assert again.changed == 0
    assert len(due(database)) == (1 if checks == 0 else 0)
    assert kept(database, "a").state is EntryState.STORED


def test_one_address_of_an_article_is_looked_at(database: Database) -> None:
    announce(database, entry("a"), entry("b"))
    first = stored(database)
    with database.write() as connection:
        entries.stored(connection, kept(database, "b").id, first, LATER)
        rechecks.only(connection, kept(database, "b").id, first)
    assert [check.kept.entry.title for check in due(database)] == ["B"]
