"""Entries: kept once, sent round again when their announcement changes, claimed by one."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import EntryState, Failure, Fate
from storage.database import Database
from storage.repositories import articles, entries, pages
from tests.storage.samples import (
    FEED,
    GONE,
    LATER,
    LEASE_END,
    NOW,
    SITEMAP,
    SOURCE,
    addressed,
    announce,
    article,
    channel,
    claim,
    entry,
    kept,
    key,
    response,
    store,
)


def _fetched(database: Database, path: str) -> int:
    with database.write() as connection:
        found = entries.by_key(connection, key(path))
        assert found is not None
        page_id = pages.keep(connection, found.id, response(b"<html>"))
        entries.fetched(connection, found.id, page_id)
        return page_id


def _stored(database: Database, path: str, **given: Any) -> int:
    """Fetch and store the article behind an entry."""
    _fetched(database, path)
    article_id = store(database, article(path, **given))
    with database.write() as connection:
        entries.stored(connection, kept(database, path).id, article_id)
    return article_id


# Keeping


def test_what_is_new_waits_to_be_fetched(database: Database) -> None:
    one = entry(
        "a",
        guid="urn:1",
        summary="Short.",
        published=NOW - timedelta(hours=2),
        published_raw="Sat, 21 Mar 2026 04:00:00 GMT",
        authors=("Ә. Қ.",),
        language="kk",
        text="Толық мәтін.",
    )
    assert announce(database, one) == entries.Kept(new=1, changed=0)
    found = kept(database, "a")
    assert found.entry == one
    assert (found.source, found.host, found.first_seen) == (SOURCE, "steppe.example", NOW)
    assert (found.state, found.attempts) == (EntryState.WAITING, 0)
    assert (found.page_id, found.article_id) == (None, None)


def test_what_is_known_is_not_new_again(database: Database) -> None:
    state = channel(database)
    announce(database, entry("a"), channel_id=state.id)
    again = announce(database, entry("a"), entry("b"), channel_id=state.id, now=LATER)
    assert again == entries.Kept(new=1, changed=0)
    assert kept(database, "a").first_seen == NOW


def test_nothing_announced_keeps_nothing(database: Database) -> None:
    assert announce(database) == entries.Kept(new=0, changed=0)


def test_one_address_twice_in_one_reading_is_one_entry(database: Database) -> None:
    state = channel(database)
    large, listed = entry("a", title="Large"), entry("a", title="", published=NOW, summary="S.")
    assert announce(database, large, entry("b"), listed, channel_id=state.id).new == 2
    found = kept(database, "a").entry
    assert (found.title, found.summary, found.published) == ("Large", "S.", NOW)
    same = announce(database, large, entry("b"), listed, channel_id=state.id)
    assert same == entries.Kept(new=0, changed=0)


def test_a_reading_of_thousands_is_kept_whole(database: Database) -> None:
    state = channel(database)
    many = [entry(str(number)) for number in range(2_500)]
    assert announce(database, *many, channel_id=state.id).new == 2_500
    assert announce(database, *many, entry("one-more"), channel_id=state.id).new == 1


def test_a_changed_announcement_is_read_again(database: Database) -> None:
    state = channel(database)
    announce(database, entry("a", title="First"), channel_id=state.id)
    article_id = _stored(database, "a")
    changed = announce(database, entry("a", title="Second"), channel_id=state.id, now=LATER)
    assert changed == entries.Kept(new=0, changed=1)
    found = kept(database, "a")
    assert (found.state, found.entry.title) == (EntryState.WAITING, "Second")
    assert found.article_id == article_id
    assert [each.id for each in claim(database, now=LATER)] == [found.id]
    same = announce(database, entry("a", title="Second"), channel_id=state.id, now=LATER)
    assert same.changed == 0


def test_a_changed_announcement_keeps_what_it_leaves_out(database: Database) -> None:
    state = channel(database)
    announce(database, entry("a", summary="Said once."), channel_id=state.id)
    announce(database, entry("a", title="Second"), channel_id=state.id)
    found = kept(database, "a").entry
    assert (found.title, found.summary) == ("Second", "Said once.")


def test_another_channels_wording_is_no_change(database: Database) -> None:
    feed, sitemap = channel(database, FEED), channel(database, SITEMAP)
    announce(database, entry("a", title="In the feed"), channel_id=feed.id)
    _stored(database, "a")
    for _ in range(2):
        in_sitemap = announce(database, entry("a", title="In a sitemap"), channel_id=sitemap.id)
        in_feed = announce(database, entry("a", title="In the feed"), channel_id=feed.id)
        assert (in_sitemap.changed, in_feed.changed) == (0, 0)
    assert kept(database, "a").state is EntryState.STORED


@pytest.mark.parametrize(
    ("first", "second", "changed"),
    [
        ("2 hours ago", "3 hours ago", 0),
        ("20 минут назад", "25 минут назад", 0),
        ("14:35", "21 March", 0),
        ("2026-03-21T06:00:00Z", "2026-03-21T09:00:00Z", 1),
    ],
)
def test_a_date_that_ages_is_no_change(
    database: Database, first: str, second: str, changed: int
) -> None:
    state = channel(database)
    announce(database, entry("a", published_raw=first), channel_id=state.id)
    again = announce(database, entry("a", published_raw=second), channel_id=state.id)
    assert again.changed == changed


def test_a_date_is_filled_in_from_another_channel(database: Database) -> None:
    feed, sitemap = channel(database, FEED), channel(database, SITEMAP)
    announce(database, entry("a"), channel_id=feed.id)
    dated = entry("a", published=NOW, published_raw="2026-03-21")
    announce(database, dated, channel_id=sitemap.id)
    assert kept(database, "a").entry.published == NOW
    other = entry("a", published=LATER)
    announce(database, other, channel_id=feed.id)
    assert kept(database, "a").entry.published == NOW, "the first date stays"


def test_a_date_that_comes_later_reaches_the_article(database: Database) -> None:
    announce(database, entry("a"), entry("b"))
    undated = _stored(database, "a")
    dated = _stored(database, "b", published=NOW, published_from="json-ld")
    announce(database, entry("a", published=LATER), entry("b", published=LATER))
    with database.read() as connection:
        first, second = articles.by_ids(connection, [undated, dated])
    assert (first.article.published, first.article.published_from) == (LATER, "channel")
    assert (second.article.published, second.article.published_from) == (NOW, "json-ld")


def test_what_is_in_the_archive_already_is_not_fetched(database: Database) -> None:
    article_id = store(database, article("a"))
    assert announce(database, entry("a", published=NOW)).new == 1
    found = kept(database, "a")
    assert (found.state, found.article_id) == (EntryState.STORED, article_id)
    assert claim(database) == []
    with database.read() as connection:
        archived = articles.get(connection, article_id)
    assert archived is not None
    assert archived.article.published == NOW, "its article had no date"


# Claiming


def test_two_owners_never_get_the_same_entry(database: Database) -> None:
    announce(database, *(entry(str(number)) for number in range(60)))
    taken: dict[str, list[int]] = {"one": [], "two": [], "three": []}

    def work(owner: str) -> None:
        while batch := claim(database, owner, limit=7):
            taken[owner] += [each.id for each in batch]

    threads = [threading.Thread(target=work, args=[owner]) for owner in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    everything = [id_ for ids in taken.values() for id_ in ids]
    assert len(everything) == len(set(everything)) == 60


def test_the_newest_come_first_and_the_undated_last(database: Database) -> None:
    announce(
        database,
        entry("undated"),
        entry("old", published=NOW - timedelta(days=2)),
        entry("new", published=NOW - timedelta(days=1)),
        entry("undated-too"),
    )
    order = [each.entry.url.rsplit("/", 1)[1] for each in claim(database, limit=3)]
    assert order == ["new", "old", "undated"]


def test_only_what_was_asked_for_is_claimed(database: Database) -> None:
    announce(database, entry("a"))
    announce(database, entry("b"), source="other")
    assert [each.source for each in claim(database, source="other")] == ["other"]
    assert claim(database, host="elsewhere.example") == []
    assert claim(database, state=EntryState.FETCHED) == []
    assert claim(database, now=NOW - timedelta(seconds=1)) == [], "it is not due yet"
    assert len(claim(database, host="steppe.example")) == 1


def test_a_lease_ends(database: Database) -> None:
    announce(database, entry("a"))
    assert len(claim(database, "dead")) == 1
    assert claim(database, "heir", now=LEASE_END - timedelta(seconds=1)) == []
    assert len(claim(database, "heir", now=LEASE_END)) == 1


def test_what_is_given_back_is_free(database: Database) -> None:
    announce(database, entry("a"), entry("b"))
    claim(database, "one", limit=1)
    claim(database, "two", limit=1)
    with database.write() as connection:
        entries.release(connection, "one")
    assert len(claim(database, "three")) == 1


def test_a_fetched_entry_stays_claimed_until_its_page_is_read(database: Database) -> None:
    announce(database, entry("a"))
    claim(database)
    page_id = _fetched(database, "a")
    found = kept(database, "a")
    assert (found.state, found.page_id) == (EntryState.FETCHED, page_id)
    assert claim(database, "two", state=EntryState.FETCHED) == []
    article_id = store(database, article("a"))
    with database.write() as connection:
        entries.stored(connection, found.id, article_id)
    found = kept(database, "a")
    assert (found.state, found.article_id) == (EntryState.STORED, article_id)


def test_hosts_with_something_to_fetch(database: Database) -> None:
    announce(database, entry("a"))
    with database.write() as connection:
        moved = entries.Addressed(entry("b"), "b", "b.example")
        entries.keep(connection, "other", None, [moved], NOW)
    with database.read() as connection:
        assert entries.waiting_hosts(connection, NOW, [SOURCE, "other"]) == [
            "b.example",
            "steppe.example",
        ]
        assert entries.waiting_hosts(connection, NOW, [SOURCE]) == ["steppe.example"]
    claim(database)
    with database.read() as connection:
        assert entries.waiting_hosts(connection, NOW, [SOURCE]) == []


# Failing


@pytest.mark.parametrize(
    ("fate", "retry_at", "state"),
    [
        (Fate.RETRY, LATER, EntryState.WAITING),
        (Fate.RETRY, None, EntryState.QUARANTINED),
        (Fate.QUARANTINE, None, EntryState.QUARANTINED),
        (Fate.SKIP, None, EntryState.SKIPPED),
    ],
)
def test_the_fates_of_what_fails(
    database: Database, fate: Fate, retry_at: Any, state: EntryState
) -> None:
    announce(database, entry("a"))
    (one,) = claim(database)
    with database.write() as connection:
        failure = Failure("fetch.timeout", "No answer in 30 s", fate)
        assert entries.failed(connection, one, failure, retry_at) is state
    found = kept(database, "a")
    assert (found.state, found.attempts) == (state, 1)
    assert claim(database, now=LATER - timedelta(seconds=1)) == []
    assert len(claim(database, now=LATER)) == (1 if state is EntryState.WAITING else 0)


def test_a_page_that_could_not_be_read_is_not_fetched_again(database: Database) -> None:
    announce(database, entry("a"))
    claim(database)
    _fetched(database, "a")
    with database.write() as connection:
        entries.failed(connection, kept(database, "a"), GONE, LATER)
    assert kept(database, "a").state is EntryState.FETCHED
    assert len(claim(database, state=EntryState.FETCHED, now=LATER)) == 1


def test_an_article_outlives_its_page(database: Database) -> None:
    announce(database, entry("a"))
    article_id = _stored(database, "a")
    with database.write() as connection:
        entries.again(connection, kept(database, "a").id, NOW)
    (one,) = claim(database)
    with database.write() as connection:
        assert entries.failed(connection, one, GONE, None) is EntryState.STORED
    found = kept(database, "a")
    assert (found.state, found.article_id) == (EntryState.STORED, article_id)


def test_quarantine_can_be_looked_into_and_left(database: Database) -> None:
    announce(database, entry("a"), entry("b"), entry("c"))
    ids = {}
    for one in claim(database):
        ids[one.entry.title] = one.id
        with database.write() as connection:
            entries.failed(connection, one, Failure("http.500", "Broken"), None)
    with database.read() as connection:
        troubled = entries.troubled(connection)
    assert [(each.entry.title, code, why) for each, code, why in troubled] == [
        ("C", "http.500", "Broken"),
        ("B", "http.500", "Broken"),
        ("A", "http.500", "Broken"),
    ]
    with database.write() as connection:
        assert entries.retry(connection, LATER, [ids["B"]]) == 1
    assert [each.id for each in claim(database, now=LATER)] == [ids["B"]]
    with database.write() as connection:
        assert entries.retry(connection, LATER) == 2
    assert all(each.attempts == 0 for each in claim(database, now=LATER))


def test_entries_are_counted_by_source_and_state(database: Database) -> None:
    announce(database, entry("a"), entry("b"))
    announce(database, entry("c"), source="other")
    with database.write() as connection:
        entries.failed(connection, kept(database, "a"), GONE, None)
    with database.read() as connection:
        assert entries.counts(connection) == {
            (SOURCE, EntryState.QUARANTINED): 1,
            (SOURCE, EntryState.WAITING): 1,
            ("other", EntryState.WAITING): 1,
        }


def test_the_same_entries_announced_by_many_at_once_are_kept_once(database: Database) -> None:
    """Writers that both find an address unknown must not both keep it."""
    found = [entry(str(number)) for number in range(40)]
    new: list[int] = []
    wrong: list[BaseException] = []

    def work(order: int) -> None:
        try:
            with database.write() as connection:
                each = addressed(*found[::order])
                new.append(entries.keep(connection, SOURCE, None, each, NOW).new)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work, args=[order]) for order in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert sum(new) == 40


# Taking over


@pytest.mark.parametrize("fate", [Fate.SKIP, Fate.QUARANTINE])
def test_what_failed_when_it_was_added_is_tried_again_for_a_source(
    database: Database, fate: Fate
) -> None:
    """No pass looks after what a person added; a source that announces it does."""
    announce(database, entry("a", title=""), source="added")
    [one] = claim(database, source="added")
    with database.write() as connection:
        failure = Failure("http.404", "not there", fate)
        entries.failed(connection, one, failure, None, NOW)
    feed = channel(database)
    announce(database, entry("a", title="Read me"), channel_id=feed.id, now=LATER)
    found = kept(database, "a")
    assert (found.source, found.state, found.attempts) == (SOURCE, EntryState.WAITING, 0)
    assert found.entry.title == "Read me"
    assert [each.id for each in claim(database, now=LATER)] == [one.id]


def test_what_another_channel_announced_is_not_taken_over(database: Database) -> None:
    feed, sitemap = channel(database), channel(database, SITEMAP)
    announce(database, entry("a"), channel_id=feed.id)
    [one] = claim(database)
    with database.write() as connection:
        entries.failed(connection, one, Failure("http.410", "gone", Fate.SKIP), None, NOW)
    announce(database, entry("a"), channel_id=sitemap.id, now=LATER, source="another")
    assert (kept(database, "a").source, kept(database, "a").state) == (SOURCE, EntryState.SKIPPED)


def test_what_was_added_and_stored_stays_as_it_is(database: Database) -> None:
    announce(database, entry("a"), source="added")
    article_id = _stored(database, "a")
    announce(database, entry("a"), channel_id=channel(database).id, now=LATER)
    found = kept(database, "a")
    assert (found.source, found.state) == ("added", EntryState.STORED)
    assert found.article_id == article_id


# Announced again while it is in hand


def _reworded_in_hand(database: Database) -> tuple[Any, int]:
    """An entry that was claimed and fetched before its channel announced it in other words."""
    feed = channel(database)
    announce(database, entry("a", title="First"), channel_id=feed.id)
    [held] = claim(database)
    _fetched(database, "a")
    announce(database, entry("a", title="Corrected"), channel_id=feed.id)
    return held, store(database, article("a"))


def test_a_correction_announced_while_its_page_is_read_is_fetched_at_once(
    database: Database,
) -> None:
    held, article_id = _reworded_in_hand(database)
    with database.write() as connection:
        entries.stored(connection, held.id, article_id, LATER, announcements=held.announcements)
    [again] = claim(database, "two")
    assert (again.entry.title, again.article_id) == ("Corrected", article_id)
    with database.write() as connection:
        entries.stored(connection, again.id, article_id, LATER, announcements=again.announcements)
    assert claim(database, "three") == []


@pytest.mark.parametrize("retry_at", [None, LATER])
def test_a_correction_announced_while_its_page_fails_is_fetched_at_once(
    database: Database, retry_at: Any
) -> None:
    held, _ = _reworded_in_hand(database)
    with database.write() as connection:
        entries.failed(connection, held, GONE, retry_at)
    [again] = claim(database, "two")
    assert again.entry.title == "Corrected"
