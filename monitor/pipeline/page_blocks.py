"""A page as a row of blocks: its paragraphs, headings, items and cells, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree
from lxml.html import HtmlElement

from monitor.pipeline.page_noise import NOISE_TAGS, is_noise_element

_BLOCK_NAMES = """address article blockquote body center dd details div dl dt fieldset figure
    h1 h2 h3 h4 h5 h6 header hr html li main ol p pre section summary table tbody td tfoot th thead
    tr ul"""
BLOCK_TAGS = frozenset(_BLOCK_NAMES.split())
HEADING_TAGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
# Soft hyphens and zero-width signs say where a word may be broken; they are no part of it.
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")


@dataclass(slots=True)
class Block:
    """`text` in single spaces, `linked` of its characters inside links; `element` is the nearest
    block element around it."""

    text: str
    linked: int
    element: HtmlElement


def read_blocks(element: HtmlElement, *, pruned: bool = False) -> list[Block]:
    """All the text below `element`, block by block, without captions, controls and widgets.

    In a `pruned` tree there are none left to look for.
    """
    blocks: list[Block] = []
    text: list[str] = []
    around = [element]
    linked = breaks = in_link = 0

    def flush() -> None:
        nonlocal linked
        if not text:
            return
        block = tidy_line("".join(text))
        if block:
            blocks.append(Block(block, linked, around[-1]))
        text.clear()
        linked = 0

    walk = etree.iterwalk(element, events=("start", "end"))
    for event, node in walk:
        tag = node.tag
        if event == "start":
            if not isinstance(tag, str) or (node is not element and _is_noise(node, tag, pruned)):
                walk.skip_subtree()
                continue
            if tag in BLOCK_TAGS:
                flush()
                around.append(node)
            breaks = breaks + 1 if tag == "br" else 0
            if tag == "br":
                text.append(" ")
                if breaks == 2:
                    flush()
            in_link += tag == "a"
            if node.text:
                text.append(node.text)
                breaks = 0
                linked += len(node.text) if in_link else 0
            continue
        if isinstance(tag, str):
            if tag in BLOCK_TAGS:
                flush()
                if around[-1] is node:
                    around.pop()
            in_link -= tag == "a" and in_link > 0
        if node is not element and node.tail:
            text.append(node.tail)
            if node.tail.strip():
                breaks = 0
            linked += len(node.tail) if in_link else 0
    flush()
    return blocks


def tidy_line(text: str) -> str:
    """Single spaces, no invisible signs."""
    if not text.isascii():
        text = _UNSEEN.sub("", text)
    return " ".join(text.split())


def _is_noise(node: HtmlElement, tag: str, pruned: bool) -> bool:
    return tag in NOISE_TAGS if pruned else is_noise_element(node)


def names_of(element: HtmlElement) -> str:
    """The class and the id of an element, as one line."""
    return f"{element.get('class') or ''} {element.get('id') or ''}".strip()
