"""Connects to publishers: resolves a name once, refuses it if any of its addresses is not public,
and connects to one of the very addresses that were checked. Between check and use nothing is
looked up again, so a name that changes its answer (DNS rebinding) gains nothing.

`httpx-secure` was looked at and not taken: it opens a TCP connection to an address before judging
it, judges one address of several, and its list is `ipaddress.is_global`.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, zip_longest

from monitor.fetch.addresses import is_address, refusal, refused_address
from monitor.fetch.stack import httpcore
from monitor.model import Failure, Fate

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""The addresses of a name, as text, best first. Raises OSError (socket.gaierror)."""

# RFC 8305 recommends 250 ms before the next address is tried beside the first.
_HEAD_START = 0.25
_ADDRESSES_TRIED = 6


class AddressRefused(httpcore.ConnectError):
    """Raised inside the HTTP stack, which wants exceptions; `failure` is what is returned."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.detail)
        self.failure = failure


class NameNotResolved(httpcore.ConnectError):
    """`error` is what the resolver said, or TimeoutError when it said nothing in time."""

    def __init__(self, error: OSError) -> None:
        super().__init__(str(error))
        self.error = error


class SystemResolver:
    """getaddrinfo on threads of its own: a dead name server would otherwise occupy the threads
    that the rest of the program works on, up to 30 s for each name."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(max_workers=16, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        if is_address(host):  # nothing to be looked up, and no thread to be woken for it
            return [host]
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _look_up, host, port)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _look_up(host: str, port: int) -> list[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a label that the C library cannot take
        raise socket.gaierror(socket.EAI_NONAME, "not a host name") from error
    return list(dict.fromkeys(str(answer[4][0]) for answer in answers))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, resolve: Resolve, *, allow_private: bool = False) -> None:
        self._resolve = resolve
        self._allow_private = allow_private
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        async def connect(address: str) -> httpcore.AsyncNetworkStream:
            return await self._inner.connect_tcp(address, port, None, local_address, socket_options)

        try:
            async with asyncio.timeout(timeout):
                addresses = await self._checked_addresses(host, port, timeout)
                return await _first_connected(addresses, connect)
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        raise httpcore.ConnectError("Unix sockets are not fetched from")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def _checked_addresses(
        self, host: str, port: int, timeout: float | None
    ) -> Sequence[str]:
        try:
            # A little less than the whole budget, to tell a silent name server from a silent host.
            async with asyncio.timeout(None if timeout is None else timeout * 0.9):
                addresses = await self._resolve(host, port)
        except OSError as error:  # TimeoutError is one
            raise NameNotResolved(error) from error
        if not addresses:
            raise NameNotResolved(socket.gaierror(socket.EAI_NONAME, "no address"))
        for address in addresses:
            why = refused_address(address, allow_private=self._allow_private)
            if why is not None:
                # A network's sign-in page answers every name with a private address, so what is
                # refused for its name may be tried again; nothing was connected to.
                raise AddressRefused(refusal(host, address, why, Fate.RETRY))
        return _families_in_turn(addresses)[:_ADDRESSES_TRIED]


def _families_in_turn(addresses: Sequence[str]) -> list[str]:
    """The resolver's order, families alternating, so that one dead family delays by one start."""
    first = [a for a in addresses if (":" in a) == (":" in addresses[0])]
    other = [a for a in addresses if (":" in a) != (":" in addresses[0])]
    return [a for a in chain.from_iterable(zip_longest(first, other)) if a is not None]


async def _first_connected(
    addresses: Sequence[str],
    connect: Callable[[str], Awaitable[httpcore.AsyncNetworkStream]],
) -> httpcore.AsyncNetworkStream:
    """Happy eyeballs: each address gets a head start, the first that connects wins."""
    if len(addresses) == 1:  # no race, and no task for it
        return await connect(addresses[0])
    waiting = list(addresses)
    running: set[asyncio.Future[httpcore.AsyncNetworkStream]] = set()
    last: Exception | None = None
    try:
        while waiting or running:
            if waiting:
                running.add(asyncio.ensure_future(connect(waiting.pop(0))))
            done, running = await asyncio.wait(
                running,
                timeout=_HEAD_START if waiting else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            won = [task.result() for task in done if task.exception() is None]
            for extra in won[1:]:
                await extra.aclose()
            if won:
                return won[0]
            for task in done:
                error = task.exception()
                last = error if isinstance(error, Exception) else last
        raise last or httpcore.ConnectError("no address to connect to")
    finally:
        await _abandon(running)


async def _abandon(running: set[asyncio.Future[httpcore.AsyncNetworkStream]]) -> None:
    for task in running:
        task.cancel()
    for result in await asyncio.gather(*running, return_exceptions=True):
        if not isinstance(result, BaseException):
            await result.aclose()
