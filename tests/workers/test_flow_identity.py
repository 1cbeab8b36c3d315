"""One article stays one and two stay two, whatever the channel does to their identities."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import ArchivedArticle, EntryState
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.faults import Fault
from monitor.newsroom.generate import generate_site
from monitor.newsroom.world import (
    Article,
    Habits,
    Identity,
    Site,
    Slugs,
    Version,
    World,
    build_world,
)
from monitor.workers.sandbox import Sandbox
from tests.workers.bench import START, Bench, open_bench

pytestmark = pytest.mark.network

HOUR = timedelta(hours=1)


def site_of(habits: Habits, count: int = 6, published: int = 3) -> tuple[Site, list[Article]]:
    site, articles = generate_site(
        5, count, start=START, every=HOUR, published=published, habits=habits, language="en"
    )
    return site, list(articles)


def world_of(habits: Habits, count: int = 6, published: int = 3) -> World:
    site, articles = site_of(habits, count, published)
    return build_world(START, [site], articles)


def corrected(article: Article, at: timedelta, title: str | None = None) -> Article:
    """The same with one more sentence from then on."""
    first = article.versions[0]
    later = (*first.paragraphs, "A correction: the number of guests was two hundred, not twenty.")
    version = Version(2, START + at, title or first.title, later)
    return replace(article, versions=(first, version))


def play(
    tmp_path: Path,
    sandbox: Sandbox,
    world: World,
    *,
    hours: int = 4,
    before: Callable[[Bench], None] | None = None,
) -> tuple[list[ArchivedArticle], Bench, dict[EntryState, int]]:
    """Polls every hour; what is stored at the end."""

    async def scenario() -> tuple[list[ArchivedArticle], Bench, dict[EntryState, int]]:
        async with open_bench(world, tmp_path, sandbox) as bench:
            if before is not None:
                before(bench)
            for _ in range(hours):
                await bench.poll(everything=True)
                bench.room.advance(hours=1)
            return await bench.archive(), bench, dict(await bench.states())

    return asyncio.run(scenario())


def titles(archived: list[ArchivedArticle]) -> list[str]:
    return sorted(each.article.title for each in archived)


@pytest.mark.parametrize(
    "identity",
    ["guid", "link", "none", "churn", "shared", "position", "guid-only", "text-only"],
)
def test_every_article_is_stored_once(identity: Identity, tmp_path: Path, sandbox: Sandbox) -> None:
    """Guids that change at each load, that all share or that mean a place; links that change
    their parameters; no links at all."""
    world = world_of(Habits(identity=identity))
    stored, bench, states = play(tmp_path, sandbox, world)
    published = [each for each in world.articles.values() if each.published <= START + 3 * HOUR]
    assert len(published) == 6
    assert titles(stored) == sorted(each.versions[0].title for each in published)
    assert states == {EntryState.STORED: 6}
    assert all(each.versions == 1 and each.duplicate_of is None for each in stored)
    pages = [one for one in bench.room.ledger.requests() if one.target.startswith("/news/")]
    without_link = identity in ("guid-only", "text-only")
    # A guid that stood over another article before costs one question to the old address.
    assert (len(pages) == 0) if without_link else (6 <= len(pages) <= 12)


def test_what_has_no_link_is_stored_from_the_feeds_own_text(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    site, articles = site_of(Habits(identity="guid-only"), 2, 2)
    articles[0] = corrected(articles[0], 2 * HOUR)
    stored, bench, _ = play(tmp_path, sandbox, build_world(START, [site], articles))
    assert len(stored) == 2
    changed = next(each for each in stored if each.article.title == articles[0].versions[0].title)
    assert changed.versions == 2
    words = " ".join(articles[0].versions[1].paragraphs).split()
    assert changed.article.text.split() == words
    for each in stored:
        assert each.article.text_from == "feed"
        assert each.article.url.startswith(f"{bench.room.sites['g001'].base}/feed.xml#entry-")


@pytest.mark.parametrize("slugs", ["redirect", "gone"])
def test_a_changed_slug_is_an_alias(slugs: Slugs, tmp_path: Path, sandbox: Sandbox) -> None:
    """The old address leads to the new one, or is gone and the texts agree."""
    site, articles = site_of(Habits(slugs=slugs), 2, 2)
    articles[0] = corrected(articles[0], 2 * HOUR, "Quite another headline")
    stored, _, _ = play(tmp_path, sandbox, build_world(START, [site], articles))
    assert len(stored) == 2
    [changed] = [each for each in stored if each.article.title == "Quite another headline"]
    assert changed.versions == 2
    assert changed.article.url.endswith("-v2")


def test_a_changed_slug_over_a_rewritten_text_is_proved_by_the_redirect(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    site, articles = site_of(Habits(slugs="redirect"), 2, 2)
    other = articles[1].versions[0].paragraphs
    first = articles[0].versions[0]
    rewritten = Version(2, START + 2 * HOUR, "Quite another headline", tuple(reversed(other)))
    articles = [replace(articles[0], versions=(first, rewritten))]
    stored, _, _ = play(tmp_path, sandbox, build_world(START, [site], articles))
    assert [(each.versions, each.article.title) for each in stored] == [
        (2, "Quite another headline")
    ]


def test_a_guid_that_is_used_again_for_a_new_article_makes_two(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    """A window of one whose item is always number one."""
    world = world_of(Habits(identity="position", window=1), 3, 1)
    stored, _, _ = play(tmp_path, sandbox, world)
    assert titles(stored) == sorted(each.versions[0].title for each in world.articles.values())


def moved_site(articles: list[Article], at: timedelta) -> tuple[Site, list[Article]]:
    """The same articles under the same paths on another host."""
    site = Site("g002", "generated", "Wire g001", ("en",), habits=Habits())
    return site, [replace(each, id=f"new-{each.id}", site="g002") for each in articles]


def to_the_new_host(base: str) -> Fault:
    def fault(request: Request, right: Answer) -> Answer:
        return Answer(status=301, headers=(("Location", base + request.target),))

    return fault


@pytest.mark.parametrize("proof", ["text", "redirect"])
def test_a_site_that_moves_to_another_domain_keeps_its_articles(
    proof: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    """The old host is switched off and the texts agree, or it leads to the new one, where a text
    was rewritten meanwhile."""
    site, articles = site_of(Habits(), 3, 3)
    new_site, new_articles = moved_site(articles, HOUR)
    if proof == "redirect":
        words = ("Nothing of what was written here before has stayed. " * 12).strip()
        rewritten = Version(1, new_articles[0].published, "Rewritten", (words, words + " At all."))
        new_articles[0] = replace(new_articles[0], versions=(rewritten,))
    world = build_world(START, [site, new_site], [*articles, *new_articles])

    async def scenario() -> None:
        async with open_bench(world, tmp_path, sandbox) as bench:
            sources = tmp_path / "config" / "sources"
            (sources / "g002.toml").unlink()
            await bench.poll(everything=True)
            before = await bench.archive()
            assert len(before) == 3
            old, new = (bench.room.sites[name].base for name in ("g001", "g002"))
            fault = faults.status(404) if proof == "text" else to_the_new_host(new)
            bench.room.fail("g001", "*", fault)
            file = sources / "g001.toml"
            file.write_text(file.read_text().replace(f"{old}/feed.xml", f"{new}/feed.xml"))
            bench.room.advance(hours=1)
            await bench.poll(everything=True)
            after = await bench.archive()
            assert [each.id for each in after] == [each.id for each in before]
            assert all(each.article.url.startswith(new) for each in after)
            changed = [each for each in after if each.versions > 1]
            assert [each.article.title for each in changed] == (
                ["Rewritten"] if proof == "redirect" else []
            )
            assert await bench.states() == {EntryState.STORED: 6}

    asyncio.run(scenario())


def test_the_same_path_on_two_hosts_of_a_source_with_two_texts_makes_two(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    site, articles = site_of(Habits(), 1, 1)
    other, [twin] = moved_site(articles, HOUR)
    _, others = site_of(Habits(window=3), 2, 2)
    text = replace(others[1].versions[0], title="Another article under the same path")
    twin = replace(twin, versions=(text,))
    world = build_world(START, [site, other], [*articles, twin])

    async def scenario() -> None:
        async with open_bench(world, tmp_path, sandbox) as bench:
            sources = tmp_path / "config" / "sources"
            (sources / "g002.toml").unlink()
            file = sources / "g001.toml"
            channel = (
                f'\n[[channels]]\nkind = "feed"\nurl = "{bench.room.sites["g002"].base}/feed.xml"\n'
            )
            file.write_text(file.read_text() + channel)
            for _ in range(2):
                await bench.poll(everything=True)
            assert len(await bench.archive()) == 2

    asyncio.run(scenario())


def test_a_feed_without_dates(tmp_path: Path, sandbox: Sandbox) -> None:
    stored, _, _ = play(tmp_path, sandbox, world_of(Habits(dates="none")))
    assert len(stored) == 6
    assert all(each.article.published is None for each in stored)
    assert sorted({each.first_seen for each in stored}) == [START + n * HOUR for n in range(4)]


def test_dates_in_the_future_are_not_believed(tmp_path: Path, sandbox: Sandbox) -> None:
    """Neither the feed's nor the pages' own: such an article would stand on top for a year."""
    stored, _, _ = play(tmp_path, sandbox, world_of(Habits(dates="future")))
    assert len(stored) == 6
    assert all(each.article.published is None for each in stored)
