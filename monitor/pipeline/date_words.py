"""The words of dates in English, French, Russian and Kazakh, and the names of time zones."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

# One line a month: English, French, Russian (nominative, genitive, short), Kazakh (full, short,
# and in the Latin alphabets of 2018 and 2021, without their accents).
_MONTHS = """
january jan janvier janv январь января янв қаңтар қаң qantar
february feb fevrier fevr fev февраль февраля февр фев ақпан ақп aqpan
march mar mars март марта мар наурыз нау nauryz nauriz nayryz
april apr avril avr апрель апреля апр сәуір сәу sayir sauir
may mai май мая мамыр мам mamyr mamir
june jun juin июнь июня июн маусым мау maysym mausim mausym
july jul juillet juil июль июля июл шілде шіл shilde silde
august aug aout август августа авг тамыз там tamyz tamiz
september sept sep septembre сентябрь сентября сент сен қыркүйек қыр qyrkuiek qyrkuyek qirkuyek
october oct octobre октябрь октября окт қазан қаз qazan
november nov novembre ноябрь ноября нояб ноя қараша қар qarasha qarasa
december dec decembre декабрь декабря дек желтоқсан желт жел jeltoqsan
"""

# One line a day of the week, Monday first.
_WEEKDAYS = """
monday mon lundi lun понедельник пн пон дүйсенбі дс dusenbi
tuesday tue tues mardi вторник вт сейсенбі сс seisenbi
wednesday wed weds mercredi mer среда среду ср сәрсенбі сәр sarsenbi
thursday thu thur thurs jeudi jeu четверг чт бейсенбі бс beisenbi
friday fri vendredi ven пятница пятницу пт жұма жм juma
saturday sat samedi sam суббота субботу сб сенбі сн senbi
sunday sun dimanche dim воскресенье вс вск жексенбі жс жк jeksenbi
"""

# Words that stand around a date and change nothing about it.
_FILLERS = """
the of on at by le la du de a et o clock published posted date publie publiee paru parue heure
heures h hrs hours mis en ligne publication publish time first added released issued
года год г в во от время опубликовано опубликована опубликован дата публикации размещено
добавлено создано публикация выпущено ч час часов
жылғы жылдың жылы жыл ж сағат күні жарияланды жарияланған жариялау уақыты шығарылған
jylgy jyldyn jyly jyl jilgi jildin jili jil sagat kuni jariialandy jariyalandi
"""

# What may follow the name of a Kazakh month: "маусымы", "қазанда", "маусымындағы", "qazanda".
_KAZAKH_ENDING = re.compile(
    r"(?:[ыі]н?)?(?:[дт][ае]н?|н[ае]н?|ғ[а]|г[е]|қа|ке|[дтн][ыі]ң?|[дт]ағы|[дт]егі)?"
    r"|(?:[iy]n?)?(?:[dt][ae]n?|n[ae]n?|[gq]a|[gk]e|[dtn][iy]n?|[dt]ag[iy]|[dt]egi)?"
)

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
# What moves with the season, and Kazakhstan, which joined its two zones at UTC+5 on 1 March 2024:
# the name alone gives no offset.
_PLACES = {
    "almt": "Asia/Almaty",
    "qyzt": "Asia/Qyzylorda",
    "orat": "Asia/Oral",
    "et": "America/New_York",
    "pt": "America/Los_Angeles",
    "kz": "Asia/Almaty",
}
# The stems of the names in "(по времени Астаны)", "Moscow time", "Астана уақытымен".
_CITIES = {
    "астан": "Asia/Almaty",
    "алмат": "Asia/Almaty",
    "казахстан": "Asia/Almaty",
    "қазақстан": "Asia/Almaty",
    "нур-султан": "Asia/Almaty",
    "нұр-сұлтан": "Asia/Almaty",
    "москв": "Europe/Moscow",
    "московск": "Europe/Moscow",
    "мск": "Europe/Moscow",
    "мәскеу": "Europe/Moscow",
    "ташкент": "Asia/Tashkent",
    "бишкек": "Asia/Bishkek",
    "баку": "Asia/Baku",
    "бакинск": "Asia/Baku",
    "минск": "Europe/Minsk",
    "киев": "Europe/Kyiv",
    "тбилиси": "Asia/Tbilisi",
    "париж": "Europe/Paris",
    "брюссел": "Europe/Brussels",
    "лондон": "Europe/London",
    "гринвич": "UTC",
    "astana": "Asia/Almaty",
    "almaty": "Asia/Almaty",
    "kazakhstan": "Asia/Almaty",
    "nur-sultan": "Asia/Almaty",
    "moscow": "Europe/Moscow",
    "moscou": "Europe/Moscow",
    "tashkent": "Asia/Tashkent",
    "tachkent": "Asia/Tashkent",
    "bishkek": "Asia/Bishkek",
    "baku": "Asia/Baku",
    "bakou": "Asia/Baku",
    "paris": "Europe/Paris",
    "brussels": "Europe/Brussels",
    "bruxelles": "Europe/Brussels",
    "central european": "Europe/Brussels",
    "london": "Europe/London",
    "londres": "Europe/London",
    "geneva": "Europe/Zurich",
    "genève": "Europe/Zurich",
    "berlin": "Europe/Berlin",
    "greenwich mean": "UTC",
    "coordinated universal": "UTC",
    "new york": "America/New_York",
    "washington": "America/New_York",
    "eastern": "America/New_York",
    "pacific": "America/Los_Angeles",
    "beijing": "Asia/Shanghai",
    "pékin": "Asia/Shanghai",
    "tokyo": "Asia/Tokyo",
    "istanbul": "Europe/Istanbul",
}
_NAMES = "|".join(sorted(map(re.escape, _CITIES), key=len, reverse=True))
_CITY_TIME = re.compile(
    rf"[(\[]?\s*(?:"
    rf"(?:по )?(?:местному )?времен[иь] (?:г\.? ?|в )?(?P<ru>{_NAMES})\w*"
    rf"|(?:по )?(?P<adjective>{_NAMES})\w* (?:времени|время)"
    rf"|по (?P<short>{_NAMES})[уеыиа]?\b"
    rf"|(?:heure )(?:locale )?(?:de |d['’]|à )?(?:la )?(?P<fr>{_NAMES})\w*"
    rf"|(?P<en>{_NAMES}) (?:standard |summer |local )?time"
    rf"|(?P<kk>{_NAMES})\w* (?:қаласының )?уақыты\w*(?: бойынша)?"
    rf"|(?P<local>local time|heure locale|по местному времени|местное время|"
    rf"жергілікті уақыт\w*(?: бойынша)?)"
    rf")\s*[)\]]?"
)


# A line is read in pieces of each length, so its words come back many times.
@lru_cache(maxsize=1024)
def _fold(word: str) -> str:
    """Lower case without the accents of Latin letters: "Févr." and "fevr" are one word.

    й and ё would fall apart too: the marks go from Latin letters only.
    """
    out: list[str] = []
    for char in word.lower():
        plain = unicodedata.normalize("NFD", char)
        out.append(plain[0] if plain[0].isascii() else "i" if char == "ı" else char)
    return "".join(out)


def _numbered(table: str) -> dict[str, int]:
    lines = table.strip().splitlines()
    return {word: number for number, line in enumerate(lines, 1) for word in line.split()}


MONTHS = _numbered(_MONTHS)
WEEKDAYS = _numbered(_WEEKDAYS)
FILLERS = frozenset(_FILLERS.split())
_LATIN_BEGINNINGS = frozenset(
    ("nayr", "naur", "mamy", "maus", "mays", "shil", "tamy", "qyrk", "qara", "sayi", "jelt")
)
_KAZAKH_STEMS = tuple(
    word
    for word in MONTHS
    if len(word) > 4
    and (set(word) & set("қңәіү") or word in ("наурыз", "мамыр", "маусым", "тамыз"))
) + tuple(line.split()[-1] for line in _MONTHS.strip().splitlines())
_LATIN_STEMS = tuple(word for word in MONTHS if len(word) > 4 and word[:4] in _LATIN_BEGINNINGS)


@lru_cache(maxsize=1024)
def month_of(word: str) -> int | None:
    """The number of a month; Kazakh ones with their case endings ("маусымда")."""
    folded = _fold(word)
    if (found := MONTHS.get(folded)) is not None:
        return found
    for stem in (*_KAZAKH_STEMS, *_LATIN_STEMS):
        if folded.startswith(stem) and _KAZAKH_ENDING.fullmatch(folded, len(stem)):
            return MONTHS[stem]
    return None


def weekday_of(word: str) -> int | None:
    """0 for Monday; None for what is no day of the week."""
    found = WEEKDAYS.get(_fold(word))
    return None if found is None else found - 1


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


def take_city_time(text: str) -> tuple[tzinfo | None, str]:
    """Split off "(по времени Астаны)" or "Paris time": its zone, and the text without it. What is
    called local time has no zone of its own."""
    found = _CITY_TIME.search(text)
    if found is None:
        return None, text
    city = next((name for key, name in found.groupdict().items() if name and key != "local"), None)
    rest = f"{text[: found.start()]} {text[found.end() :]}"
    return None if city is None else ZoneInfo(_CITIES[city]), " ".join(rest.split())
