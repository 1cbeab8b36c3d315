"""The newsroom: each host on its own port of 127.0.0.1, in one asyncio loop.

async with Newsroom(world, clock) as room: …          in the loop that runs already
with running_newsroom(world, clock) as room: …        in a thread of its own
python -m monitor.newsroom --config DIR               as a program
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType

from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.clock import Clock, RealClock, SteppedClock, whole_second
from monitor.newsroom.connection import serve
from monitor.newsroom.exchange import Answer, Request, finish
from monitor.newsroom.faults import Fault, FaultPlan
from monitor.newsroom.hosts import InHand, OpenHost
from monitor.newsroom.ledger import Ledger
from monitor.newsroom.sites import SHAPES
from monitor.newsroom.sites.shape import Setting, Shape
from monitor.newsroom.truth import Truth, truth_of
from monitor.newsroom.world import Host, World

_FEW = 64  # connections, of which the closed ones are not looked for


class Newsroom:
    """All sites of a world. Ports are chosen, or count up from `first_port`.

    The same world on the same ports has the same addresses, so that a room can be closed and
    opened again without its articles becoming others. Methods may be called from any thread.
    With `own_addresses` every host has an address of its own in 127.0.0.0/8, which is all loopback
    on Linux, so that a client meets as many hosts as there are.
    """

    def __init__(
        self,
        world: World | None = None,
        clock: Clock | None = None,
        *,
        first_port: int = 0,
        ledger: Path | None = None,
        own_addresses: bool = False,
    ) -> None:
        self.clock: Clock = clock or RealClock()
        self.world = world or bundled_world(whole_second(self.clock.now()))
        self.sites: Mapping[str, OpenHost] = {}
        self._first_port = first_port
        self._own_addresses = own_addresses
        self._ledger = Ledger(ledger)
        self._faults = FaultPlan()
        self._shapes: dict[str, Shape] = {}
        self._servers: list[asyncio.Server] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._sweep_at = _FEW
        self._closed = False
        self._published_until: datetime | None = None
        self._publishing = threading.Lock()

    async def __aenter__(self) -> Newsroom:
        await self.open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Raises OSError where a port is taken; nothing stays open then."""
        hosts = [host for site in self.world.sites for host in site.hosts]
        bases = {}
        try:
            for number, host in enumerate(hosts):
                address = _address(number) if self._own_addresses else "127.0.0.1"
                port = self._first_port and self._first_port + number
                port = await self._listen(host, address, port)
                bases[host.name] = f"http://{address}:{port}"
        except OSError:
            await self.close()
            raise
        self._shapes = {
            host.name: SHAPES[host.site.shape](Setting(host, self.world, bases)) for host in hosts
        }
        self.sites = {
            host.name: OpenHost(host.name, host.site, host.languages, bases[host.name])
            for host in hosts
        }
        self._publish_due()

    def hang_up(self) -> None:
        """End every connection, as servers do with those that say nothing for a minute."""
        for writer in self._writers:
            writer.close()

    async def close(self) -> None:
        """The ledger can still be read afterwards."""
        self._publish_due()
        for server in self._servers:
            server.close()
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()  # a client that does not read would keep it open for ever
        closing = (writer.wait_closed() for writer in self._writers)
        await asyncio.gather(*closing, return_exceptions=True)
        for server in self._servers:
            await server.wait_closed()
        self._writers.clear()
        self._servers.clear()
        self._closed = True
        self._ledger.close()

    @property
    def ledger(self) -> Ledger:
        self._publish_due()
        return self._ledger

    def advance(
        self, *, minutes: float = 0, hours: float = 0, by: timedelta = timedelta(0)
    ) -> datetime:
        """Move a clock that is stepped by hand; the new time. TypeError with another clock."""
        if not isinstance(self.clock, SteppedClock):
            raise TypeError("only a room with a SteppedClock can be advanced")
        now = self.clock.advance(by + timedelta(minutes=minutes, hours=hours))
        self._publish_due()
        return now

    def fail(self, site: str, pattern: str, fault: Fault, times: int | None = None) -> None:
        """Let `fault` strike the next `times` requests (None: all) to paths like `pattern`."""
        self._faults.add(site, pattern, fault, times)

    def heal(self, site: str | None = None) -> None:
        self._faults.clear(site)

    def url_of(self, article: str) -> str:
        """The canonical address of an article, published or still to come. KeyError: no such id."""
        text = self.world.articles[article]
        host = next(site for site in self.world.sites if site.id == text.site).host_of(
            text.language
        )
        return self.sites[host.name].base + self._shapes[host.name].path_of(text)

    def truth(self, article: str) -> Truth:
        """What an archive should hold of it now. KeyError: no such id; LookupError: not yet."""
        return truth_of(self.world.articles[article], self.url_of(article), self.clock.now())

    async def _listen(self, host: Host, address: str, port: int) -> int:
        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            # Closed ones are looked for now and then: at each connection it would cost its square.
            if len(self._writers) >= self._sweep_at:
                self._writers = {each for each in self._writers if _is_open(each)}
                self._sweep_at = 2 * len(self._writers) + _FEW
            self._writers.add(writer)
            try:
                with suppress(asyncio.CancelledError):  # the room closes
                    await serve(reader, writer, lambda request: self._begin(host.name, request))
            finally:
                self._tasks.discard(task)

        server = await asyncio.start_server(connected, address, port)
        self._servers.append(server)
        chosen: int = server.sockets[0].getsockname()[1]
        return chosen

    def _begin(self, host: str, request: Request) -> InHand:
        self._publish_due()
        now = self.clock.now()
        entry = self._ledger.open_request(host, request, now)
        fault = self._faults.take(host, request)
        if request.method not in ("GET", "HEAD"):
            answer = Answer(status=405, headers=(("Allow", "GET, HEAD"),))
        else:
            answer = self._shapes[host].answer(request, now)
        if fault is not None:
            answer = fault(request, answer)
        return InHand(self._ledger, entry, finish(request, answer))

    def _publish_due(self) -> None:
        if not self.sites or self._closed:
            return
        with self._publishing:
            now = self.clock.now()
            for shown in self.world.due(self._published_until, now):
                self._ledger.publish(shown, self.url_of(shown.article.id))
            self._published_until = now


def _address(number: int) -> str:
    """The loopback address of host `number`, from 0; none of them is 127.0.0.1."""
    rest, last = divmod(number, 254)
    second, third = divmod(rest, 256)
    return f"127.{second + 1}.{third}.{last + 1}"


def _is_open(writer: asyncio.StreamWriter) -> bool:
    """Also a connection that is closing: it stays until its client has read what was written."""
    return not writer.is_closing() or writer.transport.get_write_buffer_size() > 0


@contextmanager
def running_newsroom(
    world: World | None = None,
    clock: Clock | None = None,
    *,
    first_port: int = 0,
    ledger: Path | None = None,
    own_addresses: bool = False,
) -> Iterator[Newsroom]:
    """A newsroom in a thread of its own, for code that is not asynchronous."""
    room = Newsroom(world, clock, first_port=first_port, ledger=ledger, own_addresses=own_addresses)
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name="newsroom", daemon=True)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(room.open(), loop).result()
        try:
            yield room
        finally:
            asyncio.run_coroutine_threadsafe(room.close(), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()
