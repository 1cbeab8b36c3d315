"""The parsers, as the sandbox is given them: loaded in the children, never in the parent.

What they need (trafilatura, lxml, feedparser, a language model) takes 0.4 s to load, which a pass
with nothing to read need not wait for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.model import Announced, Article, Entry, Failure


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
