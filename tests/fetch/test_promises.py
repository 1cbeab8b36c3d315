"""What publishers and whoever runs the monitor are promised, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any
from zlib import crc32

import brotli
import pytest
import zstandard

from config.source import Channel, Source
from monitor.fetch import exchange
from monitor.fetch.addresses import Target, gate
from monitor.fetch.client import Fetcher, FetchSettings, _as_safe
from monitor.fetch.settings import FEED_LIMIT
from monitor.model import Failure, Response, Validators
from monitor.workers.read_channel import request

pytestmark = pytest.mark.network

NONE = timedelta(0)
OPEN = FetchSettings(allow_private=True, contact="https://example.org/monitor")


@pytest.fixture
def fetched(run: Callable[..., Any], serve: Any, time: Any) -> Callable[..., Any]:
    """Serves `scripts`, makes the requests in order and gives (results, server)."""

    def made(scripts: dict[str, Any], *paths: str, **how: Any) -> Any:
        async def scene() -> Any:
            how.setdefault("limit", FEED_LIMIT)
            how.setdefault("spacing", NONE)
            async with (
                serve(scripts) as site,
                Fetcher(OPEN, clock=time.clock, sleep=time.sleep) as fetcher,
            ):
                return [await fetcher.get(site.url(path), **how) for path in paths], site

        return run(scene())

    return made


async def loopback(host: str, port: int) -> Sequence[str]:
    return ["127.0.0.1"]


def test_every_request_says_who_asks(fetched: Any, reply: Any) -> None:
    scripts = {"/robots.txt": reply(404), "/": reply(200, b"x")}
    _, site = fetched(scripts, "/", robots=True)
    assert [hit.target for hit in site.hits] == ["/robots.txt", "/"]
    for hit in site.hits:
        agent = hit.header("user-agent")
        assert agent.startswith(b"DigitalBridgeMonitor/")
        assert agent.endswith(b" (+https://example.org/monitor)")


@pytest.mark.parametrize(
    "etag",
    ['"plain"', 'W/"weak"', '"a1b2-gzip"', "unquoted", 'W/"\xe9\xff"', '"' + "e" * 1000 + '"'],
)
def test_validators_make_the_round_byte_for_byte(fetched: Any, reply: Any, etag: str) -> None:
    date = b"Thu,  01-Jan-2026 00:00:00 +0500"
    head = b"HTTP/1.1 200 OK\r\netag: " + etag.encode("latin-1") + b"\r\nlast-modified: " + date
    [first], _ = fetched({"/": head + b"\r\ncontent-length: 1\r\n\r\nx"}, "/")
    assert isinstance(first, Response)
    [second], site = fetched({"/": reply(304)}, "/", validators=first.validators)
    assert site.hits[0].header("if-none-match") == etag.encode("latin-1")
    assert site.hits[0].header("if-modified-since") == date
    assert second.not_modified


@pytest.mark.parametrize("etag", ["", '"' + "e" * 4096 + '"'], ids=["empty", "4 KB"])
def test_what_is_no_use_as_a_validator_is_not_sent_back(
    fetched: Any, reply: Any, etag: str
) -> None:
    [first], _ = fetched({"/": reply(200, b"x", etag=etag)}, "/")
    assert not first.validators.etag
    [second], site = fetched({"/": reply(304)}, "/", validators=first.validators)
    assert site.hits[0].header("if-none-match") is None
    assert second.code == "http.protocol"  # not modified, and there was no condition


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_only_permanent_ones_move(
    fetched: Any, reply: Any, status: int
) -> None:
    scripts = {"/old": reply(status, location="/new"), "/new": reply(200, b"x")}
    [found], site = fetched(scripts, "/old", validators=Validators('"v"', None))
    assert found.body == b"x"
    assert found.permanent_url == (site.url("/new") if status in (301, 308) else None)
    assert [hit.header("if-none-match") for hit in site.hits] == [b'"v"'] * 2


def test_the_eleventh_redirect_is_not_followed(fetched: Any, reply: Any) -> None:
    scripts = {f"/{n}": reply(302, location=f"/{n + 1}") for n in range(20)}
    [failure], site = fetched(scripts, "/0")
    assert failure.code == "fetch.redirect_loop"
    assert len(site.hits) == 11


@pytest.mark.parametrize(
    "where",
    ["file:///etc/passwd", "ftp://127.0.0.1/", "data:text/xml,<rss/>", "javascript:alert(1)"],
)
def test_no_redirect_leads_out_of_the_web(fetched: Any, reply: Any, where: str) -> None:
    [failure], site = fetched({"/": reply(302, location=where)}, "/")
    assert failure.code == "sec.scheme_refused"
    assert len(site.hits) == 1


def test_nothing_secret_goes_anywhere(
    run: Callable[..., Any],
    serve: Any,
    reply: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither what a site asked for or set, nor what this machine knows, to whatever host, port or
    scheme a redirect leads; and an address with a password in it is not even asked for."""
    netrc = tmp_path / "netrc"
    netrc.write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(netrc))
    allowed = {b"host", b"user-agent", b"accept", b"accept-encoding"}

    async def scene() -> Any:
        async with serve({}) as other, serve({}) as site:
            other.scripts["/"] = reply(401, www_authenticate="Basic realm=x")
            cookie = "session=secret; Path=/"
            site.scripts["/port"] = reply(302, location=other.url(), set_cookie=cookie)
            site.scripts["/host"] = reply(302, location=other.url(host="b.example"))
            site.scripts["/password"] = reply(
                302, location=other.url().replace("//", "//me:secret@")
            )
            async with Fetcher(OPEN, resolve=loopback) as fetcher:
                found = [
                    await fetcher.get(site.url(path), limit=9, spacing=NONE)
                    for path in ("/port", "/host", "/password", "/port")
                ]
            return found, [*site.hits, *other.hits], other

    found, hits, other = run(scene())
    assert [each.code for each in found] == ["http.401", "http.401", "sec.url_refused", "http.401"]
    assert len(other.hits) == 3
    for hit in hits:
        assert {line.partition(b":")[0].lower() for line in hit.lines} == allowed
        assert not any(b"secret" in line for line in hit.lines)
        assert not any(base64.b64encode(b"me:secret") in line for line in hit.lines)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("headers", "minutes"),
    [
        ({"retry_after": "1200"}, 20),
        (
            {
                "retry_after": "Wed, 01 Jan 2020 00:20:00 GMT",
                "date": "Wed, 01 Jan 2020 00:00:00 GMT",
            },
            20,
        ),
        ({"retry_after": "99999999999"}, 24 * 60),
        ({"retry_after": "-5"}, None),
        ({"retry_after": "soon"}, None),
        ({"retry_after": "1e9"}, None),
    ],
)
def test_a_pause_that_is_asked_for_is_kept_by_the_whole_site(
    fetched: Any, reply: Any, status: int, headers: dict[str, str], minutes: int | None
) -> None:
    scripts = {"/1": reply(status, **headers), "/2": reply(200, b"x")}
    (first, second), site = fetched(scripts, "/1", "/2")
    pause = timedelta(minutes=minutes) if minutes else None
    assert (first.status, first.retry_after) == (status, pause)
    if pause is None:
        assert second.body == b"x"
    else:
        assert second.retry_after == pause
        assert len(site.hits) == 1


