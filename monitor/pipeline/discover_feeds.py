"""The feeds that a web page declares as its own."""

from __future__ import annotations

from selectolax.lexbor import LexborHTMLParser

from monitor.errors import InvalidUrl
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.decode import decode

_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


def discover_feeds(body: bytes, *, url: str, content_type: str = "") -> tuple[str, ...]:
    """Absolute addresses of the feeds declared in the page's head, in its order.

    Feeds of comments come last: they are declared beside the articles' feed and look the same.
    """
    tree = LexborHTMLParser(decode(body, content_type=content_type, kind="html").text)
    found: dict[str, bool] = {}
    for link in tree.css("link[rel~=alternate][href][type]"):
        attributes = link.attributes
        kind = (attributes.get("type") or "").split(";")[0].strip().casefold()
        if kind not in _TYPES:
            continue
        try:
            address = canonical_url(attributes.get("href") or "", url)
        except InvalidUrl:
            continue
        found.setdefault(address, "comment" in address.casefold())
    return tuple(sorted(found, key=lambda address: found[address]))
