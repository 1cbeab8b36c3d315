"""What marks an article: "partial" (the rest is for subscribers), "live" (it is being written)."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.pipeline.marks import LIVE, PARTIAL
from monitor.pipeline.page_body import Body
from monitor.pipeline.page_walls import asks_to_subscribe
from monitor.pipeline.structured_data import Stated

# A short text behind which a page asks for a subscription is a beginning; a long one is whole,
# whatever else the page sells.
_BEGINNING = 2_500
_LIVE_TITLE = re.compile(
    r"^\W*(?:live(?: blog| updates?| coverage)?\s*[:–—|-]|live updates\b|"
    r"(?:en )?direct\s*[:–—|-]|suivez en direct|"
    r"(?:онлайн-трансляция|онлайн-репортаж|прямой эфир|текстовая трансляция|хроника)(?!\w)|"
    r"(?:тікелей эфир|онлайн-трансляция|мәтіндік трансляция)(?!\w))"
    r"|(?:[:–—|-]\s*(?:live updates|live blog|en direct|онлайн-трансляция|онлайн|"
    r"тікелей эфир)\W*$)",
    re.IGNORECASE,
)
_LIVE_PATH = re.compile(
    r"/(?:live|live-?blog|live-updates|en-direct|direct|online|onlain)(?:/|-|$)"
)
_LIVE_ELEMENT = re.compile(
    r"<(?:div|section|article|main|ol|ul)\b[^<>]*\b(?:class|id)\s*=\s*[\"'][^\"'<>]*"
    r"\b(?:live-?blog|liveblog-[\w-]+|live-updates|live-feed|live-posts?)\b",
    re.IGNORECASE,
)
# Looked for first: most pages have none of them, and the pattern takes 2 ms of a page.
_LIVE_WORDS = ("live-", "Live-", "iveblog", "iveBlog")


def marks_of(
    stated: Stated, tree: HtmlElement | None, html: str, title: str, body: Body, url: str
) -> tuple[str, ...]:
    """The marks of an article; none for most."""
    marks = []
    size = sum(map(len, body.paragraphs))
    asked = tree is not None and size < _BEGINNING and asks_to_subscribe(tree, body.paragraphs)
    if asked or (not stated.is_free and size < _BEGINNING):
        marks.append(PARTIAL)
    if stated.is_live or _names_live(html) or _is_called_live(title, url):
        marks.append(LIVE)
    return tuple(marks)


def _names_live(html: str) -> bool:
    return any(word in html for word in _LIVE_WORDS) and bool(_LIVE_ELEMENT.search(html))


def _is_called_live(title: str, url: str) -> bool:
    if _LIVE_TITLE.search(title):
        return True
    try:
        path = urlsplit(url).path.lower()
    except ValueError:
        return False
    live = _LIVE_PATH.search(path)
    return live is not None and live[0].startswith(("/live", "/en-direct"))
