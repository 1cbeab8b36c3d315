"""Subscriptions on both databases: announced, asked, confirmed, left."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from monitor.pipeline.websub import Subscription, SubscriptionState
from storage import tables
from storage.database import Database
from storage.repositories import channels, subscriptions

NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
KEY = ("herald", "https://herald.example/feed")
HUB, TOPIC = "https://hub.example/", "https://herald.example/feed"
BASE = "https://monitor.example.org"
LEASE = timedelta(days=10)
LATER = NOW + timedelta(days=400)


@pytest.fixture
def channel(database: Database) -> int:
    with database.write() as connection:
        channels.register(connection, [KEY])
        return channels.load(connection, [KEY])[0].id


def all_kept(connection: Connection) -> list[Subscription]:
    return subscriptions.due(connection, LATER, 100)


def asked(connection: Connection, now: datetime = NOW) -> Subscription:
    """Ask the hub of the one subscription that there is."""
    [waiting] = all_kept(connection)
    found = subscriptions.ask(
        connection, waiting, base_url=BASE, token="t0ken", secret="s3cret", now=now
    )
    assert found is not None
    return found


def test_an_announcement_is_kept_once(database: Database, channel: int) -> None:
    with database.write() as connection:
        for _ in range(2):
            subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        [kept] = all_kept(connection)
        assert (kept.state, kept.token, kept.secret) == (SubscriptionState.ANNOUNCED, None, None)
        subscriptions.announce(connection, channel, "https://b.example/", TOPIC, NOW)
        assert [each.hub for each in all_kept(connection)] == ["https://b.example/"]
        subscriptions.announce(connection, channel, None, TOPIC, NOW)
        assert all_kept(connection) == []


def test_a_hub_that_was_asked_is_told_of_the_end(database: Database, channel: int) -> None:
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        asked(connection)
        # Servers of one feed that differ must not make us come and go.
        subscriptions.announce(connection, channel, None, TOPIC, NOW + timedelta(hours=23))
        subscriptions.announce(connection, channel, HUB, "https://www.herald.example/feed", NOW)
        [kept] = all_kept(connection)
        assert (kept.state, kept.topic) == (SubscriptionState.PENDING, TOPIC)
        subscriptions.announce(connection, channel, None, TOPIC, NOW + timedelta(days=1))
        [kept] = all_kept(connection)
        assert (kept.state, kept.token) == (SubscriptionState.LEAVING, "t0ken")
        assert subscriptions.by_channel(connection, [channel]) == {}
        assert not subscriptions.confirm(connection, "t0ken", TOPIC, LEASE, NOW)
        asked(connection, NOW + timedelta(days=2))
        assert not subscriptions.confirm_end(connection, "t0ken", HUB)
        assert subscriptions.confirm_end(connection, "t0ken", TOPIC)
        assert all_kept(connection) == []


def test_two_processes_ask_once(database: Database, channel: int) -> None:
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        [waiting] = all_kept(connection)
        asked(connection)
        again = subscriptions.ask(
            connection, waiting, base_url=BASE, token="other", secret="other", now=NOW
        )
        assert again is None
        assert subscriptions.by_token(connection, "other") is None


def test_a_hub_may_ask_back_before_it_answers(database: Database, channel: int) -> None:
    """What comes of the request then is old: neither its success nor its failure counts."""
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        one = asked(connection)
        assert subscriptions.confirm(connection, "t0ken", TOPIC, LEASE, NOW)
        [active] = all_kept(connection)
        subscriptions.asked(connection, one, timedelta(hours=1))
        subscriptions.refused(connection, one, "slow", now=NOW, again_at=NOW)
        assert all_kept(connection) == [active]
        assert active.is_active(NOW)
        assert not active.is_active(NOW + LEASE)
        assert NOW < active.next_attempt_at < NOW + LEASE


def test_a_denial_ends_what_there_was(database: Database, channel: int) -> None:
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        asked(connection)
        subscriptions.confirm(connection, "t0ken", TOPIC, LEASE, NOW)
        again = NOW + timedelta(days=1)
        assert not subscriptions.deny(connection, "t0ken", HUB, "", again_at=again)
        assert subscriptions.deny(connection, "t0ken", TOPIC, "moved", again_at=again)
        [kept] = all_kept(connection)
        assert (kept.state, kept.lease_until) == (SubscriptionState.DENIED, None)
        assert kept.next_attempt_at == again


def test_only_watched_channels_and_one_address_stay(database: Database, channel: int) -> None:
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        asked(connection)
        subscriptions.leave_unwanted(connection, {KEY}, BASE, NOW)
        assert [each.state for each in all_kept(connection)] == [SubscriptionState.PENDING]
        subscriptions.leave_unwanted(connection, {KEY}, "https://other.example", NOW)
        states = {each.state: each.token for each in all_kept(connection)}
        assert states == {SubscriptionState.LEAVING: "t0ken", SubscriptionState.ANNOUNCED: None}
        leaving = subscriptions.due(connection, LATER, 9, only_leaving=True)
        assert [each.state for each in leaving] == [SubscriptionState.LEAVING]
        subscriptions.leave_unwanted(connection, set(), BASE, NOW)
        assert [each.state for each in all_kept(connection)] == [SubscriptionState.LEAVING]


def test_a_push_is_counted_and_hastens_only_what_is_watched(
    database: Database, channel: int
) -> None:
    with database.write() as connection:
        subscriptions.announce(connection, channel, HUB, TOPIC, NOW)
        one = asked(connection)
        subscriptions.push(connection, one, NOW)
        subscriptions.count_forged(connection, one)
        [kept] = all_kept(connection)
        assert (kept.pushes, kept.forged, kept.pushed_at) == (1, 1, NOW)
        # It was never read: it is due as it is.
        assert subscriptions.to_hasten(connection, {KEY: timedelta(minutes=5)}) == {}
        connection.execute(tables.channels.update().values(next_poll_at=LATER, last_polled_at=NOW))
        assert subscriptions.to_hasten(connection, {}) == {}
        due = NOW + timedelta(minutes=5)
        assert subscriptions.to_hasten(connection, {KEY: timedelta(minutes=5)}) == {channel: due}
        assert subscriptions.to_hasten(connection, {KEY: timedelta()}, channel + 1) == {}
        subscriptions.hasten(connection, {KEY: timedelta(minutes=5)})
        [state] = channels.load(connection, [KEY])
        assert state.next_poll_at == due
        assert state.plan is not None
        assert state.plan.key == "pushed"
