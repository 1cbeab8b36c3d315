"""Gaps that are filled in pieces, gaps that nothing fills, and channels that lie, move or go."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import ChannelState, GapState, PollStatus
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.pipeline import fill_gap
from monitor.workers.freshness import NOT_BELIEVED
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import channels
from tests.workers.simulation import (
    FEED,
    LISTING,
    SITEMAP,
    Simulation,
    busy_world,
    cancelled,
    simulated,
)

pytestmark = pytest.mark.network

HALF_HOUR = timedelta(minutes=30)


def only_feed(sim: Simulation, *, backfill: bool) -> None:
    """Watch the first channel alone; its backfill may be taken away."""
    [source] = sim.services.catalog.sources.values()
    channel = source.channels[0]
    if not backfill:
        channel = channel.model_copy(update={"backfill": None})
    only = source.model_copy(update={"channels": (channel,)})
    catalog = replace(sim.services.catalog, sources={source.id: only})
    sim.services = replace(sim.services, catalog=catalog)


async def state_of(services: Services, number: int = 0) -> ChannelState:
    [source] = services.catalog.sources.values()
    keys = [(source.id, channel.url) for channel in source.channels]
    return (await services.read(lambda c: channels.load(c, keys)))[number]


def moving(to: str, code: int) -> faults.Fault:
    """The address leads to another one, and that one answers."""

    def fault(request: Request, right: Answer) -> Answer:
        there = "moved" in request.query
        return right if there else faults.redirect_to(to, code)(request, right)

    return fault


def asked(sim: Simulation, part: str) -> list[str]:
    return [one.target for one in sim.room.ledger.requests() if part in one.target]


@pytest.mark.parametrize("site", [FEED, SITEMAP, LISTING], ids=lambda site: site.shape)
@pytest.mark.parametrize("after", [1, 2, 4])
def test_a_fill_that_is_broken_off_goes_on(
    site: object, after: int, tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cancelled when the archive was asked so many times, wherever the pass is then."""
    world = busy_world(site, 80, HALF_HOUR, before=4)  # type: ignore[arg-type]

    async def scenario() -> None:
        async with simulated(world, tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=30)
            archive = {"wordpress": "?paged=", "palace": "?page="}.get(world.sites[0].shape, "/art")
            sim.room.fail("*", "/*", faults.drip(chunk=4000, pause=0.01))
            for _ in range(3):
                before = len(asked(sim, archive))
                passing: asyncio.Task[object] = asyncio.create_task(sim.poll())
                while len(asked(sim, archive)) < before + after and not passing.done():
                    await asyncio.sleep(0.001)
                await cancelled(passing)
                assert await sim.bench.holders() == set()
            sim.room.heal()
            sim.room.advance(minutes=1)
            for _ in range(2):
                await sim.poll()
                sim.room.advance(hours=2)
            await sim.assert_complete_at(sim.now - timedelta(hours=2))
            assert set(await sim.states()) == {GapState.FILLED}

    asyncio.run(scenario())


