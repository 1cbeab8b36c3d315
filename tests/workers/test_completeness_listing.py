"""A listing of ten cards with pages behind it: outages of days lose nothing."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from monitor.model import GapState
from monitor.workers.sandbox import Sandbox
from tests.workers.simulation import LISTING, busy_world, simulated

pytestmark = pytest.mark.network


def test_four_hundred_articles_and_outages_of_up_to_three_days(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(LISTING), tmp_path, sandbox) as sim:
            await sim.run_with_outages(8, 30, 72, between=6)
            await sim.assert_complete()
            found = await sim.gaps()
            assert [gap.state for gap in found] == [GapState.FILLED] * 3, found
            assert all(gap.pages_read > 1 for gap in found)

    asyncio.run(scenario())
