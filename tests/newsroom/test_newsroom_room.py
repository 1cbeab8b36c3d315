"""The room: conditional requests, the ledger's counts, and the ways to open it."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import subprocess
import sys
import tomllib
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from config.source import Source
from monitor.newsroom import faults
from monitor.newsroom.clock import RealClock, SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom, running_newsroom
from monitor.newsroom.world import World

pytestmark = pytest.mark.network


@pytest.fixture
def feed(room: Newsroom) -> str:
    return f"{room.sites['bulletin'].base}/ru/rss.xml"


def test_304_until_something_is_published(room: Newsroom, client: httpx.Client, feed: str) -> None:
    first = client.get(feed)
    tag = {"If-None-Match": first.headers["etag"]}
    date = {"If-Modified-Since": first.headers["last-modified"]}
    for headers in (tag, date):
        same = client.get(feed, headers=headers)
        assert (same.status_code, same.content) == (304, b"")
    room.advance(minutes=30)
    for headers in (tag, date):
        assert client.get(feed, headers=headers).status_code == 200


def test_head_has_the_headers_of_get_and_no_body(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    get, head = client.get(feed), client.head(feed)
    assert head.content == b""
    assert head.headers["etag"] == get.headers["etag"]
    assert head.headers["content-length"] == get.headers["content-length"]
    assert client.get(feed).status_code == 200
    assert client.post(feed).status_code == 405
    assert [len(one.articles) for one in room.ledger.deliveries()] == [1, 0, 1, 0]


def test_the_ledger_knows_what_was_published(room: Newsroom) -> None:
    assert "bu-903" not in room.ledger.published()
    before = len(room.ledger.publications())
    room.advance(minutes=30)
    new = room.ledger.publications()[before:]
    told = {(one.article, one.version) for one in new}
    assert {("st-901", 2), ("bu-903", 1)} <= told
    assert {one.url for one in new if one.article == "bu-903"} == {room.url_of("bu-903")}
    assert not room.ledger.copies()


def test_truth_follows_the_corrections(room: Newsroom) -> None:
    assert room.truth("st-901").version == 1
    room.advance(minutes=15)
    assert room.truth("st-901").version == 2
    with pytest.raises(LookupError, match="appears at"):
        room.truth("bu-903")


def test_the_ledger_counts_requests_and_what_they_brought(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    client.get(feed, headers={"User-Agent": "reader/1"})
    client.get(room.url_of("bu-901"))
    client.get(room.url_of("st-901"))
    room.advance(minutes=15)
    client.get(room.url_of("st-901"))
    first, second = room.ledger.requests("bulletin")
    assert (first.target, first.headers["user-agent"]) == ("/ru/rss.xml", "reader/1")
    assert first.gap is None
    assert second.gap == room.ledger.min_gap("bulletin")
    assert room.ledger.min_gap("palace") is None
    assert room.ledger.must() == {"bu-901", "st-901"}
    assert room.ledger.must(["feed"]) == {"bu-901"}
    assert room.ledger.versions("st-901") == (1, 2)


def test_the_ledger_sees_requests_side_by_side(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    client.get(feed)
    assert room.ledger.max_concurrency("bulletin") == 1
    room.fail("bulletin", "/ru/*", faults.drip(chunk=200, pause=0.05))
    with ThreadPoolExecutor(3) as pool:
        assert all(one.status_code == 200 for one in pool.map(httpx.get, [feed] * 3))
    assert room.ledger.max_concurrency("bulletin") == 3
    assert room.ledger.max_concurrency() == 3
    room.heal()
    client.get(feed)
    assert room.ledger.requests("bulletin")[-1].concurrency == 1


def test_who_leaves_before_the_end_has_received_nothing(room: Newsroom, feed: str) -> None:
    room.fail("bulletin", "/ru/*", faults.drip(chunk=1, pause=0.05))
    with httpx.Client() as client, client.stream("GET", feed) as answer:
        assert answer.status_code == 200
    assert not room.ledger.must()


def test_every_article_is_at_its_address(room: Newsroom, client: httpx.Client) -> None:
    future = room.url_of("bu-903")
    assert client.get(future).status_code == 404
    room.advance(hours=24)
    for article in room.world.articles:
        assert client.get(room.url_of(article)).status_code == 200, article
    assert room.url_of("bu-903") == future
    assert room.ledger.must(["page"]) == room.world.articles.keys()


def test_the_ledger_outlives_the_room_in_a_file(world: World, tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    with running_newsroom(world, SteppedClock(world.start), ledger=file) as room:
        httpx.get(room.url_of("st-901"))
        published = len(room.ledger.publications())
    assert room.ledger.must() == {"st-901"}
    database = sqlite3.connect(file)
    try:
        assert database.execute("SELECT count(*) FROM published").fetchone() == (published,)
        row = database.execute("SELECT status, complete, articles FROM delivery").fetchone()
        assert row == (200, 1, '[["st-901", 1]]')
        assert database.execute("SELECT number, site FROM request").fetchall() == [
            (1, "steppe-times")
        ]
    finally:
        database.close()


def test_a_room_closes_on_a_client_that_does_not_read(world: World) -> None:
    with running_newsroom(world, SteppedClock(world.start)) as room:
        room.fail("steppe-times", "/feed/", faults.huge_feed(100_000))
        host, port = room.sites["steppe-times"].base.removeprefix("http://").split(":")
        stuck = socket.create_connection((host, int(port)))
        stuck.sendall(b"GET /feed/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert stuck.recv(4) == b"HTTP"
    stuck.close()
    assert not room.ledger.must()


def free_ports(count: int) -> int:
    """The first of so many free ports in a row, below those that the system hands out by itself."""
    for first in range(20_000, 32_000, count):
        with ExitStack() as held, suppress(OSError):
            for port in range(first, first + count):
                held.enter_context(socket.create_server(("127.0.0.1", port)))
            return first
    raise AssertionError("no free ports")


def test_the_same_ports_have_the_same_addresses(world: World) -> None:
    port = free_ports(sum(len(site.hosts) for site in world.sites))
    urls = []
    for _ in range(2):
        with running_newsroom(world, SteppedClock(world.start), first_port=port) as room:
            urls.append(room.url_of("st-901"))
            with pytest.raises(OSError, match="in use"), running_newsroom(world, first_port=port):
                pass
    assert urls[0] == urls[1]


def test_a_room_opens_in_the_loop_that_runs_already(world: World) -> None:
    async def visit() -> int:
        async with (
            Newsroom(world, SteppedClock(world.start)) as room,
            httpx.AsyncClient() as client,
        ):
            return (await client.get(room.url_of("st-901"))).status_code

    assert asyncio.run(visit()) == 200


def test_only_a_stepped_clock_is_advanced(world: World) -> None:
    with pytest.raises(TypeError, match="SteppedClock"):
        Newsroom(world, RealClock()).advance(minutes=1)


def test_the_source_files_point_at_the_room(
    room: Newsroom, client: httpx.Client, tmp_path: Path
) -> None:
    files = write_config(tmp_path, room)
    sources = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in files}
    assert {"steppe-times", "continental", "palace", "bulletin"} <= sources.keys()
    for name, table in sources.items():
        source = Source(id=name, **table)
        assert source.spacing == timedelta(0)
        for channel in source.channels:
            assert client.get(channel.url).status_code == 200
            if channel.backfill is not None:
                assert client.get(channel.backfill.replace("{page}", "2")).status_code == 200
    assert len(sources["continental"]["channels"]) == 6


def test_the_program_opens_a_room_and_closes_it_when_told(texts: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "monitor.newsroom", "--articles", str(texts)]
    options = ["--config", str(tmp_path), "--generated", "1", "--each", "4", "--speed", "60"]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            told = json.loads(process.stdout.readline())
            base = told["sites"]["steppe-times"]
            assert httpx.get(f"{base}/feed/").status_code == 200
            assert (tmp_path / "sources" / "g001.toml").is_file()
        finally:
            process.terminate()
    assert process.returncode == 0
