"""Whatever one site does wrong: the others are not stopped, it is named, and nothing is lost."""

from __future__ import annotations

import asyncio
import inspect
from pathlib import Path

import pytest

from monitor.fetch.client import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.model import EntryState, Failure, PollStatus
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer
from monitor.newsroom.faults import Fault
from monitor.newsroom.world import ValidatorHabit, World
from monitor.workers.add import add_url
from monitor.workers.extract import KNOCKS
from monitor.workers.report import PassReport, SourceTally
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from storage.repositories import entries
from tests.workers.bench import Bench, open_bench, small_world
from tests.workers.hostile_pages import PAGES

pytestmark = pytest.mark.network

EACH = 3

# Every fault that the newsroom knows, and whether a feed under it counts as failed.
FAULTS: dict[str, tuple[Fault, bool]] = {
    "status-403": (faults.status(403), True),
    "status-404": (faults.status(404), True),
    "status-410": (faults.status(410), True),
    "status-429": (faults.status(429, retry_after="1"), True),
    "status-500": (faults.status(500), True),
    "status-503": (faults.status(503, retry_after="7200"), True),
    "redirect-away": (faults.redirect_to("http://127.0.0.1:9/moved"), True),
    "redirect-loop": (faults.redirect_loop(), True),
    "reset-before-headers": (faults.reset_before_headers(), True),
    "reset-midway": (faults.reset_midway(), True),
    "drip": (faults.drip(chunk=20, pause=0.1), True),
    "stall": (faults.stall(), True),
    "truncated": (faults.truncated(), True),
    "close-truncated": (faults.close_truncated(), False),
    "gzip-bomb": (faults.gzip_bomb(), True),
    "stacked-gzip-bomb": (faults.gzip_bomb(layers=2), True),
    "wrong-charset": (faults.wrong_charset(), False),
    "wrong-type": (faults.wrong_type(), False),
    "login-page": (faults.login_page(), True),
    "empty-body": (faults.empty_body(), True),
    "lying-304": (faults.lying_304(), False),
    "huge-feed": (faults.huge_feed(60), False),
}


# One ailing site for each fault, and a healthy one.
ILL = {f"g{number:03d}": name for number, name in enumerate(FAULTS, start=1)}
WELL = f"g{len(FAULTS) + 1:03d}"


def test_every_fault_of_the_newsroom_is_tried() -> None:
    makers = {
        name
        for name, each in inspect.getmembers(faults, inspect.isfunction)
        if each.__module__ == faults.__name__ and not name.startswith("_")
    }
    tried = {name.replace("-", "_") for name in FAULTS}
    assert [name for name in makers if not any(each.startswith(name[:8]) for each in tried)] == []


async def poll_impatiently(bench: Bench) -> PassReport:
    """A pass whose patience with one exchange is a second and a half."""
    settings = FetchSettings(allow_private=True, total=1.5)
    async with Fetcher(settings) as fetcher, bench.services(fetcher=fetcher) as services:
        sources = list(services.catalog.sources.values())
        return await run_pass(services, sources, everything=True)


async def poll_ailing(bench: Bench, pattern: str) -> dict[str, SourceTally]:
    """A pass while every fault strikes the site that is meant for it; what it says of each."""
    for site, name in ILL.items():
        bench.room.fail(site, pattern, FAULTS[name][0])
    tallies = {tally.source: tally for tally in (await poll_impatiently(bench)).sources}
    well = tallies.pop(WELL)
    assert (well.stored, well.failed, well.trouble()) == (EACH, 0, None)
    return {ILL[source]: tally for source, tally in tallies.items()}


async def poll_healed(bench: Bench) -> None:
    bench.room.heal()
    for _ in range(2):  # pages wait minutes after their first failure, an hour after the second
        bench.room.advance(hours=3)
        await poll_impatiently(bench)


def world() -> World:
    return small_world(sites=len(FAULTS) + 1, each=EACH, published=EACH)


