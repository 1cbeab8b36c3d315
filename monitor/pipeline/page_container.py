"""The element that holds the article, found by where the prose of the page stands.

A pass of 2 ms over a page's blocks, against 7 for the general extractor: where its checks hold it
is as good, so the general extractor need not be asked.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from lxml.html import HtmlElement

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.page_blocks import HEADING_TAGS, Block, names_of

# What sites call the element around an article's text, in the words of any theme or system.
_BODY_NAMES = re.compile(
    r"(?:^|[\s_-])(?:(?:article|story|entry|post|news|blog)(?:[\s_-]+(?:inner|main|full|single|"
    r"detail))?[_-]*(?:body|content|text|txt|copy|paragraphs?)|body-?(?:copy|text|content)|"
    r"full-?text|field-+name-body|wysiwyg|rich-?text|text-formatted|content-body|entry)(?:$|[\s_-])",
    re.IGNORECASE,
)
_SIDE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:comments?|commentlist|disqus|respond|replies|related|recommend(?:ed|ations?)|"
    r"side-?bar|aside|widget|footer|footnotes?|teasers?|promo|popular|most-?read|newsletter|"
    r"subscri\w*|cookies?|consent|gdpr|privacy|login|modal|popup|overlay|banner|menu|nav|navigation|"
    r"share|social|tags?|bio|author|outbrain|taboola|ads?|advert\w*|sponsor\w*|latest|trending|"
    r"listing|carousel|slider)(?:$|[\s_-])",
    re.IGNORECASE,
)
_WRAPPED = frozenset(("p", "li", "blockquote", "pre", "dd", "dt", "td", "th"))
SENTENCE_END = re.compile(r"[.!?…:;。।][\W\d]*$")
# A summary that is cut off leads to the rest on another page.
_CUT_OFF = re.compile(r"(?:…|\.\.\.|\[…\]|\[\.\.\.\])$")
_PROSE = 50
_LINE = 120
_LEVELS = 4
# A parent is worth less than the element with the paragraphs, unless it gathers several of them.
_FADING = (0.6, 0.7, 0.7)
_CLIMB = 0.15
_SURE_SHARE = 0.8
_SURE_NAMED = 0.55
_SURE_PURITY = 0.8
_SURE_LENGTH = 500
_LEAD = 80
_LEAD_BLOCKS = 6


@dataclass(frozen=True, slots=True)
class Container:
    """`blocks` are what stands in the element, `share` how much of the page's prose that is.

    `is_plain` where it is one element and most of what it holds is prose, `is_sure` where it also
    holds the first prose after the headline and most of the page's. Of 690
    labelled pages 465 are sure, and read better than by trafilatura (0.963 against 0.956).
    """

    element: HtmlElement
    blocks: list[Block]
    share: float
    is_plain: bool
    is_sure: bool


def prose_of(block: Block) -> float:
    """How many characters of running text a block holds: none in headings, menus and labels."""
    size = len(block.text)
    if size < _PROSE or block.linked * 2 > size or block.element.tag in HEADING_TAGS:
        return 0.0
    own = float(size - block.linked)
    if _CUT_OFF.search(block.text):
        return own * 0.3
    return own if size >= _LINE or SENTENCE_END.search(block.text) else own * 0.3


def find_container(
    blocks: Sequence[Block], body: HtmlElement, titles: set[str]
) -> Container | None:
    """The best element below `body`; `titles` are what the page's headline may be, comparable."""
    prose = [prose_of(block) for block in blocks]
    total = sum(prose)
    if total == 0:
        return None
    weights, inside = _weigh(blocks, prose, body)
    top = max(weights, key=lambda element: weights[element] * _trust(element))
    lowest = top
    top = _climb(top, inside, body, total)
    within = set(top.iter())
    places = [place for place, block in enumerate(blocks) if block.element in within]
    first, last = places[0], places[-1]
    headline = _headline(blocks, titles, first)
    lead = _lead(blocks, prose, headline, first)
    chosen = [blocks[place] for place in (*lead, *places)]
    held = sum(prose[place] for place in (*lead, *places))
    between = range(headline if headline is not None else 0, first)
    missed = sum(prose[place] >= _LEAD for place in between) - len(lead)
    is_named = _trust(top) > 1.2
    share = held / total
    later = max((prose[place] for place in range(last + 1, len(blocks))), default=0.0)
    size = sum(len(block.text) for block in chosen)
    is_plain = top is lowest and held >= _SURE_PURITY * size
    is_sure = (
        is_plain
        and held >= _SURE_LENGTH
        and missed <= 1
        and (
            share >= _SURE_SHARE
            or (is_named and headline is not None and share >= _SURE_NAMED and later < held / 4)
        )
    )
    return Container(top, chosen, share, is_plain, is_sure)


