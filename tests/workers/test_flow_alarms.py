"""Something is wrong with a source for a while: it is said once, and it is over by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from monitor.model import RaisedAlarm
from monitor.newsroom import faults
from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.faults import Fault
from monitor.newsroom.generate import generate_site
from monitor.newsroom.world import World, build_world
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from monitor.workers.watch_sources import watch
from storage.repositories import alarms, articles
from storage.tables import articles as article_rows
from storage.tables import baselines, channels, polls
from tests.storage.samples import article
from tests.workers.bench import START, Bench, open_bench, small_world

pytestmark = pytest.mark.network

EVERY = timedelta(minutes=30)
AHEAD = 6
"""Articles that appear after the start and before the site falls silent."""
SILENT = timedelta(hours=9)


async def opened(bench: Bench) -> list[RaisedAlarm]:
    async with bench.services() as services:
        return await services.read(alarms.open_alarms)


async def history(bench: Bench, source: str) -> list[RaisedAlarm]:
    async with bench.services() as services:
        return await services.read(lambda connection: alarms.history(connection, source))


def kinds(found: list[RaisedAlarm]) -> dict[str, str]:
    return {raised.alarm.source: raised.alarm.kind for raised in found}


async def step(bench: Bench, minutes: int = 40) -> list[RaisedAlarm]:
    """Some minutes later, a poll; what is open then."""
    bench.room.advance(minutes=minutes)
    await bench.poll(everything=True)
    return await opened(bench)


def pausing_world() -> World:
    """One site with an article every half hour, but for nine hours."""
    site, made = generate_site(5, 40, start=START, every=EVERY, published=4, language="en")
    site = replace(site, habits=replace(site.habits, window=50, charset="utf-8", identity="guid"))
    late = [
        replace(each, versions=(replace(each.versions[0], at=each.published + SILENT),))
        for each in made[4 + AHEAD :]
    ]
    return build_world(START, [site], [*made[: 4 + AHEAD], *late])


async def remember(bench: Bench, days: int = 21) -> None:
    """Three weeks of polls and articles, as if the archive had watched the site so long."""

    def write(services: Services) -> None:
        with services.database.write() as connection:
            [channel] = connection.scalars(select(channels.c.id))
            [known] = connection.execute(select(article_rows).limit(1)).mappings()
            number = round(timedelta(days=days) / EVERY)
            # The first poll, at START, comes last in the log: ids grow with time.
            last = connection.execute(select(polls).where(polls.c.channel_id == channel)).mappings()
            first_poll = dict(last.one())
            connection.execute(polls.delete())
            connection.execute(baselines.delete())  # nothing was learned yet
            times = [START - EVERY * back for back in range(number, 0, -1)]
            usual = {**first_poll, "status": "unchanged", "http": 304, "found": 0, "new": 0}
            del usual["id"], first_poll["id"]
            connection.execute(
                insert(polls),
                [{**usual, "started_at": at, "next_poll_at": at + EVERY} for at in times],
            )
            connection.execute(insert(polls).values(first_poll))
            row = {name: value for name, value in known.items() if name != "id"}
            connection.execute(
                insert(article_rows),
                [
                    {**row, "published": at, "first_seen": at + EVERY / 6, "date": at}
                    for at in (each - timedelta(hours=2, minutes=3) for each in times)
                ],
            )

    async with bench.services() as services:
        await asyncio.to_thread(write, services)


def test_a_site_falls_silent_and_publishes_again(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(pausing_world(), tmp_path, sandbox) as bench:
            await bench.poll()
            await remember(bench)
            before = [await step(bench) for _ in range(4)]  # to the last article and a little on
            assert before == [[]] * 4

            silent = [await step(bench) for _ in range(12)]
            raised = next(found for found in silent if found)
            assert kinds(raised) == {"g001": "silence"}
            assert raised[0].alarm.sentence.startswith("Wire g001: 0 articles since Saturday ")
            assert {found[0].raised_at for found in silent if found} == {raised[0].raised_at}
            assert silent.index(raised) >= 4, "three hours are no silence"
            latest = silent[-1][0].alarm.facts
            assert latest["expected"] > raised[0].alarm.facts["expected"], "it says how it is now"

            back = [await step(bench) for _ in range(6)]
            assert back[-1] == []
            [over] = await history(bench, "g001")
            assert over.cleared_at is not None

    asyncio.run(scenario())


def test_the_monitor_was_off(tmp_path: Path, sandbox: Sandbox) -> None:
    """Two days later nothing new stands there: nobody knows what was there meanwhile."""

    async def scenario() -> None:
        async with open_bench(pausing_world(), tmp_path, sandbox) as bench:
            await bench.poll()
            await remember(bench)
            assert await step(bench, minutes=3 * 60 + 20) == []
            assert await step(bench, minutes=8 * 60) == []
            assert await step(bench, minutes=20) == []

    asyncio.run(scenario())


def renamed(request: Request, right: Answer) -> Answer:
    """The site's pages with other class names."""
    return replace(right, body=right.body.replace(b'class="card', b'class="tile'))


