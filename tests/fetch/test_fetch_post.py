"""A form that is posted: guarded like any request, sent once, its answer no more than looked at."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.fetch.client import Fetcher, FetchSettings
from monitor.model import Failure

pytestmark = pytest.mark.network

FORM = {"hub.mode": "subscribe", "hub.topic": "https://herald.example/ы?a=1&b=2"}
SENT = b"hub.mode=subscribe&hub.topic=https%3A%2F%2Fherald.example%2F%D1%8B%3Fa%3D1%26b%3D2"


@pytest.fixture
def posted(run: Callable[..., Any], serve: Any, time: Any) -> Callable[..., Any]:
    """Serves `scripts`, posts the form to "/" `times` over; gives (failures, server)."""

    def made(scripts: dict[str, Any], times: int = 1, settings: FetchSettings | None = None) -> Any:
        async def scene() -> Any:
            settled = settings or FetchSettings(allow_private=True)
            async with (
                serve(scripts) as site,
                Fetcher(settled, clock=time.clock, sleep=time.sleep) as fetcher,
            ):
                found = [
                    await fetcher.post(site.url("/"), FORM, spacing=timedelta(0))
                    for _ in range(times)
                ]
                return found, site

        return run(scene())

    return made


@pytest.mark.parametrize("status", [200, 202, 204])
def test_a_form_is_taken(posted: Any, status: int) -> None:
    bodies = []

    async def script(hit: Any) -> bytes:
        bodies.append(int(hit.header("content-length")))
        return f"HTTP/1.1 {status} Words\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode()

    [found], site = posted({"/": script})
    assert found is None
    assert bodies == [len(SENT)]
    assert site.hits[0].header("content-type") == b"application/x-www-form-urlencoded"
    assert site.hits[0].header("cookie") is None


def test_it_goes_to_no_private_address(posted: Any, reply: Any) -> None:
    [found], site = posted({"/": reply(202)}, settings=FetchSettings())
    assert isinstance(found, Failure)
    assert found.code == "sec.ssrf_refused"
    assert site.hits == []


def test_it_is_not_sent_again_when_the_connection_breaks(posted: Any) -> None:
    [found], site = posted({"/": lambda hit: hit.reset() or b""})
    assert isinstance(found, Failure)
    assert len(site.hits) == 1


@pytest.mark.parametrize(
    ("status", "code"), [(400, "http.400"), (500, "http.5xx"), (303, "http.protocol")]
)
def test_what_is_refused(posted: Any, reply: Any, status: int, code: str) -> None:
    [found], site = posted({"/": reply(status, location="/other")})
    assert isinstance(found, Failure)
    assert found.code == code
    assert len(site.hits) == 1


def test_a_long_answer_is_not_read(posted: Any, reply: Any) -> None:
    [found], _ = posted({"/": reply(200, b"x" * 3_000_000, connection="close")})
    assert found is None


def test_a_pause_that_is_asked_for_is_kept(posted: Any, reply: Any) -> None:
    found, site = posted({"/": reply(429, retry_after="7200", connection="close")}, times=2)
    assert [each.code for each in found] == ["http.429", "http.429"]
    assert found[1].retry_after == timedelta(hours=2)
    assert len(site.hits) == 1
