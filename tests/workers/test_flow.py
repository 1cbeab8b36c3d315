"""From announcement to archive, on the bundled newsroom: nothing lost, nothing doubled, and
everything reads as it was published."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.model import ArchivedArticle, EntryState, PollStatus
from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.server import Newsroom
from monitor.newsroom.truth import Truth
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.sandbox import Sandbox
from storage.repositories import articles
from tests.workers.bench import START, Bench, open_bench

pytestmark = pytest.mark.network

ALMATY = ZoneInfo("Asia/Almaty")


OUTLETS = {"Агентство «Бюллетень»", "Continental with Steppe Times"}


def by_url(archived: list[ArchivedArticle]) -> dict[str, ArchivedArticle]:
    found = {each.article.url: each for each in archived}
    assert len(found) == len(archived)
    return found


def assert_reads_as_published(room: Newsroom, truth: Truth, archived: ArchivedArticle) -> None:
    article, text = archived.article, room.world.articles[truth.id]
    assert article.title == truth.title
    assert article.language == truth.language
    # Continental prints its summary above the text, in the same column: it may be kept.
    assert article.text.removeprefix(f"{text.summary}\n\n") == truth.text, truth.id
    # The bulletin's Russian pages name the author in a bare line that no rule points at, and an
    # outlet is nobody's name.
    people = tuple(name for name in truth.authors if name not in OUTLETS)
    allowed = {people, ()} if truth.id.startswith("bl-") else {people}
    assert article.authors in allowed, truth.id
    assert article.published is not None
    if truth.day_only:
        local = article.published.astimezone(ALMATY)
        assert local.date() == truth.published.astimezone(ALMATY).date(), truth.id
    else:
        assert article.published == truth.published, truth.id


async def assert_archive_is_the_truth(bench: Bench) -> dict[str, ArchivedArticle]:
    await bench.assert_exact()
    stored = by_url(await bench.archive())
    for article in bench.room.ledger.must():
        truth = bench.room.truth(article)
        assert_reads_as_published(bench.room, truth, stored[truth.url])
    return stored


def test_a_pass_stores_what_is_announced_and_the_next_one_only_what_is_new(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with open_bench(bundled_world(START), tmp_path, sandbox) as bench:
            room = bench.room
            first = await bench.poll()
            assert not first.needs_a_look
            assert sum(tally.stored for tally in first.sources) == len(room.ledger.must())
            assert room.ledger.must() == room.ledger.published()
            assert_copies_are_linked(room, await assert_archive_is_the_truth(bench))
            assert await bench.states() == {EntryState.STORED: len(room.ledger.must())}
            assert await bench.holders() == set()

            before = len(room.ledger.requests())
            room.advance(minutes=1)
            await assert_nothing_is_new(bench)
            polls = room.ledger.requests()[before:]
            channels = [one for one in polls if one.target != "/robots.txt"]
            announcing = {"palace"}  # its listings send no validators
            assert all(
                {"if-none-match", "if-modified-since"} & one.headers.keys()
                for one in channels
                if one.site not in announcing
            )

            published = len(room.ledger.published())
            corrected = await step_until_all_is_published(bench)
            assert len(room.ledger.published()) > published
            stored = await assert_archive_is_the_truth(bench)
            assert corrected
            await assert_versions(bench, corrected, stored)

    asyncio.run(scenario())


def assert_copies_are_linked(room: Newsroom, stored: dict[str, ArchivedArticle]) -> None:
    """Copies that repeat a text word for word; edited ones are no exact copies."""
    exact = 0
    for copy, original in room.ledger.copies().items():
        ours, first = stored[room.url_of(copy)], stored[room.url_of(original)]
        if fingerprint(ours.article.text) == fingerprint(first.article.text):
            exact += 1
            assert ours.story == first.story == first.id
            # First is who published first; a day without an hour is taken for its midnight.
            assert (ours.duplicate_of, first.duplicate_of) == (first.id, None)
    assert exact


async def assert_nothing_is_new(bench: Bench) -> None:
    report = await bench.poll(everything=True)
    assert all(not (tally.stored or tally.updated or tally.failed) for tally in report.sources)
    unchanged = {
        (tally.source, url): poll.status is PollStatus.UNCHANGED
        for tally in report.sources
        for url, poll in tally.channels
    }
    assert all(said for (source, _), said in unchanged.items() if source != "palace")
    assert all(poll.new == 0 for tally in report.sources for _, poll in tally.channels)


async def step_until_all_is_published(bench: Bench) -> set[str]:
    """Polls often enough that no window turns over; returns what was corrected meanwhile."""
    world = bench.room.world
    last = max(version.at for text in world.articles.values() for version in text.versions)
    while bench.room.clock.now() < last:
        bench.room.advance(hours=1)
        report = await bench.poll(everything=True)
        assert not report.needs_a_look
    return {
        text.id
        for text in world.articles.values()
        if len(text.versions) > 1 and text.versions[-1].at > START
    }


async def assert_versions(
    bench: Bench, corrected: set[str], stored: dict[str, ArchivedArticle]
) -> None:
    """Each text that was handed over stands there as one version, the last one on top."""
    async with bench.services() as services:
        for article in corrected:
            archived = stored[bench.room.url_of(article)]
            kept = await services.read(partial(articles.versions_of, article_id=archived.id))
            handed_over = bench.room.ledger.versions(article)
            assert [each.number for each in kept] == list(range(1, len(kept) + 1))
            assert len(kept) == archived.versions == len(handed_over), article
            assert kept[-1].text == archived.article.text
            assert (archived.updated is not None) == (len(kept) > 1)
