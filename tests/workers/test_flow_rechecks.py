"""Articles that change or go after they were stored, without a word from their channel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.model import EntryState, Failure
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.faults import Fault
from monitor.newsroom.generate import generate_site
from monitor.newsroom.world import Habits, ValidatorHabit, Version, World, build_world
from monitor.workers.add import add_url
from monitor.workers.recheck import LOOKS_A_PASS, RecheckTally, recheck_due
from monitor.workers.sandbox import Sandbox
from storage.repositories import articles, entries, rechecks
from tests.workers.bench import START, Bench, open_bench

pytestmark = pytest.mark.network

HOUR = timedelta(hours=1)


def world_of(count: int = 1, *changes: timedelta, validators: ValidatorHabit = "both") -> World:
    """Articles of this moment; the first one gets another sentence at each of the changes."""
    site, found = generate_site(
        5,
        count,
        start=START,
        published=count,
        every=timedelta(seconds=1),
        habits=Habits(window=count, validators=validators),
        language="en",
    )
    made = list(found)
    first = made[0].versions[0]
    later = [
        Version(
            number,
            START + at,
            first.title,
            (*first.paragraphs, f"Correction number {number - 1}: two hundred guests."),
        )
        for number, at in enumerate(changes, start=2)
    ]
    made[0] = replace(made[0], versions=(first, *later))
    return build_world(START, [site], made)


async def look(bench: Bench, hours: float = 0, limit: int = LOOKS_A_PASS) -> RecheckTally:
    bench.room.advance(hours=hours)
    async with bench.services() as services:
        return await recheck_due(services, services.catalog.sources["g001"], limit=limit)


def pages(bench: Bench) -> int:
    return sum(one.target.startswith("/news/") for one in bench.room.ledger.requests())


@asynccontextmanager
async def stored(world: World, folder: Path, sandbox: Sandbox) -> AsyncIterator[Bench]:
    """A bench whose feed was read once and never will be again."""
    async with open_bench(world, folder, sandbox) as bench:
        await bench.poll()
        yield bench


def test_a_correction_is_noticed_without_the_channel(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(world_of(2, 3 * HOUR), tmp_path, sandbox) as bench:
            assert await look(bench) == RecheckTally()
            assert await look(bench, 1) == RecheckTally(looked=2, unchanged=2)
            assert await look(bench, 1) == RecheckTally()
            found = await look(bench, 4)
            assert (found.looked, found.unchanged, found.updated) == (2, 1, 1)
            corrected, other = await bench.archive()
            if corrected.versions == 1:
                corrected, other = other, corrected
            assert (corrected.versions, other.versions) == (2, 1)
            assert corrected.updated is not None
            assert corrected.article.text.endswith("two hundred guests.")
            async with bench.services() as services:
                kept = await services.read(partial(articles.versions_of, article_id=corrected.id))
                again = await services.read(lambda c: articles.unclassified(c, "none", 10))
                assert corrected.id in {each.id for each in again}
            assert len(kept) == 2
            assert not kept[0].text.endswith("two hundred guests.")

    asyncio.run(scenario())


@pytest.mark.parametrize("validators", ["both", "etag", "modified"])
def test_looks_are_conditional(
    validators: ValidatorHabit, tmp_path: Path, sandbox: Sandbox
) -> None:
    """The page's own validators go with them; each third look asks for all of it."""

    async def scenario() -> None:
        async with stored(world_of(validators=validators), tmp_path, sandbox) as bench:
            for hours in (1, 5, 18, 48, 96, 200):
                await look(bench, hours)
            asked = [r for r in bench.room.ledger.requests() if r.target.startswith("/news/")]
            conditional = [
                bool({"if-none-match", "if-modified-since"} & one.headers.keys()) for one in asked
            ]
            assert conditional == [False, True, True, False, True, True]
            told = [d.status for d in bench.room.ledger.deliveries() if "/news/" in d.target]
            assert told == [200, 304, 304, 200, 304, 304]
            [archived] = await bench.archive()
            assert archived.versions == 1

    asyncio.run(scenario())


