from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from monitor.fetch.addresses import Target, gate
from monitor.fetch.robots import Robots
from monitor.model import Failure, Fate, Response

AGENT = "DigitalBridgeMonitor/1 (+https://example.org/gptbot)"


def target(url: str) -> Target:
    found = gate(url)
    assert isinstance(found, Target)
    return found


class Publisher:
    """Stands in for the network: what it answers for every robots.txt, and what was asked."""

    def __init__(self, time: Any, answer: bytes | Failure) -> None:
        self.time, self.answer = time, answer
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Response | Failure:
        self.asked.append(url)
        await asyncio.sleep(0)
        if isinstance(self.answer, Failure):
            return self.answer
        return Response(url, url, 200, {}, self.answer, self.time.now, timedelta(0))


@pytest.fixture
def ask(run: Callable[..., Any], time: Any) -> Callable[..., Any]:
    robots = Robots(clock=time.clock)

    def asked(publisher: Publisher, *urls: str, agent: str = AGENT) -> list[Any]:
        async def scene() -> list[Any]:
            return await asyncio.gather(
                *(robots.delay(target(url), agent, publisher) for url in urls)
            )

        found = run(scene())
        return list(found)

    return asked


RULES = b"""User-agent: *
Disallow: /private/
Disallow: /*.pdf$
Allow: /private/open
Crawl-delay: 7

User-agent: GPTBot
Disallow: /

User-agent: slowbot
Crawl-delay: 86400
"""


def test_rules_are_obeyed(ask: Any, time: Any) -> None:
    publisher = Publisher(time, RULES)
    allowed, closed, opened, paper = ask(
        publisher,
        "https://a.kz/news/1",
        "https://a.kz/private/1",
        "https://a.kz/private/open",
        "https://a.kz/x.pdf",
    )
    assert allowed == opened == timedelta(seconds=7)
    for failure in (closed, paper):
        assert (failure.code, failure.fate) == ("blocked.robots", Fate.SKIP)
    assert publisher.asked == ["https://a.kz:443/robots.txt"]


def test_groups_match_the_product_name_and_not_the_contact_address(ask: Any, time: Any) -> None:
    publisher = Publisher(time, RULES)
    assert ask(publisher, "https://a.kz/") == [timedelta(seconds=7)]
    [failure] = ask(publisher, "https://a.kz/", agent="Mozilla/5.0 (compatible; GPTBot/1.0)")
    assert failure.code == "blocked.robots"
    [slow] = ask(publisher, "https://a.kz/", agent="slowbot/2")
    assert slow == timedelta(seconds=300)


def test_one_reading_an_origin_for_six_hours(ask: Any, time: Any) -> None:
    publisher = Publisher(time, RULES)
    ask(publisher, "https://a.kz/", "http://a.kz/", "https://a.kz:8443/", "https://a.kz/2")
    assert len(publisher.asked) == 3
    time.pass_by(hours=5.9)
    ask(publisher, "https://a.kz/")
    assert len(publisher.asked) == 3
    time.pass_by(hours=0.2)
    ask(publisher, "https://a.kz/")
    assert len(publisher.asked) == 4


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\xef\xbb\xbf<html>not found</html>\xff\xfe",
        Failure("http.404", "", status=404),
        Failure("http.403", "", status=403),
        Failure("http.410", "", status=410),
        Failure("fetch.redirect_loop", ""),
        Failure("sec.ssrf_refused", ""),
    ],
)
def test_where_there_is_none_everything_is_allowed(
    ask: Any, time: Any, answer: bytes | Failure
) -> None:
    assert ask(Publisher(time, answer), "https://a.kz/any") == [timedelta(0)]


@pytest.mark.parametrize(
    "answer",
    [
        Failure("http.5xx", "a.kz has trouble", status=502),
        Failure("fetch.bomb", "a bomb", Fate.QUARANTINE),
        Failure("fetch.protocol", "garbage"),
    ],
)
def test_where_it_cannot_be_read_pages_wait_an_hour(ask: Any, time: Any, answer: Failure) -> None:
    publisher = Publisher(time, answer)
    [failure] = ask(publisher, "https://a.kz/1")
    assert (failure.code, failure.fate) == ("robots.unavailable", Fate.RETRY)
    assert failure.retry_after == timedelta(hours=1)
    time.pass_by(minutes=50)
    [failure] = ask(publisher, "https://a.kz/1")
    assert failure.retry_after == timedelta(minutes=10)
    assert len(publisher.asked) == 1
    time.pass_by(minutes=11)
    publisher.answer = RULES
    assert ask(publisher, "https://a.kz/1") == [timedelta(seconds=7)]


def test_a_pause_that_the_site_names_is_kept(ask: Any, time: Any) -> None:
    busy = Failure("http.429", "busy", status=429, retry_after=timedelta(minutes=20))
    [failure] = ask(Publisher(time, busy), "https://a.kz/1")
    assert failure.code == "robots.unavailable"
    assert failure.retry_after == timedelta(minutes=20)


def test_a_fault_of_the_network_is_reported_as_itself_and_soon_tried_again(
    ask: Any, time: Any
) -> None:
    publisher = Publisher(time, Failure("fetch.dns", "a.kz could not be found"))
    found = ask(publisher, "https://a.kz/1", "https://a.kz/2")
    assert [failure.code for failure in found] == ["fetch.dns", "fetch.dns"]
    assert len(publisher.asked) == 1
    time.pass_by(minutes=1.1)
    publisher.answer = RULES
    assert ask(publisher, "https://a.kz/1") == [timedelta(seconds=7)]


@pytest.mark.parametrize("line", [b"crawl-delay: nan", b"crawl-delay: -1", b"crawl-delay: soon"])
def test_a_senseless_delay_is_none(ask: Any, time: Any, line: bytes) -> None:
    publisher = Publisher(time, b"User-agent: *\n" + line)
    assert ask(publisher, "https://a.kz/1") == [timedelta(0)]
