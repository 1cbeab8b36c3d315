"""The Fetcher over a scripted transport: no sockets, no waiting."""

from __future__ import annotations

import gzip
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.fetch.settings import FEED_ACCEPT, FEED_LIMIT
from monitor.fetch.stack import httpx
from monitor.model import Failure, Fate, Response, Validators

SECOND = timedelta(seconds=1)


class Body(httpx.AsyncByteStream):
    def __init__(self, *chunks: bytes | Exception) -> None:
        self.chunks = chunks

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


def says(status: int = 200, *chunks: bytes | Exception, **headers: str) -> Any:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return lambda: httpx.Response(status, headers=raw, stream=Body(*chunks))


def moved(where: str, status: int = 302) -> Any:
    return says(status, location=where)


class Web:
    """Answers by URL; a list is used up to its last element. Exceptions are raised."""

    def __init__(self, pages: dict[str, Any]) -> None:
        self.pages = pages
        self.requests: list[httpx.Request] = []

    @property
    def asked(self) -> list[str]:
        return [str(request.url) for request in self.requests]

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        page = self.pages.get(str(request.url), says(404))
        if isinstance(page, list):
            page = page.pop(0) if len(page) > 1 else page[0]
        if isinstance(page, Exception):
            raise page
        found = page()
        assert isinstance(found, httpx.Response)
        return found


@pytest.fixture
def visit(run: Callable[..., Any], time: Any) -> Callable[..., Any]:
    """Makes requests one after the other through one Fetcher; one result or a list of them."""

    def visited(web: Web, *urls: str, settings: FetchSettings | None = None, **how: Any) -> Any:
        async def scene() -> Any:
            how.setdefault("limit", FEED_LIMIT)
            how.setdefault("spacing", SECOND)
            async with Fetcher(
                settings, clock=time.clock, sleep=time.sleep, transport=httpx.MockTransport(web)
            ) as fetcher:
                found = [await fetcher.get(url, **how) for url in urls]
                return found[0] if len(found) == 1 else found

        return run(scene())

    return visited


def test_a_document_comes_with_all_that_is_known_of_it(visit: Any, time: Any) -> None:
    page = says(200, b"<rss", b"/>", content_type="text/xml", etag='W/"a"', last_modified="today")
    found = visit(Web({"https://a.kz/feed": page}), "https://a.kz/feed#top", accept=FEED_ACCEPT)
    assert isinstance(found, Response)
    assert (found.url, found.final_url) == ("https://a.kz/feed#top", "https://a.kz/feed")
    assert (found.status, found.body, found.content_type) == (200, b"<rss/>", "text/xml")
    assert found.validators == Validators('W/"a"', "today")
    assert found.fetched_at == time.now
    assert found.permanent_url is None
    assert not found.not_modified


def test_what_is_sent_is_little_and_honest(visit: Any) -> None:
    web = Web({"https://a.kz/": says()})
    visit(web, "https://a.kz/", settings=FetchSettings(contact="https://example.org/monitor"))
    [request] = web.requests
    assert sorted(request.headers) == ["accept", "accept-encoding", "host", "user-agent"]
    agent = request.headers["user-agent"]
    assert agent.startswith("DigitalBridgeMonitor/")
    assert agent.endswith(" (+https://example.org/monitor)")
    assert "br" in request.headers["accept-encoding"]


def test_the_user_agent_of_a_source_wins(visit: Any) -> None:
    web = Web({"https://a.kz/": says()})
    visit(web, "https://a.kz/", user_agent="Монитор/2\r\nX: y")
    raw = dict(web.requests[0].headers.raw)[b"User-Agent"]
    assert raw == "Монитор/2X: y".encode()


@pytest.mark.parametrize(
    "etag", ['"a-gzip"', 'W/"x"', "unquoted", '"' + "x" * 1000 + '"', '"\xe9\xff"', '" a  b "']
)
def test_validators_come_back_byte_for_byte(visit: Any, etag: str) -> None:
    date = "Mon,  01-Jan-2026 00:00:00 +0500"
    web = Web({"https://a.kz/": says(304)})
    found = visit(web, "https://a.kz/", validators=Validators(etag, date))
    sent = {name.lower(): value for name, value in web.requests[0].headers.raw}
    assert sent[b"if-none-match"] == etag.encode("latin-1")
    assert sent[b"if-modified-since"] == date.encode()
    assert found.not_modified
    assert found.body == b""


@pytest.mark.parametrize("etag", [None, "", "x" * 1025, "a\r\nX: y", "Ж"])
def test_what_cannot_be_a_validator_is_not_sent(visit: Any, etag: str | None) -> None:
    web = Web({"https://a.kz/": says(304)})
    found = visit(web, "https://a.kz/", validators=Validators(etag, None))
    assert "if-none-match" not in web.requests[0].headers
    assert found.code == "http.protocol"  # not modified since when?