def test_a_server_that_says_unchanged_for_ever_is_found_out(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(world_of(1, HOUR / 2, validators="lying"), tmp_path, sandbox) as bench:
            for hours in (1, 5):
                assert (await look(bench, hours)).updated == 0
            assert (await look(bench, 18)).updated == 1

    asyncio.run(scenario())


def test_a_pass_takes_a_few_looks_only(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(world_of(10), tmp_path, sandbox) as bench:
            first = pages(bench)
            bench.room.advance(hours=1)
            assert (await look(bench)).looked == LOOKS_A_PASS
            assert pages(bench) == first + LOOKS_A_PASS
            async with bench.services() as services:
                source = services.catalog.sources["g001"]
                assert (await recheck_due(services, source, limit=2)).looked == 2
                # A monitor that looks every few seconds leaves the host in peace for a minute.
                assert (await recheck_due(services, source)).looked == 0
                bench.room.advance(minutes=1)
                assert (await recheck_due(services, source)).looked == 2
            assert bench.room.ledger.max_concurrency("g001") == 1
            assert await bench.holders() == set()

    asyncio.run(scenario())


def test_looks_that_are_stopped_are_left_for_the_next_pass(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(world_of(3), tmp_path, sandbox) as bench:
            bench.room.advance(hours=1)
            stop = asyncio.Event()
            stop.set()
            async with bench.services() as services:
                source = services.catalog.sources["g001"]
                assert await recheck_due(services, source, stop) == RecheckTally()
            assert await bench.holders() == set()
            assert (await look(bench)).looked == 3

    asyncio.run(scenario())


@pytest.mark.parametrize("code", [404, 410])
def test_a_page_that_is_gone_twice_is_withdrawn_and_may_come_back(
    code: int, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(world_of(), tmp_path, sandbox) as bench:
            bench.room.fail("g001", "/news/*", faults.status(code))
            assert (await look(bench, 1)).withdrawn == 0
            [archived] = await bench.archive()
            assert archived.withdrawn is None
            assert (await look(bench, 6)).withdrawn == 1
            [archived] = await bench.archive()
            assert archived.withdrawn == START + 7 * HOUR
            assert archived.article.text
            assert await bench.states() == {EntryState.STORED: 1}
            bench.room.heal()
            await look(bench, 24)
            [archived] = await bench.archive()
            assert (archived.withdrawn, archived.versions) == (None, 1)

    asyncio.run(scenario())


def test_a_page_that_stays_gone_is_not_asked_for_ever(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with stored(world_of(), tmp_path, sandbox) as bench:
            bench.room.fail("g001", "/news/*", faults.status(404))
            for _ in range(20):
                await look(bench, 24)
            assert pages(bench) == 1 + 5

    asyncio.run(scenario())


FAULTS: dict[str, Fault] = {
    "503": faults.status(503, retry_after="60"),
    "login": faults.login_page(),
    "empty": faults.empty_body(),
    "403": faults.status(403),
}


@pytest.mark.parametrize("name", FAULTS)
def test_what_stands_in_for_a_page_is_no_version(
    name: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with stored(world_of(), tmp_path, sandbox) as bench:
            before = await bench.archive()
            bench.room.fail("g001", "/news/*", FAULTS[name])
            for hours in (1, 5, 18):
                await look(bench, hours)
            assert await bench.archive() == before
            bench.room.heal()
            assert (await look(bench, 100)).unchanged == 1

    asyncio.run(scenario())


def ticking() -> Fault:
    """A page that carries another time of day in its text at each load."""
    loads = iter(range(10_000))

    def fault(request: Request, right: Answer) -> Answer:
        words = f"<p>This page was loaded for the reader number {next(loads)} of this day.</p>"
        body = right.body.replace(b"</article>", f"{words}</article>".encode())
        return replace(right, body=body)

    return fault


def test_a_page_that_reads_differently_at_each_load_floods_nothing(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """24 versions in a day, then the latest text only."""

    async def scenario() -> None:
        async with stored(world_of(), tmp_path, sandbox) as bench:
            bench.room.fail("g001", "/news/*", ticking())
            async with bench.services() as services:
                source = services.catalog.sources["g001"]
                for _ in range(30):
                    bench.room.advance(minutes=10)
                    due = partial(rechecks.done, entry_id=1, check_at=services.now(), checks=0)
                    await services.write(due)
                    await recheck_due(services, source)
                [archived] = await bench.archive()
                kept = await services.read(partial(articles.versions_of, article_id=archived.id))
                notes = await services.read(partial(rechecks.notes, article_id=archived.id))
            assert archived.versions == len(kept) == 24
            assert [each.number for each in kept] == list(range(1, 25))
            assert "number 29 of" in archived.article.text
            assert kept[-1].text == archived.article.text
            assert [code for code, _ in notes] == ["entry.edit_flood"]

    asyncio.run(scenario())


def test_an_article_that_was_added_again_is_looked_at_under_one_address(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """An old address that is gone does not withdraw what stands under a new one."""
    site, [made] = generate_site(
        5, 1, start=START, published=1, habits=Habits(slugs="gone"), language="en"
    )
    first = made.versions[0]
    later = (*first.paragraphs, "A correction: two hundred guests came, not twenty.")
    made = replace(made, versions=(first, Version(2, START + HOUR, first.title, later)))

    async def scenario() -> None:
        async with stored(build_world(START, [site], [made]), tmp_path, sandbox) as bench:
            bench.room.advance(hours=2)
            await bench.poll(everything=True)
            for hours in (4, 20, 24, 24, 24, 24, 24):
                await look(bench, hours)
            [archived] = await bench.archive()
            assert (archived.withdrawn, archived.versions) == (None, 2)
            async with bench.services() as services:
                old = archived.article.url.removesuffix("-v2")
                added = await add_url(services, old)
                assert isinstance(added.outcome, Failure)
                assert (await services.read(lambda c: entries.get(c, 1))).article_id == archived.id

    asyncio.run(scenario())
