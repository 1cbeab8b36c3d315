"""`monitor poll` as processes: two at once, and one that is killed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections import Counter
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.server import Newsroom, running_newsroom
from monitor.workers.sandbox import Sandbox
from storage.database import Database
from tests.cli.program import assert_nothing_is_left, finish, start, wait_until
from tests.workers.bench import START, make_bench, small_world

pytestmark = pytest.mark.network


def variables(folder: Path) -> dict[str, str]:
    return {
        "MONITOR_DATABASE_URL": f"sqlite:///{folder}/monitor.db",
        "MONITOR_INDEX_DIR": str(folder / "index"),
        "MONITOR_CONFIG_DIR": str(folder / "config"),
        "MONITOR_ALLOW_PRIVATE_HOSTS": "true",
    }


def pages_asked_for(room: Newsroom) -> Counter[str]:
    return Counter(
        f"{one.site} {one.target}"
        for one in room.ledger.requests()
        if one.target.startswith("/news/")
    )


def test_two_processes_at_once(tmp_path: Path, sandbox: Sandbox) -> None:
    with running_newsroom(small_world(), SteppedClock(START)) as room:
        bench = make_bench(room, tmp_path, sandbox)
        both = [
            start("poll", "--all", "--json", folder=tmp_path, **variables(tmp_path))
            for _ in range(2)
        ]
        ended = [finish(process) for process in both]
        assert {each.code for each in ended} <= {0, 75}
        reports = [json.loads(each.out) for each in ended]
        assert sum(report["totals"]["stored"] for report in reports) == 12
        asyncio.run(bench.assert_exact())
        assert set(pages_asked_for(room).values()) == {1}


def test_a_process_that_is_killed_loses_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    with running_newsroom(small_world(), SteppedClock(START)) as room:
        bench = make_bench(room, tmp_path, sandbox)
        room.fail("*", "/news/*", faults.drip(chunk=300, pause=0.05))
        process = start("poll", "--all", folder=tmp_path, **variables(tmp_path))
        assert wait_until(lambda: stored(tmp_path) > 0 and len(pages_asked_for(room)) > 3)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert_nothing_is_left(process.pid)
        assert 0 < stored(tmp_path) < 12
        [owner] = asyncio.run(bench.holders())

        room.heal()
        # Its own host would see that it is gone. Another host has to wait for its leases' end.
        move_leases(tmp_path, owner, "elsewhere:1:0123abcd.ef")
        asyncio.run(bench.poll(everything=True))
        assert asyncio.run(bench.holders()) == {"elsewhere:1:0123abcd.ef"}
        assert stored(tmp_path) < 12
        # The process ran by the real clock, and the bench's stands in the room's past.
        really = bench.later(minutes=minutes_behind(tmp_path) + 6)
        asyncio.run(really.poll(everything=True))
        asyncio.run(bench.assert_exact())


def test_a_killed_process_is_followed_at_once_on_its_own_host(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    with running_newsroom(small_world(), SteppedClock(START)) as room:
        bench = make_bench(room, tmp_path, sandbox)
        room.fail("*", "/news/*", faults.drip(chunk=300, pause=0.05))
        process = start("poll", "--all", folder=tmp_path, **variables(tmp_path))
        assert wait_until(lambda: stored(tmp_path) > 0)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        room.heal()
        next_one = start("poll", "--all", folder=tmp_path, **variables(tmp_path))
        assert finish(next_one).code == 0
        asyncio.run(bench.assert_exact())
        assert asyncio.run(bench.holders()) == set()


def stored(folder: Path) -> int:
    if not (folder / "monitor.db").exists():
        return 0
    return int(str(asked(folder, "SELECT count(*) FROM articles") or 0))


def minutes_behind(folder: Path) -> float:
    """How far the room's clock is behind the latest moment that a process wrote down."""
    seconds = asked(folder, "SELECT unixepoch(max(next_attempt_at)) FROM entries")
    return (float(str(seconds)) - START.timestamp()) / 60


def move_leases(folder: Path, owner: str, to: str) -> None:
    for table in ("entries", "channels"):
        asked(folder, f"UPDATE {table} SET lease_owner = '{to}' WHERE lease_owner = '{owner}'")


def asked(folder: Path, sql: str) -> object:
    database = Database(f"sqlite:///{folder}/monitor.db")
    try:
        with database.write() as connection:
            if "articles" in sql and not connection.dialect.has_table(connection, "articles"):
                return None
            result = connection.exec_driver_sql(sql)
            return result.scalar() if result.returns_rows else None
    finally:
        database.close()
