"""A thousand sites on which nothing happens: what they are asked, as their own ledger has it.

An hour of the sites' clock is a minute here, so the product's own pauses are waited for.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from benchmarks.unchanging_sites import CRAWL_DELAY, robots_of, unchanging_world
from monitor.fetch.client import Fetcher, FetchSettings
from monitor.fetch.robots import KEPT
from monitor.newsroom.ledger import Requested
from monitor.newsroom.server import Newsroom, running_newsroom
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.tables import channels, polls
from tests.workers.bench import START, make_bench

pytestmark = pytest.mark.network

SITES = 1000
SPEED = 60
SPACING = timedelta(seconds=2)
MIN_INTERVAL = timedelta(minutes=5)
CHANNEL_PATHS = ("/feed.xml", "/sitemap.xml", "/latest")


class Clock:
    """Time that runs `SPEED` times as fast, and can be moved on."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._ahead = timedelta(0)

    def now(self) -> datetime:
        return START + self._ahead + timedelta(seconds=(time.monotonic() - self._began) * SPEED)

    def move_on(self, **by: float) -> None:
        self._ahead += timedelta(**by)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / SPEED)


@dataclass(frozen=True)
class Watched:
    """What four passes did: the polls that each recorded, with their channels' addresses, and
    the requests that each made, by site."""

    polls: Sequence[Sequence[Any]]
    requests: Sequence[Sequence[Requested]]
    statuses: Mapping[int, int]

    def asked(self, number: int) -> dict[str, list[Requested]]:
        """The requests of one pass for what announces articles, by site."""
        return _by_site(one for one in self.requests[number] if one.target in CHANNEL_PATHS)

    @property
    def of_sites(self) -> dict[str, list[Requested]]:
        return _by_site(one for each in self.requests for one in each)


def _by_site(requests: Iterable[Requested]) -> dict[str, list[Requested]]:
    found: dict[str, list[Requested]] = defaultdict(list)
    for one in requests:
        found[one.site].append(one)
    return found


def _recorded(connection: Connection, *, after: int) -> Sequence[Any]:
    query = (
        select(polls.c.id, channels.c.source, channels.c.url, polls.c.http, polls.c.code)
        .join(channels, channels.c.id == polls.c.channel_id)
        .where(polls.c.id > after)
        .order_by(polls.c.id)
    )
    return connection.execute(query).all()


def _with_usual_pauses(folder: Path) -> None:
    """What a room's source files say about pauses gives way to the product's own values."""
    for file in folder.glob("*.toml"):
        lines = file.read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(("every", "min_interval", "spacing"))]
        file.write_text("".join(kept), "utf-8")


@asynccontextmanager
async def _watching(
    room: Newsroom, clock: Clock, folder: Path, sandbox: Sandbox
) -> AsyncIterator[Services]:
    bench = make_bench(room, folder, sandbox)
    _with_usual_pauses(folder / "config" / "sources")
    settings = FetchSettings(allow_private=True)
    async with (
        Fetcher(settings, clock=clock.now, sleep=clock.sleep) as fetcher,
        bench.services(fetcher=fetcher) as services,
    ):
        yield services


async def _watch(room: Newsroom, clock: Clock, folder: Path, sandbox: Sandbox) -> Watched:
    """A first pass, one soon after, one when robots.txt is read again, one when all is."""
    recorded, requests, last = [], [], 0
    async with _watching(room, clock, folder, sandbox) as services:
        for hours in (0, 1, 6, 6):
            clock.move_on(hours=hours)
            before = len(room.ledger.requests())
            await run_pass(services, list(services.catalog.sources.values()))
            rows = await services.read(partial(_recorded, after=last))
            last = rows[-1].id
            recorded.append(rows)
            requests.append(room.ledger.requests()[before:])
    statuses = {one.request: one.status for one in room.ledger.deliveries()}
    return Watched(recorded, requests, statuses)


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Watched:
    clock, folder = Clock(), tmp_path_factory.mktemp("sites")
    world = unchanging_world(START, SITES, strict=True)
    with (
        Sandbox(2) as sandbox,
        running_newsroom(world, clock, own_addresses=True) as room,
    ):
        return asyncio.run(_watch(room, clock, folder, sandbox))


def _is_closed(site: str) -> bool:
    """Whether its robots.txt forbids everything."""
    return "Disallow: /\nDisallow" in robots_of(int(site[1:]), strict=True)


def test_every_channel_is_polled_in_every_pass(watched: Watched) -> None:
    for recorded in watched.polls:
        assert len({row.source for row in recorded}) == len(recorded) == SITES


def test_what_is_unchanged_is_always_answered_304(watched: Watched) -> None:
    for number in (1, 2):
        asked = [one for each in watched.asked(number).values() for one in each]
        assert len(asked) > 0.9 * SITES
        assert all(_is_conditional(one) for one in asked)
        assert {watched.statuses[one.number] for one in asked} == {304}


def test_everything_is_read_in_full_at_first_and_after_twelve_hours(watched: Watched) -> None:
    for number in (0, 3):
        asked = [one for each in watched.asked(number).values() for one in each]
        assert not any(_is_conditional(one) for one in asked)
        assert {watched.statuses[one.number] for one in asked} == {200}


def test_every_request_for_a_channel_is_a_recorded_poll(watched: Watched) -> None:
    for number, recorded in enumerate(watched.polls):
        asked = watched.asked(number)
        assert all(len(each) == 1 for each in asked.values())
        assert set(asked) == {row.source for row in recorded if row.code != "blocked.robots"}
        assert not any(row.code not in (None, "blocked.robots") for row in recorded)


def test_no_site_is_asked_sooner_than_it_allows(watched: Watched) -> None:
    for site, requests in watched.of_sites.items():
        delayed = "Crawl-delay" in robots_of(int(site[1:]), strict=True)
        assert max(one.concurrency for one in requests) == 1
        for before, one in pairwise(requests):
            known = before.target == "/robots.txt" or one.target != "/robots.txt"
            pause = CRAWL_DELAY if delayed and known else SPACING
            assert one.time - before.time >= pause, (site, before.target, one.target)
        announced = [one for one in requests if one.target in CHANNEL_PATHS]
        for before, one in pairwise(announced):
            assert one.time - before.time >= MIN_INTERVAL


def test_nothing_is_asked_that_robots_txt_forbids(watched: Watched) -> None:
    pages = 0
    for site, requests in watched.of_sites.items():
        rules = robots_of(int(site[1:]), strict=True)
        targets = {one.target for one in requests}
        # A feed is meant for programs: robots.txt is asked about everything else.
        assert not _is_closed(site) or targets <= {"/robots.txt", "/feed.xml"}, site
        found = {target for target in targets if target.startswith("/news/")}
        assert not found or "Disallow: /news/" not in rules, site
        pages += len(found)
    assert pages > 0


def test_robots_txt_is_read_once_for_as_long_as_it_is_kept(watched: Watched) -> None:
    times = 0
    for requests in watched.of_sites.values():
        reads = [one.time for one in requests if one.target == "/robots.txt"]
        times += len(reads)
        assert all(later - earlier >= KEPT for earlier, later in pairwise(reads))
    assert times > SITES


def _is_conditional(request: Requested) -> bool:
    return bool({"if-none-match", "if-modified-since"} & set(request.headers))
