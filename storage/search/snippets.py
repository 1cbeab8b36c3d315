"""The piece of an article that shows why it was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from storage.search.terms import terms

WORDS = 32
"""About two lines of a terminal, three of a page."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A piece of text; `found` are the offsets in it of the words that were searched for."""

    text: str
    found: tuple[tuple[int, int], ...] = ()


def snippet(text: str, language: str, wanted: Collection[str]) -> Snippet:
    """The window of a text with the most different wanted terms; its beginning without any."""
    tokens = terms(text, language)
    if not tokens:
        return Snippet(" ".join(text.split()))
    first = _best_window(tokens, wanted)
    shown = tokens[first : first + WORDS]
    start = shown[0][0].start if first else len(text) - len(text.lstrip())
    end = shown[-1][0].end
    if first + WORDS >= len(tokens):
        end = len(text.rstrip())
    lead = "… " if first else ""
    tail = " …" if end < len(text.rstrip()) else ""
    # White space is folded to single characters one for one, so that offsets stay right.
    piece = "".join(" " if letter.isspace() else letter for letter in text[start:end])
    shift = len(lead) - start
    found = tuple(
        (token.start + shift, token.end + shift) for token, term in shown if term in wanted
    )
    return Snippet(lead + piece + tail, found)


def _best_window(tokens: Sequence[tuple[object, str]], wanted: Collection[str]) -> int:
    """The index of the first token to show: a few words before the richest run of hits."""
    hits = [index for index, (_, term) in enumerate(tokens) if term in wanted]
    if not hits:
        return 0
    context = WORDS // 4

    def richness(index: int) -> int:
        window = tokens[index : index + WORDS - context]
        return len({term for _, term in window if term in wanted})

    best = max(hits[:200], key=richness)  # max keeps the earliest of equals
    return max(0, best - context)
