"""One article announced in many ways is one article."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from config.settings import Settings
from monitor.bootstrap import open_services
from monitor.model import EntryState
from monitor.workers.runner import run_pass
from storage.repositories import articles, entries

pytestmark = pytest.mark.network

TEXT = "".join(
    f"<p>The council of the town met on day {day} and spoke about the bridge, the water tower "
    f"and the school, and agreed that number {day} of its plans would be carried out first.</p>"
    for day in range(1, 6)
)
SOURCE = """\
name = "Town"
homepage = "{base}/"
language = "en"
spacing = "0s"

[[channels]]
kind = "feed"
url = "{base}/feed.xml"

[[channels]]
kind = "sitemap"
url = "{base}/sitemap.xml"

[[channels]]
kind = "listing"
url = "{base}/list.html"
item = "li"
link = "a"
"""


def documents(base: str) -> dict[str, tuple[str, str]]:
    page = f"{base}/news/bridge"
    feed = "".join(
        f"<item><title>The bridge</title><link>{link}</link><guid>{n}</guid></item>"
        for n, link in enumerate(
            [f"{page}?utm_source=rss&amp;utm_medium=feed", f"{page}#comments", f"{page}?fbclid=x"]
        )
    )
    return {
        "/robots.txt": ("text/plain", "User-agent: *\nDisallow:\n"),
        "/feed.xml": (
            "application/rss+xml",
            f"<rss version='2.0'><channel><title>Town</title>{feed}</channel></rss>",
        ),
        "/sitemap.xml": (
            "application/xml",
            "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>"
            f"<url><loc>{page}/</loc></url><url><loc>{page}?utm_campaign=map</loc></url></urlset>",
        ),
        "/list.html": (
            "text/html",
            "<ul><li><a href='/news/bridge?utm_content=top'>The bridge</a></li>"
            "<li><a href='./news/bridge'>The bridge</a></li></ul>",
        ),
        "/news/bridge": (
            "text/html; charset=utf-8",
            f"<html lang='en'><head><title>The bridge</title></head><body><article>"
            f"<h1>The bridge</h1>{TEXT}</article></body></html>",
        ),
    }


@asynccontextmanager
async def town(asked: Counter[str]) -> AsyncIterator[str]:
    """A site whose one article is announced seven times in three channels."""
    found: dict[str, tuple[str, str]] = {}

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode().partition("?")[0].rstrip("/")
        asked[path] += 1
        kind, text = found.get(path, ("", ""))
        body = text.encode()
        status = "200 OK" if body else "404 Not Found"
        lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"Content-Type: {kind}"] if kind else []
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    found.update(documents(base))
    async with server:
        yield base


def test_an_article_in_feed_sitemap_and_listing_is_stored_once(tmp_path: Path) -> None:
    asked: Counter[str] = Counter()

    async def scenario() -> None:
        async with town(asked) as base:
            sources = tmp_path / "config" / "sources"
            sources.mkdir(parents=True)
            (sources / "town.toml").write_text(SOURCE.format(base=base), encoding="utf-8")
            settings = Settings(
                _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
                database_url=f"sqlite:///{tmp_path}/monitor.db",
                config_dir=tmp_path / "config",
                allow_private_hosts=True,
                workers=1,
            )
            async with open_services(settings) as services:
                town_ = services.catalog.sources["town"]
                for _ in range(2):
                    report = await run_pass(services, [town_], everything=True)
                    assert not report.needs_a_look
                kept = await services.read(lambda c: [*articles.in_chunks(c)])
                states = await services.read(entries.counts)
            assert [len(chunk) for chunk in kept] == [1]
            assert states == {("town", EntryState.STORED): 1}

    asyncio.run(scenario())
    assert asked["/news/bridge"] == 1
