"""Which of the texts found on a page is the article's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from html import unescape

from lxml import etree
from lxml.html import Element, HtmlElement

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.page_blocks import Block, read_blocks
from monitor.pipeline.page_container import Container, find_container
from monitor.pipeline.page_prune import prune
from monitor.pipeline.page_text import (
    general_paragraphs,
    paragraphs_of,
    parse_page,
    read_paragraphs,
    select_blocks,
)
from monitor.pipeline.page_trim import trim_blocks

_MARKED = etree.XPath("//*[contains(concat(' ', @itemprop, ' '), ' articleBody ')]")
_WORD = re.compile(r"\w+")
_ENTITY = re.compile(r"&(?:[a-zA-Z]{2,8}|#\d{2,6});")
_TAG = re.compile(r"<(?:p|br|div)\b", re.IGNORECASE)
# Fewer words of articleBody are a teaser, which says nothing about the rest.
_WITNESS_WORDS = 20
# An articleBody of less than this part of the article's element is its teaser.
_TEASER = 0.5
# trafilatura's slow mode is asked only where the fast one finds this little.
_THIN = 400
_THIN_SHARE = 0.35
_SENTENCE_END = re.compile(r"[.!?…:]\W*$")
_STANDFIRST_WORDS = 6
_RULE_CHARACTERS = 200
_SHORT_RULED = "the source's rule found little or nothing"
# A rule that finds this much need not be held against the page's prose.
_LONG_RULED = 1_500


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
    titles: Collection[str],
    rule: str | None,
    remove: str | None,
) -> Body:
    """Pick by agreement between what the rule, the page's prose, the general extractor and the
    page itself say.

    `tree` is pruned in place. `stated` is JSON-LD's articleBody: complete where it is given, but
    often without paragraphs, so it serves as the witness against which the others are measured.
    `titles` are what the headline may be.
    """
    witness = _stated_paragraphs(stated)
    known = {comparable(title) for title in titles} - {""}
    selected = select_blocks(text, rule, remove) if rule else []
    ruled = paragraphs_of(trim_blocks(selected, known))
    if _size(ruled) >= _LONG_RULED and not witness:
        return Body(tuple(ruled), "rule", "the source's own rule")
    prune(tree)
    found = _find(tree, known)
    why = _objection(ruled, witness or found.sure)
    if rule and not why:
        return Body(tuple(ruled), "rule", "the source's own rule")
    body = _with_standfirst(found.blocks, _unruled(found, witness, descriptions), descriptions)
    if ruled and why == _SHORT_RULED and _size(body.paragraphs) < 5 * _size(ruled):
        return Body(tuple(ruled), "rule", "the source's own rule: a short text")
    return Body(body.paragraphs, body.origin, f"{body.reason}; {why}" if rule else body.reason)


@dataclass(frozen=True, slots=True)
class _Prose:
    """What the pass over the page's blocks found: in `inside`, trimmed; `sure` is the same where
    its checks hold, else empty."""

    tree: HtmlElement
    blocks: list[Block]
    titles: set[str]
    container: Container | None
    inside: list[str]
    sure: list[str]


def _find(tree: HtmlElement, titles: set[str]) -> _Prose:
    page = tree.find("body")
    page = page if page is not None else tree
    blocks = read_blocks(page, pruned=True)
    container = find_container(blocks, page, titles)
    inside = paragraphs_of(trim_blocks(container.blocks, titles)) if container is not None else []
    sure = inside if container is not None and container.is_sure else []
    return _Prose(tree, blocks, titles, container, inside, sure)


def _objection(ruled: Sequence[str], known: Sequence[str]) -> str:
    """Why the text that the source's rule found is not believed; "" where it is."""
    if _size(ruled) < _RULE_CHARACTERS:
        return _SHORT_RULED
    if known and _share(known, ruled) < 0.5:
        return "the source's rule misses most of the text"
    return ""


def _unruled(found: _Prose, witness: list[str], descriptions: Sequence[str]) -> Body:
    if _size(witness) < _TEASER * _size(found.inside):
        witness = []
    if witness and (body := _witnessed(found.inside, witness, descriptions)) is not None:
        return body
    container, inside = found.container, found.inside
    if container is not None and container.is_sure and not witness:
        return Body(tuple(inside), "container", f"holds {container.share:.0%} of the page's prose")
    general = general_paragraphs(found.tree)
    if witness:
        return _attested_body(found.tree, general, witness, descriptions)
    general = paragraphs_of(trim_blocks(_as_blocks(general, found.blocks), found.titles))
    clear = container is not None and container.is_plain
    if _size(general) < max(_THIN, _THIN_SHARE * _size(inside) if clear else 0):
        general = max(general, general_paragraphs(found.tree, fast=False), key=_size)
        if clear and _size(inside) > 2 * _size(general):
            return Body(tuple(inside), "container", "trafilatura found little")
    return _weighed(found.tree, general, inside, found.titles)