def test_a_long_fill_is_spread_over_passes(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.workers.fill_gaps.PAGES_PER_PASS", 2)

    async def scenario() -> None:
        async with simulated(busy_world(LISTING, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=30)
            read = []
            for _ in range(8):
                await sim.poll()
                [gap] = await sim.gaps()
                read.append(gap.pages_read)
            assert gap.state is GapState.FILLED
            assert read[:3] == [2, 4, 6]
            await sim.assert_complete()

    asyncio.run(scenario())


def test_a_fill_has_a_bound(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fill_gap, "PAGES_IN_ALL", 3)

    async def scenario() -> None:
        async with simulated(busy_world(LISTING, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=30)
            await sim.poll()
            [gap] = await sim.gaps()
            assert (gap.state, gap.pages_read) == (GapState.BOUNDED, 3)
            assert "without an end" in (gap.note or "")

    asyncio.run(scenario())


def test_a_backfill_that_fails_is_tried_again_later(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            await sim.poll()
            sim.room.advance(hours=20)
            sim.room.fail("*", "*paged=3", faults.status(500))
            await sim.poll()
            [gap] = await sim.gaps()
            assert (gap.state, gap.attempts, gap.place.page) == (GapState.OPEN, 1, 2)
            assert "500" in (gap.note or "")
            before = len(asked(sim, "paged="))
            await sim.poll()
            assert len(asked(sim, "paged=")) == before, "not before its time"
            sim.room.heal()
            sim.room.advance(minutes=6)
            await sim.poll()
            assert await sim.states() == [GapState.FILLED]
            await sim.assert_complete()

    asyncio.run(scenario())


def test_pages_that_repeat_themselves_are_an_end(tmp_path: Path, sandbox: Sandbox) -> None:
    """A site that ignores the number of the page is not asked four hundred times."""

    async def scenario() -> None:
        async with simulated(busy_world(FEED, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            await sim.poll()
            sim.room.advance(hours=20)
            first = sim.room.sites["steppe-times"].base + "/feed/"
            sim.room.fail("*", "*paged=*", faults.redirect_to(first))
            await sim.poll()
            [gap] = await sim.gaps()
            assert (gap.state, gap.pages_read) == (GapState.UNFILLABLE, 3)
            assert "repeat" in (gap.note or "")

    asyncio.run(scenario())


def test_a_channel_without_backfill_says_so(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            configured = sim.services
            only_feed(sim, backfill=False)
            await sim.poll()
            assert await sim.gaps() == [], "the first reading ever"
            sim.room.advance(hours=20)
            await sim.poll()
            [gap] = await sim.gaps()
            assert gap.state is GapState.UNFILLABLE
            assert "no backfill is configured" in (gap.note or "")
            sim.room.advance(hours=1)
            sim.services = configured  # the backfill is written into the source's file
            only_feed(sim, backfill=True)
            await sim.poll()
            assert await sim.states() == [GapState.FILLED]
            await sim.assert_complete()

    asyncio.run(scenario())


def test_another_channel_closes_the_gap_of_one_without_backfill(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(SITEMAP, 160, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=40)  # the feed shows thirty, the sitemap two days
            await sim.poll()
            [gap] = await sim.gaps()
            assert gap.state is GapState.FILLED
            assert "latest-news.xml announces the same" in (gap.note or "")
            await sim.assert_complete()

    asyncio.run(scenario())


def test_a_server_that_says_unchanged_for_ever_is_caught(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 80, HALF_HOUR, 4), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            sim.room.fail("*", "/feed/", faults.lying_304())
            await sim.run(26)
            assert (await state_of(sim.services)).validators == NOT_BELIEVED
            await sim.assert_complete_at(sim.now - timedelta(hours=2))

    asyncio.run(scenario())


def test_a_feed_that_is_gone_is_asked_once_a_week(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 20, HALF_HOUR, 10), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            await sim.poll()
            sim.room.fail("*", "/feed/*", faults.status(410))
            for _ in range(3):
                sim.room.advance(hours=30)
                await sim.poll()
            state = await state_of(sim.services)
            assert state.next_poll_at is not None
            assert timedelta(days=6) < state.next_poll_at - sim.now <= timedelta(days=7)
            assert "gone for good" in (state.plan_reason or "")
            sim.room.heal()
            sim.room.advance(hours=24 * 7)
            await sim.poll()
            assert (await state_of(sim.services)).failures == 0
            await sim.assert_complete()

    asyncio.run(scenario())


@pytest.mark.parametrize(("code", "believed"), [(301, True), (308, True), (302, False)])
def test_a_move_is_believed_when_it_lasts(
    code: int, believed: bool, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 20, HALF_HOUR, 10), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            moved = sim.room.sites["steppe-times"].base + "/feed/?moved=1"
            sim.room.fail("*", "/feed/", moving(moved, code))
            for _ in range(4):
                await sim.poll(everything=True)
                sim.room.advance(hours=9)
            state = await state_of(sim.services)
            assert (state.move is not None) == believed
            if state.move is None:
                return
            assert (state.move.to, state.move.count, state.move.adopted) == (moved, 4, True)
            before = len(asked(sim, "/feed/"))
            await sim.poll(everything=True)
            assert asked(sim, "/feed/")[before:] == ["/feed/?moved=1"]
            sim.room.advance(hours=24 * 7)
            before = len(asked(sim, "/feed/"))
            await sim.poll(everything=True)
            assert asked(sim, "/feed/")[before:][:2] == ["/feed/", "/feed/?moved=1"]
            sim.room.heal()
            sim.room.advance(hours=24 * 7)
            await sim.poll(everything=True)
            assert (await state_of(sim.services)).move is None, "it is back at its old address"
            await sim.assert_complete()

    asyncio.run(scenario())


def test_a_move_to_what_is_no_feed_is_a_failure(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 20, HALF_HOUR, 10), tmp_path, sandbox) as sim:
            only_feed(sim, backfill=True)
            await sim.poll()
            home = sim.room.sites["steppe-times"].base + "/"
            sim.room.fail("*", "/feed/*", faults.redirect_to(home, 301))
            for _ in range(4):
                sim.room.advance(hours=10)
                report = await sim.poll(everything=True)
                [(_, poll)] = report.sources[0].channels
                assert poll.status is PollStatus.FAILED
            assert (await state_of(sim.services)).move is None

    asyncio.run(scenario())
