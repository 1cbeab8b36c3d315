"""An address → a proposal for a source: every way in that the site offers, tried out.

feeds declared on the page → WordPress's routes → the usual routes; sitemaps named by robots.txt →
the usual ones; for each feed the address of its older pages. Nothing is stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from config.source import Channel, Source
from config.writing import source_id
from monitor.errors import InvalidUrl
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import ROBOTS_ACCEPT, ROBOTS_LIMIT
from monitor.model import Announced, Entry, Failure, Fate, Response
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.pipeline.detect_language import detect_language
from monitor.pipeline.discover_site import (
    FEED_ROUTES,
    SITEMAP_ROUTES,
    WORDPRESS_ROUTES,
    SiteHints,
    declared_sitemaps,
    paged_addresses,
    routes,
)
from monitor.workers.parsing import discover_feeds, site_hints
from monitor.workers.read_channel import PARSE_SECONDS, read_channel, request
from monitor.workers.sandbox import Sandbox

SPACING = timedelta(seconds=2)
MOST_FEEDS = 6
MOST_SITEMAPS = 4


@dataclass(frozen=True, slots=True)
class Found:
    """A way in that works, and what it announces now."""

    channel: Channel
    announced: Announced


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that could be written, what its channels announce, and what was left out: each
    address with the reason."""

    source: Source
    found: tuple[Found, ...]
    left_out: tuple[tuple[str, str], ...]


async def discover_source(fetcher: Fetcher, sandbox: Sandbox, url: str) -> Proposal | Failure:
    """A proposal for the site at `url`: a feed, a sitemap, or a page. Raises InvalidUrl."""
    return await _Discovery(fetcher, sandbox, canonical_url(url)).run()


