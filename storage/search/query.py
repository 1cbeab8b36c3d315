"""What is searched for: words and "phrases", all of which must occur, and filters beside them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from monitor.errors import QueryError
from monitor.pipeline.words import tokenize

MAX_LENGTH = 2_000
MAX_LIMIT = 10_000

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PART = re.compile(r'(?P<minus>[-−–]?)(?:"(?P<phrase>[^"]*)"|(?P<word>[^\s"]+))')


@dataclass(frozen=True, slots=True)
class Clause:
    """A word or a phrase that must, or must not, occur. A word that the tokeniser splits
    ("l'IA", "AI-Sana") is searched for as a phrase."""

    words: str
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Filters:
    """What results are limited to. `since` is inclusive, `until` exclusive; both are compared
    with the publisher's own clock, so that a day is the day that the reader saw on the page."""

    topic: str | None = None
    source: str | None = None
    language: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    entity: str | None = None


def wall_clock(moment: datetime) -> datetime:
    """What a clock beside the publisher showed, as if it were UTC: what `Filters` compare with."""
    return moment.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Query:
    """A search, ready to run. Without clauses everything that passes the filters is found."""

    clauses: tuple[Clause, ...] = ()
    filters: Filters = field(default_factory=Filters)
    sort: Literal["relevance", "date"] = "relevance"
    limit: int = 20
    offset: int = 0


def parse_words(text: str) -> tuple[Clause, ...]:
    """Read what a person typed: `words "a phrase" -without`. Raises QueryError."""
    if len(text) > MAX_LENGTH:
        raise QueryError(f"The query is too long: at most {MAX_LENGTH} characters", "long")
    plain = text.translate(_QUOTES)
    if plain.count('"') % 2:
        raise QueryError(
            f'A quotation mark is not closed: {text[:80]!r}; expected "a phrase"', "phrase"
        )
    clauses = tuple(
        Clause(words, excluded=bool(found["minus"]))
        for found in _PART.finditer(plain)
        if tokenize(words := found["phrase"] or found["word"] or "")
    )
    if text.strip() and not clauses:
        raise QueryError(f"There is no word to search for in {text[:80]!r}", "no_word")
    if clauses and all(clause.excluded for clause in clauses):
        raise QueryError("Only words to leave out: expected at least one to find", "only_excluded")
    return clauses


def parse_day(text: str, *, end: bool = False) -> datetime:
    """A day of the calendar, of whatever zone; `end` gives the moment after its last one."""
    try:
        day = datetime.combine(datetime.strptime(text, "%Y-%m-%d").date(), time(), UTC)  # noqa: DTZ007
        return day + timedelta(days=1) if end else day
    except (ValueError, OverflowError) as error:
        raise QueryError(
            f'{text!r} is not a date: expected a day such as "2025-10-02"', "day"
        ) from error
