"""What one channel's trouble, another wording of its rules, or its form, does to its polls."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from config.source import Channel, Source
from monitor.fetch.client import Fetcher
from monitor.model import ChannelState, Failure, Poll, Response
from monitor.workers import runner
from monitor.workers.poll import poll_channel
from monitor.workers.report import PassReport
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import channels
from tests.workers.bench import START, Bench, open_bench, small_world

pytestmark = pytest.mark.network

INDEX = "https://herald.example/sitemap.xml"
CHILD = "https://herald.example/news.xml"
SOURCE = Source(
    id="herald",
    name="Herald",
    homepage="https://herald.example/",
    language="en",
    every=timedelta(minutes=15),
    channels=(Channel(kind="sitemap", url=INDEX),),
)


class Answers(Fetcher):
    """A fetcher that knows its answers and asks nobody."""

    def __init__(self, answers: Mapping[str, bytes | Failure]) -> None:
        self.answers = dict(answers)

    async def get(self, url: str, **_: Any) -> Response | Failure:
        answer = self.answers[url]
        if isinstance(answer, Failure):
            return answer
        return Response(url, url, 200, {"etag": '"same"'}, answer, START, timedelta(0))


async def poll_herald(services: Services) -> Poll:
    key = (SOURCE.id, INDEX)
    await services.write(lambda connection: channels.register(connection, [key]))
    [state] = await services.read(lambda connection: channels.load(connection, [key]))
    return await poll_channel(services, SOURCE, SOURCE.channels[0], state)


def test_an_index_that_reads_the_same_is_followed(tmp_path: Path, sandbox: Sandbox) -> None:
    def child(*slugs: str) -> bytes:
        places = "".join(f"<url><loc>https://herald.example/{each}/</loc></url>" for each in slugs)
        return f"<urlset>{places}</urlset>".encode()

    index = f"<sitemapindex><sitemap><loc>{CHILD}</loc></sitemap></sitemapindex>".encode()
    fetcher = Answers({INDEX: index, CHILD: child("one")})

    async def run() -> list[int]:
        async with (
            open_bench(small_world(1, 1, 1), tmp_path, sandbox) as bench,
            bench.services(fetcher=fetcher) as services,
        ):
            first = await poll_herald(services)
            fetcher.answers[CHILD] = child("one", "two")
            return [first.new, (await poll_herald(services)).new]

    assert asyncio.run(run()) == [1, 1]


@pytest.mark.parametrize(("code", "slowed"), [("fetch.dns", False), ("http.5xx", True)])
def test_a_line_that_may_be_ours_slows_no_source_for_long(
    code: str, slowed: bool, tmp_path: Path, sandbox: Sandbox
) -> None:
    fetcher = Answers({INDEX: Failure(code, "nobody there")})

    async def run() -> timedelta:
        async with (
            open_bench(small_world(1, 1, 1), tmp_path, sandbox) as bench,
            bench.services(fetcher=fetcher) as services,
        ):
            for _ in range(8):
                poll = await poll_herald(services)
            return poll.next_poll_at - poll.started_at

    assert (asyncio.run(run()) > 3 * SOURCE.every) == slowed


def test_a_defect_on_one_channel_is_noted_there(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(
        services: Services, source: Source, channel: Channel, state: ChannelState
    ) -> Poll:
        if source.id == "g001":
            raise ZeroDivisionError("a slip of ours")
        return await poll_channel(services, source, channel, state)

    monkeypatch.setattr(runner, "poll_channel", broken)

    async def run() -> tuple[PassReport, PassReport]:
        async with open_bench(small_world(2, 3, 3), tmp_path, sandbox) as bench:
            return await bench.poll(), await bench.poll()

    first, second = asyncio.run(run())
    found = {tally.source: tally for tally in first.sources}
    assert found["g002"].stored == 3
    [(_, poll)] = found["g001"].channels
    assert poll.failure is not None
    assert poll.failure.code == "internal.error"
    assert "a slip of ours" in poll.failure.detail
    assert poll.next_poll_at > poll.started_at
    assert not any(tally.channels for tally in second.sources)  # it is not asked again at once


def test_other_rules_read_the_same_bytes_anew(tmp_path: Path, sandbox: Sandbox) -> None:
    async def run() -> list[int]:
        async with open_bench(small_world(1, 3, 3), tmp_path, sandbox) as bench:
            file = tmp_path / "config/sources/g001.toml"
            plain = file.read_text()
            file.write_text('exclude = ["/news/"]\n' + plain)
            before = await stored(bench)
            file.write_text(plain)
            return [before, await stored(bench)]

    async def stored(bench: Bench) -> int:
        report = await bench.poll(everything=True)
        return sum(tally.stored for tally in report.sources)

    assert asyncio.run(run()) == [0, 3]
