"""One request and its answer, bounded in time and size. No redirects, cookies or retries here."""

from __future__ import annotations

import asyncio
import functools
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, aclosing, nullcontext, suppress
from dataclasses import dataclass
from zlib import crc32

from monitor.fetch.addresses import Target
from monitor.fetch.connect import GuardedBackend
from monitor.fetch.content_encoding import coding_of, decode, too_large
from monitor.fetch.faults import fault_of, too_slow
from monitor.fetch.settings import FetchSettings
from monitor.fetch.stack import httpcore, httpx
from monitor.fetch.statuses import has_document
from monitor.model import Failure

# Unpacking this much takes about a millisecond; more is done beside the event loop.
_DECODED_IN_PLACE = 64 * 1024
_LONGEST_VALIDATOR = 1024
# A pool looks at each of its idle connections, with two system calls, twice for every request:
# with twenty of them that is a quarter of what a request costs. So each host has one of many
# small pools.
_POOLS, _KEPT_EACH = 16, 2
# Refusals whose page may say who refuses, and why: so much of it is read, and so long.
_EXPLAINED = frozenset((401, 403, 429, 503))
_GLIMPSE, _GLIMPSE_SECONDS = 16 * 1024, 2.0
# Headers that mean nothing when several are joined, so the first one counts.
_SINGLE = frozenset(
    ("content-length", "content-type", "date", "etag", "last-modified", "location", "retry-after")
)


@dataclass(frozen=True, slots=True)
class Reply:
    """`headers` have lower-case names; `body` is decoded, and empty unless status is 200 or 203.
    Of a refusal it is the beginning, as far as it could be had."""

    status: int
    headers: Mapping[str, str]
    body: bytes = b""


@functools.cache
def shared_tls() -> ssl.SSLContext:
    """Building one costs 64 ms, so the process has one. SSL_CERT_FILE is respected."""
    return httpx.create_ssl_context()


