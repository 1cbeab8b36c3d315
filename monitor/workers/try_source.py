"""Trying a source out: everything a pass would do, nothing stored."""

from __future__ import annotations

from dataclasses import dataclass

from config.saved_pages import SavedPage
from config.source import Channel, Source
from monitor.errors import InvalidUrl
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import Announced, Article, Entry, Failure, Fate, Response
from monitor.pipeline.canonical_url import canonical_url
from monitor.workers.extract import EXTRACT_SECONDS
from monitor.workers.parsing import extract_article
from monitor.workers.read_channel import read_channel, request
from monitor.workers.sandbox import Sandbox

_SHOWN = 100
"""Characters of a paragraph that differs."""


@dataclass(frozen=True, slots=True)
class TriedChannel:
    """What a channel announces now, and what extraction makes of its first article."""

    channel: Channel
    announced: Announced | Failure
    sample: Article | Failure | None


@dataclass(frozen=True, slots=True)
class TriedPage:
    """What extraction makes of a saved page, and in what that differs from what is expected."""

    page: SavedPage
    found: Article | Failure
    differences: tuple[str, ...]


async def try_saved_page(sandbox: Sandbox, source: Source, page: SavedPage) -> TriedPage:
    """Read a saved page with the source's rules."""
    found = await sandbox.run(
        extract_article,
        page.body,
        url=page.url,
        content_type="text/html",
        source=source,
        timeout=EXTRACT_SECONDS,
    )
    return TriedPage(page, found, _differences(page, found))


def _differences(page: SavedPage, found: Article | Failure) -> tuple[str, ...]:
    if isinstance(found, Failure):
        return (f"no article: {found.detail}",)
    differing = []
    if found.title != page.title:
        differing.append(f"the title is {found.title!r}, not {page.title!r}")
    if page.published is not None and found.published != page.published:
        differing.append(f"published {found.published}, not {page.published}")
    if page.authors is not None and found.authors != page.authors:
        differing.append(f"the authors are {list(found.authors)}, not {list(page.authors)}")
    read, expected = found.text.split("\n\n"), page.text.split("\n\n")
    differing += [f"missing: {one[:_SHOWN]}" for one in expected if one not in read]
    differing += [f"too much: {one[:_SHOWN]}" for one in read if one not in expected]
    return tuple(differing)


async def try_channel(
    fetcher: Fetcher, sandbox: Sandbox, source: Source, channel: Channel
) -> TriedChannel:
    """Read one channel, and the page of the first thing it announces."""
    response = await request(fetcher, source, channel)
    if isinstance(response, Failure):
        return TriedChannel(channel, response, None)
    announced = await _read(fetcher, sandbox, source, channel, response)
    if isinstance(announced, Failure) or not announced.entries:
        return TriedChannel(channel, announced, None)
    sample = await _extract(fetcher, sandbox, source, announced.entries[0])
    return TriedChannel(channel, announced, sample)


async def _read(
    fetcher: Fetcher, sandbox: Sandbox, source: Source, channel: Channel, response: Response
) -> Announced | Failure:
    return await read_channel(
        fetcher,
        sandbox,
        source,
        channel,
        body=response.body,
        url=response.final_url,
        content_type=response.content_type,
    )


async def _extract(
    fetcher: Fetcher, sandbox: Sandbox, source: Source, entry: Entry
) -> Article | Failure:
    try:
        url = canonical_url(entry.url)
    except InvalidUrl as error:
        return Failure("entry.bad_link", str(error), Fate.SKIP)
    response = await fetcher.get(
        url,
        limit=PAGE_LIMIT,
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=True,
    )
    if isinstance(response, Failure):
        return response
    return await sandbox.run(
        extract_article,
        response.body,
        url=response.final_url,
        content_type=response.content_type,
        source=source,
        announced=entry,
        fetched_at=response.fetched_at,
        timeout=EXTRACT_SECONDS,
    )
