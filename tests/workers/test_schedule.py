"""The ticker: passes start at once, one at a time, whatever clock the services go by."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.workers.report import PassReport
from monitor.workers.sandbox import Sandbox
from monitor.workers.schedule import Schedule
from tests.workers.bench import open_bench, small_world

pytestmark = pytest.mark.network


@pytest.mark.parametrize("ahead", [timedelta(), timedelta(days=30), timedelta(days=-30)])
def test_the_first_pass_starts_at_once(ahead: timedelta, tmp_path: Path, sandbox: Sandbox) -> None:
    """A clock that is far ahead of this machine's must not put the first tick off."""

    async def run() -> list[PassReport]:
        async with open_bench(small_world(1, 3, 3), tmp_path, sandbox) as bench:

            def now() -> datetime:
                return bench.clock() + ahead

            async with bench.services(now=now) as services:
                seen: list[PassReport] = []
                schedule = Schedule(services, tick=3600, on_pass=seen.append)
                running = asyncio.create_task(schedule.run())
                async with asyncio.timeout(60):
                    while not seen:
                        await asyncio.sleep(0.05)
                schedule.stop()
                await running
                return seen

    [report] = asyncio.run(run())
    assert [tally.stored for tally in report.sources] == [3]


def test_a_slow_source_holds_up_no_other_one(tmp_path: Path, sandbox: Sandbox) -> None:
    """While one source's page does not arrive, the other one's channels are read on time."""

    async def run() -> list[PassReport]:
        async with (
            open_bench(small_world(2, 8, 3), tmp_path, sandbox) as bench,
            bench.services() as services,
        ):
            bench.room.fail("g001", "/news/*", faults.stall())
            seen: list[PassReport] = []
            schedule = Schedule(services, tick=0.05, on_pass=seen.append)
            running = asyncio.create_task(schedule.run())
            async with asyncio.timeout(60):
                while stored(seen) < 3:
                    await asyncio.sleep(0.02)
                bench.room.advance(minutes=45)
                while stored(seen) < 5:
                    await asyncio.sleep(0.02)
            assert bench.room.ledger.max_concurrency() == 1
            schedule.stop()
            await running
            return seen

    def stored(reports: list[PassReport]) -> int:
        return sum(tally.stored for report in reports for tally in report.sources)

    reports = asyncio.run(run())
    at_work = [tally.source for report in reports for tally in report.sources if tally.stored]
    assert set(at_work) == {"g002"}
