"""A site that asks for quiet is left alone by all its channels, in the next process too."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.clock import SteppedClock
from monitor.workers.sandbox import Sandbox
from tests.workers.bench import open_bench
from tests.workers.simulation import FEED, busy_world

pytestmark = pytest.mark.network


def test_what_one_channel_was_told_holds_for_the_others(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> tuple[int, int]:
        async with open_bench(busy_world(FEED), tmp_path, sandbox) as bench:
            room, site, clock = bench.room, FEED.id, bench.room.clock
            assert isinstance(clock, SteppedClock)
            await bench.poll()
            clock.advance(timedelta(hours=3))
            asks_for_quiet = faults.status(429, retry_after="3600")
            room.fail(site, "/feed*", asks_for_quiet)
            await bench.poll()
            room.heal()
            before = len(room.ledger.requests(site))
            clock.advance(timedelta(minutes=50))
            await bench.poll(everything=True)  # other services, as in another process
            quiet = len(room.ledger.requests(site)) - before
            clock.advance(timedelta(minutes=30))
            await bench.poll(everything=True)
            return quiet, len(room.ledger.requests(site)) - before

    quiet, afterwards = asyncio.run(scenario())
    assert quiet == 0
    assert afterwards >= 2
