"""The parsers, as the sandbox is given them: loaded in the children, never in the parent.

What they need (trafilatura, lxml, feedparser, a language model) takes 0.4 s to load, which a pass
with nothing to read need not wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from monitor.errors import UsageError
from monitor.model import Failure, Fate

if TYPE_CHECKING:
    from monitor.model import Announced, Article, Entry
    from monitor.pipeline.discover_site import SiteHints
    from monitor.pipeline.opml import Outline


def extract_article(body: bytes, **options: Any) -> Article | Failure:
    """`monitor.pipeline.extract_article`."""
    from monitor.pipeline import extract_article as module

    return module.extract_article(body, **options)


def article_without_page(announced: Entry, **options: Any) -> Article | Failure:
    """`monitor.pipeline.extract_article`."""
    from monitor.pipeline import extract_article as module

    return module.article_without_page(announced, **options)


def parse_feed(body: bytes, **options: Any) -> Announced | Failure:
    """`monitor.pipeline.parse_feed`."""
    from monitor.pipeline import parse_feed as module

    return module.parse_feed(body, **options)


def parse_sitemap(body: bytes, **options: Any) -> Announced | Failure:
    """`monitor.pipeline.parse_sitemap`."""
    from monitor.pipeline import parse_sitemap as module

    return module.parse_sitemap(body, **options)


def parse_listing(body: bytes, **options: Any) -> Announced | Failure:
    """`monitor.pipeline.parse_listing`."""
    from monitor.pipeline import parse_listing as module

    return module.parse_listing(body, **options)


def discover_feeds(body: bytes, **options: Any) -> tuple[str, ...]:
    """`monitor.pipeline.discover_feeds`."""
    from monitor.pipeline import discover_feeds as module

    return module.discover_feeds(body, **options)


def site_hints(body: bytes, **options: Any) -> SiteHints:
    """`monitor.pipeline.discover_site`."""
    from monitor.pipeline import discover_site as module

    return module.site_hints(body, **options)


def parse_opml(body: bytes) -> tuple[Outline, ...] | Failure:
    """`monitor.pipeline.opml`; what it refuses as a value: "opml.refused"."""
    from monitor.pipeline import opml as module

    try:
        return module.parse_opml(body)
    except UsageError as error:
        return Failure("opml.refused", str(error), Fate.SKIP)
