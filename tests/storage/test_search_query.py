"""What a person types, read."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.errors import QueryError
from storage.search.query import MAX_LENGTH, Clause, parse_day, parse_words


@pytest.mark.parametrize(
    ("typed", "clauses"),
    [
        ("", []),
        ("   ", []),
        ("one two", [Clause("one"), Clause("two")]),
        ('"one two" three', [Clause("one two"), Clause("three")]),
        ("«бір екі» үш", [Clause("бір екі"), Clause("үш")]),
        ("“one two”", [Clause("one two")]),
        ("„eins zwei“", [Clause("eins zwei")]),
        ("one -two", [Clause("one"), Clause("two", excluded=True)]),
        ("one −two –three", [Clause("one"), Clause("two", True), Clause("three", True)]),
        ('one -"two three"', [Clause("one"), Clause("two three", excluded=True)]),
        ("AI-Sana covid-19", [Clause("AI-Sana"), Clause("covid-19")]),
        ("l'IA", [Clause("l'IA")]),
        ("one - two", [Clause("one"), Clause("two")]),
        ('one "" !? two', [Clause("one"), Clause("two")]),
        ('one"two three"four', [Clause("one"), Clause("two three"), Clause("four")]),
        (
            "C++ AND OR NOT title:x",
            [Clause(each) for each in ("C++", "AND", "OR", "NOT", "title:x")],
        ),
    ],
)
def test_words_phrases_and_what_to_leave_out(typed: str, clauses: list[Clause]) -> None:
    assert parse_words(typed) == tuple(clauses)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ('"one two', "not closed"),
        ("«one two", "not closed"),
        ("!?", "no word"),
        ('""', "no word"),
        ("-one", "at least one to find"),
        ('-one -"two three"', "at least one to find"),
        ("x" * (MAX_LENGTH + 1), "too long"),
    ],
)
def test_what_cannot_be_read(typed: str, said: str) -> None:
    with pytest.raises(QueryError, match=said) as caught:
        parse_words(typed)
    assert caught.value.exit_code == 2


def test_days() -> None:
    assert parse_day("2025-10-02") == datetime(2025, 10, 2, tzinfo=UTC)
    assert parse_day("2024-02-28", end=True) == datetime(2024, 2, 29, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["", "yesterday", "2025-13-01", "2025-02-30", "02.10.2025"])
def test_what_is_no_day(typed: str) -> None:
    with pytest.raises(QueryError, match="is not a date"):
        parse_day(typed)


def test_the_last_day_of_the_calendar_has_no_next() -> None:
    with pytest.raises(QueryError):
        parse_day("9999-12-31", end=True)
