"""A server on loopback that must never be asked, whatever its address is written like."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.fetch.connect import GuardedBackend, SystemResolver
from monitor.fetch.exchange import GuardedTransport, shared_tls
from monitor.fetch.faults import fault_of
from monitor.fetch.stack import httpcore, httpx
from monitor.model import Failure, Fate

pytestmark = pytest.mark.network

NONE = timedelta(0)
SPELLINGS = (
    "127.0.0.1",
    "127.0.0.1.",
    "127.0.0.2",
    "127.255.255.254",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "2130706433",
    "017700000001",
    "0x7f000001",
    "0x7F.0.0.1",
    "0x7f.1",
    "0177.0.0.1",
    "0177.0.0.01",
    "127.1",
    "127.0.1",
    "127.0.0.01",
    "0",
    "0.0.0.0",
    "0x0",
    "00000000",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[0:0:0:0:0:ffff:7f00:0001]",
    "[::127.0.0.1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2001:0:7f00:1::]",
    "[fe80::1%25lo]",
    "[::1%25lo]",
    "127。0。0。1",
    "127．0．0．1",
    "127｡0｡0｡1",
    "１２７.0.0.1",
    "①②⑦.⓪.⓪.①",
    "ⓛocalhost",
    "ｌｏｃａｌｈｏｓｔ",
    "127%2e0%2e0%2e1",
    "%6c%6f%63%61%6c%68%6f%73%74",
    "user@127.0.0.1",
    "example.com@127.0.0.1",
    "127.0.0.1\\@example.com",
    "127.0.0.1#@example.com",
    "127.0.0.1\t",
    "127.0.\n0.1",
    "127.0.0.1\u200b",
    "local\u00adhost",
)


class Doorway(httpx.AsyncBaseTransport):
    """A public site that redirects; every other request goes out through the guard."""

    def __init__(self, where: str) -> None:
        self.where = where.encode()
        self.guarded = GuardedTransport(GuardedBackend(SystemResolver()), shared_tls())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.host == "public.example":
            stream = httpx.ByteStream(b"")
            return httpx.Response(302, headers=[(b"location", self.where)], stream=stream)
        return await self.guarded.handle_async_request(request)

    async def aclose(self) -> None:
        await self.guarded.aclose()


def resolving_to(*addresses: str) -> Any:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return addresses

    return resolve


def test_there_are_enough_spellings() -> None:
    assert len(set(SPELLINGS)) >= 40


@pytest.mark.parametrize("way", ["directly", "by redirect", "in plain sight of the guard alone"])
def test_the_vault_is_never_asked(
    run: Callable[..., Any], serve: Any, reply: Any, way: str
) -> None:
    async def scene() -> tuple[list[Any], int]:
        async with serve({"/": reply(200, b"gold")}) as vault:
            found: list[Any] = []
            for spelling in SPELLINGS:
                url = f"http://{spelling}:{vault.port}/"
                transport = Doorway(url) if way == "by redirect" else None
                async with Fetcher(transport=transport) as fetcher:
                    if way == "in plain sight of the guard alone":
                        found.append(await unguarded_by_the_gate(spelling, vault.port))
                        continue
                    asked = "https://public.example/" if transport else url
                    found.append(await fetcher.get(asked, limit=9, spacing=NONE))
            return found, vault.connections

    found, connections = run(scene())
    assert connections == 0
    for spelling, failure in zip(SPELLINGS, found, strict=True):
        assert isinstance(failure, Failure), spelling
        assert failure.code in ("sec.ssrf_refused", "sec.url_refused", "fetch.dns"), spelling


async def unguarded_by_the_gate(spelling: str, port: int) -> Failure:
    """Straight to the connecting code, as if the gate had let the spelling through."""
    try:
        await GuardedBackend(SystemResolver()).connect_tcp(spelling.strip("[]"), port, timeout=5)
    except httpcore.ConnectError as error:
        failure = fault_of(error, spelling, answered=False)
        return replace(failure, code=failure.code.replace("dns_temp", "dns"))
    raise AssertionError(f"connected to {spelling}")


def test_with_permission_the_vault_answers(run: Callable[..., Any], serve: Any, reply: Any) -> None:
    """Else the tests above would prove nothing."""

    async def scene() -> list[Any]:
        async with serve({"/": reply(200, b"gold")}) as vault:
            settings = FetchSettings(allow_private=True)
            async with Fetcher(settings, resolve=resolving_to("127.0.0.1")) as fetcher:
                return [
                    await fetcher.get(vault.url(host=host), limit=9, spacing=NONE)
                    for host in ("127.0.0.1", "127。0。0。1", "intranet.example")
                ]

    assert [answer.body for answer in run(scene())] == [b"gold"] * 3


@pytest.mark.parametrize(
    "answers",
    [
        ("127.0.0.1",),
        ("93.184.215.14", "127.0.0.1"),
        ("127.0.0.1", "2606:4700::1111"),
        ("169.254.169.254",),
        ("::ffff:127.0.0.1",),
        ("fe80::1%lo",),
    ],
)
def test_a_public_name_with_any_private_address_is_refused(
    run: Callable[..., Any], serve: Any, reply: Any, answers: tuple[str, ...]
) -> None:
    async def scene() -> tuple[Any, int]:
        async with (
            serve({"/": reply(200, b"gold")}) as vault,
            Fetcher(resolve=resolving_to(*answers)) as fetcher,
        ):
            url = vault.url(host="public.example")
            return await fetcher.get(url, limit=9, spacing=NONE), vault.connections

    failure, connections = run(scene())
    assert (failure.code, failure.fate) == ("sec.ssrf_refused", Fate.RETRY)
    assert "public.example" in failure.detail
    assert connections == 0


def test_a_name_is_looked_up_once_for_each_connection(
    run: Callable[..., Any], serve: Any, reply: Any
) -> None:
    """A resolver that first answers well and then with the vault gains nothing."""
    asked: list[str] = []

    async def flapping(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    async def scene() -> list[Any]:
        async with serve({"/": reply(200, b"x", connection="close")}) as site:
            settings = FetchSettings(allow_private=True)
            async with Fetcher(settings, resolve=flapping) as fetcher:
                url = site.url(host="rebinding.example")
                return [await fetcher.get(url, limit=9, spacing=NONE) for _ in range(2)]

    first, second = run(scene())
    assert first.body == b"x"
    assert second.code == "sec.ssrf_refused"
    assert asked == ["rebinding.example"] * 2