def test_a_listing_changes_its_class_names(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        everything = bundled_world(START)
        palace = [site for site in everything.sites if site.id == "palace"]
        texts = [replace(each, copy_of=None) for each in everything.of_site("palace")]
        async with open_bench(build_world(START, palace, texts), tmp_path, sandbox) as bench:
            await bench.poll()
            bench.room.fail("palace", "/en/events", renamed)
            assert await step(bench) == [], "once may be a passing page"
            [raised] = await step(bench)
            assert (raised.alarm.kind, raised.alarm.facts["code"]) == (
                "selectors",
                "parse.no_items",
            )
            assert "/en/events: the selectors match nothing any more" in raised.alarm.sentence
            assert [each.id for each in await step(bench)] == [raised.id]
            bench.room.heal()
            assert await step(bench) == []
            [over] = await history(bench, "palace")
            assert (over.id, over.raised_at) == (raised.id, raised.raised_at)

    asyncio.run(scenario())


FAULTS: dict[str, tuple[str, Fault]] = {
    "g001": ("blocked", faults.status(403)),
    "g002": ("gone", faults.status(410)),
    "g003": ("not_feed", faults.login_page()),
    "g004": ("failing", faults.status(500)),
}


def test_channels_that_fail(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(sites=5, each=3, published=3), tmp_path, sandbox) as b:
            await b.poll()
            for site, (_, fault) in FAULTS.items():
                b.room.fail(site, "/feed.xml", fault)
            assert kinds(await step(b)) == {"g002": "gone"}
            assert kinds(await step(b)) == {
                "g001": "blocked",
                "g002": "gone",
                "g003": "not_feed",
            }
            ill = await step(b)
            assert kinds(ill) == {site: kind for site, (kind, _) in FAULTS.items()}
            later = await step(b)
            assert [each.id for each in later] == [each.id for each in ill], "raised once"
            assert "failed 4 times in a row" in next(
                each.alarm.sentence for each in later if each.alarm.kind == "failing"
            )
            b.room.heal()
            assert len(await step(b, minutes=5)) == 4, "the sources were looked at just now"
            assert await step(b) == []

    asyncio.run(scenario())


def test_robots_are_no_longer_welcome_at_a_listing(tmp_path: Path, sandbox: Sandbox) -> None:
    closed = Answer(body=b"User-agent: *\nDisallow: /", content_type="text/plain")

    async def scenario() -> None:
        everything = bundled_world(START)
        palace = [site for site in everything.sites if site.id == "palace"]
        async with open_bench(build_world(START, palace, []), tmp_path, sandbox) as bench:
            bench.room.fail("palace", "/robots.txt", lambda request, right: closed)
            assert kinds(await step(bench)) == {"palace": "robots"}

    asyncio.run(scenario())


def test_bodies_that_come_out_short(tmp_path: Path, sandbox: Sandbox) -> None:
    async def store(bench: Bench, count: int, words: int) -> None:
        bench.room.advance(hours=2)
        async with bench.services() as services:
            for number in range(count):
                name = f"{services.now():%d%H}-{number}"
                one = article(name, text=f"{name} " * words, published=services.now())
                await services.write(
                    lambda c, one=one: articles.store(  # type: ignore[misc]
                        c,
                        one,
                        source="g001",
                        fingerprint=one.url,
                        keys=[one.url],
                        now=services.now(),
                    )
                )
            await watch(services)

    async def scenario() -> None:
        async with open_bench(small_world(sites=1, each=1, published=0), tmp_path, sandbox) as b:
            await store(b, 120, words=300)
            assert await opened(b) == []
            await store(b, 30, words=20)
            [raised] = await opened(b)
            assert raised.alarm.kind == "drift"
            assert "their text has" in raised.alarm.sentence
            for _ in range(3):
                await store(b, 30, words=20)
                assert [each.id for each in await opened(b)] == [raised.id], "no new usual yet"
            await store(b, 30, words=300)
            assert await opened(b) == []

    asyncio.run(scenario())


def test_alarms_of_a_source_that_is_watched_no_more_are_over(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(sites=2, each=1, published=1), tmp_path, sandbox) as b:
            b.room.fail("g001", "/feed.xml", faults.status(410))
            assert kinds(await step(b)) == {"g001": "gone"}
            (tmp_path / "config/sources/g001.toml").unlink()
            assert await step(b) == []

    asyncio.run(scenario())
