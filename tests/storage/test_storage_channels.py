"""Channels: what is remembered between two polls, and who may poll."""

from __future__ import annotations

import threading
from datetime import timedelta

from monitor.model import ChannelState, PollStatus, Validators
from storage.database import Database
from storage.repositories import channels
from tests.storage.samples import (
    FEED,
    GONE,
    LATER,
    LEASE_END,
    NOW,
    SITEMAP,
    SOURCE,
    channel,
    poll,
)

VALIDATORS = Validators('W/"a-\u00e9"', "Sat, 21 Mar 2026 06:00:00 GMT")


def _record(
    database: Database, status: PollStatus = PollStatus.OK, **given: object
) -> ChannelState:
    state = channel(database)
    with database.write() as connection:
        channels.record(
            connection, state, poll(status, **given), validators=VALIDATORS, body_hash="b" * 64
        )
    return channel(database)


def _claim(database: Database, owner: str, *ids: int, now: object = NOW) -> set[int]:
    with database.write() as connection:
        return channels.claim(connection, ids, owner=owner, now=now, until=LEASE_END)  # type: ignore[arg-type]


def test_a_channel_starts_with_nothing_known(database: Database) -> None:
    state = channel(database)
    assert state == ChannelState(id=state.id, source=SOURCE, url=FEED)


def test_registering_again_keeps_what_is_known(database: Database) -> None:
    before = _record(database)
    with database.write() as connection:
        channels.register(connection, [(SOURCE, SITEMAP), (SOURCE, FEED), ("other", FEED)])
        found = channels.load(connection, [("other", FEED), ("nobody", FEED), (SOURCE, FEED)])
    assert [each.source for each in found] == ["other", SOURCE]
    assert found[1] == before


def test_a_poll_is_remembered(database: Database) -> None:
    state = _record(database, new=3)
    assert state.validators == VALIDATORS
    assert (state.body_hash, state.failures) == ("b" * 64, 0)
    assert (state.interval, state.next_poll_at) == (timedelta(minutes=15), LATER)
    assert (state.last_status, state.last_http, state.last_error) == ("ok", 200, None)
    assert state.last_polled_at == state.last_success_at == state.last_new_at == NOW
    assert state.plan_reason == "as usual"


def test_nothing_new_is_a_success_all_the_same(database: Database) -> None:
    _record(database, new=1)
    state = _record(database, PollStatus.UNCHANGED, started_at=LATER, http=304)
    assert (state.last_success_at, state.last_new_at) == (LATER, NOW)


def test_failures_are_counted_until_a_success(database: Database) -> None:
    _record(database)
    failed = [
        _record(database, PollStatus.FAILED, started_at=LATER, http=None, failure=GONE)
        for _ in range(3)
    ]
    assert [each.failures for each in failed] == [1, 2, 3]
    assert (failed[-1].last_success_at, failed[-1].last_polled_at) == (NOW, LATER)
    assert (failed[-1].last_status, failed[-1].last_error) == ("failed", GONE.detail)
    recovered = _record(database)
    assert (recovered.failures, recovered.last_error) == (0, None)


def test_every_poll_is_logged(database: Database) -> None:
    _record(database, new=4, warnings=("parse.bozo", "charset.guessed"))
    state = _record(database, PollStatus.FAILED, started_at=LATER, http=404, failure=GONE)
    with database.read() as connection:
        newest, oldest = channels.recent_polls(connection, state.id)
        assert len(channels.recent_polls(connection, state.id, limit=1)) == 1
    assert (newest.status, newest.http, newest.code) == ("failed", 404, "http.404")
    assert newest.started_at == LATER
    assert (oldest.status, oldest.found, oldest.new, oldest.bytes) == ("ok", 10, 4, 1000)
    assert (oldest.elapsed_ms, oldest.next_poll_at) == (250, LATER)
    assert oldest.warnings == ["parse.bozo", "charset.guessed"]


def test_a_channel_is_polled_by_one(database: Database) -> None:
    one = channel(database).id
    two = channel(database, SITEMAP).id
    assert _claim(database, "one", one) == {one}
    assert _claim(database, "two", one, two) == {two}
    assert _claim(database, "two", one, now=LEASE_END - timedelta(seconds=1)) == set()
    assert _claim(database, "two", one, now=LEASE_END) == {one}, "the lease has run out"


def test_a_lease_ends_with_the_poll_or_when_it_is_given_back(database: Database) -> None:
    one = channel(database).id
    _claim(database, "one", one)
    _record(database)
    assert _claim(database, "two", one) == {one}
    with database.write() as connection:
        channels.release(connection, "one")
    assert _claim(database, "one", one) == set(), "it was another owner's"
    with database.write() as connection:
        channels.release(connection, "two")
    assert _claim(database, "one", one) == {one}


def test_owners_at_once_share_the_channels_out(database: Database) -> None:
    ids = [channel(database, f"https://steppe.example/{number}").id for number in range(20)]
    taken: list[set[int]] = []
    threads = [
        threading.Thread(target=lambda owner=owner: taken.append(_claim(database, owner, *ids)))
        for owner in ("one", "two", "three", "four")
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(id_ for each in taken for id_ in each) == ids


def test_the_same_bytes_have_the_same_hash() -> None:
    assert channels.body_hash(b"a") == channels.body_hash(b"a") != channels.body_hash(b"b")
