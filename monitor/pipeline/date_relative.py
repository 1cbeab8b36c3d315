"""Dates that count from the moment they are read: "yesterday, 14:30", "il y a 2 heures"."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from monitor.pipeline.date_words import says_nothing

_DAY_WORDS = {
    0: "today aujourd'hui сегодня бүгін bugin",
    1: "yesterday hier вчера кеше keshe kese",
    2: "avant-hier позавчера алдыңғыкүні",
}
_DAYS = {word: back for back, words in _DAY_WORDS.items() for word in words.split()}
_DAY_WORD = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, _DAYS))})(?![\w'-])")

_NUMBERS = {
    **dict.fromkeys(["a", "an", "one", "un", "une", "один", "одну", "одна", "бір", "bir"], 1),
    **dict.fromkeys(["two", "deux", "два", "две", "екі", "eki"], 2),
    **dict.fromkeys(["three", "trois", "три", "үш", "ush"], 3),
    **dict.fromkeys(["four", "quatre", "четыре", "төрт", "tort"], 4),
    **dict.fromkeys(["five", "cinq", "пять", "бес", "bes"], 5),
}
_UNITS = (
    ("second", r"seconds?|secs?|s|secondes?|секунд\w?|сек|с|sekund"),
    ("minute", r"minutes?|mins?|m|мин|минут\w?|minut"),
    ("hour", r"hours?|hrs?|hr|h|heures?|час\w{0,2}|ч|сағат|сағ|sagat"),
    ("day", r"days?|d|jours?|j|день|дн\w{1,2}|сут\w{1,2}|күн|kun"),
)
_COUNT = rf"(?:[0-9]{{1,3}}|{'|'.join(_NUMBERS)})"
_AMOUNT = re.compile(
    rf"(?P<count>{_COUNT})?\s?(?:"
    + "|".join(rf"(?P<{name}>{words})" for name, words in _UNITS)
    + r")\.?(?![^\W\d_])"
)
_AGO = re.compile(
    r"^(?:about |around |environ |около |шамамен )?(?P<left>.*?)\s(?:ago|назад|бұрын|buryn|burin)$"
    r"|^il y a (?:environ )?(?P<right>.*)$"
)
_NOW = re.compile(
    r"(?:just now|moments? ago|a moment ago|à l['’]instant|il y a (?:un|quelques) instants?|"
    r"только что|жаңа ғана|қазір ғана)"
)
_HALF_HOUR = re.compile(
    r"(?:half an hour ago|il y a une demi-heure|полчаса назад|жарты сағат бұрын)"
)
_MOST_DAYS = 6


def take_day_word(text: str) -> tuple[int | None, str]:
    """Split off "yesterday": how many days back, and the text without it."""
    text = text.replace("’", "'").replace("алдыңғы күні", "алдыңғыкүні")
    text = text.replace("day before yesterday", "avant-hier").replace("the avant", "avant")
    found = _DAY_WORD.search(text)
    if found is None:
        return None, text
    return _DAYS[found[0]], f"{text[: found.start()]} {text[found.end() :]}"


def read_ago(text: str, now: datetime) -> tuple[datetime, str] | None:
    """The moment that "2 hours ago" counts back to, and how exact it is. Beyond six days such
    a count is rounded too much to name a day."""
    words = text.split()
    while words:
        if (found := _read_ago(" ".join(words), now)) is not None:
            return found
        if not says_nothing(words[0].strip(".,:;•·|-–—")):
            return None
        del words[0]  # "Published 2 hours ago"
    return None


def _read_ago(text: str, now: datetime) -> tuple[datetime, str] | None:
    if _NOW.fullmatch(text):
        return now.replace(second=0, microsecond=0), "minute"
    if _HALF_HOUR.fullmatch(text):
        return (now - timedelta(minutes=30)).replace(second=0, microsecond=0), "minute"
    found = _AGO.match(text)
    if found is None:
        return None
    back, finest = _added(found["left"] or found["right"] or "")
    if finest is None or back > timedelta(days=_MOST_DAYS):
        return None
    moment = (now - back).replace(microsecond=0)
    if finest == "second":
        return moment, "second"
    moment = moment.replace(second=0)
    if finest == "day":
        moment = moment.replace(hour=0, minute=0)
    return moment, finest


def _added(text: str) -> tuple[timedelta, str | None]:
    total, finest = timedelta(), None
    while text:
        found = _AMOUNT.match(text)
        if found is None:
            return timedelta(), None
        count = found["count"]
        if count is None and finest is not None:
            return timedelta(), None
        number = 1 if count is None else _NUMBERS.get(count) or int(count)
        finest = next(name for name, _ in _UNITS if found[name])
        total += timedelta(**{f"{finest}s": number})
        text = re.sub(r"^(?:\s|,|and |et |и |жəне |және )+", "", text[found.end() :])
    return total, finest
