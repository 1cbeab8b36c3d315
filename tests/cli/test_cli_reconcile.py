"""`monitor reconcile`: what was missed is named, fetched and remembered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.newsroom import faults
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom, running_newsroom
from tests.cli.conftest import Cli
from tests.workers.simulation import FEED, busy_world

pytestmark = pytest.mark.network


@pytest.fixture
def times(cli: Cli) -> Iterator[Newsroom]:
    (cli.folder / "config" / "sources" / "example.toml").unlink()
    world = busy_world(FEED, 12, timedelta(hours=1), 12)
    with running_newsroom(world, SteppedClock(world.start)) as room:
        write_config(cli.folder / "config", room)
        cli.set("ALLOW_PRIVATE_HOSTS", "true")
        yield room


def test_what_was_missed_is_named_and_stored(cli: Cli, times: Newsroom) -> None:
    first = cli.record("reconcile", "--json", code=1)
    assert first["source"] == "steppe-times"
    assert first["never_seen"] == first["announced"] > 0
    assert {each["standing"] for each in first["urls"]} == {"never_seen"}
    again = cli.record("reconcile", "steppe-times", "--json")
    assert (again["never_seen"], again["counts"]) == (0, {"stored": first["announced"]})
    assert cli.record("reconcile", "--last", "--json") == again
    status = cli.record("status", "--json")
    assert status["sources"][0]["reconciliation"]["announced"] == first["announced"]
    assert f"{first['announced']} addresses announced" in cli.run("status").out


def test_what_cannot_be_read_needs_a_look(cli: Cli, times: Newsroom) -> None:
    times.fail("*", "/news-sitemap.xml", faults.status(503))
    ended = cli.run("reconcile")
    assert ended.code == 1
    assert "never seen before: http" in ended.out
    assert "503" in ended.out


def test_nothing_was_reconciled_and_nobody_is_called_so(cli: Cli, times: Newsroom) -> None:
    ended = cli.run("reconcile", "--last")
    assert (ended.code, ended.out) == (0, "Nothing was reconciled yet.\n")
    assert cli.run("reconcile", "nobody").code == 2
