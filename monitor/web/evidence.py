"""The words that decided an article's topics, found again in its title and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from config.catalog import Catalog
from monitor.model import ArchivedArticle, Article, Evidence, Match
from monitor.web.marking import Piece, Span, merge, paragraphs, pieces

SHOWN = 12
"""Different words listed of a topic; an article about it names it in every other line."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Words that speak for a topic. `anchor` is the mark in the page that holds them, if they
    still stand there."""

    words: str
    anchor: str | None


@dataclass(frozen=True, slots=True)
class Judged:
    """An article's title and text with the evidence marked, and the evidence of each topic."""

    title: tuple[Piece, ...]
    paragraphs: tuple[tuple[Piece, ...], ...]
    reasons: dict[str, tuple[Reason, ...]]


def judged(article: Article, headline: str, matches: Sequence[Match]) -> Judged:
    """Mark the evidence. What no longer stands where it was found (the text has changed since) is
    listed and not marked."""
    title_spans = _spans(article, matches, in_title=True)
    text_spans = _spans(article, matches, in_title=False)
    return Judged(
        title=tuple(pieces(headline, title_spans)),
        paragraphs=tuple(tuple(each) for each in paragraphs(article.text, text_spans)),
        reasons={
            match.topic: _reasons(article, match, merge(title_spans), merge(text_spans))
            for match in matches
        },
    )


def _spans(article: Article, matches: Sequence[Match], *, in_title: bool) -> list[Span]:
    return [
        Span(evidence.start, evidence.end, (match.topic,))
        for match in matches
        for evidence in match.evidence
        if (evidence.field == "title") == in_title and _stands(article, evidence)
    ]


def _reasons(
    article: Article, match: Match, title: Sequence[Span], text: Sequence[Span]
) -> tuple[Reason, ...]:
    found: dict[str, Reason] = {}
    for evidence in match.evidence:
        words = " ".join(evidence.words.split())
        anchor = None
        if _stands(article, evidence):
            letter, marks = ("h", title) if evidence.field == "title" else ("m", text)
            anchor = f"{letter}{_mark(marks, evidence.start)}"
        found.setdefault(words.casefold(), Reason(words, anchor))
    return tuple(found.values())[:SHOWN]


def _mark(marks: Sequence[Span], at: int) -> int:
    """Where the mark begins that holds this place; overlapping evidence shares one."""
    return next(mark.start for mark in marks if mark.start <= at < mark.end)


def _stands(article: Article, evidence: Evidence) -> bool:
    text = article.title if evidence.field == "title" else article.text
    start, end = evidence.start, evidence.end
    return 0 <= start < end and text[start:end] == evidence.words


def named(archived: ArchivedArticle, catalog: Catalog, language: str) -> list[tuple[str, int]]:
    """Whom and what an article names, by their names in a language, and how often."""
    return [
        (catalog.entities[entity].called(language), count)
        for entity, count in archived.entities.items()
        if entity in catalog.entities
    ]
