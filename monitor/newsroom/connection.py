"""One client connection: requests are read with h11, answers are written in their manner."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

import h11

from monitor.newsroom.exchange import Answer, Request

# A reset throws away what the other side has not read yet: time to read the first half.
_BEFORE_RESET = 0.05

Record = Callable[[bool], None]


class Exchange(Protocol):
    """One request in hand. Exactly one of `delivered` calls, and before the last byte."""

    answer: Answer

    def delivered(self, complete: bool) -> None: ...
    def broke_off(self) -> None: ...


Begin = Callable[[Request], Exchange]


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, begin: Begin) -> None:
    """Answer requests on this connection until one side closes it."""
    connection = h11.Connection(h11.SERVER)
    try:
        while (request := await _next_request(connection, reader)) is not None:
            if not await _respond(connection, writer, request, begin(request)):
                break
            connection.start_next_cycle()
    except (ConnectionError, h11.RemoteProtocolError):
        pass  # the client is gone, or speaks no HTTP: either way there is nobody to tell
    finally:
        writer.close()


async def _next_request(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    """The next request when the whole of it, a body included, is there; None at the end."""
    request = None
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(65_536))
        elif isinstance(event, h11.Request):
            request = _request(event)
        elif isinstance(event, h11.EndOfMessage):
            return request
        elif isinstance(event, h11.ConnectionClosed) or event is h11.PAUSED:
            return None


def _request(event: h11.Request) -> Request:
    headers = {name.decode("ascii"): value.decode("latin-1") for name, value in event.headers}
    return Request(event.method.decode("ascii"), event.target.decode("ascii"), headers)


async def _respond(
    connection: h11.Connection, writer: asyncio.StreamWriter, request: Request, exchange: Exchange
) -> bool:
    """Write the answer; True when the connection can carry another one."""
    answer = exchange.answer
    manner = answer.manner
    told = False

    def record(complete: bool) -> None:
        nonlocal told
        told = True
        exchange.delivered(complete)

    try:
        if manner.wait:
            await asyncio.sleep(manner.wait)
        if manner.ending == "reset-first":
            record(False)
            _reset(writer)
            return False
        body = b"" if request.method == "HEAD" else answer.body
        head = _head(connection, answer)
        await _write(writer, head, body, answer, record)
    except (ConnectionError, asyncio.CancelledError):
        if told:
            exchange.broke_off()
        else:
            record(False)
        raise
    if manner.ending == "reset":
        await asyncio.sleep(_BEFORE_RESET)
        _reset(writer)
    if manner.ending != "keep-alive":
        return False
    if body and answer.status not in (204, 304):
        connection.send(h11.Data(data=body))
    connection.send(h11.EndOfMessage())
    return connection.our_state is not h11.MUST_CLOSE


def _head(connection: h11.Connection, answer: Answer) -> bytes:
    headers = [*answer.headers, ("Server", "newsroom")]
    if answer.status not in (204, 304) and answer.manner.declare_length:
        headers.append(("Content-Length", str(len(answer.body))))
    if answer.manner.declare_length:
        response = h11.Response(
            status_code=answer.status,
            headers=[(name.encode(), value.encode("utf-8")) for name, value in headers],
            reason=_reason(answer.status),
        )
        return connection.send(response) or b""
    # h11 would frame a body without a length in chunks; here its end must be the connection's.
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status).decode()}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode()


def _reason(status: int) -> bytes:
    try:
        return HTTPStatus(status).phrase.encode()
    except ValueError:
        return b"Unknown"


async def _write(
    writer: asyncio.StreamWriter, head: bytes, body: bytes, answer: Answer, record: Record
) -> None:
    manner = answer.manner
    kept = body[: int(len(body) * manner.keep)]
    data = head + kept
    size = manner.chunk or len(data)
    if manner.chunk is not None:
        writer.write(head)
        data = kept
    rest, last = data[:-1], data[-1:]
    for begin in range(0, len(rest), size):
        writer.write(rest[begin : begin + size])
        await writer.drain()
        if manner.pause:
            await asyncio.sleep(manner.pause)
    record(len(kept) == len(body))
    writer.write(last)
    await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """RST in place of FIN."""
    raw: socket.socket | None = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
