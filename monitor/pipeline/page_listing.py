"""Pages of links to articles: a section, a tag, a search, a calendar."""

from __future__ import annotations

from lxml.html import HtmlElement

from monitor.pipeline.json_ld import comparable

_KINDS = {"collectionpage", "searchresultspage", "itemlist", "blog", "profilepage"}
_HEADLINE_WORDS = 4
_FEW, _MANY = 4, 6
_MENUS = ("nav", "footer", "header", "aside")
_CARD = 700
_LEVELS = 3
_MOST = 400


def is_listing(tree: HtmlElement, text: str, kinds: frozenset[str], *, marked: bool) -> bool:
    """Whether the page announces articles and tells none.

    Most of the paragraphs of `text` then stand in one small container with a link that reads like
    a headline. `kinds` are the types that the page states, `marked` says whether it calls itself
    an article.
    """
    lines = {comparable(line) for line in text.split("\n")} - {""}
    stated = bool(kinds & _KINDS)
    addresses: set[str] = set()
    carded: set[str] = set()
    for number, link in enumerate(tree.iter("a")):
        if number > _MOST * 5 or len(addresses) > _MOST:
            break
        if not link.get("href") or not _is_headline(link) or _in_menu(link):
            continue
        card = _card(link)
        if card is not None:
            addresses.add(link.get("href") or "")
            carded |= {comparable(part) for part in card.itertext()}
    if len(addresses) < (_FEW if stated and not marked else _MANY):
        return False
    teasers = sum(any(_same(line, part) for part in carded) for line in lines)
    share = teasers / max(1, len(lines))
    return share >= (0.9 if marked else 0.5 if stated else 0.7)


def _same(line: str, part: str) -> bool:
    """Whether a paragraph is a piece of a card, or little more than one."""
    return len(part) > 20 and (line in part or (part in line and len(part) * 2 > len(line)))


def _card(link: HtmlElement) -> HtmlElement | None:
    """The largest small container around a link in which it is the only headline."""
    card = None
    for level, above in enumerate(link.iterancestors()):
        if (
            level >= _LEVELS
            or above.tag in ("body", "html", "main")
            or len(above.text_content()) > _CARD
        ):
            break
        targets = {other.get("href") for other in above.iter("a") if _is_headline(other)}
        if len(targets) > 1:
            break
        if above.tag == "p" and len(above.text_content()) > 2 * len(link.text_content()) + 40:
            return None  # a link within a sentence
        card = above
    return card


def _is_headline(link: HtmlElement) -> bool:
    return len("".join(link.itertext()).split()) >= _HEADLINE_WORDS


def _in_menu(link: HtmlElement) -> bool:
    return any(above.tag in _MENUS for above in link.iterancestors())
