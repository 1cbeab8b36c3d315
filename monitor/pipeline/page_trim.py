"""What goes from the blocks of an article's element before they are its paragraphs."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.page_blocks import HEADING_TAGS, Block
from monitor.pipeline.page_date import is_date_line
from monitor.pipeline.page_noise import is_appeal, is_closing_line, is_noise_line, is_noise_link

SENTENCE_END = re.compile(r"[.!?…:;。।؟]['\"”»’)\]]*(?:\s?\[\d+\])*$")
_BYLINE = re.compile(
    r"^\W*(?:(?:written |reported |story |words )?by|par|von|por|автор(?:ы|лар)?|текст|мәтін|"
    r"дайындаған|published|updated|posted|publié|mis à jour|опубликовано|обновлено|жарияланды|"
    r"last (?:updated|modified)|stand|reading time|\d+ min(?:ute)?s?(?: read)?)\b",
    re.IGNORECASE,
)
_CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.\w{2,}|(?:^|\s)@\w{3,}")
_TEXT_TAGS = frozenset(("p", "li", "td", "th", "blockquote", "pre", "dd", "dt"))
_LEAD = 80
_SHORT = 120
_SIGN = 60
_QUOTED = 30
# A cue for further reading ends the text only where nearly all of it is over; before that it
# is a box between two paragraphs.
_LATE = 0.85


def is_linked(block: Block) -> bool:
    """Whether a block is a link to elsewhere: nothing but link text, or mostly and no sentence."""
    size, linked = len(block.text), block.linked
    if linked * 5 >= size * 4:
        return True
    return linked * 2 > size and (
        not SENTENCE_END.search(block.text) or is_noise_link(block.text, linked)
    )


def trim_blocks(blocks: Sequence[Block], titles: Collection[str]) -> list[Block]:
    """The blocks that are text: neither links and labels among them, nor what stands before the
    first sentence or after the last one and belongs to the page. `titles` are comparable."""
    kept = [
        block
        for block in blocks
        if not is_linked(block)
        and not is_noise_line(block.text)
        and any(map(str.isalnum, block.text))
    ]
    kept = _without_repetitions(_without_closing(kept))
    start = 0
    while start < len(kept) - 1 and _is_before_text(kept[start], titles):
        start += 1
    end = len(kept)
    while end > start + 1 and _is_after_text(kept[end - 1]):
        end -= 1
    return kept[start:end]


def _without_closing(blocks: list[Block]) -> list[Block]:
    """The blocks up to the line that announces other articles, comments or the author."""
    total = sum(len(block.text) for block in blocks)
    passed = 0
    for place, block in enumerate(blocks):
        if passed >= _LATE * total and len(block.text) <= _SIGN and is_closing_line(block.text):
            return blocks[:place]
        passed += len(block.text)
    return blocks


def _without_repetitions(blocks: list[Block]) -> list[Block]:
    """The blocks that are not quoted out of a longer one, to catch the eye."""
    flat = [comparable(block.text) for block in blocks]
    whole = "\n".join(flat)
    return [
        block
        for block, own in zip(blocks, flat, strict=True)
        if len(own) < _QUOTED
        or block.element.tag in HEADING_TAGS
        or whole.count(own) <= flat.count(own)
    ]


def _is_before_text(block: Block, titles: Collection[str]) -> bool:
    text = block.text
    if comparable(text) in titles or is_date_line(text):
        return True
    if len(text) >= _SHORT:
        return False
    if SENTENCE_END.search(text):
        return False
    return bool(_BYLINE.match(text)) or block.element.tag not in _TEXT_TAGS | HEADING_TAGS


def _is_after_text(block: Block) -> bool:
    text = block.text
    if block.element.tag in HEADING_TAGS or is_date_line(text):
        return True
    if is_appeal(text) or (len(text) < 2 * _SHORT and _CONTACT.search(text)):
        return True
    if len(text) >= _SHORT or SENTENCE_END.search(text):
        return False
    return bool(_BYLINE.match(text)) or block.element.tag not in _TEXT_TAGS
