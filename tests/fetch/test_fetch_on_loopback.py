"""The Fetcher against real sockets on loopback: faults of the network and of servers."""

from __future__ import annotations

import asyncio
import gzip
import zlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.fetch.settings import FEED_LIMIT
from monitor.model import Failure, Response, Validators

pytestmark = pytest.mark.network

NONE = timedelta(0)
OPEN = FetchSettings(allow_private=True)
# Deadlines cut to where a test can wait for them; the bodies below are slower than all of them.
HASTY = FetchSettings(
    allow_private=True, total=1.0, connect=0.5, rate_after=0.3, minimum_rate=10_000
)


@pytest.fixture
def fetched(run: Callable[..., Any], serve: Any, time: Any) -> Callable[..., Any]:
    """Serves `scripts`, makes the requests in order and gives (results, server)."""

    def made(
        scripts: dict[str, Any], *paths: str, settings: FetchSettings = OPEN, **how: Any
    ) -> Any:
        async def scene() -> Any:
            how.setdefault("limit", FEED_LIMIT)
            how.setdefault("spacing", NONE)
            async with (
                serve(scripts) as site,
                Fetcher(settings, clock=time.clock, sleep=time.sleep) as fetcher,
            ):
                return [await fetcher.get(site.url(path), **how) for path in paths], site

        return run(scene())

    return made


def one(found: Any, code: str) -> Failure:
    [failure], _ = found
    assert isinstance(failure, Failure)
    assert failure.code == code
    return failure


def body_until_close(body: bytes, head: bytes = b"") -> Callable[[Any], Any]:
    async def script(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)
        await hit.writer.drain()

    return script


def test_a_document_and_its_headers(fetched: Any, reply: Any) -> None:
    [found], site = fetched({"/feed": reply(200, b"<rss/>", etag='"e"')}, "/feed")
    assert isinstance(found, Response)
    assert (found.body, found.headers["etag"]) == (b"<rss/>", '"e"')
    assert found.elapsed > NONE
    [hit] = site.hits
    assert hit.header("host") == f"127.0.0.1:{site.port}".encode()
    assert hit.header("cookie") is None
    assert hit.header("referer") is None


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress])
def test_packed_bodies(fetched: Any, reply: Any, pack: Callable[[bytes], bytes]) -> None:
    text = "Заң қабылданды. ".encode() * 20_000
    coding = "gzip" if pack is gzip.compress else "deflate"
    [found], _ = fetched({"/": reply(200, pack(text), content_encoding=coding)}, "/")
    assert found.body == text


def test_a_condition_is_sent_byte_for_byte(fetched: Any, reply: Any) -> None:
    validators = Validators('W/"\xe9-gzip"', "Mon,  1 Jan 2026 00:00:00 GMT")
    scripts = {"/": reply(304, etag='"new"')}
    found, site = fetched(scripts, "/", "/", validators=validators)
    for hit in site.hits:
        assert hit.header("if-none-match") == b'W/"\xe9-gzip"'
        assert hit.header("if-modified-since") == b"Mon,  1 Jan 2026 00:00:00 GMT"
    assert all(response.not_modified for response in found)
    assert found[0].validators == Validators('"new"', None)
    assert site.connections == 1  # kept alive over a 304


def test_cookies_are_not_kept(fetched: Any, reply: Any) -> None:
    scripts = {"/": reply(200, b"x", set_cookie="session=1; Path=/")}
    _, site = fetched(scripts, "/", "/")
    assert [hit.header("cookie") for hit in site.hits] == [None, None]
    assert site.connections == 1


def bomb(megabytes: int) -> bytes:
    squeezer = zlib.compressobj(9, wbits=31)
    piece = bytes(1024 * 1024)
    return b"".join([*(squeezer.compress(piece) for _ in range(megabytes)), squeezer.flush()])


def test_a_bomb_is_given_up_at_the_limit(fetched: Any, reply: Any) -> None:
    one(fetched({"/": reply(200, bomb(512), content_encoding="gzip")}, "/"), "fetch.bomb")


