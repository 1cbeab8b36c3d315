"""What was given up is listed with its reasons and can be tried again."""

from __future__ import annotations

import pytest

from monitor.newsroom import faults
from monitor.newsroom.server import Newsroom
from tests.cli.conftest import Cli

pytestmark = pytest.mark.network


def test_nothing_was_given_up(cli: Cli) -> None:
    assert cli.lines("quarantine", "--json") == []
    assert "0 in quarantine" in cli.run("quarantine").out


def test_what_was_given_up_is_listed_and_tried_again(cli: Cli, room: Newsroom) -> None:
    room.fail("g002", "/news/*", faults.gzip_bomb(layers=1))
    cli.run("poll")
    listed = cli.lines("quarantine", "--json")
    assert len(listed) == 3
    for each in listed:
        assert set(each) == {
            "id", "source", "url", "title", "code", "reason", "attempts", "since",
        }  # fmt: skip
        assert (each["source"], each["code"], each["attempts"]) == ("g002", "fetch.bomb", 1)
        assert each["since"].endswith("+00:00")
        assert each["url"].startswith(room.sites["g002"].base)
    shown = cli.run("quarantine", "list").out
    assert all(each["url"] in shown and each["reason"] in shown for each in listed)
    assert cli.lines("quarantine", "list", "--source", "g001", "--json") == []

    room.heal()
    one, *rest = [each["id"] for each in listed]
    assert cli.record("quarantine", "retry", one, "--json") == {"retried": [one]}
    assert [each["id"] for each in cli.lines("quarantine", "--json")] == rest
    totals = cli.record("poll", "--all", "--json")["totals"]
    assert totals["stored"] == 1
    assert cli.run("quarantine", "retry", "--all").out.startswith("2 sent back")
    cli.run("poll", "--all")
    assert cli.lines("quarantine", "--json") == []
    assert len(cli.lines("export")) == 6


@pytest.mark.parametrize(
    ("arguments", "words"),
    [([], "--all"), (["7"], "7"), (["x"], "not an id"), (["7", "--all"], "--all")],
)
def test_wrong_calls_change_nothing(arguments: list[str], words: str, cli: Cli) -> None:
    ended = cli.run("quarantine", "retry", *arguments)
    assert (ended.code, words in ended.err) == (2, True)
