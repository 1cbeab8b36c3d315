"""Most publishers speak HTTP/2: the same promises hold there."""

from __future__ import annotations

import asyncio
import gzip
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.model import Validators

pytestmark = pytest.mark.network

CERTIFICATE = str(Path(__file__).parent / "certificates" / "localhost.pem")
OPEN = FetchSettings(allow_private=True)
Headers = list[tuple[bytes, bytes]]
Script = Callable[[h2.connection.H2Connection, int], None]


class Server:
    """Answers every request by `script`; keeps the headers that were sent."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[Headers] = []
        self.connections = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        config = h2.config.H2Configuration(client_side=False, header_encoding=None)
        line = h2.connection.H2Connection(config)
        line.initiate_connection()
        self.connections += 1
        try:
            writer.write(line.data_to_send())
            while data := await reader.read(65536):
                for event in line.receive_data(data):
                    if isinstance(event, h2.events.RequestReceived):
                        self.asked.append(list(event.headers))
                        self.script(line, event.stream_id)
                writer.write(line.data_to_send())
                await writer.drain()
        except OSError:
            return
        finally:
            writer.close()


@pytest.fixture
def visit(run: Callable[..., Any]) -> Callable[..., Any]:
    def visited(script: Script, times: int = 1, settings: FetchSettings = OPEN, **how: Any) -> Any:
        async def scene() -> Any:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATE)
            context.set_alpn_protocols(["h2"])
            tls = ssl.create_default_context(cafile=CERTIFICATE)
            answering = Server(script)
            server = await asyncio.start_server(answering, "127.0.0.1", 0, ssl=context)
            url = f"https://localhost:{server.sockets[0].getsockname()[1]}/a?b=c"
            how.setdefault("limit", 1_000_000)
            async with server, Fetcher(settings, tls=tls, resolve=loopback) as fetcher:
                found = [await fetcher.get(url, spacing=timedelta(0), **how) for _ in range(times)]
            await asyncio.sleep(0)
            return found, answering

        return run(scene())

    return visited


async def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


def says(status: int, body: bytes = b"", *headers: tuple[str, str], end: bool = True) -> Script:
    def script(line: h2.connection.H2Connection, stream: int) -> None:
        line.send_headers(stream, [(":status", str(status)), *headers], end_stream=not body)
        for start in range(0, len(body), 16_000):
            line.send_data(stream, body[start : start + 16_000])
        if body and end:
            line.end_stream(stream)

    return script


def test_a_document_and_what_is_sent(visit: Any) -> None:
    script = says(200, gzip.compress(b"<rss/>"), ("content-encoding", "gzip"), ("etag", '"e"'))
    [found], server = visit(script, validators=Validators('W/"\xe9"', None))
    assert (found.status, found.body, found.headers["etag"]) == (200, b"<rss/>", '"e"')
    sent = dict(server.asked[0])
    assert sent[b":path"] == b"/a?b=c"
    assert sent[b"if-none-match"] == b'W/"\xe9"'
    assert not {b"cookie", b"referer", b"authorization"} & set(sent)


def test_not_modified(visit: Any) -> None:
    found, _ = visit(says(304), times=2, validators=Validators('"e"', None))
    assert [response.not_modified for response in found] == [True, True]


def test_too_large_a_body_is_given_up(visit: Any) -> None:
    [failure], _ = visit(says(200, b"x" * 60_000), limit=50_000)
    assert failure.code == "fetch.too_large"


def test_a_stream_that_is_reset_within_its_body_leaves_nothing(visit: Any) -> None:
    def script(line: h2.connection.H2Connection, stream: int) -> None:
        says(200, b"half", end=False)(line, stream)
        line.reset_stream(stream)

    [failure], server = visit(script)
    assert failure.code == "fetch.truncated"
    assert len(server.asked) == 2


def test_a_body_shorter_than_promised_leaves_nothing(visit: Any) -> None:
    [failure], _ = visit(says(200, b"half", ("content-length", "8")))
    assert failure.code in ("fetch.truncated", "fetch.protocol")


def test_headers_above_what_is_sensible_are_refused(visit: Any) -> None:
    many = [(f"x-noise-{n}", "y" * 1000) for n in range(100)]
    [failure], _ = visit(says(200, b"x", *many))
    assert failure.code == "fetch.protocol"


def test_early_hints_come_before_the_answer(visit: Any) -> None:
    def script(line: h2.connection.H2Connection, stream: int) -> None:
        for _ in range(50):
            line.send_headers(stream, [(":status", "103"), ("link", "</a>; rel=preload")])
        says(200, b"<rss/>")(line, stream)

    [found], _ = visit(script)
    assert found.body == b"<rss/>"


def test_a_silent_stream_is_given_up(visit: Any) -> None:
    hasty = FetchSettings(allow_private=True, first_byte=0.3)
    [failure], _ = visit(lambda line, stream: None, settings=hasty)
    assert failure.code == "fetch.too_slow"


def test_a_challenge_is_known_by_its_page(visit: Any) -> None:
    [failure], _ = visit(says(403, b"<title>Just a moment...</title>"))
    assert "challenge page (Cloudflare, 403)" in failure.detail


def test_one_connection_serves_all_requests_to_a_host(visit: Any) -> None:
    found, server = visit(says(200, b"x"), times=5)
    assert [each.body for each in found] == [b"x"] * 5
    assert server.connections == 1


def test_a_connection_that_is_closed_before_the_answer(visit: Any) -> None:
    def script(line: h2.connection.H2Connection, stream: int) -> None:
        line.close_connection()

    [failure], _ = visit(script)
    assert failure.code == "fetch.reset"
