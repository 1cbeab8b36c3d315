"""From an address to a proposal: every way in is tried, and only what works is proposed."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import timedelta

import pytest

from config.writing import source_toml
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.model import Failure
from monitor.newsroom import faults
from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.exchange import Answer
from monitor.newsroom.faults import Fault
from monitor.newsroom.server import Newsroom
from monitor.workers import discover
from monitor.workers.discover import Proposal, discover_source
from monitor.workers.sandbox import Sandbox
from tests.workers.bench import START, small_world

pytestmark = pytest.mark.network

NOTHING: Mapping[str, Fault] = {}


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discover, "SPACING", timedelta(0))


def page(text: str, content_type: str = "text/html; charset=utf-8") -> Fault:
    return lambda request, right: Answer(body=text.encode(), content_type=content_type)


def explore(
    sandbox: Sandbox, site: str, path: str = "/", answers: Mapping[str, Fault] = NOTHING
) -> tuple[Proposal | Failure, str, list[str]]:
    """What is proposed for a path of a site, its base address, and what was asked for."""

    async def scenario() -> tuple[Proposal | Failure, str, list[str]]:
        world = small_world(sites=1, each=4, published=4) if site == "g001" else None
        async with Newsroom(
            world or bundled_world(START), SteppedClock(START + timedelta(days=2))
        ) as room:
            for pattern, fault in answers.items():
                room.fail(site, pattern, fault)
            base = room.sites[site].base
            async with Fetcher(FetchSettings(allow_private=True)) as fetcher:
                found = await discover_source(fetcher, sandbox, base + path)
            return found, base, [one.target for one in room.ledger.requests(site)]

    return asyncio.run(scenario())


def channels(proposal: Proposal | Failure, base: str) -> list[tuple[str, str, str | None]]:
    assert isinstance(proposal, Proposal), proposal
    return [
        (
            each.kind,
            each.url.removeprefix(base),
            None if each.backfill is None else each.backfill.removeprefix(base),
        )
        for each in proposal.source.channels
    ]


def test_a_page_that_declares_a_feed_on_a_site_with_sitemap_and_pages(sandbox: Sandbox) -> None:
    proposal, base, _ = explore(sandbox, "steppe-times")
    assert channels(proposal, base) == [
        ("feed", "/feed/", "/feed/?paged={page}"),
        ("sitemap", "/news-sitemap.xml", None),
    ]
    assert isinstance(proposal, Proposal)
    assert proposal.source.language == "en"
    assert all(each.announced.entries for each in proposal.found)
    assert any(entry.published for entry in proposal.found[0].announced.entries)
    text = source_toml(proposal.source)
    assert text.count("[[channels]]") == 2


def test_a_feed_is_taken_as_it_is(sandbox: Sandbox) -> None:
    proposal, base, asked = explore(sandbox, "g001", "/feed.xml")
    assert channels(proposal, base) == [("feed", "/feed.xml", None)]
    assert "/robots.txt" not in asked


def test_a_sitemap_is_taken_as_it_is(sandbox: Sandbox) -> None:
    proposal, base, _ = explore(sandbox, "steppe-times", "/news-sitemap.xml")
    assert channels(proposal, base) == [("sitemap", "/news-sitemap.xml", None)]


def test_wordpress_is_asked_by_its_routes(sandbox: Sandbox) -> None:
    """The page declares no feed, but names the interface of WordPress."""
    bare = '<html><head><link rel="https://api.w.org/" href="/wp-json/"></head><body>News</body>'
    proposal, base, asked = explore(sandbox, "steppe-times", answers={"/": page(bare)})
    assert channels(proposal, base)[0] == ("feed", "/feed/", "/feed/?paged={page}")
    assert not any("wp-json" in one for one in asked)


def test_usual_routes_are_tried_where_nothing_is_declared(sandbox: Sandbox) -> None:
    bare = '<html><head><meta property="og:site_name" content="The Wire"></head><body>News</body>'
    proposal, base, _ = explore(sandbox, "g001", answers={"/": page(bare)})
    assert channels(proposal, base) == [("feed", "/feed.xml", None)]
    assert isinstance(proposal, Proposal)
    assert proposal.source.name == "The Wire"
    assert {url.removeprefix(base) for url, _ in proposal.left_out} >= {"/rss", "/rss.xml"}


def test_a_sitemap_of_the_whole_site_is_where_gaps_are_filled_from(sandbox: Sandbox) -> None:
    plain = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<url><loc>https://example.org/about</loc></url></urlset>"
    )
    declared = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    answers = {"/": page(declared), "/sitemap.xml": page(plain, "application/xml")}
    proposal, base, _ = explore(sandbox, "g001", answers=answers)
    assert channels(proposal, base) == [("feed", "/feed.xml", "/sitemap.xml")]


def test_the_same_feed_declared_twice_and_one_of_comments(sandbox: Sandbox) -> None:
    links = "".join(
        f'<link rel="alternate" type="application/rss+xml" href="{href}">'
        for href in ("/comments/feed/", "/feed.xml", "/feed.xml?format=rss", "/broken.xml")
    )
    proposal, base, asked = explore(sandbox, "g001", answers={"/": page(f"<html><head>{links}")})
    assert channels(proposal, base) == [("feed", "/feed.xml", None)]
    assert "/comments/feed/" not in asked
    assert isinstance(proposal, Proposal)
    reasons = {url.removeprefix(base): why for url, why in proposal.left_out}
    assert "another one" in reasons["/feed.xml?format=rss"]
    assert "404" in reasons["/broken.xml"]


def test_a_site_without_any_way_in(sandbox: Sandbox) -> None:
    answers = {"/": page("<html><body>Nothing"), "/feed*": faults.status(404)}
    proposal, _, asked = explore(sandbox, "g001", answers=answers)
    assert isinstance(proposal, Failure)
    assert proposal.code == "discover.no_feed"
    assert len(asked) < 20
