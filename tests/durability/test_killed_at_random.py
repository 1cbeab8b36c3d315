"""Four hundred articles, outages of up to three days, and fifty passes killed at random moments."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path

import pytest

from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.server import running_newsroom
from monitor.newsroom.world import Site
from monitor.workers.sandbox import Sandbox
from tests.durability.kills import campaign
from tests.durability.soundness import assert_sound
from tests.workers.bench import START, make_bench
from tests.workers.simulation import FEED, LISTING, SITEMAP, busy_world, edit_config

pytestmark = pytest.mark.network

SEED = int(os.environ.get("KILL_SEED", "20260321"))
KILLS = 50
STEPS = 3400
"""The passes of one kind of source take 3,700 to 5,000 steps: the kills are spread over most."""
MOSTLY = 35
"""A pass may be done before the kill comes; so many must die in the middle of their work."""
SOME = 5
"""Of the kills, so many strike a request, and as many a transaction."""
OUTAGES = (8, 30, 72, 40)


@pytest.mark.parametrize("site", [FEED, SITEMAP, LISTING], ids=lambda site: site.shape)
def test_every_article_is_stored_exactly_once(site: Site, tmp_path: Path) -> None:
    """`KILL_SEED=n` tries other moments."""
    with running_newsroom(busy_world(site), SteppedClock(START)) as room:
        bench = make_bench(room, tmp_path, Sandbox(1))
        edit_config(bench)
        with campaign(room, bench, tmp_path, seed=SEED, kills=KILLS, steps=STEPS) as killing:
            killing.live(*OUTAGES, between=6)
        told = f"seed {SEED}: {killing.told()}"
        print(told)  # noqa: T201 - shown when the test fails
        assert killing.moments == [], told
        assert len(killing.killed) >= MOSTLY, told
        struck = Counter(name.partition(" ")[0] for name in killing.killed)
        assert struck["ask"] + struck["answered"] >= SOME, told
        assert struck["begin"] + struck["commit"] >= SOME, told
        assert struck["parse"] > 0, told
        asyncio.run(bench.assert_exact())
        asyncio.run(assert_sound(bench))
        assert "Traceback" not in killing.passes.errors()