def test_an_overlong_validator_and_cookies_are_dropped(visit: Any) -> None:
    page = says(200, b"x", etag="x" * 1025, set_cookie="a=b")
    web = Web({"https://a.kz/": page})
    first, _ = visit(web, "https://a.kz/", "https://a.kz/")
    assert first.validators == Validators()
    assert "set-cookie" not in first.headers
    assert "cookie" not in web.requests[1].headers


def test_redirects_are_followed_and_permanent_ones_told(visit: Any) -> None:
    pages = {
        "http://a.kz/feed": moved("https://a.kz/feed", 301),
        "https://a.kz/feed": moved("/новости?a=b c", 308),
        "https://a.kz/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8?a=b%20c": says(200, b"x"),
    }
    web = Web(pages)
    found = visit(web, "http://a.kz/feed", validators=Validators('"v"', None))
    assert found.permanent_url == found.final_url == web.asked[-1]
    assert [request.headers["if-none-match"] for request in web.requests] == ['"v"'] * 3
    assert all("referer" not in request.headers for request in web.requests)
    pages["http://a.kz/feed"] = moved("https://a.kz/feed", 307)
    assert visit(web, "http://a.kz/feed").permanent_url is None


def test_redirects_wait_for_their_turn_too(visit: Any, time: Any) -> None:
    web = Web({"https://a.kz/1": moved("/2"), "https://a.kz/2": says(200, b"x")})
    visit(web, "https://a.kz/1", spacing=timedelta(seconds=5))
    assert time.slept == [5]


@pytest.mark.parametrize(
    ("where", "code"),
    [
        ("file:///etc/passwd", "sec.scheme_refused"),
        ("ftp://b.kz/", "sec.scheme_refused"),
        ("data:text/html,x", "sec.scheme_refused"),
        ("javascript:alert(1)", "sec.scheme_refused"),
        ("http://127.0.0.1/", "sec.ssrf_refused"),
        ("//169.254.169.254/latest/meta-data/", "sec.ssrf_refused"),
        ("http://[::ffff:10.0.0.1]/", "sec.ssrf_refused"),
        ("http://0x7f.1/", "sec.ssrf_refused"),
        ("https://user:pass@b.kz/", "sec.url_refused"),
        ("http://[", "sec.url_refused"),
        ("http://b.kz\\@127.0.0.1/", "sec.url_refused"),
        ("https://a.kz/", "fetch.redirect_loop"),
        ("", "http.protocol"),
    ],
)
def test_every_hop_is_gated(visit: Any, where: str, code: str) -> None:
    web = Web({"https://a.kz/": moved(where)})
    failure = visit(web, "https://a.kz/")
    assert isinstance(failure, Failure)
    assert failure.code == code
    assert web.asked == ["https://a.kz/"]


def test_ten_redirects_are_followed_and_eleven_are_not(visit: Any) -> None:
    pages = {f"https://a.kz/{n}": moved(f"/{n + 1}") for n in range(11)}
    web = Web({**pages, "https://a.kz/11": says(200, b"x")})
    assert isinstance(visit(web, "https://a.kz/1"), Response)
    assert visit(web, "https://a.kz/0").code == "fetch.redirect_loop"


def test_a_circle_is_left_at_once(visit: Any) -> None:
    web = Web({"https://a.kz/1": moved("/2"), "https://a.kz/2": moved("/1")})
    failure = visit(web, "https://a.kz/1")
    assert failure.code == "fetch.redirect_loop"
    assert len(web.asked) == 2


def test_too_many_requests_quiet_the_whole_site(visit: Any, time: Any) -> None:
    web = Web({"https://a.kz/1": says(429, retry_after="1200"), "https://a.kz/2": says(200, b"x")})
    first, second, other = visit(web, "https://a.kz/1", "https://www.a.kz/2", "https://b.kz/")
    assert first.retry_after == timedelta(minutes=20)
    assert second.code == "http.429"
    assert second.retry_after == timedelta(minutes=20)
    assert other.code == "http.404"
    assert web.asked == ["https://a.kz/1", "https://b.kz/"]


def test_a_429_without_a_time_is_half_a_minute(visit: Any, time: Any) -> None:
    web = Web({"https://a.kz/1": says(429, retry_after="-5"), "https://a.kz/2": says(200, b"x")})
    first, second = visit(web, "https://a.kz/1", "https://a.kz/2")
    assert first.retry_after is None
    assert second.status == 200
    assert time.slept == [30]


def test_pages_ask_robots_and_feeds_do_not(visit: Any, time: Any) -> None:
    web = Web(
        {
            "https://a.kz/robots.txt": says(
                200, b"User-agent: DigitalBridgeMonitor\nDisallow: /no\nCrawl-delay: 9"
            ),
            "https://a.kz/yes": says(200, b"x"),
            "https://a.kz/hop": moved("/no"),
            "https://a.kz/no": says(200, b"x"),
        }
    )
    assert visit(web, "https://a.kz/no").status == 200
    assert web.asked == ["https://a.kz/no"]
    time.slept.clear()
    yes, no, hop = visit(
        web, "https://a.kz/yes", "https://a.kz/no", "https://a.kz/hop", robots=True
    )
    assert yes.status == 200
    assert (no.code, hop.code) == ("blocked.robots", "blocked.robots")
    assert no.fate is Fate.SKIP
    assert web.asked[1:] == ["https://a.kz/robots.txt", "https://a.kz/yes", "https://a.kz/hop"]
    assert time.slept == [9, 9]