def test_bombs_within_bombs_are_not_opened(fetched: Any, reply: Any) -> None:
    packed = gzip.compress(bomb(64))
    found, _ = fetched({"/": reply(200, packed, content_encoding="gzip, gzip")}, "/")
    assert found[0].code == "fetch.encoding"
    [found], _ = fetched({"/": reply(200, packed, content_encoding="gzip")}, "/")
    assert found.body[:2] == b"\x1f\x8b"  # one layer and no more


def test_an_endless_body_is_cut_at_the_limit(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await hit.drip(b"x" * 65536, 0)

    [failure], _ = fetched({"/": script}, "/", limit=1_000_000)
    assert failure.code == "fetch.too_large"


def test_a_dripping_body_is_given_up(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9999\r\n\r\n")
        await hit.drip(b"x", 0.05)

    patient = FetchSettings(allow_private=True, rate_after=0.3)  # the rate alone ends it
    one(fetched({"/": script}, "/", settings=patient), "fetch.too_slow")


def test_a_slow_body_that_keeps_the_rate_is_waited_for(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 20001\r\n\r\n" + b"x" * 20_000)
        await hit.writer.drain()
        await asyncio.sleep(0.4)
        hit.writer.write(b"x")

    settings = FetchSettings(allow_private=True, rate_after=0.1)  # 20,000 bytes buy 19 seconds
    [found], _ = fetched({"/": script}, "/", settings=settings)
    assert len(found.body) == 20_001


def test_dripping_headers_are_given_up(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\nx: ")
        await hit.drip(b"x", 0.05)

    one(fetched({"/": script}, "/", settings=HASTY), "fetch.too_slow")


def test_endless_early_hints_are_given_up(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        await hit.drip(b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" * 100, 0)

    one(fetched({"/": script}, "/", settings=HASTY), "fetch.too_slow")


def test_a_silent_server_is_given_up(fetched: Any) -> None:
    async def script(hit: Any) -> None:
        await asyncio.sleep(60)

    one(fetched({"/": script}, "/", settings=HASTY), "fetch.too_slow")


@pytest.mark.parametrize(
    "script",
    [
        body_until_close(b"half", b"content-length: 8\r\n"),
        body_until_close(b"4\r\nhalf\r\n", b"transfer-encoding: chunked\r\n"),
        body_until_close(gzip.compress(b"x" * 50)[:-12], b"content-encoding: gzip\r\n"),
    ],
    ids=["length", "chunked", "gzip"],
)
def test_half_a_body_is_no_body(fetched: Any, script: Any) -> None:
    found = fetched({"/": script}, "/")
    assert found[0][0].code == "fetch.truncated"
    assert len(found[1].hits) == 2  # tried once more


def test_a_body_that_ends_with_the_connection_is_whole(fetched: Any) -> None:
    [found], _ = fetched({"/": body_until_close(b"<rss/>")}, "/")
    assert found.body == b"<rss/>"


def test_a_reset_before_and_within_the_answer(fetched: Any) -> None:
    def before(hit: Any) -> bytes:
        hit.reset()
        return b""

    async def within(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf")
        await hit.writer.drain()
        await asyncio.sleep(0.05)
        hit.reset()

    one(fetched({"/": before}, "/"), "fetch.reset")
    one(fetched({"/": within}, "/"), "fetch.truncated")


def test_a_kept_connection_that_the_server_gave_up_is_replaced(fetched: Any, reply: Any) -> None:
    def gone(hit: Any) -> bytes:
        hit.reset()
        return b""

    found, site = fetched({"/": [reply(200, b"1"), gone, reply(200, b"2")]}, "/", "/")
    assert [response.body for response in found] == [b"1", b"2"]
    assert [hit.connection for hit in site.hits] == [1, 1, 2]


@pytest.mark.parametrize(
    "noise",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
        b"\x00\x01\x02\xff" * 50,
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx: " + b"a" * 1_000_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: y\r\n" * 400_000 + b"\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n",
    ],
    ids=["ssh", "bytes", "status", "header", "long", "many", "chunk", "length"],
)
def test_what_is_not_http_is_named_so(fetched: Any, noise: bytes) -> None:
    def script(hit: Any) -> bytes:
        return noise

    one(fetched({"/": script}, "/"), "fetch.protocol")


def test_a_circle_of_redirects(fetched: Any, reply: Any) -> None:
    scripts = {"/a": reply(302, location="/b"), "/b": reply(302, location="/a")}
    found = fetched(scripts, "/a")
    one(found, "fetch.redirect_loop")
    assert len(found[1].hits) == 2


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("file:///etc/hostname", "sec.scheme_refused"),
        ("http://169.254.169.254/latest/", "sec.ssrf_refused"),
        ("http://localhost.localhost@10.0.0.1/", "sec.url_refused"),
    ],
)
def test_redirects_to_where_nobody_may_go(fetched: Any, reply: Any, where: str, code: str) -> None:
    [failure], _ = fetched({"/": reply(301, location=where)}, "/")
    assert failure.code == code


def test_a_closed_port_is_refused(run: Callable[..., Any], serve: Any) -> None:
    async def scene() -> Any:
        async with serve({}) as site:
            closed = site.url()
        async with Fetcher(OPEN) as fetcher:
            return await fetcher.get(closed, limit=9, spacing=NONE)

    failure = run(scene())
    assert (failure.code, failure.detail) == ("fetch.refused", "127.0.0.1 refused the connection")


def test_a_name_that_does_not_exist_says_so_to_a_person(run: Callable[..., Any]) -> None:
    async def scene() -> Any:
        async with Fetcher() as fetcher:
            return await fetcher.get("https://no-such-name.invalid/", limit=9, spacing=NONE)

    failure = run(scene())
    assert failure.code.startswith("fetch.dns")
    assert failure.detail.startswith("no-such-name.invalid could not be found (no internet, or ")


def test_one_request_at_a_time_and_a_pause_between(
    run: Callable[..., Any], serve: Any, reply: Any, time: Any
) -> None:
    async def script(hit: Any) -> bytes:
        await asyncio.sleep(0.01)
        return bytes(reply(200, b"x"))

    async def scene() -> Any:
        async with (
            serve({f"/{n}": script for n in range(6)}) as site,
            serve({"/": script}) as other,
            Fetcher(OPEN, clock=time.clock, sleep=time.sleep) as fetcher,
        ):
            how: dict[str, Any] = {"limit": 9, "spacing": timedelta(seconds=2)}
            urls = [*(site.url(f"/{n}") for n in range(6)), other.url()]
            found = await asyncio.gather(*(fetcher.get(url, **how) for url in urls))
            return found, site

    found, site = run(scene())
    assert [response.status for response in found] == [200] * 7
    assert site.busiest == 1
    assert time.slept == [2] * 5
    assert [hit.target for hit in site.hits] == [f"/{n}" for n in range(6)]


def test_a_request_that_is_cancelled_leaves_the_fetcher_usable(
    run: Callable[..., Any], serve: Any, reply: Any
) -> None:
    async def slow(hit: Any) -> bytes:
        await asyncio.sleep(60)
        return b""

    async def scene() -> Any:
        async with serve({"/slow": slow, "/": reply(200, b"x")}) as site, Fetcher(OPEN) as fetcher:
            task = asyncio.create_task(fetcher.get(site.url("/slow"), limit=9, spacing=NONE))
            while not site.hits:
                await asyncio.sleep(0.01)
            task.cancel()
            [ended] = await asyncio.gather(task, return_exceptions=True)
            return ended, await fetcher.get(site.url(), limit=9, spacing=NONE)

    ended, found = run(scene())
    assert isinstance(ended, asyncio.CancelledError)
    assert found.body == b"x"


def test_proxies_of_the_environment_are_ignored(
    fetched: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    [found], _ = fetched({"/": reply(200, b"x")}, "/")
    assert found.body == b"x"
