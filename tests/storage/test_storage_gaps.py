"""Gaps, backfills and sightings: what is written down of a walk, and who may go on with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from monitor.model import Backfill, Gap, GapState, Hints, Move, Place
from storage.database import Database
from storage.repositories import backfills, channels, entries, gaps, leases, sightings
from tests.storage.samples import (
    FEED,
    LATER,
    LEASE_END,
    NOW,
    SITEMAP,
    SOURCE,
    addressed,
    announce,
    channel,
    entry,
    key,
    poll,
)

DAY = timedelta(days=1)
BACKFILL = "https://steppe.example/feed?paged={page}"


def open_gap(database: Database, url: str = FEED, **given: object) -> Gap:
    times = {"opened_at": NOW, "known_until": NOW - DAY, "last_read_at": NOW - DAY / 2}
    one = channel(database, url).id
    with database.write() as connection:
        return gaps.open_gap(connection, one, **(times | given))  # type: ignore[arg-type]


def save(database: Database, gap: Gap, **given: object) -> Gap:
    with database.write() as connection:
        gaps.save(connection, replace(gap, **given))  # type: ignore[arg-type]
    with database.read() as connection:
        return next(each for each in gaps.newest(connection, 100) if each.id == gap.id)


def claim(database: Database, gap: Gap, owner: str = "one", now: object = NOW) -> Gap | None:
    with database.write() as connection:
        return gaps.claim(connection, gap.id, owner=owner, now=now, until=LEASE_END)  # type: ignore[arg-type]


def test_a_gap_is_kept_as_it_stands(database: Database) -> None:
    one = channel(database).id
    gap = open_gap(database)
    assert gap == Gap(
        id=gap.id,
        channel_id=one,
        opened_at=NOW,
        known_until=NOW - DAY,
        last_read_at=NOW - DAY / 2,
        next_attempt_at=NOW,
    )
    changed = replace(
        gap,
        backfill=BACKFILL,
        place=Place(3, ("https://steppe.example/a.xml",)),
        pages_read=4,
        entries_found=33,
        attempts=2,
        next_attempt_at=LATER,
        met_older=True,
        met_newer=True,
        note="so far",
    )
    assert save(database, changed) == changed
    assert save(database, changed, place=Place(4)).place == Place(4)
    assert save(database, changed, place=Place(pending=())).place == Place(pending=())


def test_which_gaps_are_to_be_worked_at(database: Database) -> None:
    due, later, filled, bounded, hopeless, old = (open_gap(database) for _ in range(6))
    save(database, later, next_attempt_at=LATER)
    save(database, filled, state=GapState.FILLED, filled_at=NOW)
    save(database, bounded, state=GapState.BOUNDED)
    save(database, hopeless, state=GapState.UNFILLABLE)
    ancient = open_gap(database, opened_at=NOW - 31 * DAY)
    save(database, ancient, state=GapState.UNFILLABLE)
    one = channel(database).id
    with database.read() as connection:
        pending = gaps.pending(connection, [one], NOW)
        assert [gap.id for gap in pending] == [due.id, hopeless.id, old.id]
        assert gaps.pending(connection, [one + 1], NOW) == []
        assert gaps.waiting_channels(connection, NOW) == {one}
        unfilled = {gap.id for gap in gaps.unfilled(connection, [one])}
    assert unfilled == {due.id, later.id, bounded.id, hopeless.id, old.id, ancient.id}


def test_nothing_waits_where_there_is_no_gap(database: Database) -> None:
    save(database, open_gap(database), state=GapState.FILLED)
    with database.read() as connection:
        assert gaps.waiting_channels(connection, NOW) == set()


def test_a_gap_is_filled_by_one(database: Database) -> None:
    gap = open_gap(database)
    assert claim(database, gap) is not None
    assert claim(database, gap, "two") is None
    with database.read() as connection:
        assert leases.holders(connection) == {"one"}
    assert claim(database, gap, "two", LEASE_END) is not None, "the lease has run out"
    with database.write() as connection:
        leases.release(connection, ["two"])
    taken = claim(database, gap)
    assert taken == gap
    save(database, gap, state=GapState.FILLED)
    assert claim(database, gap, "two") is not None, "what is done is nobody's"


def begin(database: Database, since: object = NOW - DAY, url: str = FEED) -> Backfill:
    one = channel(database, url).id
    with database.write() as connection:
        return backfills.begin(connection, one, BACKFILL, since, NOW)  # type: ignore[arg-type]


def test_a_walk_goes_on_where_it_was_until_it_is_finished(database: Database) -> None:
    walk = begin(database)
    with database.write() as connection:
        on = replace(walk, place=Place(5), pages_read=5, entries_found=50)
        backfills.save(connection, on)
    assert begin(database) == on
    assert begin(database, NOW - 2 * DAY).id != walk.id, "another day"
    assert begin(database, url=SITEMAP).id != walk.id, "another channel"
    with database.write() as connection:
        backfills.save(connection, replace(on, finished_at=LATER, note="the end"))
    again = begin(database)
    assert (again.place, again.pages_read, again.id != walk.id) == (Place(), 0, True)


def test_a_walk_is_one_process_at_a_time(database: Database) -> None:
    walk = begin(database)
    for owner, taken in (("one", True), ("two", False)):
        with database.write() as connection:
            assert (
                backfills.claim(connection, walk.id, owner=owner, now=NOW, until=LEASE_END) == taken
            )
    with database.write() as connection:
        assert leases.holders(connection) == {"one"}
        backfills.save(connection, replace(walk, finished_at=NOW))
        assert leases.holders(connection) == set()


def test_what_a_channel_announced_before(database: Database) -> None:
    one, two = channel(database).id, channel(database, SITEMAP).id
    with database.read() as connection:
        assert sightings.newest_before(connection, one, LATER) == (False, None)
        assert sightings.began(connection, one) is None
    announce(database, entry("a", published=NOW - DAY), entry("b"), channel_id=one)
    announce(database, entry("c", published=NOW), channel_id=one, now=LATER)
    with database.read() as connection:
        assert sightings.newest_before(connection, one, LATER) == (True, NOW - DAY)
        assert sightings.newest_before(connection, two, LATER) == (False, None)
        assert sightings.any_before(connection, one, [key("c"), key("b")], LATER)
        assert not sightings.any_before(connection, one, [key("c")], LATER)
        assert not sightings.any_before(connection, two, [key("b")], LATER)
        assert not sightings.any_before(connection, one, [], LATER)
        assert sightings.began(connection, one) == NOW


def test_how_much_two_channels_share(database: Database) -> None:
    one, two = channel(database).id, channel(database, SITEMAP).id
    announce(database, *(entry(f"old-{n}") for n in range(5)), channel_id=one)
    announce(database, *(entry(f"a-{n}") for n in range(4)), channel_id=one, now=LATER)
    announce(database, *(entry(f"a-{n}") for n in range(3)), channel_id=two, now=LATER)
    with database.read() as connection:
        assert sightings.shared(connection, one, two, 4) == 0.75
        assert sightings.shared(connection, two, one, 50) == 1.0
        assert sightings.shared(connection, two + 1, one, 50) == 0.0


def test_an_archive_words_things_its_own_way(database: Database) -> None:
    """What an archive lists of a known entry is no change; what it lists first is no known one."""
    one = channel(database).id
    announce(database, entry("a", title="As the feed says"), channel_id=one)

    def list_(*paths: str) -> entries.Kept:
        found = addressed(*(entry(path, title="As the archive says") for path in paths))
        with database.write() as connection:
            return entries.keep(connection, SOURCE, one, found, LATER, from_archive=True)

    kept = list_("a", "b")
    assert (kept.new, kept.changed, kept.unseen) == (1, 0, frozenset({key("b")}))
    with database.read() as connection:
        assert not sightings.shown_since(connection, one, [key("a"), key("b")], LATER)
    same = announce(database, entry("a", title="As the feed says"), channel_id=one, now=LATER)
    assert same.changed == 0
    first = announce(database, entry("b", title="As the feed says"), channel_id=one, now=LATER)
    assert (first.changed, first.unseen) == (0, frozenset())
    with database.read() as connection:
        assert sightings.shown_since(connection, one, [key("b")], LATER)
    later = announce(database, entry("b", title="Corrected"), channel_id=one, now=LATER)
    assert later.changed == 1


def test_what_one_channel_knows_another_has_not_seen(database: Database) -> None:
    one, two = channel(database).id, channel(database, SITEMAP).id
    announce(database, entry("a"), channel_id=one)
    kept = announce(database, entry("a"), entry("b"), channel_id=two)
    assert (kept.new, kept.unseen) == (1, frozenset({key("a"), key("b")}))


def test_what_a_channel_asks_for_and_where_it_went_is_remembered(database: Database) -> None:
    hints = Hints(timedelta(hours=1), timedelta(hours=2), frozenset({1, 23}), frozenset({6}))
    move = Move("https://new.example/feed", NOW - DAY, 3, NOW, adopted=True)
    state = channel(database)
    with database.write() as connection:
        channels.record(
            connection,
            state,
            poll(turnover=timedelta(seconds=90.5)),
            validators=state.validators,
            body_hash=None,
            hints=hints,
            full_read_at=NOW,
            move=move,
        )
    state = channel(database)
    assert (state.hints, state.move, state.full_read_at) == (hints, move, NOW)
    assert state.turnover == timedelta(seconds=90.5)
    with database.write() as connection:  # "not modified": the document was not seen
        unchanged = poll(started_at=LATER)
        channels.record(
            connection, state, unchanged, validators=state.validators, body_hash=None, move=None
        )
    state = channel(database)
    assert (state.hints, state.full_read_at, state.move) == (hints, NOW, None)
    assert state.turnover is None