def test_of_an_endless_robots_txt_the_beginning_counts(visit: Any) -> None:
    body = b"User-agent: *\nDisallow: /no\n" + b"# filler\n" * 100_000
    web = Web({"https://a.kz/robots.txt": says(200, gzip.compress(body), content_encoding="gzip")})
    assert visit(web, "https://a.kz/no", robots=True).code == "blocked.robots"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ConnectTimeout(""), "fetch.connect_timeout"),
        (httpx.ReadTimeout(""), "fetch.too_slow"),
        (httpx.PoolTimeout(""), "fetch.too_slow"),
        (httpx.ConnectError(""), "fetch.refused"),
        (httpx.ReadError(""), "fetch.reset"),
        (httpx.WriteError(""), "fetch.reset"),
        (
            httpx.RemoteProtocolError("Server disconnected without sending a response."),
            "fetch.reset",
        ),
        (httpx.RemoteProtocolError("illegal status line"), "fetch.protocol"),
        (httpx.LocalProtocolError("illegal header"), "fetch.protocol"),
        (httpx.UnsupportedProtocol(""), "fetch.protocol"),
        (ValueError("invalid literal for int()"), "fetch.protocol"),
        (UnicodeDecodeError("ascii", b"\xff", 0, 1, "x"), "fetch.protocol"),
    ],
)
def test_whatever_the_http_stack_raises_is_a_named_failure(
    visit: Any, error: Exception, code: str
) -> None:
    failure = visit(Web({"https://a.kz/": error}), "https://a.kz/")
    assert isinstance(failure, Failure)
    assert failure.code == code
    assert failure.detail.startswith("a.kz ")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (httpx.ReadError(""), "fetch.truncated"),
        (
            httpx.RemoteProtocolError(
                "peer closed connection without sending complete message body "
                "(received 1 bytes, expected 2)"
            ),
            "fetch.truncated",
        ),
        (httpx.RemoteProtocolError("illegal chunk header"), "fetch.protocol"),
    ],
)
def test_a_fault_within_the_body_leaves_nothing(visit: Any, error: Exception, code: str) -> None:
    failure = visit(Web({"https://a.kz/": says(200, b"half", error)}), "https://a.kz/")
    assert isinstance(failure, Failure)
    assert failure.code == code


@pytest.mark.parametrize("first", [httpx.ReadError(""), says(200, b"h", httpx.ReadError(""))])
def test_a_broken_connection_is_tried_once_more_in_turn(visit: Any, time: Any, first: Any) -> None:
    web = Web({"https://a.kz/": [first, says(200, b"whole")]})
    assert visit(web, "https://a.kz/").body == b"whole"
    assert time.slept == [1]
    web = Web({"https://a.kz/": [first, first, says(200, b"whole")]})
    assert isinstance(visit(web, "https://a.kz/"), Failure)
    assert len(web.asked) == 2


def test_a_host_that_is_down_is_asked_once_for_a_batch(visit: Any, time: Any) -> None:
    web = Web({"https://a.kz/1": httpx.ConnectTimeout(""), "https://a.kz/2": says(200, b"x")})
    first, second = visit(web, "https://a.kz/1", "https://a.kz/2")
    assert first.code == second.code == "fetch.connect_timeout"
    assert second.retry_after == timedelta(seconds=30)
    assert len(web.asked) == 1


@pytest.mark.parametrize(
    ("headers", "chunks", "code"),
    [
        ({"content_length": "20000001"}, [b"x"], "fetch.too_large"),
        ({}, [b"x" * 1_000_000] * 16, "fetch.too_large"),
        ({"content_encoding": "gzip, gzip"}, [b"x"], "fetch.encoding"),
        ({"content_encoding": "compress"}, [b"x"], "fetch.encoding"),
        ({"content_encoding": "gzip"}, [gzip.compress(b"x" * 99)[:-9]], "fetch.truncated"),
        ({"content_encoding": "gzip"}, [gzip.compress(bytes(20_000_000))], "fetch.bomb"),
    ],
)
def test_bodies_that_are_refused(
    visit: Any, headers: dict[str, str], chunks: list[bytes], code: str
) -> None:
    failure = visit(Web({"https://a.kz/": says(200, *chunks, **headers)}), "https://a.kz/")
    assert isinstance(failure, Failure)
    assert failure.code == code


def test_a_body_of_exactly_the_limit_is_whole(visit: Any) -> None:
    web = Web({"https://a.kz/": says(200, b"x" * 100)})
    assert visit(web, "https://a.kz/", limit=100).body == b"x" * 100
    assert visit(web, "https://a.kz/", limit=99).code == "fetch.too_large"
