"""Each fault does what it says, as often as it was asked to."""

from __future__ import annotations

import gzip
import io
import socket
import zlib
from urllib.parse import urlsplit

import feedparser
import httpx
import pytest

from monitor.newsroom import faults
from monitor.newsroom.server import Newsroom

pytestmark = pytest.mark.network

HOST = "steppe-times"


@pytest.fixture
def feed(room: Newsroom) -> str:
    return f"{room.sites[HOST].base}/feed/"


def _raw(url: str, accept: str = "identity") -> bytes:
    """Every byte that is sent until the connection closes."""
    parts = urlsplit(url)
    assert parts.hostname is not None
    with socket.create_connection((parts.hostname, parts.port or 80), timeout=20) as plain:
        lines = [f"GET {parts.path} HTTP/1.1", "Host: x", f"Accept-Encoding: {accept}"]
        plain.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
        return b"".join(iter(lambda: plain.recv(65_536), b""))


def _last(room: Newsroom) -> tuple[int, bool, int]:
    delivered = room.ledger.deliveries(HOST)[-1]
    return delivered.status, delivered.complete, len(delivered.articles)


def test_a_status_comes_with_its_headers_and_as_often_as_asked(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail(HOST, "/feed/*", faults.status(503, retry_after="120"), times=2)
    answers = [client.get(feed) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [503, 503, 200]
    assert answers[0].headers["retry-after"] == "120"


def test_a_fault_for_ever_ends_when_it_is_healed(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail("*", "/feed/?paged=*", faults.status(500))
    assert client.get(feed).status_code == 200
    assert [client.get(f"{feed}?paged=2").status_code for _ in range(3)] == [500] * 3
    room.heal(HOST)
    assert client.get(f"{feed}?paged=2").status_code == 500
    room.heal()
    assert client.get(f"{feed}?paged=2").status_code == 200


def test_a_reset_before_the_headers(room: Newsroom, client: httpx.Client, feed: str) -> None:
    room.fail(HOST, "/feed/", faults.reset_before_headers())
    with pytest.raises(httpx.TransportError):
        client.get(feed)
    assert _last(room) == (0, False, 0)


def test_a_reset_in_mid_body(room: Newsroom, client: httpx.Client, feed: str) -> None:
    room.fail(HOST, "/feed/", faults.reset_midway())
    with client.stream("GET", feed) as answer:
        assert answer.status_code == 200
        with pytest.raises(httpx.TransportError):
            answer.read()
    assert _last(room) == (200, False, 10)
    assert not room.ledger.must()
    assert len(room.ledger.may()) == 10


def test_a_drip_is_whole_in_the_end(room: Newsroom, feed: str) -> None:
    whole = _raw(feed).partition(b"\r\n\r\n")[2]
    room.fail(HOST, "/feed/", faults.drip(chunk=1000, pause=0.01))
    assert _raw(feed).partition(b"\r\n\r\n")[2] == whole
    assert _last(room) == (200, True, 10)


def test_a_drip_gives_so_many_bytes_at_a_time(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail(HOST, "/feed/", faults.drip(chunk=7, pause=60))
    with client.stream("GET", feed, timeout=0.3) as answer:
        parts = answer.iter_raw()
        assert len(next(parts)) == 7
        with pytest.raises(httpx.ReadTimeout):
            next(parts)


def test_a_stall_sends_nothing(room: Newsroom, client: httpx.Client, feed: str) -> None:
    room.fail(HOST, "/feed/", faults.stall(60))
    with pytest.raises(httpx.ReadTimeout):
        client.get(feed, timeout=0.2)


def test_a_promised_length_is_not_kept(room: Newsroom, client: httpx.Client, feed: str) -> None:
    room.fail(HOST, "/feed/", faults.truncated(0.5))
    with pytest.raises(httpx.RemoteProtocolError):
        client.get(feed)
    head, _, body = _raw(feed).partition(b"\r\n\r\n")
    promised = int(head.lower().partition(b"content-length: ")[2].split()[0])
    assert len(body) == promised // 2
    assert _last(room) == (200, False, 10)


def test_a_close_in_mid_body_looks_like_success(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    whole = client.get(feed)
    room.fail(HOST, "/feed/", faults.close_truncated(0.5))
    cut = client.get(feed)
    assert cut.status_code == 200
    assert len(cut.content) == len(whole.content) // 2
    assert whole.content.startswith(cut.content)
    assert {"content-length", "transfer-encoding"}.isdisjoint(cut.headers)
    assert "etag" in cut.headers
    assert _last(room) == (200, False, 10)


def test_redirects_lead_away_or_in_a_circle(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail(HOST, "/feed/", faults.redirect_to("http://127.0.0.1:9/x", 301), times=1)
    away = client.get(feed)
    assert (away.status_code, away.headers["location"]) == (301, "http://127.0.0.1:9/x")
    room.fail(HOST, "/feed/", faults.redirect_loop())
    with pytest.raises(httpx.TooManyRedirects):
        client.get(feed, follow_redirects=True)


@pytest.mark.parametrize("layers", [1, 2])
def test_a_gzip_bomb_is_small_and_inflates(room: Newsroom, feed: str, layers: int) -> None:
    room.fail(HOST, "/feed/", faults.gzip_bomb(8, layers=layers))
    head, _, body = _raw(feed, "gzip").partition(b"\r\n\r\n")
    assert b"Content-Encoding: " + b", ".join([b"gzip"] * layers) in head
    assert len(body) < 10_000
    for _ in range(layers - 1):
        body = gzip.decompress(body)
    assert len(zlib.decompress(body, 31)) == 8 * 1_048_576


def test_headers_lie_about_charset_and_type(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    right = client.get(feed).content
    room.fail(HOST, "/feed/", faults.wrong_charset("koi8-r"), times=1)
    room.fail(HOST, "/feed/", faults.wrong_type("image/png"), times=1)
    first, second = client.get(feed), client.get(feed)
    assert first.headers["content-type"] == "application/rss+xml; charset=koi8-r"
    assert second.headers["content-type"] == "image/png"
    assert first.content == second.content == right


def test_a_login_page_and_nothing_at_all_in_place_of_a_feed(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail(HOST, "/feed/", faults.login_page(), times=1)
    room.fail(HOST, "/feed/", faults.empty_body(), times=1)
    login, empty = client.get(feed), client.get(feed)
    assert (login.status_code, empty.status_code) == (200, 200)
    assert "password" in login.text
    assert empty.content == b""
    assert not room.ledger.must()


def test_a_lying_304_hides_what_is_new(room: Newsroom, client: httpx.Client) -> None:
    url = f"{room.sites['bulletin'].base}/ru/rss.xml"
    tag = {"If-None-Match": client.get(url).headers["etag"]}
    room.advance(hours=1)
    room.fail("bulletin", "/ru/*", faults.lying_304(), times=2)
    assert client.get(url, headers=tag).status_code == 304
    assert "Мост открыт" in client.get(url).content.decode("windows-1251")
    assert client.get(url, headers=tag).status_code == 200


def test_a_huge_feed_has_so_many_items_more(
    room: Newsroom, client: httpx.Client, feed: str
) -> None:
    room.fail("*", "*", faults.huge_feed(500))
    for url, count in ((feed, 10), (f"{room.sites['bulletin'].base}/kk/atom.xml", 1)):
        parsed = feedparser.parse(io.BytesIO(client.get(url).content), sanitize_html=False)
        assert len(parsed.entries) == count + 500
        assert not parsed.bozo
