"""Marking words in texts: spans of characters become pieces that a template can show."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from storage.search.terms import terms


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` of a text, and what they are marked for (may be nothing)."""

    start: int
    end: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text; `start` is its offset, the same for as long as the text is."""

    text: str
    marked: bool = False
    start: int = 0
    notes: tuple[str, ...] = ()


def term_spans(text: str, language: str, wanted: Collection[str]) -> list[Span]:
    """Where the words stand that a search looked for."""
    if not wanted:
        return []
    return [Span(token.start, token.end) for token, term in terms(text, language) if term in wanted]


def merge(spans: Iterable[Span]) -> list[Span]:
    """The spans in their order; those that overlap become one, with the notes of all."""
    merged: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.start, span.end)):
        last = merged[-1] if merged else None
        if last is not None and span.start < last.end:
            notes = tuple(dict.fromkeys(last.notes + span.notes))
            merged[-1] = Span(last.start, max(last.end, span.end), notes)
        else:
            merged.append(span)
    return merged


def pieces(text: str, spans: Iterable[Span], shift: int = 0) -> list[Piece]:
    """The whole text in pieces. `shift` is the text's own offset in a longer one, in which the
    spans are counted."""
    found: list[Piece] = []
    last = 0
    for span in merge(spans):
        start, end = max(span.start - shift, last), min(span.end - shift, len(text))
        if start >= end:
            continue
        if start > last:
            found.append(Piece(text[last:start], start=shift + last))
        found.append(Piece(text[start:end], True, span.start, span.notes))
        last = end
    if last < len(text):
        found.append(Piece(text[last:], start=shift + last))
    return found


def paragraphs(text: str, spans: Iterable[Span]) -> list[list[Piece]]:
    """The paragraphs of a text, each in pieces; a span over two of them is marked in both."""
    merged = merge(spans)
    return [
        pieces(text[start:end], _within(merged, start, end), shift=start)
        for start, end in _paragraph_bounds(text)
    ]


def _within(spans: Iterable[Span], start: int, end: int) -> Iterator[Span]:
    for span in spans:
        if span.start < end and span.end > start:
            yield Span(max(span.start, start), min(span.end, end), span.notes)


def _paragraph_bounds(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for gap in re.finditer(r"\s*\n\s*\n\s*|\Z", text):
        if text[start : gap.start()].strip():
            yield start, gap.start()
        start = gap.end()
