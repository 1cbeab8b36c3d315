"""The running text of a page, as paragraphs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence

from lxml import etree
from lxml.html import HtmlElement, HTMLParser, document_fromstring
from selectolax.lexbor import LexborHTMLParser
from trafilatura import bare_extraction
from trafilatura.settings import Extractor

from monitor.pipeline.page_blocks import Block, read_blocks, tidy_line
from monitor.pipeline.page_noise import is_noise_line, is_noise_link

# trafilatura writes a warning for each page it finds nothing on; here that is a value.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_SPACE = re.compile(r"\s+")
_count = etree.XPath("count(//*)")
# libxml2 stops at 256 levels unless told otherwise; with huge_tree it goes to 2,048.
_PARSER = HTMLParser(
    encoding="utf-8",
    remove_comments=True,
    remove_pis=True,
    collect_ids=False,
    default_doctype=False,
    huge_tree=True,
)
# One class for all elements: lxml.html's own choice by tag is a call into Python for each element
# that is touched, a sixth of the time of a page.
_PARSER.set_element_class_lookup(etree.ElementDefaultClassLookup(element=HtmlElement))
# The largest of 184 news pages has 1,709 elements; trafilatura needs 1 s for 40,000.
_MOST_ELEMENTS = 20_000
_LAYOUT_CELL = 80
_LONG = 80
_RUN = 3


def parse_page(text: str) -> HtmlElement | None:
    """The tree of a page, or None where there is no element in it."""
    data = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        tree = document_fromstring(data, parser=_PARSER)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError, AssertionError):
        return None
    return tree if isinstance(tree.tag, str) else None


def general_paragraphs(tree: HtmlElement, *, fast: bool = True) -> list[str]:
    """trafilatura's choice of the page, without its metadata (htmldate guesses dates from texts).

    Fast mode without comments scores 0.962 on 181 pages in 7.5 ms, the defaults 0.953 in 11.3 ms;
    only the slow mode asks two other extractors where the first one finds little.
    """
    if _count(tree) > _MOST_ELEMENTS:
        return read_paragraphs(tree)
    options = Extractor(fast=fast, comments=False, output_format="python")
    document = bare_extraction(tree, options=options)
    text = getattr(document, "text", None) or ""
    lines = _tidy(tidy_line(line) for line in text.split("\n"))
    rows = sum(len(line) for line in lines if line.startswith("|"))
    cell = _layout_cell(tree) if rows * 2 > sum(map(len, lines)) else None
    return read_paragraphs(cell) if cell is not None else lines


def _layout_cell(tree: HtmlElement) -> HtmlElement | None:
    """The cell with most paragraphs, on a page whose columns are a table's."""
    sized = [
        (sum(len(one.text_content()) for one in td.findall("p")), td) for td in tree.iter("td")
    ]
    size, cell = max(sized, key=lambda pair: pair[0], default=(0, None))
    return cell if size >= _LAYOUT_CELL else None


def read_paragraphs(element: HtmlElement) -> list[str]:
    """All the text below `element`, block by block, without captions, controls and widgets."""
    return paragraphs_of(read_blocks(element))


def paragraphs_of(blocks: Iterable[Block]) -> list[str]:
    """The texts of the blocks, the items of lists with a dash; pointers to other articles and
    lines of noise are left out."""
    return _tidy(_line(one) for one in blocks if not is_noise_link(one.text, one.linked))


def _line(block: Block) -> str:
    is_item = block.element.tag == "li" and not block.text.startswith("- ")
    return f"- {block.text}" if is_item else block.text


def select_blocks(text: str, selector: str, remove: str | None) -> list[Block]:
    """The blocks below what a source's own `selector` finds, outermost elements only."""
    page = LexborHTMLParser(text)
    if remove:
        for node in page.css(remove):
            node.decompose()
    pieces: list[str] = []
    taken: set[int] = set()
    for node in page.css(selector):
        above = node.parent
        while above is not None and above.mem_id not in taken:
            above = above.parent
        if above is None:
            taken.add(node.mem_id)
            pieces.append(node.html or "")
    tree = parse_page("<div>" + "".join(pieces) + "</div>") if pieces else None
    return read_blocks(tree) if tree is not None else []


def select_texts(text: str, selector: str) -> list[str]:
    """One line for each element that `selector` finds; a time element's datetime goes first."""
    found = []
    for node in LexborHTMLParser(text).css(selector):
        stated = node.attributes.get("datetime") or node.attributes.get("content")
        line = _SPACE.sub(" ", stated or node.text(deep=True)).strip()
        if line:
            found.append(line)
    return found


def join_paragraphs(paragraphs: Sequence[str]) -> str:
    """Paragraphs separated by one empty line; the items of a list keep together."""
    text = ""
    for one in paragraphs:
        item = one.startswith("- ") and text.rpartition("\n")[2].startswith("- ")
        text += ("\n" if item else "\n\n") + one if text else one
    return text


def _tidy(blocks: Iterable[str]) -> list[str]:
    kept: list[str] = []
    for block in blocks:
        repeated = bool(kept) and kept[-1] == block
        if not repeated and any(map(str.isalnum, block)) and not is_noise_line(block):
            kept.append(block)
    return _without_second_copy(kept)


def _without_second_copy(blocks: list[str]) -> list[str]:
    """Some pages hold their text twice, for narrow screens and for wide ones."""
    first = next((place for place, one in enumerate(blocks) if len(one) >= _LONG), None)
    if first is None or blocks.count(blocks[first]) != 2:
        return blocks
    second = blocks.index(blocks[first], first + 1)
    run = min(second - first, _RUN)
    if run < 2 or blocks[first : first + run] != blocks[second : second + run]:
        return blocks
    before = set(blocks[:second])
    return blocks[:second] + [one for one in blocks[second:] if one not in before]
