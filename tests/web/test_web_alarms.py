"""The state of a source says what its open alarms say."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import Alarm
from storage.repositories import alarms
from tests.web.conftest import NOW, Archive
from tests.web.test_web_front import front, poll, texts

SENTENCE = "Steppe Tribune: 0 <articles> since Monday 09:40, usually 9 by now"


def raise_(archive: Archive, kind: str, sentence: str) -> None:
    with archive.database.write() as connection:
        alarm = Alarm(kind, "steppe", None, sentence)
        alarms.raise_once(connection, alarm, NOW - timedelta(hours=1))


def test_an_open_alarm_is_shown_in_its_language(archive: Archive) -> None:
    poll(archive, "steppe")
    poll(archive, "river")
    raise_(archive, "silence", SENTENCE)
    page = front(archive.client(), "/?ui=kk")
    assert texts(page, ".trouble") == [SENTENCE]
    assert texts(page, '.trouble [lang="en"]') == [SENTENCE]
    states = [each.attributes["class"] for each in page.css(".state")]
    assert states == ["state ok", "state shaky"]


def test_what_the_failures_say_is_not_said_twice(archive: Archive) -> None:
    poll(archive, "steppe", failures=4)
    raise_(archive, "failing", "Steppe Tribune: failed 4 times in a row")
    raise_(archive, "drift", "Steppe Tribune: the last 30 articles differ")
    trouble = texts(front(archive.client()), ".trouble")
    assert len(trouble) == 2
    assert trouble[0] == "Steppe Tribune: the last 30 articles differ"


def test_an_alarm_that_is_over_is_not_shown(archive: Archive) -> None:
    poll(archive, "steppe")
    raise_(archive, "silence", SENTENCE)
    with archive.database.write() as connection:
        [raised] = alarms.open_alarms(connection)
        alarms.clear(connection, raised.id, NOW)
    page = front(archive.client())
    assert texts(page, ".trouble") == []
