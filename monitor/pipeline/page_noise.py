"""What stands inside an article without being part of its text."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

_TAG_NAMES = """script style noscript template iframe object embed svg canvas audio video
    figcaption button select textarea input"""
NOISE_TAGS = frozenset(_TAG_NAMES.split())
# These hold whole articles on some pages: a form around everything, a nav that is never closed.
_SMALL_TAGS = frozenset(("nav", "aside", "form", "footer", "dialog"))

# Whole words of a class or id, with hyphens and underscores as boundaries. Sites give such names
# to the wrapper of a whole article too: taken at their word, they cost 8 of 181 benchmark pages
# their text. So a named element is noise only while it is small or mostly links.
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:"
    r"(?:wp-)?caption(?:-text)?|image-credit|photo-credit|credits?|copyright|"
    r"share|sharing|share-bar|social|socials|addtoany|sharedaddy|jp-relatedposts|"
    r"related|related-posts|read-more|readmore|read-also|recommended|"
    r"newsletter|subscribe-box|subscription-box|"
    r"advert|advertisement|adsbygoogle|ad-slot|sponsored-link|"
    r"breadcrumbs?|comments|comment-list|disqus|author-bio|"
    r"cookie-banner|cookie-notice|cookie-consent|screen-reader-text|sr-only|visually-hidden"
    r")(?:$|[\s_-])",
    re.IGNORECASE,
)

_CUE = (
    r"read (?:more|also|next)|see also|also read|more on this|related(?: articles?| stories)?|"
    r"watch(?: also)?|"
    r"lire aussi|à lire aussi|lire (?:également|la suite)|voir aussi|sur le même sujet|"
    r"читайте (?:также|ещ[её]|по теме)|читать (?:далее|также)|смотрите также|по теме|"
    r"(?:тағы|сондай-ақ) оқыңыз(?:дар)?|оқи отырыңыз|толығырақ оқу|"
    r"lesen sie auch|mehr zum thema|lesen sie mehr"
)
_LINK_CUE = re.compile(rf"^\W*(?:{_CUE})\b", re.IGNORECASE)

_LINE = re.compile(
    rf"^\W*(?:(?:{_CUE})\W*(?:here|ici|здесь)?|"
    r"advertisement|ad|publicité|реклама|жарнама|anzeige|"
    r"share(?: this(?: article| story)?| on \w+)?|partager(?: cet article)?|поделиться|бөлісу|"
    r"(?:sign up|subscribe)(?: (?:to|for) (?:our|the) .{0,60}newsletter)?.?|"
    r"(?:image|video|photo|picture) (?:source|caption|credit|copyright).{0,80}|"
    r"(?:photos?|photo credits?|credits?|crédit photo|фото|сурет|foto|bild)\s*:.{0,80}|"
    r"(?:©|copyright\b).{0,80}|"
    r"print|e-?mail|facebook|twitter|whatsapp|telegram|"
    r"\d* ?comments?|комментарии|комментировать|пікірлер)\W*$",
    re.IGNORECASE,
)
_LONGEST_NOISE = 160
_SMALL = 400
_PROSE = 200


def is_noise_element(element: HtmlElement) -> bool:
    """Whether an element (with all in it) is a caption, a credit, a widget or a control."""
    if element.tag in NOISE_TAGS or element.get("hidden") is not None:
        return True
    return (
        element.tag in _SMALL_TAGS
        or _is_noise_name(element.get("class"))
        or _is_noise_name(element.get("id"))
    ) and _is_small(element)


@lru_cache(maxsize=4096)
def _is_noise_name(names: str | None) -> bool:
    return bool(names) and _NAMES.search(names or "") is not None


def _is_small(element: HtmlElement) -> bool:
    if next(element.iter("article", "main", "h1"), None) is not None:
        return False
    size = sum(len(text.strip()) for text in element.itertext())
    if size <= _SMALL:
        return True
    linked = sum(len(text.strip()) for link in element.iter("a") for text in link.itertext())
    prose = any(len(one.text_content()) >= _PROSE for one in element.iter("p"))
    return linked * 2 > size and not prose


def is_noise_link(text: str, linked: int) -> bool:
    """Whether a block is a pointer to another article: a cue word, then mostly link text."""
    return linked * 2 > len(text) and bool(_LINK_CUE.match(text))


def is_noise_line(text: str) -> bool:
    """Whether a whole paragraph says nothing but "Advertisement", "Photo: …" or "Share"."""
    return len(text) <= _LONGEST_NOISE and bool(_LINE.match(text))
