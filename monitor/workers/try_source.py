"""Trying a source out: everything a pass would do, nothing stored."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from config.source import Channel, Source
from config.writing import source_id
from monitor.errors import InvalidUrl
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import Announced, Article, Entry, Failure, Fate, Response
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.detect_language import detect_language
from monitor.pipeline.discover_feeds import discover_feeds
from monitor.workers.extract import EXTRACT_SECONDS
from monitor.workers.parsing import extract_article
from monitor.workers.poll import read_channel, request
from monitor.workers.sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class TriedChannel:
    """What a channel announces now, and what extraction makes of its first article."""

    channel: Channel
    announced: Announced | Failure
    sample: Article | Failure | None


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


async def propose_source(fetcher: Fetcher, sandbox: Sandbox, url: str) -> Source | Failure:
    """A source for this address: it is a feed, or a page that declares one. Raises InvalidUrl."""
    url = canonical_url(url)
    draft = _source(url, url, "en")
    response = await request(fetcher, draft, draft.channels[0])
    if isinstance(response, Failure):
        return response
    announced = await _read(fetcher, sandbox, draft, draft.channels[0], response)
    if isinstance(announced, Announced):
        return _source(url, url, _language(announced))
    for feed in discover_feeds(
        response.body, url=response.final_url, content_type=response.content_type
    ):
        draft = _source(url, feed, "en")
        tried = await try_channel(fetcher, sandbox, draft, draft.channels[0])
        if isinstance(tried.announced, Announced):
            return _source(url, feed, _language(tried.announced))
    return Failure(
        "discover.no_feed",
        f"{url} is not a feed and declares none; a sitemap or a listing can be written by hand",
        Fate.SKIP,
    )


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
        timeout=EXTRACT_SECONDS,
    )


def _source(page: str, feed: str, language: str) -> Source:
    name = source_id(page)
    home = "/".join(page.split("/")[:3]) + "/"
    return Source(
        id=name,
        name=name.replace("-", " ").title(),
        homepage=home,
        language=language,
        channels=(Channel(kind="feed", url=feed),),
    )


def _language(announced: Announced) -> str:
    """The language of most of what is announced."""
    found = Counter(
        entry.language or detect_language(f"{entry.title}. {entry.summary}")
        for entry in announced.entries
    )
    return found.most_common(1)[0][0] if found else "en"