def test_feeds_that_ail(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(world(), tmp_path, sandbox) as bench:
            tallies = await poll_ailing(bench, "/feed.xml")
            for name, (_, fails) in FAULTS.items():
                [(_, poll)] = tallies[name].channels
                assert (poll.status is PollStatus.FAILED) == fails, name
                assert bool(tallies[name].trouble()) == fails, name
                assert tallies[name].stored <= EACH, name
            await poll_healed(bench)
            await bench.assert_exact()

    asyncio.run(scenario())


def test_pages_that_ail(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(world(), tmp_path, sandbox) as bench:
            tallies = await poll_ailing(bench, "/news/*")
            for name, tally in tallies.items():
                stored = 0 if name in UNREADABLE else EACH
                assert (tally.stored, tally.failed) == (stored, EACH - stored), name
            await poll_healed(bench)
            async with bench.services() as services:
                given_up = await services.read(entries.troubled)
                assert {ILL[kept.source] for kept, _, _ in given_up} == {"gzip-bomb"}
                assert {code for _, code, _ in given_up} == {"fetch.bomb"}
                for kept, _, _ in given_up:
                    added = await add_url(services, kept.entry.url)
                    assert not isinstance(added.outcome, Failure)
            await assert_all_but_the_gone_are_there(bench)

    asyncio.run(scenario())


# "410 Gone" is taken at its word, and half a page without a declared length looks like a whole.
GONE, HALVED = "status-410", "close-truncated"
# Nothing that could be kept came; where a page said too little, the feed's summary is kept.
UNREADABLE = {name for name in FAULTS if name.startswith(("status", "re", "drip", "sta", "tr"))} | {
    "gzip-bomb",
    "stacked-gzip-bomb",
}


async def assert_all_but_the_gone_are_there(bench: Bench) -> None:
    truths = {truth.url: truth for truth in map(bench.room.truth, bench.room.ledger.must())}
    owners = {bench.room.url_of(id_): each.site for id_, each in bench.room.world.articles.items()}
    stored = await bench.archive()
    assert sorted(each.article.url for each in stored) == sorted(
        url for url in truths if ILL.get(owners[url]) != GONE
    )
    for archived in stored:
        if ILL.get(archived.source) != HALVED:
            assert archived.article.text == truths[archived.article.url].text, archived.source


def test_a_correction_behind_a_login_page_does_not_replace_the_text(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """The feed's summary is no version of an article whose page was read before."""

    async def scenario() -> None:
        async with open_bench(small_world(sites=1, each=1, published=1), tmp_path, sandbox) as b:
            await b.poll()
            [before] = await b.archive()
            b.room.fail("g001", "/news/*", faults.login_page())
            async with b.services() as services:
                await services.write(lambda c: entries.again(c, 1, services.now()))
            await b.poll()
            assert await b.archive() == [before]
            assert await b.states() == {EntryState.WAITING: 1}
            b.room.heal()
            b.room.advance(minutes=10)
            await b.poll()
            assert await b.archive() == [before]
            assert await b.states() == {EntryState.STORED: 1}

    asyncio.run(scenario())


def test_a_login_page_that_stays_is_not_asked_for_ever(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(sites=1, each=1, published=1), tmp_path, sandbox) as b:
            b.room.fail("g001", "/news/*", faults.login_page())
            for _ in range(8):
                await b.poll(everything=True)
                b.room.advance(hours=24)
            asked = [one for one in b.room.ledger.requests() if one.target.startswith("/news/")]
            assert len(asked) == 1 + KNOCKS
            assert await b.states() == {EntryState.STORED: 1}
            [kept] = await b.archive()
            assert (kept.article.text_from, kept.versions) == ("feed", 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("lie", ["habit", "fault"])
def test_a_server_that_says_unchanged_for_ever(lie: str, tmp_path: Path, sandbox: Sandbox) -> None:
    """Twice a day the whole feed is read, and a feed that was caught lying always."""
    validators: ValidatorHabit = "lying" if lie == "habit" else "both"
    room = small_world(sites=1, each=80, published=2, window=80, validators=validators)

    async def scenario() -> None:
        async with open_bench(room, tmp_path, sandbox) as bench:
            if lie == "fault":
                bench.room.fail("g001", "/feed.xml", faults.lying_304())
            counts = []
            for _ in range(3):
                await bench.poll(everything=True)
                counts.append(len(await bench.archive()))
                bench.room.advance(hours=6)
            assert counts[0] == counts[1] < counts[2]
            bench.room.advance(minutes=10)
            await bench.poll(everything=True)
            if lie == "habit":  # the same ETag before and after: it is not sent again
                await bench.assert_exact()

    asyncio.run(scenario())


def hostile(name: str) -> Fault:
    page = PAGES[name]
    return lambda request, right: Answer(body=page.body, content_type=page.content_type)


def test_hostile_pages_have_their_fates_and_the_rest_of_the_batch_is_stored(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    names = [name for name in PAGES if name != "good"]

    async def scenario() -> None:
        world = small_world(sites=1, each=len(names) + 3, published=len(names) + 3)
        async with open_bench(world, tmp_path, sandbox) as bench:
            announced = [article.slug for article in world.articles.values()]
            struck = dict(zip(announced, names, strict=False))
            for slug, name in struck.items():
                bench.room.fail("g001", f"/news/{slug}", hostile(name))
            report = await bench.poll()
            [tally] = report.sources
            stored = {each.article.url.rpartition("/")[2] for each in await bench.archive()}
            assert set(announced) - set(struck) <= stored
            certain = {slug for slug, name in struck.items() if PAGES[name].fates == ("",)}
            assert certain <= stored
            async with bench.services() as services:
                given_up = await services.read(entries.troubled)
            for kept, code, _ in given_up:
                assert code in PAGES[struck[kept.entry.url.rpartition("/")[2]]].fates
            assert set(await bench.states()) <= {
                EntryState.STORED,
                EntryState.SKIPPED,
                EntryState.QUARANTINED,
                EntryState.WAITING,
            }
            assert tally.stored == len(stored)

    asyncio.run(scenario())
