"""The words of dates in English, French, Russian and Kazakh, and the names of time zones."""

from __future__ import annotations

import unicodedata
from datetime import timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# One line a month: English, French, Russian (nominative, genitive, short), Kazakh (full, short).
_MONTHS = """
january jan janvier janv январь января янв қаңтар қаң
february feb fevrier fevr fev февраль февраля февр фев ақпан ақп
march mar mars март марта мар наурыз нау
april apr avril avr апрель апреля апр сәуір сәу
may mai май мая мамыр мам
june jun juin июнь июня июн маусым мау
july jul juillet juil июль июля июл шілде шіл
august aug aout август августа авг тамыз там
september sept sep septembre сентябрь сентября сент сен қыркүйек қыр
october oct octobre октябрь октября окт қазан қаз
november nov novembre ноябрь ноября нояб ноя қараша қар
december dec decembre декабрь декабря дек желтоқсан желт жел
"""

_WEEKDAYS = """
monday mon lundi lun понедельник пн дүйсенбі дс
tuesday tue tues mardi вторник вт сейсенбі сс
wednesday wed mercredi mer среда среду ср сәрсенбі
thursday thu thur thurs jeudi jeu четверг чт бейсенбі бс
friday fri vendredi ven пятница пятницу пт жұма жм
saturday sat samedi sam суббота субботу сб сенбі
sunday sun dimanche dim воскресенье вс жексенбі жс
"""

# Words that stand around a date and change nothing about it.
_FILLERS = """
the of on at by le la du de a et o clock published posted date publie publiee
года год г в во от время опубликовано дата
жылғы жылдың жылы жыл ж сағат күні жарияланды жарияланған
"""

_KAZAKH_ENDINGS = ("да", "де", "та", "те", "дағы", "дегі", "тағы", "тегі", "ы", "і", "ында", "інде")

# Hours east of Greenwich; the American names are RFC 822's, the others as their countries use them.
_OFFSETS = {
    "utc": 0,
    "gmt": 0,
    "ut": 0,
    "z": 0,
    "wet": 0,
    "west": 1,
    "bst": 1,
    "cet": 1,
    "mez": 1,
    "cest": 2,
    "mesz": 2,
    "eet": 2,
    "sast": 2,
    "eest": 3,
    "msk": 3,
    "мск": 3,
    "trt": 3,
    "msd": 4,
    "azt": 4,
    "get": 4,
    "samt": 4,
    "gst": 4,
    "uzt": 5,
    "pkt": 5,
    "tjt": 5,
    "tmt": 5,
    "aqtt": 5,
    "yekt": 5,
    "ist": 5.5,
    "npt": 5.75,
    "kgt": 6,
    "omst": 6,
    "novt": 7,
    "krat": 7,
    "wib": 7,
    "irkt": 8,
    "hkt": 8,
    "sgt": 8,
    "awst": 8,
    "jst": 9,
    "kst": 9,
    "yakt": 9,
    "vlat": 10,
    "aest": 10,
    "aedt": 11,
    "nzst": 12,
    "nzdt": 13,
    "ast": -4,
    "adt": -3,
    "est": -5,
    "edt": -4,
    "cst": -6,
    "cdt": -5,
    "mst": -7,
    "mdt": -6,
    "pst": -8,
    "pdt": -7,
    "akst": -9,
    "akdt": -8,
    "hst": -10,
}
# Kazakhstan joined its two zones at UTC+5 on 1 March 2024: the name alone gives no offset.
_PLACES = {"almt": "Asia/Almaty", "qyzt": "Asia/Qyzylorda", "orat": "Asia/Oral"}


def _fold(word: str) -> str:
    """Lower case without the accents of Latin letters: "Févr." and "fevr" are one word.

    й and ё would fall apart too: the marks go from Latin letters only.
    """
    out: list[str] = []
    for char in word.lower():
        plain = unicodedata.normalize("NFD", char)
        out.append(plain[0] if plain[0].isascii() else char)
    return "".join(out)


def _numbered(table: str) -> dict[str, int]:
    lines = table.strip().splitlines()
    return {word: number for number, line in enumerate(lines, 1) for word in line.split()}


MONTHS = _numbered(_MONTHS)
WEEKDAYS = frozenset(_WEEKDAYS.split())
FILLERS = frozenset(_FILLERS.split())
_KAZAKH_MONTHS = frozenset(word for word in MONTHS if len(word) > 4 and set(word) & set("қңәіү"))
_KAZAKH_STEMS = _KAZAKH_MONTHS | {"наурыз", "мамыр", "маусым", "тамыз"}


def month_of(word: str) -> int | None:
    """The number of a month; Kazakh ones with their case endings ("маусымда")."""
    folded = _fold(word)
    if (found := MONTHS.get(folded)) is not None:
        return found
    for ending in _KAZAKH_ENDINGS:
        stem = folded.removesuffix(ending)
        if stem != folded and stem in _KAZAKH_STEMS:
            return MONTHS[stem]
    return None


def says_nothing(word: str) -> bool:
    """Whether a word may stand in a date without meaning: a weekday, "года", "at"."""
    folded = _fold(word)
    return folded in WEEKDAYS or folded in FILLERS


def zone_of(name: str) -> tzinfo | None:
    """The zone of an abbreviation such as "MSK"; None for one that is not known."""
    folded = name.lower()
    if (place := _PLACES.get(folded)) is not None:
        return ZoneInfo(place)
    hours = _OFFSETS.get(folded)
    return None if hours is None else timezone(timedelta(hours=hours))
