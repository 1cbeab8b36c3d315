"""A server that speaks no proper HTTP: each path is one way to waste a client's time."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

CERTIFICATES = Path(__file__).parent.parent / "fetch/certificates"

_ONCE = {
    "/garbage": b"SSH-2.0-OpenSSH_9.6\r\n",
    "/nonsense": b"220 mail.example ESMTP ready\r\n250 HELP\r\n\r\n",
    "/huge-header": b"HTTP/1.1 200 OK\r\nX-Noise: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "/chunks-cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\nff\r\n<cha",
    "/chunks-wrong": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n<rss>\r\n",
    "/no-tls": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "/self-signed": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<rss/>",
    "/two-lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\n<rss/>",
}
_FOR_EVER = {
    "/endless-1xx": b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
    "/slow-headers": b"X-More: yes\r\n",
}


@asynccontextmanager
async def rough_server() -> AsyncIterator[Callable[[str], str]]:
    """Gives a function from a path to its address. Each has a port of its own, because a site that
    does not answer is left alone for a moment."""
    tasks = set[asyncio.Task[None]]()
    servers: dict[str, asyncio.Server] = {}

    async def connected(
        path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await _answer(path, reader, writer)
        finally:
            writer.close()
            tasks.discard(task)

    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(CERTIFICATES / "localhost.pem")
    for path in (*_ONCE, *_FOR_EVER):
        secret = tls if path == "/self-signed" else None
        servers[path] = await asyncio.start_server(
            partial(connected, path), "127.0.0.1", ssl=secret
        )

    def address(path: str) -> str:
        scheme = "https" if path in ("/no-tls", "/self-signed") else "http"
        return f"{scheme}://127.0.0.1:{servers[path].sockets[0].getsockname()[1]}/"

    try:
        yield address
    finally:
        for server in servers.values():
            server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for server in servers.values():
            await server.wait_closed()


async def _answer(path: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(65_536)
    writer.write(_ONCE.get(path, b"HTTP/1.1 200 OK\r\n" if path == "/slow-headers" else b""))
    await writer.drain()
    while path in _FOR_EVER:
        writer.write(_FOR_EVER[path])
        await writer.drain()
        await asyncio.sleep(0.02)