@dataclass
class _Discovery:
    fetcher: Fetcher
    sandbox: Sandbox
    url: str
    name: str = ""
    found: list[Found] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)

    async def run(self) -> Proposal | Failure:
        page = await request(self.fetcher, self._source(), Channel(kind="feed", url=self.url))
        if isinstance(page, Failure):
            return page
        if not await self._is_channel(page):
            await self._feeds(page)
            await self._sitemaps()
        if not self.found:
            detail = (
                f"{self.url} is not a feed and declares none, and no sitemap was found; "
                "a listing can be written by hand"
            )
            return Failure("discover.no_feed", detail, Fate.SKIP)
        return self._proposal()

    async def _is_channel(self, page: Response) -> bool:
        """Whether the address is a feed or a sitemap itself; then it is all that is wanted."""
        start = page.body[:3000].lower()
        sitemap = b"<urlset" in start or b"<sitemapindex" in start or start[:2] == b"\x1f\x8b"
        channel = Channel(kind="sitemap" if sitemap else "feed", url=self.url)
        announced = await self._parse(channel, page)
        if isinstance(announced, Failure):
            return False
        self.found.append(await self._with_older(Found(channel, announced)))
        return True

    async def _feeds(self, page: Response) -> None:
        hints, declared = await self._declared(page)
        self.name = hints.name
        await self._try_feeds(
            [url for url in declared if "comment" not in url.casefold()][:MOST_FEEDS]
        )
        if not self.found and hints.wordpress:
            await self._try_feeds(routes(page.final_url, WORDPRESS_ROUTES), first=True)
        if not self.found:
            await self._try_feeds(routes(page.final_url, FEED_ROUTES), first=True)

    async def _declared(self, page: Response) -> tuple[SiteHints, tuple[str, ...]]:
        """What the page says about its site and its feeds. A page that cannot be read says
        nothing: the usual routes are left."""
        kind = page.content_type
        hints = await self.sandbox.run(
            site_hints, page.body, content_type=kind, timeout=PARSE_SECONDS
        )
        declared = await self.sandbox.run(
            discover_feeds,
            page.body,
            url=page.final_url,
            content_type=kind,
            timeout=PARSE_SECONDS,
        )
        for failed in (hints, declared):
            if isinstance(failed, Failure):
                self.left_out.append((page.final_url, failed.detail))
        return (
            SiteHints() if isinstance(hints, Failure) else hints,
            () if isinstance(declared, Failure) else declared,
        )

    async def _try_feeds(self, urls: Iterable[str], *, first: bool = False) -> None:
        """Try these; with `first` one that works is enough."""
        for url in urls:
            if url in {address for address, _ in self.left_out}:
                continue
            channel = Channel(kind="feed", url=url)
            announced = await self._read(channel)
            if announced is None or self._is_known(channel, announced):
                continue
            self.found.append(await self._with_older(Found(channel, announced)))
            if first:
                return

    async def _sitemaps(self) -> None:
        robots = await self.fetcher.get(
            routes(self.url, ("/robots.txt",))[0],
            accept=ROBOTS_ACCEPT,
            limit=ROBOTS_LIMIT,
            spacing=SPACING,
        )
        declared: tuple[str, ...] = ()
        if isinstance(robots, Response):
            text = robots.body.decode("utf-8", "replace")
            declared = declared_sitemaps(text, base=robots.final_url)
        archive: Found | None = None
        for url in (declared or routes(self.url, SITEMAP_ROUTES))[:MOST_SITEMAPS]:
            channel = Channel(kind="sitemap", url=url)
            announced = await self._read(channel)
            if announced is None:
                continue
            if not _is_news(announced):
                archive = archive or Found(channel, announced)
            elif not self._is_known(channel, announced):
                self.found.append(Found(channel, announced))
        if archive is not None:
            self._place(archive)

    def _place(self, archive: Found) -> None:
        """A sitemap of a whole site announces no news: it is where the first channel's gaps are
        filled from, and the way in where there is no other."""
        if not self.found:
            self.found.append(archive)
            return
        first = self.found[0]
        if first.channel.backfill is None:
            channel = first.channel.model_copy(update={"backfill": archive.channel.url})
            self.found[0] = Found(channel, first.announced)
        else:
            self.left_out.append((archive.channel.url, "it lists the whole site, without dates"))

    async def _read(self, channel: Channel) -> Announced | None:
        """What a channel announces; None, with the reason noted, where it is none to use."""
        response = await request(self.fetcher, self._source(), channel)
        announced = (
            response if isinstance(response, Failure) else await self._parse(channel, response)
        )
        if isinstance(announced, Failure):
            self.left_out.append((channel.url, announced.detail))
            return None
        if not announced.entries:
            self.left_out.append((channel.url, "it announces nothing"))
            return None
        return announced

    async def _parse(self, channel: Channel, response: Response) -> Announced | Failure:
        return await read_channel(
            self.fetcher,
            self.sandbox,
            self._source(),
            channel,
            body=response.body,
            url=response.final_url,
            content_type=response.content_type,
        )

    def _is_known(self, channel: Channel, announced: Announced) -> bool:
        # A news sitemap beside a feed is no repetition: it goes two days back, whatever happens.
        keys = {f"{channel.kind} {key}" for key in _keys(announced)}
        if keys and keys <= self._keys:
            self.left_out.append((channel.url, "it announces what another one announces"))
            return True
        self._keys |= keys
        return False

    async def _with_older(self, found: Found) -> Found:
        """The feed with the address of its older pages, where one answers with older entries."""
        if found.channel.kind != "feed":
            return found
        for paged in paged_addresses(found.channel.url):
            url = paged.replace("{page}", "2")
            response = await request(self.fetcher, self._source(), found.channel, url=url)
            if isinstance(response, Failure):
                continue
            older = await self._parse(found.channel, response)
            if isinstance(older, Announced) and _is_older(older, found.announced):
                channel = found.channel.model_copy(update={"backfill": paged})
                return Found(channel, found.announced)
        return found

    def _source(self) -> Source:
        return _source(self.url, self.name, "en", (Channel(kind="feed", url=self.url),))

    def _proposal(self) -> Proposal:
        language = _language(entry for each in self.found for entry in each.announced.entries)
        found = tuple(_in_language(each, language) for each in self.found)
        channels = tuple(each.channel for each in found)
        source = _source(self.url, self.name, language, channels)
        return Proposal(source, found, tuple(self.left_out))


def _source(url: str, name: str, language: str, channels: tuple[Channel, ...]) -> Source:
    own = source_id(url)
    return Source(
        id=own,
        name=name or own.replace("-", " ").title(),
        homepage="/".join(url.split("/")[:3]) + "/",
        language=language,
        spacing=SPACING,
        channels=channels,
    )


def _in_language(found: Found, language: str) -> Found:
    own = _language(found.announced.entries)
    if own == language:
        return found
    return Found(found.channel.model_copy(update={"language": own}), found.announced)


def _language(entries: Iterable[Entry]) -> str:
    """The language of most of what is announced."""
    said = Counter(
        entry.language or detect_language(f"{entry.title}. {entry.summary}")
        for entry in entries
        if entry.title or entry.language
    )
    return said.most_common(1)[0][0] if said else "en"


def _is_news(announced: Announced) -> bool:
    dated = sum(entry.published is not None for entry in announced.entries)
    return 2 * dated >= len(announced.entries)


def _is_older(older: Announced, first: Announced) -> bool:
    """Whether one reading goes on where the other ends: a server that does not know the question
    answers with the same entries again."""
    keys = _keys(older)
    if not keys or 2 * len(keys & _keys(first)) > len(keys):
        return False
    newest, known = _newest(older), _newest(first)
    return newest is None or known is None or newest < known


def _newest(announced: Announced) -> datetime | None:
    return max((each.published for each in announced.entries if each.published), default=None)


def _keys(announced: Announced) -> set[str]:
    keys = set()
    for entry in announced.entries:
        try:
            keys.add(same_article_key(entry.url))
        except InvalidUrl:
            continue
    return keys
