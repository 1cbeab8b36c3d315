"""`monitor status` and alarms: they come first, and while one is open it ends with 1."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.model import Alarm
from monitor.newsroom import faults
from monitor.newsroom.server import Newsroom
from storage.database import Database
from storage.repositories import alarms
from tests.cli.conftest import Cli

pytestmark = pytest.mark.network

NOW = datetime(2026, 3, 23, 9, 40, tzinfo=UTC)


def test_an_open_alarm_comes_first_and_ends_status_with_one(cli: Cli, room: Newsroom) -> None:
    room.fail("g002", "/feed.xml", faults.status(410))
    cli.run("poll", "--all")
    status = cli.record("status", "--json", code=1)
    [alarm] = status["alarms"]
    assert (alarm["kind"], alarm["source"]) == ("gone", "g002")
    assert alarm["url"] == status["sources"][1]["channels"][0]["url"]
    assert alarm["since"] <= status["at"]
    assert "gone for good" in alarm["sentence"]
    ended = cli.run("status")
    first = ended.out.splitlines()[0]
    assert ended.code == 1
    assert first.startswith("alarm since ")
    assert first.endswith(alarm["sentence"])


def test_a_silence_alone_needs_a_person_until_it_is_over(cli: Cli, room: Newsroom) -> None:
    cli.run("poll", "--all")
    assert cli.record("status", "--json")["alarms"] == []
    sentence = "Wire g001: 0 articles since Monday 09:40, usually 9 by now"
    database = Database(f"sqlite:///{cli.database}")
    with database.write() as connection:
        alarms.raise_once(connection, Alarm("silence", "g001", None, sentence), NOW)
        [raised] = alarms.open_alarms(connection)
    status = cli.record("status", "--json", code=1)
    assert (status["needs_a_person"], status["alarms"][0]["sentence"]) == (True, sentence)
    with database.write() as connection:
        alarms.clear(connection, raised.id, NOW)
    database.close()
    assert cli.run("status").code == 0