def _weigh(
    blocks: Sequence[Block], prose: Sequence[float], body: HtmlElement
) -> tuple[dict[HtmlElement, float], dict[HtmlElement, float]]:
    """The prose that each element stands for, fading upwards, and all that is inside it."""
    weights: dict[HtmlElement, float] = {}
    inside: dict[HtmlElement, float] = {}
    for block, size in zip(blocks, prose, strict=True):
        if size == 0:
            continue
        element: HtmlElement | None = block.element
        if block.element is not body and block.element.tag in _WRAPPED:
            element = block.element.getparent()
            if block.element.tag == "li" and element is not None and element is not body:
                element = element.getparent()
        level, weight = 0, size
        above = element
        while above is not None:
            if level < _LEVELS:
                weights[above] = weights.get(above, 0.0) + weight
                weight *= _FADING[min(level, len(_FADING) - 1)]
            inside[above] = inside.get(above, 0.0) + size
            if above is body:
                break
            above = above.getparent()
            level += 1
    return weights, inside


def _trust(element: HtmlElement) -> float:
    if "articleBody" in (element.get("itemprop") or ""):
        return 1.6
    names = names_of(element)
    trust = 1.3 if _BODY_NAMES.search(names) else 1.15 if element.tag == "article" else 1.0
    return trust * 0.6 if _SIDE_NAMES.search(names) else trust


def _climb(
    top: HtmlElement, inside: dict[HtmlElement, float], body: HtmlElement, total: float
) -> HtmlElement:
    """Up to the parent while that gathers more of the text: some sites cut it into pieces."""
    while top is not body and inside.get(top, 0.0) < _SURE_SHARE * total:
        parent = top.getparent()
        if parent is None:
            break
        beside = [one for one in parent if one is not top and one in inside]
        gained = sum(inside[one] for one in beside if not _SIDE_NAMES.search(names_of(one)))
        alike = [one for one in beside if names_of(one) == names_of(top) and one.tag == top.tag]
        if gained < _CLIMB * inside[top] and not alike:
            above = parent.getparent()
            if parent is body or above is None or inside.get(above, 0) < 1.15 * inside[parent]:
                break
        top = parent
    return top


def _headline(blocks: Sequence[Block], titles: set[str], first: int) -> int | None:
    """Where the last heading before the text stands that repeats the page's title."""
    for place in range(first - 1, -1, -1):
        block = blocks[place]
        if block.element.tag in HEADING_TAGS and comparable(block.text) in titles:
            return place
    return None


def _lead(
    blocks: Sequence[Block], prose: Sequence[float], headline: int | None, first: int
) -> list[int]:
    """Paragraphs between the headline and the element: a lead that the site sets apart."""
    if headline is None:
        return []
    return [
        place
        for place in range(max(headline + 1, first - _LEAD_BLOCKS), first)
        if prose[place] >= _LEAD
        and blocks[place].linked * 5 < len(blocks[place].text)
        and SENTENCE_END.search(blocks[place].text)
    ]
