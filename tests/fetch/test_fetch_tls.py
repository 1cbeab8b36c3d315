"""Certificates are verified, by one context that all connections share."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.fetch.exchange import shared_tls
from monitor.model import Response

pytestmark = pytest.mark.network

FOLDER = Path(__file__).parent / "certificates"
OPEN = FetchSettings(allow_private=True, connect=2.0)


def speaking_tls(certificate: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(FOLDER / f"{certificate}.pem")
    return context


async def loopback(host: str, port: int) -> list[str]:
    return ["127.0.0.1"]


@pytest.fixture
def visit(run: Callable[..., Any], serve: Any, reply: Any) -> Callable[..., Any]:
    def visited(host: str, certificate: str, *, trusted: bool) -> Any:
        async def scene() -> Any:
            path = str(FOLDER / f"{certificate}.pem")
            tls = ssl.create_default_context(cafile=path) if trusted else None
            async with (
                serve({"/": reply(200, b"x")}, ssl=speaking_tls(certificate)) as site,
                Fetcher(OPEN, tls=tls, resolve=loopback) as fetcher,
            ):
                url = f"https://{host}:{site.port}/"
                return await fetcher.get(url, limit=9, spacing=timedelta(0))

        return run(scene())

    return visited


def test_a_trusted_certificate_is_accepted(visit: Callable[..., Any]) -> None:
    found = visit("localhost", "localhost", trusted=True)
    assert isinstance(found, Response), found
    assert found.body == b"x"


@pytest.mark.parametrize(
    ("host", "certificate", "trusted", "reason"),
    [
        ("localhost", "localhost", False, "self-signed"),
        ("localhost", "expired", True, "expired"),
        ("other.example", "localhost", True, "hostname mismatch"),
        ("127.0.0.1", "localhost", True, "ip address mismatch"),
    ],
)
def test_any_other_certificate_is_refused_with_its_reason(
    visit: Callable[..., Any], host: str, certificate: str, trusted: bool, reason: str
) -> None:
    failure = visit(host, certificate, trusted=trusted)
    assert failure.code == "fetch.tls"
    assert failure.detail.startswith(f"the certificate of {host} is not valid: ")
    assert reason in failure.detail.lower().replace("self signed", "self-signed")


def test_a_server_that_speaks_no_tls(run: Callable[..., Any]) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    failure = run(_against(plain, OPEN))
    assert failure.code == "fetch.tls"
    assert failure.detail.startswith("no secure connection to 127.0.0.1: ")


def test_a_handshake_that_stalls_is_given_up(run: Callable[..., Any]) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await reader.read()
        finally:
            writer.close()

    hasty = FetchSettings(allow_private=True, connect=0.3)
    assert run(_against(silent, hasty)).code == "fetch.connect_timeout"


async def _against(serve: Any, settings: FetchSettings) -> Any:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, Fetcher(settings) as fetcher:
        return await fetcher.get(f"https://127.0.0.1:{port}/", limit=9, spacing=timedelta(0))


def test_one_context_is_shared() -> None:
    assert shared_tls() is shared_tls()
    assert shared_tls().verify_mode is ssl.CERT_REQUIRED
    assert shared_tls().check_hostname
