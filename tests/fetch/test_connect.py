from __future__ import annotations

import asyncio
import errno
import socket
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.fetch.connect import (
    GuardedBackend,
    SystemResolver,
    _families_in_turn,
    _first_connected,
)
from monitor.fetch.faults import fault_of
from monitor.fetch.stack import httpcore

PUBLIC4, PUBLIC6 = "93.184.215.14", "2606:4700::1111"


class Line:
    """Stands in for a connection."""

    def __init__(self, address: str) -> None:
        self.address, self.closed = address, False

    async def aclose(self) -> None:
        self.closed = True


class Network:
    """Connects to `alive` addresses; a `refusing` one fails, any other never answers."""

    def __init__(self, *alive: str, refusing: Sequence[str] = ()) -> None:
        self.alive, self.refusing = alive, refusing
        self.tried: list[str] = []
        self.given_up: list[str] = []

    async def connect(self, address: str, *_: Any) -> Any:
        self.tried.append(address)
        if address in self.alive:
            return Line(address)
        if address in self.refusing:
            raise httpcore.ConnectError("refused") from OSError(errno.ECONNREFUSED, "refused")
        try:
            await asyncio.Event().wait()
        finally:
            self.given_up.append(address)

    connect_tcp = connect


def test_families_take_turns_in_the_order_of_the_resolver() -> None:
    assert _families_in_turn(["6::1", "6::2", "6::3", "4.1", "4.2"]) == [
        "6::1",
        "4.1",
        "6::2",
        "4.2",
        "6::3",
    ]
    assert _families_in_turn(["4.1", "4.2", "6::1"]) == ["4.1", "6::1", "4.2"]


def test_a_dead_family_costs_a_head_start_and_no_more(run: Callable[..., Any]) -> None:
    network = Network(PUBLIC4)
    won = run(_first_connected([PUBLIC6, PUBLIC4], network.connect))
    assert won.address == PUBLIC4
    assert network.given_up == [PUBLIC6]


def test_a_refusing_address_is_followed_by_the_next(run: Callable[..., Any]) -> None:
    network = Network("c", refusing=["a", "b"])
    assert run(_first_connected(["a", "b", "c", "d"], network.connect)).address == "c"
    assert network.tried == ["a", "b", "c"]


def test_when_all_refuse_the_reason_is_kept(run: Callable[..., Any]) -> None:
    with pytest.raises(httpcore.ConnectError) as caught:
        run(_first_connected(["a", "b"], Network(refusing=["a", "b"]).connect))
    assert fault_of(caught.value, "x.kz", answered=False).code == "fetch.refused"


def attempt(
    run: Callable[..., Any], answer: Any, network: Network, timeout: float | None = None
) -> Any:
    """What the guard makes of a resolver's answer: a connection or a Failure."""

    async def resolve(host: str, port: int) -> Sequence[str]:
        if isinstance(answer, Exception):
            raise answer
        if answer is None:
            await asyncio.Event().wait()
        return list(answer)

    async def scene() -> Any:
        backend = GuardedBackend(resolve)
        backend._inner = network  # type: ignore[assignment]
        try:
            return await backend.connect_tcp("x.kz", 443, timeout)
        except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
            return fault_of(error, "x.kz", answered=False)

    return run(scene())


def test_the_guard_connects_to_the_address_that_it_checked(run: Callable[..., Any]) -> None:
    network = Network(PUBLIC4)
    assert attempt(run, [PUBLIC4], network).address == PUBLIC4
    assert network.tried == [PUBLIC4]


def test_one_private_address_among_many_is_enough(run: Callable[..., Any]) -> None:
    network = Network(PUBLIC4)
    failure = attempt(run, [PUBLIC4] * 10 + ["10.0.0.1"], network)
    assert failure.code == "sec.ssrf_refused"
    assert failure.detail == "x.kz was refused: 10.0.0.1 is not a public address (private)"
    assert network.tried == []


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "fetch.dns"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "fetch.dns_temp"),
        (socket.gaierror(socket.EAI_FAIL, "failed"), "fetch.dns_temp"),
        (OSError(errno.EMFILE, "too many open files"), "fetch.dns_temp"),
        ([], "fetch.dns"),
    ],
)
def test_what_a_resolver_says_is_named(run: Callable[..., Any], answer: Any, code: str) -> None:
    failure = attempt(run, answer, Network())
    assert failure.code == code
    assert failure.detail.startswith("x.kz could not be found (no internet, or ")


def test_a_silent_resolver_and_a_silent_host_are_told_apart(run: Callable[..., Any]) -> None:
    assert attempt(run, None, Network(), timeout=0.1).code == "fetch.dns_temp"
    assert attempt(run, [PUBLIC4], Network(), timeout=0.1).code == "fetch.connect_timeout"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (errno.ECONNREFUSED, "fetch.refused"),
        (errno.ENETUNREACH, "fetch.unreachable"),
        (errno.EHOSTUNREACH, "fetch.unreachable"),
        (errno.ETIMEDOUT, "fetch.connect_timeout"),
        (errno.ECONNRESET, "fetch.reset"),
        (errno.EMFILE, "fetch.refused"),
    ],
)
def test_what_the_system_says_is_named(number: int, code: str) -> None:
    error = httpcore.ConnectError("all attempts failed")
    error.__cause__ = OSError(number, "words")
    assert fault_of(error, "x.kz", answered=False).code == code


@pytest.mark.parametrize("host", ["a" * 64 + ".kz", "a..kz", "\ud800.kz"])
def test_what_no_resolver_can_take_is_an_unknown_name(run: Callable[..., Any], host: str) -> None:
    resolver = SystemResolver()
    try:
        with pytest.raises(socket.gaierror):
            run(resolver(host, 80))
    finally:
        resolver.close()
