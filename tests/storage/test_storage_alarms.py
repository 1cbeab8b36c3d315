"""Alarms: raised once, cleared once, kept; and what the watch over the sources reads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, event, insert
from sqlalchemy.exc import IntegrityError

from monitor.model import Alarm, PollStatus, RaisedAlarm, Validators
from monitor.pipeline.baseline import WEEK, Baseline
from monitor.pipeline.drift import shape_of
from storage.database import Database
from storage.repositories import alarms, baselines, channels, watching
from storage.repositories.baselines import Usual
from storage.tables import alarms as table
from tests.storage.samples import (
    FEED,
    GONE,
    LATER,
    NOW,
    SITEMAP,
    SOURCE,
    announce,
    article,
    channel,
    entry,
    poll,
    store,
)

SILENCE = Alarm("silence", SOURCE, None, "Steppe: 0 articles", {"seen": 0, "since": "now"})


def opened(database: Database) -> list[RaisedAlarm]:
    with database.read() as connection:
        return alarms.open_alarms(connection)


def raise_(database: Database, alarm: Alarm, now: datetime = NOW) -> bool:
    with database.write() as connection:
        return alarms.raise_once(connection, alarm, now)


def test_an_alarm_is_raised_once(database: Database) -> None:
    assert raise_(database, SILENCE)
    assert not raise_(database, replace(SILENCE, sentence="again"), LATER)
    [raised] = opened(database)
    assert raised == RaisedAlarm(raised.id, SILENCE, NOW)


def test_kind_source_and_channel_tell_alarms_apart(database: Database) -> None:
    one, two = channel(database).id, channel(database, SITEMAP).id
    different = [
        SILENCE,
        replace(SILENCE, kind="drift"),
        replace(SILENCE, source="other"),
        replace(SILENCE, channel_id=one),
        replace(SILENCE, channel_id=two),
    ]
    assert [raise_(database, alarm) for alarm in different] == [True] * 5
    assert [raised.alarm for raised in opened(database)] == different


def test_a_cleared_alarm_is_kept_and_can_be_raised_again(database: Database) -> None:
    raise_(database, SILENCE)
    [first] = opened(database)
    with database.write() as connection:
        alarms.clear(connection, first.id, LATER)
        alarms.clear(connection, first.id, LATER + timedelta(days=1))
        alarms.reword(connection, first.id, replace(SILENCE, sentence="too late"))
    assert opened(database) == []
    again = LATER + timedelta(days=2)
    assert raise_(database, SILENCE, again)
    with database.read() as connection:
        newest, oldest = alarms.history(connection, SOURCE)
        assert alarms.history(connection, "other") == []
        assert alarms.last_cleared(connection, "silence") == {SOURCE: LATER}
        assert alarms.last_cleared(connection, "drift") == {}
    assert (newest.raised_at, newest.cleared_at) == (again, None)
    assert oldest == replace(first, cleared_at=LATER)


def test_an_open_alarm_says_how_things_stand(database: Database) -> None:
    raise_(database, SILENCE)
    [raised] = opened(database)
    now = replace(SILENCE, sentence="Steppe: 1 article\0", facts={"seen": 1})
    with database.write() as connection:
        alarms.reword(connection, raised.id, now)
    [after] = opened(database)
    assert (after.alarm.sentence, after.alarm.facts) == ("Steppe: 1 article\ufffd", {"seen": 1})
    assert after.raised_at == NOW


def test_the_database_itself_refuses_a_second_open_one(database: Database) -> None:
    raise_(database, SILENCE)
    row = {"kind": "silence", "source": SOURCE, "open_as": f"silence {SOURCE} -"}
    row |= {"raised_at": NOW, "sentence": "", "facts": {}}  # type: ignore[dict-item]
    with pytest.raises(IntegrityError), database.write() as connection:
        connection.execute(insert(table).values(row))


def test_watchers_at_once_raise_it_once(database: Database) -> None:
    said: list[bool] = []
    threads = [
        threading.Thread(target=lambda: said.append(raise_(database, SILENCE))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, False, False, True]


def test_what_is_usual_is_kept(database: Database) -> None:
    rates = Baseline(tuple([0.25] * WEEK), 300, 1.5, timedelta(minutes=20))
    usual = Usual(SOURCE, NOW, None, rates, {3: timedelta(days=2)})
    with database.write() as connection:
        baselines.save(connection, Usual(SOURCE, compared_at=NOW))
        baselines.save(connection, Usual("other", learned_at=LATER))
        baselines.save(connection, usual)
    with database.read() as connection:
        assert baselines.load(connection) == {
            SOURCE: usual,
            "other": Usual("other", learned_at=LATER),
        }


def test_when_the_sources_were_watched(database: Database) -> None:
    with database.read() as connection:
        assert baselines.watched_at(connection) is None
    for moment in (NOW, LATER):
        with database.write() as connection:
            baselines.note_watched(connection, moment)
    with database.read() as connection:
        assert baselines.watched_at(connection) == LATER


def log(database: Database, *made: tuple[PollStatus, int], url: str = FEED) -> int:
    """Polls a quarter of an hour apart, each with what it found."""
    for number, (status, found) in enumerate(made):
        state = channel(database, url)
        failed = GONE if status is PollStatus.FAILED else None
        begun = NOW + timedelta(minutes=15 * number)
        one = poll(status, started_at=begun, found=found, failure=failed)
        with database.write() as connection:
            channels.record(connection, state, one, validators=Validators(), body_hash=None)
    return channel(database, url).id


def test_how_channels_answer(database: Database) -> None:
    feed = log(database, (PollStatus.OK, 9), (PollStatus.UNCHANGED, 0), (PollStatus.FAILED, 0))
    sitemap = log(database, (PollStatus.OK, 0), url=SITEMAP)
    channel(database, "https://steppe.example/unread")
    announce(database, entry("a"), channel_id=feed, now=LATER)
    kinds = {(SOURCE, FEED): "feed", (SOURCE, SITEMAP): "sitemap"}
    with database.read() as connection:
        found = {each.id: each for each in watching.channels_now(connection, kinds)}
        assert watching.channels_now(connection, {}) == []
    assert set(found) == {feed, sitemap}
    assert (found[feed].statuses, found[feed].codes) == (
        ("failed", "unchanged"),
        (GONE.code, None),
    )
    assert (found[feed].failures, found[feed].found, found[feed].last_new) == (1, 9, LATER)
    assert found[feed].last_error == GONE.detail
    assert (found[sitemap].statuses, found[sitemap].found) == (("ok",), 0)
    assert (found[sitemap].kind, found[sitemap].last_new) == ("sitemap", None)


def test_the_log_of_some_channels_since_then(database: Database) -> None:
    feed = log(database, (PollStatus.OK, 9), (PollStatus.FAILED, 0), (PollStatus.OK, 9))
    log(database, (PollStatus.OK, 0), url=SITEMAP)
    with database.read() as connection:
        found = watching.polls_since(connection, [feed], NOW + timedelta(minutes=1))
        assert watching.polls_since(connection, [feed], LATER) == []
    assert [(each.channel_id, each.failed) for each in found] == [(feed, True), (feed, False)]
    assert found[0].started_at == NOW + timedelta(minutes=15)


def test_when_channels_brought_something(database: Database) -> None:
    feed, sitemap = channel(database).id, channel(database, SITEMAP).id
    announce(database, entry("a"), entry("b"), channel_id=feed)
    announce(database, entry("a"), channel_id=sitemap, now=LATER)
    announce(database, entry("c"), channel_id=feed, now=LATER)
    with database.read() as connection:
        assert watching.news_since(connection, [feed, sitemap], NOW) == {
            feed: [NOW, LATER],
            sitemap: [LATER],
        }
        assert watching.news_since(connection, [feed], LATER) == {feed: [LATER]}


def test_when_articles_appeared(database: Database) -> None:
    early = NOW - timedelta(hours=3)
    store(database, article("a", published=early))
    store(database, article("b", text="Another."))
    store(database, article("c", text="From a file.", text_from="import"), now=LATER)
    store(database, article("d", text="Elsewhere."), source="other", now=LATER)
    with database.read() as connection:
        assert watching.appeared_since(connection, NOW) == {SOURCE: [early, NOW], "other": [LATER]}
        assert watching.appeared_since(connection, LATER) == {"other": [LATER]}
        assert sorted(watching.history(connection, SOURCE, NOW)) == [(early, NOW), (NOW, NOW)]
        assert watching.newest(connection)["other"] == LATER


def test_the_newest_articles_and_those_before(database: Database) -> None:
    ids = [
        store(
            database,
            article(str(number), text=f"Number {number}."),
            now=NOW + timedelta(minutes=number),
        )
        for number in range(40)
    ]
    with database.read() as connection:
        recent, before, anchor = watching.shapes(connection, SOURCE, None)
        held = watching.shapes(connection, SOURCE, ids[5])
        assert watching.shapes(connection, "other", None) == ([], [], None)
    assert recent[0] == shape_of("39", "Number 39.", "en", dated=False)
    assert [each.title for each in before] == [str(number) for number in range(9, -1, -1)]
    assert anchor == ids[10]
    assert [each.title for each in held[1]] == ["4", "3", "2", "1", "0"]
    assert (held[0], held[2]) == (recent, ids[5])


ASKED: dict[str, Callable[[Connection], object]] = {
    "open alarms": alarms.open_alarms,
    "history of a source": lambda connection: alarms.history(connection, SOURCE),
    "last cleared": lambda connection: alarms.last_cleared(connection, "silence"),
    "channels": lambda connection: watching.channels_now(connection, {}),
    "appeared": lambda connection: watching.appeared_since(connection, NOW),
    "newest": watching.newest,
    "articles of a source": lambda connection: watching.history(connection, SOURCE, NOW),
    "polls": lambda connection: watching.polls_since(connection, [1, 2], NOW),
    "news": lambda connection: watching.news_since(connection, [1, 2], NOW),
    "shapes": lambda connection: watching.shapes(connection, SOURCE, 7),
}


@pytest.mark.parametrize("name", ASKED)
def test_no_long_table_is_read_from_end_to_end(sqlite: Database, name: str) -> None:
    """Articles, polls and sightings are; channels and alarms are few."""
    log(sqlite, (PollStatus.OK, 1))
    steps: list[str] = []

    def explain(
        connection: Connection, cursor: Any, statement: str, given: Any, *_: object
    ) -> None:
        if statement.startswith("SELECT"):
            explained = cursor.execute(f"EXPLAIN QUERY PLAN {statement}", given)
            steps.extend(row[3] for row in explained.fetchall())

    with sqlite.read() as connection:
        event.listen(sqlite.engine, "before_cursor_execute", explain)
        ASKED[name](connection)
        event.remove(sqlite.engine, "before_cursor_execute", explain)
    assert steps
    whole = [step for step in steps if step.startswith("SCAN") and "COVERING INDEX" not in step]
    assert [step for step in whole if step.split()[1] not in ("channels", "alarms")] == []
