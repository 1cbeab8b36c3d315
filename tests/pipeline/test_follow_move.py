"""Permanent redirects: believed after a day, doubted every week."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Move
from monitor.pipeline.follow_move import after_reading, where_to_ask

START = datetime(2026, 5, 5, tzinfo=UTC)
OLD, NEW, OTHER = "https://a.example/feed", "https://b.example/feed", "https://c.example/feed"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def seen(*hours: float, to: str | None = NEW, move: Move | None = None) -> Move | None:
    for each in hours:
        now = START + each * HOUR
        move = after_reading(OLD, move, asked=OLD, permanent_url=to, now=now)
    return move


def test_three_times_over_a_day() -> None:
    for hours in ((0,), (0, 30), (0, 1, 2), (0, 1, 23.9)):
        move = seen(*hours)
        assert move is not None
        assert not move.adopted, hours
        assert where_to_ask(OLD, move, 0, START) == (OLD,)
    move = seen(0, 1, 24)
    assert move is not None
    assert (move.to, move.count, move.since, move.adopted) == (NEW, 3, START, True)


def test_another_target_or_none_begins_anew() -> None:
    move = seen(40, to=OTHER, move=seen(0, 1, 24))
    assert move == Move(OTHER, START + 40 * HOUR, 1, START + 40 * HOUR)
    assert seen(41, to=None, move=move) is None


def test_an_adopted_address_is_asked_and_the_old_one_once_a_week() -> None:
    move = seen(0, 1, 24)
    assert move is not None
    asked = move.asked_at
    assert where_to_ask(OLD, move, 0, asked + 6 * DAY) == (NEW,)
    assert where_to_ask(OLD, move, 0, asked + 7 * DAY) == (OLD, NEW)
    assert where_to_ask(OLD, move, 1, asked + DAY) == (OLD, NEW), "something is wrong there"
    assert where_to_ask(OLD, move, 0, asked - DAY) == (OLD, NEW), "a clock that was set back"


def test_what_the_new_address_says_changes_nothing() -> None:
    move = seen(0, 1, 24)
    later = START + 2 * DAY
    assert after_reading(OLD, move, asked=NEW, permanent_url=None, now=later) == move
    assert after_reading(OLD, move, asked=NEW, permanent_url=OTHER, now=later) == move


def test_no_move_away_from_https() -> None:
    assert seen(0, 1, 24, to="http://b.example/feed") is None
    plain = "http://a.example/feed"
    assert after_reading(plain, None, asked=plain, permanent_url=OLD, now=START) is not None
