"""What `status` says about completeness, and `backfill` on the command line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import GapState
from monitor.newsroom import faults
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom, running_newsroom
from storage.database import Database
from storage.repositories import gaps
from tests.cli.conftest import Cli
from tests.workers.simulation import FEED, busy_world

pytestmark = pytest.mark.network


@pytest.fixture
def times(cli: Cli) -> Iterator[Newsroom]:
    """The Steppe Times: thirty articles, a feed that shows ten of them."""
    (cli.folder / "config" / "sources" / "example.toml").unlink()
    world = busy_world(FEED, 30, timedelta(hours=6), 30)
    with running_newsroom(world, SteppedClock(world.start)) as room:
        write_config(cli.folder / "config", room)
        cli.set("ALLOW_PRIVATE_HOSTS", "true")
        yield room


def open_gap(cli: Cli, opened: datetime, state: GapState = GapState.OPEN) -> None:
    database = Database(f"sqlite:///{cli.database}")
    with database.write() as connection:
        gap = gaps.open_gap(
            connection,
            1,
            opened_at=opened,
            known_until=opened - timedelta(hours=9),
            last_read_at=opened - timedelta(hours=9),
        )
        gaps.save(connection, replace(gap, state=state))
    database.close()


def test_backfill_in_json_and_for_people(cli: Cli, times: Newsroom) -> None:
    record = cli.record("backfill", "steppe-times", "--since", "2026-03-19", "--json")
    [feed, sitemap] = record["channels"]
    assert (feed["finished"], feed["error"]) == (True, None)
    assert feed["new"] == record["stored"] > 0
    assert (sitemap["backfill"], sitemap["note"]) == (None, "no backfill is configured")
    ended = cli.run("backfill", "steppe-times", "--since", "2000-01-01")
    assert ended.code == 0
    assert "the pages end at 3" in ended.out
    assert f"In all: {30 - record['stored']} new" in ended.out
    assert cli.record("status", "--json")["articles"] == 30


def test_a_backfill_that_cannot_be_read_ends_with_one(cli: Cli, times: Newsroom) -> None:
    times.fail("*", "*paged=2", faults.status(500))
    record = cli.record("backfill", "steppe-times", "--since", "2000-01-01", "--json", code=1)
    assert record["channels"][0]["finished"] is False
    assert "500" in record["channels"][0]["error"]
    assert record["stored"] == 10
    times.heal()
    record = cli.record("backfill", "steppe-times", "--since", "2000-01-01", "--json")
    assert record["channels"][0]["finished"] is True
    assert record["stored"] == 20


def test_a_backfill_of_what_has_none(cli: Cli, room: Newsroom) -> None:
    ended = cli.run("backfill", "g001", "--since", "2026-03-01")
    assert ended.code == 2
    assert "No channel of g001 has a backfill" in ended.err
    assert cli.run("backfill", "g009", "--since", "2026-03-01").code == 2
    assert cli.run("backfill", "g001", "--since", "yesterday").code == 2
    assert cli.run("backfill", "g001").code == 2


def test_status_names_what_was_announced_and_is_not_stored(cli: Cli, times: Newsroom) -> None:
    times.fail("*", "/20*", faults.status(404), times=1)
    cli.run("poll", "--all")
    [source] = cli.record("status", "--json")["sources"]
    assert (source["announced"], source["announced_and_stored"]) == (10, 9)
    [missing] = source["not_stored"]
    assert missing["url"].startswith(times.sites["steppe-times"].base)
    assert missing["reason"].startswith("http.404")
    assert missing["retry_at"] is not None
    assert source["last_success"] is not None
    assert {channel["moved"] for channel in source["channels"]} == {None}
    ended = cli.run("status")
    assert "1 of 10 announced articles are not stored" in ended.out
    assert missing["url"] in ended.out


@pytest.mark.parametrize(
    ("hours", "state", "code"),
    [
        (1, GapState.OPEN, 0),
        (25, GapState.OPEN, 1),
        (1, GapState.UNFILLABLE, 1),
        (1, GapState.BOUNDED, 1),
        (24 * 31, GapState.UNFILLABLE, 0),
        (48, GapState.FILLED, 0),
    ],
)
def test_status_ends_with_one_while_a_gap_needs_a_person(
    hours: float, state: GapState, code: int, cli: Cli, times: Newsroom
) -> None:
    cli.run("poll", "--all")
    opened = datetime.now(UTC) - timedelta(hours=hours)
    open_gap(cli, opened, state)
    record = cli.record("status", "--json", code=code)
    [source] = record["sources"]
    [gap] = source["gaps"]
    assert gap["state"] == str(state)
    filled = state is GapState.FILLED
    assert (source["gaps_open"], source["gaps_filled"]) == ((0, 1) if filled else (1, 0))
    assert datetime.fromisoformat(gap["opened"]) == opened.replace(microsecond=0)
    assert f"gap      {state}" in cli.run("status").out