class GuardedTransport(httpx.AsyncBaseTransport):
    """Connections through `GuardedBackend`, some kept alive for a few seconds. httpx's own
    transport cannot be given a network backend, and the guard must not hang on a private
    attribute."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext) -> None:
        self._pools = tuple(
            httpcore.AsyncConnectionPool(
                ssl_context=tls,
                max_connections=None,  # politeness bounds them: one for each site
                max_keepalive_connections=_KEPT_EACH,
                keepalive_expiry=15.0,
                http2=True,
                network_backend=backend,
            )
            for _ in range(_POOLS)
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        pool = self._pools[crc32(request.url.raw_host) % _POOLS]
        answer = await pool.handle_async_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.content or None,
                extensions=request.extensions,
            )
        )
        return httpx.Response(answer.status, headers=answer.headers, stream=_Stream(answer))

    async def aclose(self) -> None:
        async with AsyncExitStack() as pools:  # the others are closed even when one cannot be
            for pool in self._pools:
                pools.push_async_callback(pool.aclose)


class _Stream(httpx.AsyncByteStream):
    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._answer.aiter_stream():
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


async def exchange(
    transport: httpx.AsyncBaseTransport,
    target: Target,
    headers: Iterable[tuple[bytes, bytes]],
    *,
    limit: int,
    cut: bool,
    budget: float,
    settings: FetchSettings,
    form: bytes | None = None,
) -> Reply | Failure:
    """One GET, or with a `form` one POST of it, within `budget` seconds. `limit` bounds the body
    in bytes, as sent and as decoded; with `cut` a longer one is shortened rather than refused."""
    try:
        async with asyncio.timeout(budget) as deadline:
            try:
                request = httpx.Request(
                    "GET" if form is None else "POST",
                    target.url,
                    headers=list(headers),
                    content=form,
                    extensions={"timeout": {"connect": min(settings.connect, budget)}},
                )
                if request.url.raw_host.decode("ascii") != target.host:
                    raise httpx.UnsupportedProtocol("two readings of one address")
                async with asyncio.timeout(settings.first_byte):
                    response = await transport.handle_async_request(request)
            except TimeoutError:
                return too_slow(target.host)
            except Exception as error:  # whatever hostile bytes make the HTTP stack raise
                return fault_of(error, target.host, answered=False)
            try:
                return await _read(response, target, deadline, limit, cut, settings)
            except Exception as error:
                return fault_of(error, target.host, answered=True)
            finally:
                await response.aclose()
    except TimeoutError:
        return too_slow(target.host)


async def _read(
    response: httpx.Response,
    target: Target,
    deadline: asyncio.Timeout,
    limit: int,
    cut: bool,
    settings: FetchSettings,
) -> Reply | Failure:
    status, headers = response.status_code, plain_headers(response.headers.raw)
    if not has_document(status):
        if status == 304:  # has no body, and read to its end the connection can be kept
            await _raw_body(response, deadline, 0, settings)
        elif status in _EXPLAINED:
            return Reply(status, headers, await _glimpse(response, headers))
        return Reply(status, headers)
    coding = coding_of(headers.get("content-encoding", ""))
    if isinstance(coding, Failure):
        return coding
    declared = headers.get("content-length", "")
    if not cut and declared.isdigit() and int(declared[:18]) > limit:
        return too_large(limit)
    raw = await _raw_body(response, deadline, limit, settings)
    if len(raw) > limit and not cut:
        return too_large(limit)
    if len(raw) > _DECODED_IN_PLACE:
        body = await asyncio.to_thread(decode, raw, coding, limit, cut=cut)
    else:
        body = decode(raw, coding, limit, cut=cut)
    return body if isinstance(body, Failure) else Reply(status, headers, body)


async def _glimpse(response: httpx.Response, headers: Mapping[str, str]) -> bytes:
    """The beginning of a body that nothing depends on; empty when it cannot be read."""
    coding = coding_of(headers.get("content-encoding", ""))
    raw = bytearray()
    assert isinstance(response.stream, httpx.AsyncByteStream)
    chunks = aiter(response.stream)
    with suppress(Exception):
        async with (
            asyncio.timeout(_GLIMPSE_SECONDS),
            aclosing(chunks) if isinstance(chunks, AsyncGenerator) else nullcontext(),
        ):
            async for chunk in chunks:
                raw += chunk
                if len(raw) > _GLIMPSE:
                    break
    if isinstance(coding, Failure):
        return b""
    body = decode(bytes(raw[:_GLIMPSE]), coding, _GLIMPSE, cut=True)
    return b"" if isinstance(body, Failure) else body


async def _raw_body(
    response: httpx.Response, deadline: asyncio.Timeout, limit: int, settings: FetchSettings
) -> bytes:
    """The body as it was sent; it stops soon after `limit`. The deadline moves with what arrives:
    after `rate_after` seconds every `minimum_rate` bytes buy one second more."""
    now = asyncio.get_running_loop().time
    end, begun, raw = deadline.when() or now(), now(), bytearray()
    deadline.reschedule(min(end, begun + settings.rate_after))
    assert isinstance(response.stream, httpx.AsyncByteStream)
    chunks = aiter(response.stream)
    async with aclosing(chunks) if isinstance(chunks, AsyncGenerator) else nullcontext():
        async for chunk in chunks:
            raw += chunk
            if len(raw) > limit:
                break
            earned = max(settings.rate_after, len(raw) / settings.minimum_rate)
            deadline.reschedule(min(end, begun + earned))
    deadline.reschedule(end)
    return bytes(raw)


def plain_headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Lower-case names; values in Latin-1, which keeps every byte. Cookies are dropped, and so
    are validators above 1 KiB, which would only be sent back and forth."""
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1").lower(), value_bytes.decode("latin-1")
        if name in ("set-cookie", "set-cookie2"):
            continue
        if name in ("etag", "last-modified") and len(value) > _LONGEST_VALIDATOR:
            continue
        if name not in headers:
            headers[name] = value
        elif name not in _SINGLE:
            headers[name] = f"{headers[name]}, {value}"
    return headers
