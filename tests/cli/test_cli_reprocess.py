"""`monitor reprocess`: shown before it is done, done once, and gone on with after a kill."""

from __future__ import annotations

import os
import signal
import sqlite3
from pathlib import Path

import pytest

from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom, running_newsroom
from tests.cli.conftest import Cli
from tests.cli.program import run_program, start, wait_until
from tests.workers.bench import START, small_world

pytestmark = pytest.mark.network


def change(database: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(database, timeout=30)
    try:
        with connection:
            return connection.execute(statement, values).fetchall()
    finally:
        connection.close()


def test_shown_first_then_done_once(cli: Cli, room: Newsroom) -> None:
    cli.run("poll")
    [(first, text)] = change(cli.database, "SELECT id, text FROM articles ORDER BY id LIMIT 1")
    change(cli.database, "UPDATE articles SET text = 'Menu ' || text WHERE id = ?", first)

    shown = cli.run("reprocess", "--dry-run", "--only", "extract")
    assert shown.code == 0
    assert "6 articles: the text of 1 would change" in shown.out
    assert "Menu" in shown.out
    assert "│ (nothing)" in shown.out
    assert change(cli.database, "SELECT count(*) FROM versions")[0][0] == 6

    record = cli.record("reprocess", "--json")
    assert record["extract"]["changed"] == 1
    [difference] = record["extract"]["differences"]
    assert difference["after"]["text"] == text
    assert (record["topics"]["read"], record["duplicates"]["read"]) == (6, 6)
    assert change(cli.database, "SELECT text FROM articles WHERE id = ?", first) == [(text,)]
    history = cli.record("show", str(first), "--json")["history"]
    assert [version["origin"] for version in history] == [None, "re-extracted"]
    assert "(re-extracted)" in cli.run("show", str(first)).out

    again = cli.record("reprocess", "--json")
    assert (again["extract"]["changed"], again["extract"]["unchanged"]) == (0, 6)


def test_a_scope_that_is_no_scope_is_refused(cli: Cli, room: Newsroom) -> None:
    cli.run("poll")
    for arguments in (["--source", "nobody"], ["--since", "soon"], ["--only", "everything"]):
        assert cli.run("reprocess", *arguments).code == 2
    assert cli.record("reprocess", "--source", "g001", "--json")["extract"]["read"] == 3
    assert cli.record("reprocess", "--since", "2100-01-01", "--json")["extract"]["read"] == 0


@pytest.fixture
def archive(cli: Cli) -> dict[str, str]:
    """130 articles, each as an older program misread it."""
    (cli.folder / "config" / "sources" / "example.toml").unlink()
    world = small_world(sites=1, each=130, published=130, window=130)
    with running_newsroom(world, SteppedClock(START)) as room:
        write_config(cli.folder / "config", room)
        cli.set("ALLOW_PRIVATE_HOSTS", "true")
        cli.run("poll")
    change(cli.database, "UPDATE articles SET text = 'Menu ' || text")
    return {
        "MONITOR_CONFIG_DIR": str(cli.folder / "config"),
        "MONITOR_ALLOW_PRIVATE_HOSTS": "true",
        "MONITOR_WORKERS": "1",
    }


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGKILL, -9), (signal.SIGINT, 130)])
def test_after_a_kill_and_after_ctrl_c_it_goes_on(
    cli: Cli, archive: dict[str, str], number: signal.Signals, code: int
) -> None:
    def place() -> int:
        rows = change(cli.database, "SELECT last_id FROM reprocessings")
        return int(str(rows[0][0])) if rows else 0

    process = start("reprocess", "--only", "extract", folder=cli.folder, **archive)
    assert wait_until(lambda: place() > 0, 60)
    process.send_signal(number)
    process.communicate(timeout=60)
    assert process.returncode == code
    if number is signal.SIGKILL:
        os.killpg(process.pid, signal.SIGKILL)
    came_to = place()
    assert came_to > 0
    ended = run_program("reprocess", "--only", "extract", folder=cli.folder, **archive)
    assert ended.code == 0, ended.err
    assert f"an earlier run had come to article {came_to}" in ended.out
    texts = change(cli.database, "SELECT count(*) FROM articles WHERE text LIKE 'Menu %'")
    assert texts == [(0,)]
    most = change(cli.database, "SELECT max(versions) FROM articles")
    assert most == [(2,)], "no article was done twice"
    assert place() == 0
