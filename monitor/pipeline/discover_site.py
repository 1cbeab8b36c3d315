"""What a site says about itself on a page and in robots.txt: its name, its software, sitemaps."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from monitor.errors import InvalidUrl
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.decode import decode
from monitor.pipeline.plain_text import one_line

_SITEMAP = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.I | re.M)
_MOST_SITEMAPS = 20
_LONGEST_NAME = 80

FEED_ROUTES = ("/feed/", "/rss", "/rss.xml", "/feed.xml", "/atom.xml", "/index.xml")
WORDPRESS_ROUTES = ("/feed/", "/?feed=rss2")
SITEMAP_ROUTES = ("/sitemap.xml", "/news-sitemap.xml", "/sitemap-news.xml")
# Where older announcements of a feed stand, by the habits of the software that makes it.
PAGED = ("{feed}{mark}paged={page}", "{feed}{mark}page={page}", "{stem}/page/{page}/")


@dataclass(frozen=True, slots=True)
class SiteHints:
    """`name` is "" where the page gives none; `wordpress` says that its routes are worth a try."""

    name: str = ""
    wordpress: bool = False


def site_hints(body: bytes, *, content_type: str = "") -> SiteHints:
    """What the head of a page tells of the site it belongs to."""
    tree = LexborHTMLParser(decode(body, content_type=content_type, kind="html").text)
    names = (
        tree.css_first(selector)
        for selector in ('meta[property="og:site_name"]', 'meta[name="application-name"]')
    )
    name = next((text for node in names if node and (text := node.attributes.get("content"))), "")
    generator = tree.css_first('meta[name="generator"]')
    wordpress = (
        tree.css_first('link[rel="https://api.w.org/"]') is not None
        or "wordpress" in ((generator and generator.attributes.get("content")) or "").casefold()
        or b"/wp-content/" in body
    )
    return SiteHints(one_line(name or "")[:_LONGEST_NAME], wordpress)


def declared_sitemaps(robots: str, *, base: str) -> tuple[str, ...]:
    """The addresses of the `Sitemap:` lines of a robots.txt, those of news first."""
    found: dict[str, None] = {}
    for line in _SITEMAP.findall(robots)[:_MOST_SITEMAPS]:
        try:
            found[canonical_url(line, base)] = None
        except InvalidUrl:
            continue
    return tuple(sorted(found, key=lambda url: "news" not in url.casefold()))


def paged_addresses(feed: str) -> tuple[str, ...]:
    """Where the older pages of a feed may be, each with `{page}` in it."""
    mark = "&" if "?" in feed else "?"
    made = [
        each.format(feed=feed, mark=mark, stem=feed.rstrip("/"), page="{page}") for each in PAGED
    ]
    return tuple(made[:2] if "?" in feed else made)


def routes(page: str, paths: tuple[str, ...]) -> tuple[str, ...]:
    """These paths on the site of a page."""
    return tuple(urljoin(page, path) for path in paths)
