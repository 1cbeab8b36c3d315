"""What stands near a headline: the short lines in which pages say when, by whom and under what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.pipeline.date_lines import is_labelled
from monitor.pipeline.json_ld import comparable

_BLOCK_NAMES = """div p section article header footer aside ul ol li table tr td th h1 h2 h3 h4 h5
    h6 main nav form figure blockquote dl dt dd address"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_UNSEEN_NAMES = "script style noscript template head title option svg iframe"
_UNSEEN = frozenset(_UNSEEN_NAMES.split())
_ELSEWHERE = frozenset(("nav", "aside", "footer", "figure", "figcaption", "blockquote"))
_ELSEWHERE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:related|side-?bar|comments?|latest|popular|most-?read|ticker|widget|"
    r"recommend\w*|carousel|teasers?|footer|menu|breadcrumbs?|copyright|events?|calendar|weather|"
    r"rates?|currency|other-?news|last-?news|news-?list|more-news|readmore|date-?modified|"
    r"modified|updated?|today-date|current-date)(?:$|[\s_-])",
    re.IGNORECASE,
)
_PUBLISHED = re.compile(r"publi|entry-date|posted", re.IGNORECASE)
_LINKED_HEADLINE = 4
_NEAR = 400
_LEVELS = 3
# Where the text's beginning is not found on the page, so many lines after the headline.
_MOST_LINES = 60
LONGEST_LINE = 160


@dataclass(frozen=True, slots=True)
class Line:
    """A short line of a page. `beside` says whether it stands where an article says such things:
    between its headline and its text, or in one small container with the headline."""

    element: HtmlElement
    text: str
    beside: bool


def read_lines(
    tree: HtmlElement, titles: Sequence[str], paragraphs: Sequence[str]
) -> Iterator[Line]:
    """Short lines in the order of the page, those that are neither beside nor speak of publication
    left out. `titles` are what the article is called, `paragraphs` its text."""
    headline = _headline(tree, titles)
    wanted = {comparable(one)[:60] for one in paragraphs[:3]} - {""}
    own = {comparable(one) for one in paragraphs}
    close = _close_to(headline) if headline is not None else set()
    holding = _holding_blocks(tree)
    after = begun = False
    lines = 0
    for element in tree.iter():
        after = after or element is headline
        if not isinstance(element.tag, str) or element.tag in _UNSEEN or element in holding:
            continue
        text = _line_of(element)
        if not text or (len(text) > LONGEST_LINE and (begun or not after)):
            continue
        same = comparable(text) if after and not begun else ""
        if same and _begins(same, wanted):
            begun = True
        if len(text) > LONGEST_LINE or element is headline or (same and same in own):
            continue
        lines += after
        beside = (after and not begun and lines < _MOST_LINES) or (not after and element in close)
        if not beside and not is_labelled(text):
            continue
        if not same and comparable(text) in own:
            continue
        yield Line(element, text, beside)


def _line_of(element: HtmlElement) -> str:
    # Most lines stand in an element without others: its own text, which needs no walk.
    text = " ".join(element.itertext()) if len(element) else element.text
    return " ".join(text.split()) if text else ""


def _holding_blocks(tree: HtmlElement) -> set[HtmlElement]:
    """The elements with a block somewhere inside them."""
    holding: set[HtmlElement] = set()
    for block in tree.iter(*_BLOCKS):
        above = block.getparent()
        while above is not None and above not in holding:
            holding.add(above)
            above = above.getparent()
    return holding


def _begins(line: str, wanted: set[str]) -> bool:
    return any(line.startswith(one) for one in wanted) if len(line) > 20 else line in wanted


def _headline(tree: HtmlElement, titles: Sequence[str]) -> HtmlElement | None:
    names = {comparable(one) for one in titles if one.strip()}
    headings = [one for one in tree.iter("h1", "h2", "h3") if one.text_content().strip()]
    for one in headings:
        if comparable(one.text_content()) in names:
            return one
    return next((one for one in headings if one.tag == "h1"), None)


def _close_to(headline: HtmlElement) -> set[HtmlElement]:
    """What shares a small container with the headline."""
    container = headline
    for above in headline.iterancestors():
        if len(above.text_content()) > _NEAR or above.tag in ("body", "html"):
            break
        container = above
    return set(container.iter()) if container is not headline else set()


def is_elsewhere(element: HtmlElement, titles: Sequence[str]) -> bool:
    """Whether a line belongs to a menu, a list of other articles, or a picture."""
    own = names_of(element)
    if element.tag in _ELSEWHERE:
        return True
    if _ELSEWHERE_NAMES.search(own) and not _PUBLISHED.search(own):
        return True
    called = {comparable(one) for one in titles if one.strip()}
    for level, above in enumerate(element.iterancestors()):
        if above.tag in ("body", "html"):
            return False
        if above.tag in _ELSEWHERE:
            return True
        names = names_of(above)
        if names and _ELSEWHERE_NAMES.search(names) and not _PUBLISHED.search(names):
            return above.find(".//h1") is None
        if level < _LEVELS and len(above.text_content()) < _NEAR and _links_away(above, called):
            return True
    return False


def _links_away(element: HtmlElement, called: set[str]) -> bool:
    return any(
        link.text_content().count(" ") + 1 > _LINKED_HEADLINE
        and comparable(link.text_content()) not in called
        for link in element.iter("a")
    )


def names_of(element: HtmlElement) -> str:
    """The names an element goes by: its class, id and microdata property."""
    return " ".join(filter(None, (element.get(name) for name in ("class", "id", "itemprop"))))
