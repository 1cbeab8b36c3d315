"""`monitor backfill`: the archive behind a source, walked back to a day, broken off and resumed."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.cli.progress import watch_backfill
from monitor.newsroom import faults
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.server import Newsroom, running_newsroom
from monitor.newsroom.world import Site
from monitor.workers.backfill import BackfillReport, backfill
from monitor.workers.sandbox import Sandbox
from tests.cli.program import assert_nothing_is_left, finish, start, wait_until
from tests.workers.bench import START, make_bench
from tests.workers.simulation import (
    FEED,
    LISTING,
    SITEMAP,
    Simulation,
    busy_world,
    cancelled,
    edit_config,
    simulated,
)
from tests.workers.test_flow_processes import asked, variables

pytestmark = pytest.mark.network

HOURS_4 = timedelta(hours=4)
SINCE = datetime(2026, 3, 18, tzinfo=UTC)
SITES = pytest.mark.parametrize("site", [FEED, SITEMAP, LISTING], ids=lambda site: site.shape)


async def walk_back(sim: Simulation) -> BackfillReport:
    [source] = sim.services.catalog.sources.values()
    with watch_backfill() as watcher:
        return await backfill(sim.services, source, SINCE, watcher, asyncio.Event())


def wanted(room: Newsroom, zone_ahead: int) -> set[str]:
    """What was published since the day began where the source is."""
    began = SINCE - timedelta(hours=zone_ahead)
    return {
        room.url_of(each.id)
        for each in room.world.articles.values()
        if began <= each.published <= room.clock.now()
    }


def documents(sim: Simulation) -> list[str]:
    parts = ("paged=", "page=", "/articles")
    return [
        one.target
        for one in sim.room.ledger.requests()
        if any(part in one.target for part in parts)
    ]


@SITES
def test_what_was_published_since_a_day_and_nothing_older(
    site: Site, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(site, 60, HOURS_4, 60), tmp_path, sandbox) as sim:
            report = await walk_back(sim)
            assert not report.needs_a_look
            walked = [each.walk for each in report.channels if each.walk is not None]
            assert len(walked) == 1
            assert report.tally.stored == walked[0].entries_found
            stored = [each.article.url for each in await sim.bench.archive()]
            assert len(stored) == len(set(stored))
            ahead = 1 if site is SITEMAP else 5
            assert set(stored) == wanted(sim.room, ahead)
            again = await walk_back(sim)
            assert again.tally.stored == 0
            assert await sim.bench.holders() == set()

    asyncio.run(scenario())


@SITES
@pytest.mark.parametrize("after", [1, 2, 3])
def test_a_walk_that_is_broken_off_goes_on_where_it_was(
    site: Site, after: int, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(site, 60, HOURS_4, 60), tmp_path, sandbox) as sim:
            sim.room.fail("*", "/*", faults.drip(chunk=4000, pause=0.01))
            walking: asyncio.Task[object] = asyncio.create_task(walk_back(sim))
            while len(documents(sim)) < after and not walking.done():
                await asyncio.sleep(0.001)
            await cancelled(walking)
            assert await sim.bench.holders() == set()
            sim.room.heal()
            await walk_back(sim)
            ahead = 1 if site is SITEMAP else 5
            stored = [each.article.url for each in await sim.bench.archive()]
            assert len(stored) == len(set(stored))
            assert set(stored) == wanted(sim.room, ahead)
            # The page it was at is asked for again, and the one before, no other one.
            assert len(documents(sim)) <= len(set(documents(sim))) + 2

    asyncio.run(scenario())


def test_a_process_that_is_killed_is_followed_by_another_one(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    call = ("backfill", "palace", "--since", f"{SINCE:%Y-%m-%d}", "--json")
    with running_newsroom(busy_world(LISTING, 60, HOURS_4, 60), SteppedClock(START)) as room:
        bench = make_bench(room, tmp_path, sandbox)
        edit_config(bench)
        room.fail("*", "/en/events*", faults.drip(chunk=500, pause=0.03))
        process = start(*call, folder=tmp_path, **variables(tmp_path))
        counted = "SELECT coalesce(max(pages_read), 0) FROM backfills"
        assert wait_until(lambda: made(tmp_path) and asked(tmp_path, counted) in (1, 2))
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert_nothing_is_left(process.pid)
        room.heal()
        ended = finish(start(*call, folder=tmp_path, **variables(tmp_path)))
        assert ended.code == 0, ended.err
        record = json.loads(ended.out)
        walked = [each for each in record["channels"] if each["backfill"]]
        assert {each["finished"] for each in walked} == {True}
        stored = [each.article.url for each in asyncio.run(bench.archive())]
        assert len(stored) == len(set(stored))
        assert set(stored) == wanted(room, 5)


def made(folder: Path) -> bool:
    return (folder / "monitor.db").exists() and bool(
        asked(folder, "SELECT count(*) FROM sqlite_master WHERE name = 'backfills'")
    )


def test_a_backfill_fills_the_gaps_of_its_time(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        world = busy_world(LISTING, 60, timedelta(minutes=30), 4)
        async with simulated(world, tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=20)
            sim.room.fail("*", "*page=2", faults.status(500))
            await sim.poll()
            assert [gap.filled_at for gap in await sim.gaps()] == [None]
            sim.room.heal()
            await walk_back(sim)
            [gap] = await sim.gaps()
            assert (gap.state, gap.note) == ("filled", "filled by `monitor backfill`")
            await sim.assert_complete()

    asyncio.run(scenario())
