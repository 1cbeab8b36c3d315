"""A scripted server on loopback, a clock that only moves when it is slept on, and a short way
to run a coroutine."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest


def answer(status: int = 200, body: bytes = b"", **headers: str) -> bytes:
    """An HTTP/1.1 answer; `content_type="x"` becomes "content-type: x"."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    names.setdefault("content-length", str(len(body)))
    lines = "".join(f"{name}: {value}\r\n" for name, value in names.items())
    return f"HTTP/1.1 {status} Words\r\n{lines}\r\n".encode() + body


@dataclass
class Hit:
    target: str
    lines: list[bytes]
    writer: asyncio.StreamWriter
    connection: int

    def header(self, name: str) -> bytes | None:
        for line in self.lines:
            key, _, value = line.partition(b":")
            if key.lower() == name.lower().encode():
                return value.strip(b" ")
        return None

    def reset(self) -> None:
        """Ends the connection with RST rather than FIN."""
        raw = self.writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.close()

    async def drip(self, piece: bytes, pause: float) -> None:
        """Sends `piece` again and again until the other side leaves."""
        try:
            while not self.writer.is_closing():
                self.writer.write(piece)
                await self.writer.drain()
                await asyncio.sleep(pause)
        except OSError:
            return


Script = Callable[[Hit], "bytes | Awaitable[bytes | None]"]


@dataclass
class Loopback:
    """Answers each path by its script; the last one of a list is repeated."""

    scripts: Mapping[str, Any]
    port: int = 0
    hits: list[Hit] = field(default_factory=list)
    connections: int = 0
    busy: int = 0
    busiest: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def url(self, path: str = "/", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def asked(self, path: str) -> list[Hit]:
        return [hit for hit in self.hits if hit.target == path]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        self.connections += 1
        number = self.connections
        try:
            while await self._one(reader, writer, number):
                pass
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()
            self.tasks.discard(task)

    async def _one(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        first, *lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        hit = Hit(first.split(b" ")[1].decode("ascii"), lines, writer, number)
        self.hits.append(hit)
        self.busy += 1
        self.busiest = max(self.busiest, self.busy)
        try:
            script = self.scripts.get(hit.target, answer(404))
            if isinstance(script, list):
                script = script.pop(0) if len(script) > 1 else script[0]
            reply = script if isinstance(script, bytes) else script(hit)
            if not isinstance(reply, bytes):
                reply = await reply
            if reply is None:
                return False
            writer.write(reply)
            await writer.drain()
        finally:
            self.busy -= 1
        return not writer.is_closing()


@asynccontextmanager
async def serving(
    scripts: Mapping[str, Any], host: str = "127.0.0.1", **options: Any
) -> AsyncIterator[Loopback]:
    site = Loopback(dict(scripts))
    server = await asyncio.start_server(site.serve, host, 0, **options)
    site.port = server.sockets[0].getsockname()[1]
    try:
        yield site
    finally:
        server.close()
        for task in list(site.tasks):
            task.cancel()
        await asyncio.gather(*site.tasks, return_exceptions=True)


class StillTime:
    """Moves only when it is slept on; `slept` are the pauses in seconds."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
        self.slept: list[float] = []

    def clock(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += timedelta(seconds=seconds)
        await asyncio.sleep(0)

    def pass_by(self, **units: float) -> None:
        self.now += timedelta(**units)


@pytest.fixture
def time() -> StillTime:
    return StillTime()


@pytest.fixture
def run() -> Callable[[Coroutine[Any, Any, Any]], Any]:
    return asyncio.run


@pytest.fixture
def reply() -> Callable[..., bytes]:
    return answer


@pytest.fixture
def serve() -> Callable[..., Any]:
    return serving
