"""Who made the lead image of an article, or on which terms it may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from lxml.html import HtmlElement

from monitor.pipeline.near_headline import names_of

_SPACE = re.compile(r"\s+")
_NAMES = re.compile(
    r"(?:^|[\s_-])(?:credits?|copyright|licen[cs]e|photographer|image-?source|photo-?by|"
    r"copyrightholder|crédit|author-photo)(?:$|[\s_-])",
    re.IGNORECASE,
)
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_LINE = re.compile(
    r"(?:(?:photo|image|picture|illustration)(?: credits?| by|"
    r" courtesy(?: of)?)?\s*[:©/](?=.{0,60}$)|"
    r"(?:photo|image) (?:by|courtesy)|courtesy(?: of)? |credits?\s*:|crédits?(?: photo)?\s*:|"
    r"©|\(c\)|copyright\b|\bcc[ -](?:by|0)|creative commons|public domain|domaine public|"
    r"фото(?:графия)?\s*(?::|©|с сайта|предоставлено)|иллюстрация\s*:|изображение\s*:|"
    r"сурет(?:ті түсірген)?\s*(?::|©)|фотосурет\s*:|getty images|shutterstock|unsplash|"
    r"wikimedia|pixabay|all rights reserved|лицензия|licen[cs]e)",
    re.IGNORECASE,
)
_LONGEST = 200
_LEVELS = 3


def find_image_credit(tree: HtmlElement, image: str) -> str:
    """The line of licence beside the image at the address `image`; "" where there is none, or the
    image is not on the page."""
    wanted = _file(image)
    if not wanted:
        return ""
    for picture in tree.iter("img"):
        addresses = (picture.get(name) or "" for name in ("src", "data-src", "data-original"))
        if not any(_may_be(one, wanted) and _file(one) == wanted for one in addresses):
            continue
        for line in _beside(picture):
            return line
    return ""


def _beside(picture: HtmlElement) -> Iterator[str]:
    for level, above in enumerate(picture.iterancestors()):
        if level >= _LEVELS or above.tag in ("body", "article", "main"):
            return
        for element in above.iter():
            if not isinstance(element.tag, str) or element.tag in ("script", "style"):
                continue
            named = _NAMES.search(_HUMP.sub("-", names_of(element)))
            if not named and element.tag not in ("figcaption", "small", "cite"):
                continue
            text = _SPACE.sub(" ", element.text_content()).strip(" |·•")
            if not text or len(text) > 3 * _LONGEST:
                continue
            if named:
                yield text[:_LONGEST]
            elif found := _LINE.search(text):
                yield text[found.start() :][:_LONGEST].rstrip(" )")


def _may_be(address: str, wanted: str) -> bool:
    return wanted in address.lower() or "%" in address


def _file(address: str) -> str:
    """The name of a file, by which the same picture is known at several addresses and sizes."""
    try:
        path = unquote(urlsplit(address).path)
    except ValueError:
        return ""
    name = path.rpartition("/")[2].lower()
    return re.sub(
        r"(?:[-_][0-9]{2,4}x[0-9]{2,4}|[-_](?:thumb|mediumthumb|small|large))?\.\w+$", "", name
    )
