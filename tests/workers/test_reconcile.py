"""Once a day a source's channels are held against each other and the archive; nothing is missed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from config.source import Source
from monitor.errors import LockHeld
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.faults import Fault
from monitor.workers.reconcile import reconcile, reconcile_due
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import reconciliations
from storage.repositories.reconciliations import Reconciliation
from tests.workers.simulation import FEED, Simulation, busy_world, simulated

pytestmark = pytest.mark.network

SOURCE = FEED.id


def source_of(services: Services) -> Source:
    return services.catalog.sources[SOURCE]


async def done(sim: Simulation) -> Reconciliation:
    found = await reconcile(sim.services, source_of(sim.services), asyncio.Event())
    assert found is not None
    return found


async def kept(sim: Simulation) -> list[Reconciliation]:
    return await sim.services.read(lambda c: reconciliations.history(c, SOURCE))


def leave_out(path: bytes) -> Fault:
    """The feed never shows the item that holds `path`."""

    def edit(_request: Request, right: Answer) -> Answer:
        at = right.body.find(path)
        if at < 0:
            return right
        start, end = right.body.rfind(b"<item>", 0, at), right.body.find(b"</item>", at)
        return replace(right, body=right.body[:start] + right.body[end + len(b"</item>") :])

    return edit


def hide_next(sim: Simulation) -> str:
    """The feed never shows the article that is published next; the sitemap answers that nothing
    has changed. The address of that article."""
    coming = [each for each in sim.world.articles.values() if each.published > sim.now]
    url = sim.room.url_of(min(coming, key=lambda each: each.published).id)
    sim.room.fail("*", "/feed*", leave_out(url.rstrip("/").rpartition("/")[2].encode()))
    sim.room.fail("*", "/news-sitemap.xml", faults.lying_304())
    return url


async def stored(sim: Simulation) -> list[str]:
    return [each.article.url for each in await sim.bench.archive()]


def test_what_only_the_sitemap_shows_is_named_and_fetched(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 30), tmp_path, sandbox) as sim:
            await sim.poll()
            url = hide_next(sim)
            await sim.run(3)
            assert url not in await stored(sim)
            found = await done(sim)
            [named] = [each for each in found.findings if each.url == url]
            assert named.standing == "never_seen"
            assert [each.rpartition("/")[2] for each in named.shown] == ["news-sitemap.xml"]
            assert [each.rpartition("/")[2] for each in named.lacking if "?" not in each] == [""]
            await sim.poll()
            assert url in await stored(sim)
            again = await done(sim)
            assert again.counts == {"stored": found.announced}
            assert [each.url for each in again.findings] == [url], "the feed still lacks it"
            assert await kept(sim) == [again, found]
            assert await sim.gaps() == []

    asyncio.run(scenario())


def test_a_pass_reconciles_once_a_day_and_misses_nothing(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 90), tmp_path, sandbox) as sim:
            await sim.run(23)
            assert await kept(sim) == [], "the first reading is a reconciliation of its own"
            await sim.run(4)
            assert len(await kept(sim)) == 1
            await sim.run(23)
            assert len(await kept(sim)) == 2
            moment = sim.now
            await sim.run(3)
            await sim.assert_complete_at(moment)

    asyncio.run(scenario())


def test_an_outage_is_still_noticed_after_a_reconciliation(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 90), tmp_path, sandbox) as sim:
            await sim.run(2)
            sim.room.advance(hours=30)
            await done(sim)
            moment = sim.now
            await sim.run(3)
            assert [gap.state for gap in await sim.gaps()] != []
            await sim.assert_complete_at(moment)

    asyncio.run(scenario())


def test_why_the_archive_lacks_what_is_announced(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 30), tmp_path, sandbox) as sim:
            newest = max(
                (each for each in sim.world.articles.values() if each.published <= sim.now),
                key=lambda each: each.published,
            )
            path = sim.room.url_of(newest.id).removeprefix(sim.room.sites[SOURCE].base)
            sim.room.fail("*", path, faults.status(500))
            await sim.poll()
            sim.room.fail("*", "/news-sitemap.xml", faults.status(503))
            source = source_of(sim.services)
            narrow = source.model_copy(update={"exclude": (path.rstrip("/")[-12:],)})
            found = await reconcile(sim.services, narrow, asyncio.Event())
            assert found is not None
            assert found.counts["excluded"] == 1
            [sitemap] = [each for each in found.channels if each.kind == "sitemap"]
            assert "503" in (sitemap.error or "")
            whole = await done(sim)
            [named] = [each for each in whole.findings if each.standing != "stored"]
            assert (named.standing, (named.reason or "")[:8]) == ("failed", "http.5xx")

    asyncio.run(scenario())


def test_a_site_that_asked_to_wait_is_left_alone(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 30), tmp_path, sandbox) as sim:
            await sim.poll()
            sim.room.advance(hours=3)
            sim.room.fail("*", "/feed*", faults.status(429, retry_after="7200"))
            await sim.poll()
            found = await done(sim)
            [feed] = [each for each in found.channels if each.kind == "feed"]
            assert "not asked before" in (feed.error or "")

    asyncio.run(scenario())


def test_one_at_a_time_and_nothing_of_one_that_was_stopped(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with simulated(busy_world(FEED, 30), tmp_path, sandbox) as sim:
            await sim.poll()
            source, stop = source_of(sim.services), asyncio.Event()
            first, second = await asyncio.gather(
                reconcile(sim.services, source, stop),
                reconcile(sim.services, source, stop),
                return_exceptions=True,
            )
            assert {type(first), type(second)} == {Reconciliation, LockHeld}
            stop.set()
            assert await reconcile(sim.services, source, stop) is None
            await reconcile_due(sim.services, source, stop)
            assert len(await kept(sim)) == 1

    asyncio.run(scenario())
