"""A channel's documents: asked for, parsed in a child process, joined."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from config.source import Channel, Source
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import (
    FEED_ACCEPT,
    FEED_LIMIT,
    PAGE_ACCEPT,
    PAGE_LIMIT,
    SITEMAP_ACCEPT,
    SITEMAP_LIMIT,
)
from monitor.model import Announced, Failure, Response, Validators
from monitor.workers.parsing import parse_feed, parse_listing, parse_sitemap
from monitor.workers.sandbox import Sandbox

PARSE_SECONDS = 20.0
CHILD_SITEMAPS = 3
"""Of a sitemap index, the newest children are read: an archive's older ones do not change."""

_LIMITS = {"feed": FEED_LIMIT, "sitemap": SITEMAP_LIMIT, "listing": PAGE_LIMIT}
_ACCEPTS = {"feed": FEED_ACCEPT, "sitemap": SITEMAP_ACCEPT, "listing": PAGE_ACCEPT}


async def request(
    fetcher: Fetcher,
    source: Source,
    channel: Channel,
    validators: Validators | None = None,
    *,
    url: str | None = None,
    kind: str | None = None,
) -> Response | Failure:
    """Ask for a channel's document, or for `url`, a part of it of that `kind`. A feed is meant
    for programs: robots.txt is asked about everything else."""
    kind = kind or channel.kind
    return await fetcher.get(
        url or channel.url,
        validators=validators,
        accept=_ACCEPTS[kind],
        limit=_LIMITS[kind],
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=kind != "feed",
    )


async def read_channel(
    fetcher: Fetcher,
    sandbox: Sandbox,
    source: Source,
    channel: Channel,
    *,
    body: bytes,
    url: str,
    content_type: str,
) -> Announced | Failure:
    """What a channel's document announces, the children of a sitemap index included."""
    parsed = await parse_document(
        sandbox, source, channel, body=body, url=url, content_type=content_type
    )
    if isinstance(parsed, Failure) or not parsed.more:
        return parsed
    for address in parsed.more[:CHILD_SITEMAPS]:
        child = await request(fetcher, source, channel, url=address)
        part = (
            child
            if isinstance(child, Failure)
            else await parse_document(
                sandbox,
                source,
                channel,
                body=child.body,
                url=child.final_url,
                content_type=child.content_type,
            )
        )
        parsed = _joined(parsed, part)
    return parsed


async def parse_document(
    sandbox: Sandbox,
    source: Source,
    channel: Channel,
    *,
    body: bytes,
    url: str,
    content_type: str,
    kind: str | None = None,
) -> Announced | Failure:
    """What one document announces, read as one of this `kind`, the channel's unless given."""
    kind = kind or channel.kind
    options: dict[str, Any] = {"url": url, "content_type": content_type, "zone": source.zone}
    if kind == "listing":
        return await sandbox.run(
            parse_listing, body, channel=channel, timeout=PARSE_SECONDS, **options
        )
    parse = parse_feed if kind == "feed" else parse_sitemap
    return await sandbox.run(parse, body, timeout=PARSE_SECONDS, **options)


def _joined(whole: Announced, part: Announced | Failure) -> Announced:
    """An index and one child. A child that cannot be read leaves the whole incomplete."""
    if isinstance(part, Failure):
        return replace(whole, complete=False, warnings=(*whole.warnings, part.code))
    return replace(
        whole,
        entries=(*whole.entries, *part.entries),
        complete=whole.complete and part.complete,
        warnings=(*whole.warnings, *part.warnings),
    )
