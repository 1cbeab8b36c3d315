"""`monitor feed`: what a feed, sitemap or listing announces; nothing is stored."""

from __future__ import annotations

import asyncio
import re
from typing import Any, Literal

import click

from config.settings import Settings, load_settings
from config.source import Channel, Source
from monitor.bootstrap import load_checked_catalog, open_fetcher, open_sandbox
from monitor.cli.documents import Document, is_address, load
from monitor.cli.output import json_option, note, print_json, published_at, said, say, start_logging
from monitor.errors import MonitorError, UsageError
from monitor.model import Announced, Entry, Failure
from monitor.pipeline.article_format import iso
from monitor.workers.add import publisher
from monitor.workers.read_channel import read_channel

Kind = Literal["feed", "sitemap", "listing"]
UNNAMED = "https://example.org/"
"""What relative links of a saved document are resolved against when --url is not given."""

_HEAD = 20_000
_COMMENT = re.compile(rb"<!--.*?-->", re.S)
_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex|rss|feed|rdf|channel)[\s>]", re.I)


@click.command("feed")
@click.argument("name", metavar="FILE|URL")
@click.option(
    "--kind",
    type=click.Choice(["feed", "sitemap", "listing"]),
    help="What it is; else told from the sources and the document.",
)
@click.option("--url", help="The address that a saved document is from.")
@click.option("--item", help="For a listing: the CSS selector of one announced article.")
@json_option
def command(name: str, kind: Kind | None, url: str | None, item: str | None, as_json: bool) -> int:
    """Show what a feed, sitemap or listing announces; nothing is stored. A listing that is a
    channel of a source is read with the selectors of its file.

    \b
    Example:
      monitor feed https://astanatimes.com/feed/
      monitor feed saved.xml --json
    """
    settings = load_settings()
    start_logging(settings)
    announced = asyncio.run(_read(settings, name, kind, url, item))
    if isinstance(announced, Failure):
        raise MonitorError(said(name, announced))
    for warning in announced.warnings:
        note(f"note: {warning}")
    if not announced.complete:
        note("note: the document ends too early; what is whole is shown")
    for entry in announced.entries:
        if as_json:
            print_json(_record(entry))
        else:
            say(f"{published_at(entry.published)}  {entry.title or '(no title)'}")
            say(f"    {entry.url}")
    if not as_json:
        say(f"{len(announced.entries)} announced")
    return 0


async def _read(
    settings: Settings, name: str, kind: Kind | None, url: str | None, item: str | None
) -> Announced | Failure:
    catalog = load_checked_catalog(settings)
    async with open_fetcher(settings) as fetcher, open_sandbox(settings) as sandbox:
        address = url or (name if is_address(name) else UNNAMED)
        document = await load(name, fetcher, url=address)
        if isinstance(document, Failure):
            return document
        source = publisher(catalog, address)
        channel = _channel(source, address, kind, item, document)
        return await read_channel(
            fetcher,
            sandbox,
            source,
            channel,
            body=document.body,
            url=document.url,
            content_type=document.content_type,
        )


def _channel(
    source: Source, address: str, kind: Kind | None, item: str | None, document: Document
) -> Channel:
    """The source's own channel at this address, or one made up from the options."""
    own = next((each for each in source.channels if each.url == address), None)
    if own is not None and kind in (None, own.kind) and item is None:
        return own
    kind = kind or ("listing" if item else _kind_of(document.body))
    if kind == "listing" and item is None:
        raise UsageError(
            "It looks like a web page: expected --item, the CSS selector of one announced article"
        )
    return Channel(kind=kind, url=address, item=item if kind == "listing" else None)


def _kind_of(body: bytes) -> Kind:
    """By the root element, in whatever width its characters are."""
    start = _COMMENT.sub(b"", body[:_HEAD].replace(b"\0", b""))
    root = _ROOT.search(start)
    return "sitemap" if root and root[1].lower() in (b"urlset", b"sitemapindex") else "feed"


def _record(entry: Entry) -> dict[str, Any]:
    return {
        "url": entry.url,
        "guid": entry.guid,
        "title": entry.title,
        "summary": entry.summary,
        "published": iso(entry.published),
        "authors": list(entry.authors),
    }
