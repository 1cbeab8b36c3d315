"""What was announced against what is stored, and how late it could be found."""

from __future__ import annotations

from datetime import timedelta, timezone

from monitor.model import EntryState, Failure, Fate
from storage.database import Database
from storage.repositories import articles, completeness, entries, pages
from tests.storage.samples import (
    LATER,
    NOW,
    SOURCE,
    announce,
    article,
    entry,
    kept,
    response,
    store,
)

HOUR = timedelta(hours=1)
ALMATY = timezone(timedelta(hours=5))


def index(database: Database, now: object = LATER) -> None:
    with database.write() as connection:
        change = articles.last_change(connection)
        completeness.indexed(connection, change, now)  # type: ignore[arg-type]


def page(database: Database) -> int:
    """A page of the source's first entry, twelve hours ago."""
    announce(database, entry("first"), now=NOW - 12 * HOUR)
    first = kept(database, "first").id
    with database.write() as connection:
        return pages.keep(connection, first, response(b"A page."))


def lags(database: Database) -> list[float]:
    with database.read() as connection:
        found = completeness.lags(connection, NOW - 24 * HOUR)
    return [lag / HOUR for lag in found.get(SOURCE, [])]


def test_what_was_announced_and_is_not_stored(database: Database) -> None:
    announce(database, *(entry(path) for path in ("a", "b", "c", "d")))
    article_id = store(database, article("a"))
    gone = Failure("http.404", "It is not there", Fate.SKIP)
    with database.write() as connection:
        entries.stored(connection, kept(database, "a").id, article_id)
    one, two = kept(database, "b"), kept(database, "c")
    with database.write() as connection:
        entries.failed(connection, one, gone, None)
        entries.failed(connection, two, gone, LATER)
    with database.read() as connection:
        assert completeness.counts(connection, NOW) == {SOURCE: completeness.Counts(4, 1, 4, 1)}
        found = completeness.unstored(connection, SOURCE, 10)
        assert len(completeness.unstored(connection, SOURCE, 2)) == 2
        assert completeness.unstored(connection, "other", 10) == []
    assert [each.url.rpartition("/")[2] for each in found] == ["d", "c", "b"]
    assert [each.state for each in found] == [
        EntryState.WAITING,
        EntryState.WAITING,
        EntryState.SKIPPED,
    ]
    assert [each.retry_at for each in found] == [NOW, LATER, None]
    assert [each.code for each in found] == [None, "http.404", "http.404"]


def test_what_is_indexed_is_noted_once(database: Database) -> None:
    with database.read() as connection:
        assert not completeness.any_unindexed(connection, 10)
    store(database, article("a"))
    with database.read() as connection:
        assert completeness.any_unindexed(connection, 10)
        assert not completeness.any_unindexed(connection, 0), "it changed later than that"
    index(database)
    with database.read() as connection:
        assert not completeness.any_unindexed(connection, 10)


def test_how_late_an_article_could_be_found(database: Database) -> None:
    page_id = page(database)
    published = NOW - 2.5 * HOUR
    store(database, article("a", "One.", published=published), page_id=page_id)
    store(database, article("b", "Two.", published=NOW - 0.5 * HOUR), page_id=page_id)
    assert lags(database) == [], "not indexed yet"
    index(database)
    assert lags(database) == [1.5, 3.5]
    index(database, LATER + HOUR)
    assert lags(database) == [1.5, 3.5], "it was found the first time"


def test_what_tells_nothing_of_lateness_is_left_out(database: Database) -> None:
    page_id = page(database)
    midnight = (NOW - 2 * HOUR).astimezone(ALMATY).replace(hour=0, minute=0)
    left_out = {
        "undated": {},
        "day": {"published": midnight},
        "before": {"published": NOW - 13 * HOUR},
        "long-ago": {"published": NOW - 30 * HOUR},
    }
    for path, given in left_out.items():
        store(database, article(path, path, **given), page_id=page_id)
    store(database, article("file", "file", published=NOW - HOUR))  # imported: it has no page
    index(database)
    assert lags(database) == []
    store(database, article("a", "a", published=NOW - HOUR), page_id=page_id)
    index(database)
    assert lags(database) == [2.0]
