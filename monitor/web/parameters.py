"""What an address asks for: the search form's fields, read and judged."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from monitor.errors import QueryError
from storage.search.query import MAX_LENGTH, MAX_LIMIT, Clause, Filters, Query, parse_day
from storage.search.query import parse_words as parse_query_words

FIELDS = ("q", "topic", "source", "language", "since", "until", "sort")
DEFAULT_LIMIT, MOST_ON_A_PAGE = 20, 100
_ALIASES = {"kz": "kk"}
_SAYABLE = ("phrase", "long", "no_word", "only_excluded")


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields as they were written, "" for what was not; they fill the form again."""

    q: str = ""
    topic: str = ""
    source: str = ""
    language: str = ""
    since: str = ""
    until: str = ""
    sort: str = ""
    limit: str = ""
    page: str = ""

    @property
    def is_search(self) -> bool:
        """Whether results are wanted rather than the first page."""
        return any(getattr(self, field) for field in (*FIELDS, "limit", "page"))

    @property
    def has_filters(self) -> bool:
        return any((self.topic, self.source, self.language, self.since, self.until))

    def parameters(self, **changes: object) -> dict[str, str]:
        """What to put into an address for the same search, changed in some fields."""
        changed = {name: str(value) for name, value in changes.items()}
        every = {name: getattr(self, name) for name in (*FIELDS, "limit", "page")} | changed
        return {name: value for name, value in every.items() if value}

    def without_filters(self) -> Asked:
        return replace(self, topic="", source="", language="", since="", until="", page="")


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a request: the key of a message and its placeholders. `field` is the
    key of a field's label; `detail` an English sentence where there is no other."""

    key: str
    field: str = ""
    value: str = ""
    least: int = 0
    most: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the fields with a list may hold."""

    topics: Collection[str]
    sources: Collection[str]


@dataclass(frozen=True, slots=True)
class Reading:
    """A request that was read: a query, or what is wrong."""

    asked: Asked
    query: Query
    page: int = 1
    wrong: tuple[Wrong, ...] = ()


def read_asked(parameters: Mapping[str, str]) -> Asked:
    """The fields of an address, without blanks around them; what else it holds is left alone."""
    names = (*FIELDS, "limit", "page")
    return Asked(**{name: parameters.get(name, "").strip(" \t\r\n") for name in names})


def read_search(asked: Asked, choices: Choices) -> Reading:
    """Judge every field. Where one is wrong the query is empty and must not be run."""
    wrong = list(_control_characters(asked))
    if wrong:
        return Reading(asked, Query(), wrong=tuple(wrong))
    clauses = _clauses(asked.q, wrong)
    filters = _filters(asked, choices, wrong)
    sort = _sort(asked.sort, wrong)
    limit = _number(asked.limit, "limit", DEFAULT_LIMIT, MOST_ON_A_PAGE, wrong)
    page = _number(asked.page, "page", 1, MAX_LIMIT // limit, wrong)
    if wrong:
        return Reading(asked, Query(), wrong=tuple(wrong))
    return Reading(asked, Query(clauses, filters, sort, limit, (page - 1) * limit), page)


def _control_characters(asked: Asked) -> Iterator[Wrong]:
    for name in (*FIELDS, "limit", "page"):
        if any(unicodedata.category(letter) in ("Cc", "Cs") for letter in getattr(asked, name)):
            yield Wrong("wrong_character", field="search_label" if name == "q" else name)


def _clauses(words: str, wrong: list[Wrong]) -> tuple[Clause, ...]:
    try:
        return parse_query_words(words)
    except QueryError as error:
        known = error.reason in _SAYABLE
        key = f"wrong_{error.reason}" if known else "wrong_query"
        wrong.append(Wrong(key, most=MAX_LENGTH, detail="" if known else str(error)))
        return ()


def _filters(asked: Asked, choices: Choices, wrong: list[Wrong]) -> Filters:
    for field, value, known in (
        ("topic", asked.topic, choices.topics),
        ("source", asked.source, choices.sources),
    ):
        if value and value not in known:
            wrong.append(Wrong("wrong_choice", field, value[:80]))
    language = _ALIASES.get(asked.language, asked.language)
    if language and not (len(language) == 2 and language.isascii() and language.islower()):
        wrong.append(Wrong("wrong_choice", "language", language[:80]))
    since = _day(asked.since, "since", wrong)
    until = _day(asked.until, "until", wrong)
    if since is not None and until is not None and until <= since:
        wrong.append(Wrong("wrong_order"))
    return Filters(asked.topic or None, asked.source or None, language or None, since, until)


def _day(value: str, field: Literal["since", "until"], wrong: list[Wrong]) -> datetime | None:
    try:
        return parse_day(value, end=field == "until") if value else None
    except QueryError:
        wrong.append(Wrong("wrong_day", field, value[:80]))
        return None


def _sort(value: str, wrong: list[Wrong]) -> Literal["relevance", "date"]:
    if value not in ("", "relevance", "date"):
        wrong.append(Wrong("wrong_choice", "sort", value[:80]))
    return "date" if value == "date" else "relevance"


def _number(value: str, field: str, default: int, most: int, wrong: list[Wrong]) -> int:
    if not value:
        return default
    readable = value.isascii() and value.isdigit() and len(value) < 10
    if not readable or not 1 <= int(value) <= most:
        wrong.append(Wrong("wrong_number", field, value[:80], least=1, most=most))
        return default
    return int(value)