def test_a_403_that_asks_for_fewer_requests_quiets_the_site(fetched: Any, reply: Any) -> None:
    scripts = {"/1": reply(403, b"", retry_after="1200"), "/2": reply(200, b"x")}
    (first, second), site = fetched(scripts, "/1", "/2")
    assert first.code == second.code == "http.429"
    assert second.retry_after == timedelta(minutes=20)
    assert len(site.hits) == 1


@pytest.mark.parametrize("coding", ["identity", "br"])
def test_a_challenge_is_named_by_what_its_page_says(fetched: Any, reply: Any, coding: str) -> None:
    page = "<title>Проверка браузера</title>".encode() + b"<p>.</p>" * 20_000
    body = brotli.compress(page) if coding == "br" else page
    [failure], _ = fetched({"/": reply(403, body, content_encoding=coding)}, "/")
    assert failure.code == "http.403"
    assert failure.retry_after == timedelta(hours=6)
    assert "challenge page" in failure.detail


@pytest.mark.parametrize("end", ["drip", "cut", "garbage"])
def test_a_refusal_is_one_though_its_page_cannot_be_read(
    fetched: Any, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(exchange, "_GLIMPSE_SECONDS", 0.1)

    async def script(hit: Any) -> None:
        coding = b"content-encoding: br\r\n" if end == "garbage" else b""
        hit.writer.write(b"HTTP/1.1 403 No\r\n" + coding + b"content-length: 999\r\n\r\nhalf")
        await hit.writer.drain()
        if end == "drip":
            await hit.drip(b"x", 0.05)

    [failure], site = fetched({"/": script}, "/")
    assert failure.code == "http.403"
    assert len(site.hits) == 1


def test_the_beginning_of_robots_txt_is_enough_and_its_refusal_stands(
    fetched: Any, reply: Any
) -> None:
    async def endless(hit: Any) -> None:
        hit.writer.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /no\n")
        await hit.drip(b"# filler\n" * 10_000, 0)

    scripts = {"/robots.txt": endless, "/no": reply(200, b"x"), "/yes": reply(200, b"x")}
    (no, yes), site = fetched(scripts, "/no", "/yes", robots=True)
    assert (no.code, yes.body) == ("blocked.robots", b"x")
    assert [hit.target for hit in site.hits] == ["/robots.txt", "/yes"]


@pytest.mark.parametrize(
    ("status", "page", "code"),
    [
        (503, b"", "robots.unavailable"),
        (429, b"", "robots.unavailable"),
        (403, b"<h1>Too Many Requests</h1>", "robots.unavailable"),
        (403, b"", None),
        (404, b"", None),
    ],
)
def test_a_robots_txt_that_cannot_be_read_is_waited_for(
    fetched: Any, reply: Any, status: int, page: bytes, code: str | None
) -> None:
    scripts = {"/robots.txt": reply(status, page), "/": reply(200, b"x")}
    [found], _ = fetched(scripts, "/", robots=True)
    assert (found.code if isinstance(found, Failure) else None) == code


@pytest.mark.parametrize(
    ("kind", "code"), [("feed", None), ("listing", "blocked.robots"), ("sitemap", "blocked.robots")]
)
def test_robots_are_asked_about_every_channel_but_feeds(
    run: Callable[..., Any], serve: Any, reply: Any, kind: str, code: str | None
) -> None:
    scripts = {
        "/robots.txt": reply(200, b"User-agent: *\nDisallow: /closed"),
        "/closed": reply(200, b"x"),
    }

    async def scene() -> Any:
        async with serve(scripts) as site, Fetcher(OPEN) as fetcher:
            channel = Channel(kind="feed", url=site.url("/closed"))
            source = Source(
                id="a", name="A", homepage=site.url(), language="en", channels=(channel,)
            )
            found = await request(fetcher, source, channel, kind=kind)
            return found, [hit.target for hit in site.hits]

    found, targets = run(scene())
    assert (found.code if isinstance(found, Failure) else None) == code
    assert targets == (["/robots.txt"] if code else ["/closed"])


@pytest.mark.parametrize(
    ("first", "other", "goes"),
    [
        ("https://a.kz/hub", "https://a.kz/v2", True),
        ("http://a.kz/hub", "https://a.kz/hub", True),
        ("https://a.kz/hub", "http://a.kz/hub", False),
        ("https://a.kz/hub", "https://a.kz:8443/hub", False),
        ("https://a.kz/hub", "https://b.kz/hub", False),
        ("http://a.kz/hub", "http://b.kz/hub", False),
    ],
)
def test_a_form_never_leaves_tls_or_its_host(first: str, other: str, goes: bool) -> None:
    one, two = gate(first), gate(other)
    assert isinstance(one, Target)
    assert isinstance(two, Target)
    assert _as_safe(one, two) is goes


def test_a_chain_of_redirects_is_guarded_at_each_name(
    run: Callable[..., Any], serve: Any, reply: Any
) -> None:
    """A name that answered well at the first hop answers with the vault at the third."""
    asked: list[str] = []

    async def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["169.254.169.254"] if asked.count(host) > 1 else ["127.0.0.1"]

    async def scene() -> Any:
        async with serve({}) as site, Fetcher(OPEN, resolve=resolve) as fetcher:
            site.scripts["/1"] = reply(
                302, location=site.url("/2", "b.example"), connection="close"
            )
            site.scripts["/2"] = reply(302, location=site.url("/3", "a.example"))
            site.scripts["/3"] = reply(200, b"gold")
            found = await fetcher.get(site.url("/1", "a.example"), limit=9, spacing=NONE)
            return found, [hit.target for hit in site.hits]

    failure, targets = run(scene())
    assert failure.code == "sec.ssrf_refused"
    assert targets == ["/1", "/2"]
    assert asked == ["a.example", "b.example", "a.example"]


@pytest.mark.parametrize(
    ("coding", "pack"), [("br", brotli.compress), ("zstd", zstandard.compress)]
)
def test_what_is_offered_is_read(
    fetched: Any, reply: Any, coding: str, pack: Callable[[bytes], bytes]
) -> None:
    text = "Заң қабылданды. ".encode() * 20_000
    [found], site = fetched({"/": reply(200, pack(text), content_encoding=coding)}, "/")
    assert found.body == text
    assert coding.encode() in (site.hits[0].header("accept-encoding") or b"")


@pytest.mark.parametrize(
    "noise", [b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\n"]
)
def test_the_headers_of_an_answer_are_not_waited_for_for_ever(
    run: Callable[..., Any], serve: Any, noise: bytes
) -> None:
    """Well before the time for the whole document is over."""

    async def script(hit: Any) -> None:
        hit.writer.write(noise)
        await hit.drip(noise if b"103" in noise else b"x: y\r\n" if noise else b"", 0.02)

    async def scene() -> Any:
        hasty = FetchSettings(allow_private=True, total=3600, first_byte=0.2)
        async with serve({"/": script}) as site, Fetcher(hasty) as fetcher:
            async with asyncio.timeout(60):
                return await fetcher.get(site.url(), limit=9, spacing=NONE)

    assert run(scene()).code == "fetch.too_slow"


def _sharing_a_pool(count: int) -> list[str]:
    names = (f"host{n}.example" for n in range(10_000))
    first = next(names)
    pool = crc32(first.encode()) % exchange._POOLS
    return [first, *(n for n in names if crc32(n.encode()) % exchange._POOLS == pool)][:count]


def test_connections_are_kept_for_one_host_and_closed_in_the_end(
    run: Callable[..., Any], serve: Any, reply: Any
) -> None:
    """Hosts that share a pool, an address and a port still share no connection."""
    hosts = [*_sharing_a_pool(3), *(f"other{n}.example" for n in range(20))]

    async def scene() -> Any:
        async with serve({"/": reply(200, b"x")}) as site:
            async with Fetcher(OPEN, resolve=loopback) as fetcher:
                for host in [host for host in hosts for _ in range(3)]:
                    found = await fetcher.get(site.url(host=host), limit=9, spacing=NONE)
                    assert isinstance(found, Response)
                open_before = len(site.tasks)
            async with asyncio.timeout(5):
                while site.tasks:
                    await asyncio.sleep(0.01)
            return site, open_before

    site, open_before = run(scene())
    named: dict[int, set[bytes]] = {}
    for hit in site.hits:
        named.setdefault(hit.connection, set()).add(hit.header("host"))
    assert all(len(names) == 1 for names in named.values())
    assert len(named) == len(hosts), "kept while one host was asked again and again"
    assert open_before > 0


def test_every_pool_is_closed_though_one_cannot_be(run: Callable[..., Any]) -> None:
    closed: list[int] = []

    class Pool:
        def __init__(self, number: int) -> None:
            self.number = number

        async def aclose(self) -> None:
            closed.append(self.number)
            if self.number == 1:
                raise OSError("bad file descriptor")

    transport = exchange.GuardedTransport.__new__(exchange.GuardedTransport)
    pools: Any = tuple(Pool(n) for n in range(3))
    transport._pools = pools
    with pytest.raises(OSError, match="descriptor"):
        run(transport.aclose())
    assert sorted(closed) == [0, 1, 2]
