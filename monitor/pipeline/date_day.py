"""The day in a written date: "2026 жылғы 12 маусым", "Oct. 2nd, 2025", "02/10/2025"."""

from __future__ import annotations

import re
from dataclasses import dataclass

from monitor.pipeline.date_clock import UnreadableError
from monitor.pipeline.date_words import month_of, says_nothing, weekday_of

_NUMERIC = re.compile(
    r"(?<![0-9])([0-9]{1,2})\s?([./-])\s?([0-9]{1,2})\s?\2\s?([0-9]{4}|[0-9]{2})(?![0-9])"
)
_ISO = re.compile(r"(?<![0-9])([0-9]{4})([-./])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])")
_WORD = re.compile(
    r"([0-9]+)(?:er|st|nd|rd|th|-?го|-?е|-?ое|-?ші|-?шы|-?сі|-?сы|-?ы|-?і|-?shi|-?si)?(?![^\W_])"
    r"|[^\W\d_]+(?:['’][^\W\d_]+)?"
)
_STRANGE = re.compile(r"[^\w\s.,:;|/·•–—'’-]")
_SMALLEST_SHORT_YEAR = 15


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the calendar. `year` is None where none is written; `order` is "dmy" or "mdy"
    where the numbers could be read both ways and this is one of the two."""

    year: int | None
    month: int
    day: int
    order: str | None = None


def read_days(text: str) -> tuple[tuple[Day, ...], int | None]:
    """The readings of what is left of a date without its time, and the weekday it names.

    There are two where "10/02/2025" can be the 10th of February or the 2nd of October.
    """
    text = re.sub(r"([0-9]{4})(?=[гж])", r"\1 ", text)  # "2026г."
    numeric: tuple[Day, ...] = ()
    if found := _NUMERIC.search(text):
        numeric = _numeric(found)
        text = f"{text[: found.start()]} {text[found.end() :]}"
    elif found := _ISO.search(text):
        numeric = (Day(int(found[1]), int(found[3]), int(found[4])),)
        text = f"{text[: found.start()]} {text[found.end() :]}"
    elif re.match(r"[^\w]*mar\b", text) and len(re.findall(r"[^\W\d_]{3,}", text)) > 1:
        text = text.replace("mar", "mardi", 1)  # French: "mar. 21 avril 2026"
    numbers, month, weekday = _words(text, named=not numeric)
    if numeric:
        if numbers:
            raise UnreadableError
        return numeric, weekday
    if month is None:
        raise UnreadableError
    return (_named(numbers, month),), weekday


def _words(text: str, *, named: bool) -> tuple[list[str], int | None, int | None]:
    numbers: list[str] = []
    month = weekday = None
    for token in _WORD.finditer(text):
        if token[1] is not None:
            numbers.append(token[1])
        elif named and month is None and (found := month_of(token[0])) is not None:
            month = found
        elif (found := weekday_of(token[0])) is not None:
            weekday = found
        elif not says_nothing(token[0]):
            raise UnreadableError
    if _STRANGE.search(text):
        raise UnreadableError
    return numbers, month, weekday


def _numeric(found: re.Match[str]) -> tuple[Day, ...]:
    first, second, year = int(found[1]), int(found[3]), full_year(found[4])
    short = len(found[4]) == 2
    if short and year < 2000 + _SMALLEST_SHORT_YEAR <= 2000 + first <= 2099:
        raise UnreadableError  # "26/01/06": a year may stand at either end
    if first > 12 or found[2] == "." or first == second:
        return (Day(year, second, first),)
    if second > 12:
        return (Day(year, first, second),)
    return Day(year, second, first, "dmy"), Day(year, first, second, "mdy")


def _named(numbers: list[str], month: int) -> Day:
    """Which number is the year: the one of four digits, else the last."""
    if len(numbers) == 1 and len(numbers[0]) <= 2:
        return Day(None, month, int(numbers[0]))
    if len(numbers) != 2:
        raise UnreadableError
    first, last = numbers
    if len(first) == 4:
        first, last = last, first
    if len(first) > 2 or len(last) not in (2, 4):
        raise UnreadableError
    return Day(full_year(last), month, int(first))


def full_year(written: str) -> int:
    """ "26" is 2026, "98" is 1998."""
    year = int(written)
    if len(written) == 2:
        year += 2000 if year < 70 else 1900
    return year
