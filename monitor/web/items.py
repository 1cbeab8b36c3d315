"""Articles as lists show them: in the latest ones, in results, among copies."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from config.source import Source
from monitor.model import ArchivedArticle, Article
from monitor.web.marking import Piece, Span, pieces, term_spans
from monitor.web.tongue import CLOCKS_DIFFER
from storage.search.snippets import snippet

OPENING = 200
"""Characters of the text shown where no word was searched for: two lines of a column."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of a list. `copy_of` is the article that it repeats, if it is a copy."""

    id: int
    title: tuple[Piece, ...]
    text: tuple[Piece, ...]
    language: str
    source: str
    when: datetime
    topics: tuple[str, ...]
    copy_of: ArchivedArticle | None = None
    precision: str | None = None


def shown_date(archived: ArchivedArticle, now: datetime) -> datetime:
    """When it was published; when it was first seen, if it says nothing or lies in the future."""
    published = archived.article.published
    if published is None or published > now + CLOCKS_DIFFER:
        return archived.first_seen
    return published


def shown_precision(archived: ArchivedArticle, now: datetime) -> str | None:
    """How exact the shown date is; when an article was first seen is known to the second."""
    article = archived.article
    return article.published_precision if shown_date(archived, now) == article.published else None


def source_name(sources: Mapping[str, Source], source: str) -> str:
    """What a source is called; its id where it is watched no more."""
    return sources[source].name if source in sources else source


def headline(article: Article) -> str:
    """The title; the address of an article without one, for a link needs words."""
    return article.title if article.title.strip() else article.url


def latest_item(archived: ArchivedArticle, sources: Mapping[str, Source], now: datetime) -> Item:
    """With the beginning of its text."""
    article = archived.article
    return _item(
        archived, sources, now, (Piece(headline(article)),), (Piece(_opening(article.text)),)
    )


def found_item(
    archived: ArchivedArticle,
    sources: Mapping[str, Source],
    now: datetime,
    wanted: Collection[str],
    first: ArchivedArticle | None,
) -> Item:
    """With the words that were searched for marked, in the title and in a piece of the text."""
    article = archived.article
    title = headline(article)
    piece = snippet(article.text, article.language, wanted)
    return _item(
        archived,
        sources,
        now,
        tuple(pieces(title, term_spans(title, article.language, wanted))),
        tuple(pieces(piece.text, [Span(start, end) for start, end in piece.found])),
        first,
    )


def _item(
    archived: ArchivedArticle,
    sources: Mapping[str, Source],
    now: datetime,
    title: tuple[Piece, ...],
    text: tuple[Piece, ...],
    first: ArchivedArticle | None = None,
) -> Item:
    return Item(
        id=archived.id,
        title=title,
        text=text,
        language=archived.article.language,
        source=source_name(sources, archived.source),
        when=shown_date(archived, now),
        topics=tuple(match.topic for match in archived.matches),
        copy_of=first,
        precision=shown_precision(archived, now),
    )


def _opening(text: str) -> str:
    folded = " ".join(text[: OPENING * 2].split())
    if len(folded) <= OPENING:
        return folded
    whole_words = folded[:OPENING].rpartition(" ")[0] or folded[:OPENING]
    return whole_words.rstrip(",;:–— ") + " …"
