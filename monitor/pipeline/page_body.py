"""Which of the texts found on a page is the article's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.page_noise import NOISE_TAGS, is_noise_element, is_noise_link
from monitor.pipeline.page_text import (
    general_paragraphs,
    parse_page,
    read_paragraphs,
    select_paragraphs,
)

_MARKED = etree.XPath("//*[contains(concat(' ', @itemprop, ' '), ' articleBody ')]")
_NAMED = etree.XPath(
    "//body//*[@class or @id or @hidden or self::nav or self::aside or self::form or self::footer"
    " or self::dialog]"
)
_LINKING = etree.XPath("//p[.//a] | //h3[.//a] | //h4[.//a]")
_WORD = re.compile(r"\w+")
_TAG = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
# Fewer words of articleBody are a teaser, which says nothing about the rest.
_WITNESS_WORDS = 20
_SENTENCE_END = re.compile(r"[.!?…:]\W*$")
_STANDFIRST_WORDS = 6
_RULE_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Body:
    """`origin` is "rule", "trafilatura", "container" or "json-ld"; `reason` one sentence."""

    paragraphs: tuple[str, ...]
    origin: str
    reason: str


def choose_body(
    tree: HtmlElement,
    text: str,
    *,
    stated: str,
    descriptions: Sequence[str],
    rule: str | None,
    remove: str | None,
) -> Body:
    """Pick by agreement between what the rule, the general extractor and the page itself say.

    `tree` is pruned in place. `stated` is JSON-LD's articleBody: complete where it is given, but
    often without paragraphs, so it serves as the witness against which the others are measured.
    """
    witness = _stated_paragraphs(stated)
    ruled = select_paragraphs(text, rule, remove) if rule else []
    if ruled and len(witness) >= 1 and _share(witness, ruled) < 0.5:
        why = "the source's rule misses most of the page's articleBody"
    elif sum(map(len, ruled)) >= _RULE_CHARACTERS:
        return Body(tuple(ruled), "rule", "the source's own rule")
    else:
        why = "the source's rule found little or nothing" if rule else ""
    _prune(tree)
    body = _with_standfirst(tree, _unruled(tree, witness, descriptions), descriptions)
    if ruled and sum(map(len, body.paragraphs)) < 5 * sum(map(len, ruled)) and "misses" not in why:
        return Body(tuple(ruled), "rule", "the source's own rule: a short text")
    return Body(body.paragraphs, body.origin, f"{body.reason}; {why}" if why else body.reason)


def _unruled(tree: HtmlElement, witness: list[str], descriptions: Sequence[str]) -> Body:
    general = general_paragraphs(tree)
    if witness:
        return _attested_body(tree, general, witness, descriptions)
    container = _container(tree)
    inside = read_paragraphs(container) if container is not None else []
    if not inside:
        return Body(tuple(general), "trafilatura", "nothing on the page contradicts it")
    held, own = _share(inside, general), _share(general, inside)
    if not general or (held < 0.5 and _prose(inside) >= 0.9):
        why = f"the article element; trafilatura held {held:.0%} of it"
        return Body(tuple(inside), "container", why)
    if own >= 0.95 and held >= 0.95 and len(inside) >= 2 * len(general):
        return Body(
            tuple(inside), "container", "the article element: its paragraphs are kept apart"
        )
    if own < 0.8 and held >= 0.9:
        why = f"the article element; {1 - own:.0%} of trafilatura's text stands outside it"
        return Body(tuple(inside), "container", why)
    return Body(tuple(general), "trafilatura", f"holds {held:.0%} of the article element")


def _attested_body(
    tree: HtmlElement, general: list[str], witness: list[str], descriptions: Sequence[str]
) -> Body:
    agreed = _share(witness, general)
    kept = _attested(general, witness, descriptions)
    if agreed >= 0.8 and sum(map(len, kept)) < 0.6 * sum(map(len, general)):
        return Body(tuple(general), "trafilatura", "articleBody is a part of it, or a teaser")
    if agreed < 0.98:
        found = _attested(dict.fromkeys(read_paragraphs(tree)), witness, descriptions)
        shown = _share(witness, found)
        if shown > agreed and shown >= 0.8:
            why = f"the page's blocks that articleBody attests; trafilatura held {agreed:.0%}"
            return Body(tuple(found), "container", why)
    if agreed >= 0.8:
        return Body(tuple(kept), "trafilatura", f"holds {agreed:.0%} of the page's articleBody")
    return Body(tuple(witness), "json-ld", f"articleBody; trafilatura held {agreed:.0%} of it")


def _with_standfirst(tree: HtmlElement, body: Body, descriptions: Sequence[str]) -> Body:
    """The summary that stands between headline and text belongs to what readers are shown.

    trafilatura takes it or leaves it, as the elements around it happen to be; so a block that
    says what the page gives as its description is put back before the text.
    """
    told = [_words([one]) for one in descriptions if len(_WORD.findall(one)) >= _STANDFIRST_WORDS]
    opening = _words(body.paragraphs[:3])
    page = tree.find("body")
    if not told or not body.paragraphs or page is None:
        return body
    if any(_within(one, opening) for one in told):
        return body
    blocks = read_paragraphs(page)
    if body.paragraphs[0] not in blocks:
        return body
    first = blocks.index(body.paragraphs[0])
    for block in reversed(blocks[max(0, first - 5) : first]):
        if any(_alike(_words([block]), one) for one in told):
            return Body((block, *body.paragraphs), body.origin, f"{body.reason}; with standfirst")
    return body


def _within(one: Counter[str], other: Counter[str]) -> bool:
    return (one & other).total() >= 0.8 * one.total()


def _stated_paragraphs(stated: str) -> list[str]:
    if len(_WORD.findall(stated)) < _WITNESS_WORDS or stated.rstrip().endswith(("…", "...")):
        return []
    tree = parse_page(f"<div>{stated}</div>") if _TAG.search(stated) else None
    if tree is not None:
        return read_paragraphs(tree)
    return [" ".join(line.split()) for line in stated.splitlines() if line.strip()]


def _words(paragraphs: Sequence[str]) -> Counter[str]:
    return Counter(word for one in paragraphs for word in _WORD.findall(one.casefold()))


def _share(of: Sequence[str], within: Sequence[str]) -> float:
    """How much of the words of `of` is found `within`: 0 to 1."""
    wanted = _words(of)
    return (wanted & _words(within)).total() / wanted.total() if wanted else 0.0


def _attested(
    blocks: Iterable[str], witness: Sequence[str], descriptions: Sequence[str]
) -> list[str]:
    """The blocks that the witness holds, and the standfirst before them."""
    whole = comparable("".join(witness))
    known = _words(witness)
    leads = [_words([one]) for one in descriptions if one]
    kept: list[str] = []
    for block in blocks:
        flat = comparable(block)
        own = _words([block])
        near = own.total() >= 8 and (own & known).total() >= 0.9 * own.total()
        lead = not kept and any(_alike(own, one) for one in leads)
        if flat in whole or near or lead:
            kept.append(block)
    return kept


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    return (one & other).total() >= 0.8 * max(one.total(), other.total())


def _prose(paragraphs: Sequence[str]) -> float:
    """The part of the text that stands in sentences, not in menus, lists and labels."""
    sentences = sum(len(one) for one in paragraphs if len(one) >= 80 and _SENTENCE_END.search(one))
    return sentences / max(1, sum(map(len, paragraphs)))


def _container(tree: HtmlElement) -> HtmlElement | None:
    """The element that the page marks as the article, where one stands out."""
    marked: list[HtmlElement] = _MARKED(tree)
    if len(marked) == 1:
        return marked[0]
    articles = [
        one for one in tree.iter("article") if next(one.iterancestors("article"), None) is None
    ]
    sized = sorted(((len(one.text_content()), one) for one in articles), key=lambda pair: -pair[0])
    if not sized or (len(sized) > 1 and sized[0][0] < 2 * sized[1][0]):
        return None
    return sized[0][1]


def _prune(tree: HtmlElement) -> None:
    etree.strip_elements(tree, *NOISE_TAGS, with_tail=False)
    for element in _NAMED(tree):
        if element.getparent() is not None and is_noise_element(element):
            element.drop_tree()
    for paragraph in _LINKING(tree):
        linked = sum(len(link.text_content()) for link in paragraph.iter("a"))
        if is_noise_link(paragraph.text_content().strip(), linked):
            paragraph.drop_tree()