def _as_blocks(lines: Sequence[str], blocks: Sequence[Block]) -> list[Block]:
    """The blocks of the page behind trafilatura's lines, as far as they are the same."""
    known = {block.text: block for block in blocks}
    plain = Element("p")
    found = []
    for line in lines:
        block = known.get(line.removeprefix("- "))
        linked, element = (block.linked, block.element) if block is not None else (0, plain)
        found.append(Block(line, linked, element))
    return found


def _size(paragraphs: Sequence[str]) -> int:
    return sum(map(len, paragraphs))


def _witnessed(inside: list[str], witness: list[str], descriptions: Sequence[str]) -> Body | None:
    """The element of the page that articleBody attests, whole: nothing else need be asked.

    Where articleBody runs its paragraphs together the words at their seams differ, so letters
    count as well.
    """
    shown = _share(witness, inside)
    kept = _attested(inside, witness, descriptions)
    whole = _size(kept) >= 0.9 * _size(inside) and _size(kept) >= 0.85 * _size(witness)
    if not whole and (shown < 0.98 or _size(kept) < 0.6 * _size(inside)):
        return None
    return Body(tuple(kept), "container", f"holds {shown:.0%} of the page's articleBody")


def _weighed(tree: HtmlElement, general: list[str], prose: list[str], titles: set[str]) -> Body:
    container = _container(tree)
    blocks = read_blocks(container, pruned=True) if container is not None else []
    inside = paragraphs_of(trim_blocks(blocks, titles))
    if not inside:
        if _prose(general) < 0.5 < _prose(prose):
            return Body(tuple(prose), "container", "trafilatura took menus and labels for text")
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


def _with_standfirst(blocks: list[Block], body: Body, descriptions: Sequence[str]) -> Body:
    """The summary that stands between headline and text belongs to what readers are shown.

    trafilatura takes it or leaves it, as the elements around it happen to be; so a block that
    says what the page gives as its description is put back before the text.
    """
    told = [_words([one]) for one in descriptions if len(_WORD.findall(one)) >= _STANDFIRST_WORDS]
    opening = _words(body.paragraphs[:3])
    if not told or not body.paragraphs:
        return body
    if any(_within(one, opening) for one in told):
        return body
    texts = paragraphs_of(blocks)
    if body.paragraphs[0] not in texts:
        return body
    first = texts.index(body.paragraphs[0])
    for block in reversed(texts[max(0, first - 5) : first]):
        if any(_alike(_words([block]), one) for one in told):
            return Body((block, *body.paragraphs), body.origin, f"{body.reason}; with standfirst")
    return body


def _within(one: Counter[str], other: Counter[str]) -> bool:
    return (one & other).total() >= 0.8 * one.total()


def _stated_paragraphs(stated: str) -> list[str]:
    if len(_WORD.findall(stated)) < _WITNESS_WORDS or stated.rstrip().endswith(("…", "...")):
        return []
    if _ENTITY.search(stated):
        stated = unescape(stated)  # some encode it twice
    tree = parse_page(f"<div>{stated}</div>") if _TAG.search(stated) else None
    if tree is not None:
        return read_paragraphs(tree)
    return [" ".join(line.split()) for line in stated.splitlines() if line.strip()]


def _words(paragraphs: Sequence[str]) -> Counter[str]:
    return Counter(_WORD.findall("\n".join(paragraphs).casefold()))


def _share(of: Sequence[str], within: Sequence[str]) -> float:
    """How much of the words of `of` is found `within`: 0 to 1."""
    wanted = _words(of)
    return (wanted & _words(within)).total() / wanted.total() if wanted else 0.0


def _attested(
    blocks: Iterable[str], witness: Sequence[str], descriptions: Sequence[str]
) -> list[str]:
    """The blocks that the witness holds, and the standfirst before them."""
    whole = comparable("".join(witness))
    leads = [_words([one]) for one in descriptions if one]
    rows = [(block, comparable(block) in whole) for block in blocks]
    # Each word of the witness vouches once: a quotation set apart is in the text already.
    known = _words(witness)
    known.subtract(_words([block for block, verbatim in rows if verbatim]))
    kept: list[str] = []
    for block, verbatim in rows:
        own = _words([block])
        near = own.total() >= 8 and (own & known).total() >= 0.9 * own.total()
        lead = not kept and any(_alike(own, one) for one in leads)
        if verbatim or near or lead:
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
