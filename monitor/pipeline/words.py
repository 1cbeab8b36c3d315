"""Words and their stems, for topics and for search alike: English, French, Russian, Kazakh.

A word goes through three forms: as written (`Token.text`), folded (`Token.folded`: what a reader
with a Russian keyboard, or without accents, would type) and its stem (what all inflected forms of
it share). Topics, queries and the index must use the same three, or they do not meet.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from monitor.pipeline.stemming import stem

LANGUAGES = ("en", "fr", "ru", "kk")

# Characters without width that typesetting leaves inside words: soft hyphen, zero-width space and
# joiners, word joiner, byte order mark.
_DROPPED = "\u00ad\u200b\u200c\u200d\u2060\ufeff"
_MARK = "\u0300-\u036f\u0483-\u0487"
_LETTER = r"[^\W_\u02bc]"
# What stands after a word without being one: "Kazakhstan's", and the Kazakh case of an
# abbreviation or of a foreign name, "АҚШ-тың", "Astana Hub-та".
_POSSESSIVE = r"['\u2019]s\b"
_CASE = (
    r"(?<=[A-Za-zА-ЯЁӘҒҚҢӨҰҮҺІ\d])[-\u2010\u2011]"
    r"(?:[тдн][ыі]ң|[тдн][ыі]|ға|ге|қа|ке|[тд][ае]|[тдн][ае]н|[мбп]ен|[тд][ае]ғ[ыі]|[тд]егі)\b"
)
_WORD = re.compile(
    rf"({_LETTER}++(?:[{_MARK}{_DROPPED}]++{_LETTER}++)*+[{_MARK}]*+)(?:{_POSSESSIVE}|{_CASE})?"
)

_DROP = dict.fromkeys(map(ord, _DROPPED))
_ACCENTS = dict.fromkeys(range(0x300, 0x370))
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_CYRILLIC = re.compile("[\u0400-\u04ff]")

# Letters of one script that are drawn like letters of the other, in both directions.
_TO_CYRILLIC = str.maketrans("aceiopxyhkmtABCEHIKMOPTXY", "асеіорхуһкмтАВСЕНІКМОРТХУ")
_TO_LATIN = str.maketrans("асеіорхуһкмтАВСЕНІКМОРТХУҺ", "aceiopxyhkmtABCEHIKMOPTXYH")

# After decomposition: Kazakh letters to those of a Russian keyboard, Latin ligatures to letters.
_FOLDS = str.maketrans(
    {
        **dict(zip("қғәөұүһңі", "кгаоуухни", strict=True)),
        "œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i",
    }
)  # fmt: skip


class Token(NamedTuple):
    """One word. `start` and `end` are offsets into the original text; `text` is that slice
    without the characters of no width, in NFC; `folded` is what is compared."""

    start: int
    end: int
    text: str
    folded: str


def tokenize(text: str) -> list[Token]:
    """The words of a text, numbers included, in order.

    Hyphens and apostrophes separate ("AI-Sana" and "l'IA" are two words each). The English
    possessive ("Kazakhstan's") and a Kazakh case after a hyphen ("АҚШ-тың", "Astana Hub-та")
    belong to no word.
    """
    token = Token._make
    return [token((*found.span(1), *_forms(found[1]))) for found in _WORD.finditer(text)]


@lru_cache(maxsize=1 << 16)
def _forms(word: str) -> tuple[str, str]:
    as_written = written(word)
    return as_written, fold(as_written)


@lru_cache(maxsize=1 << 16)
def written(word: str) -> str:
    """The word as an eye reads it: composed, without characters of no width, in one script."""
    if word.isascii():
        return word
    return _one_script(unicodedata.normalize("NFC", word.translate(_DROP)))


def _one_script(word: str) -> str:
    """Undo look-alikes: a word of two scripts becomes one of the script with more letters."""
    latin, cyrillic = len(_LATIN.findall(word)), len(_CYRILLIC.findall(word))
    if not latin or not cyrillic:
        return word
    as_latin, as_cyrillic = word.translate(_TO_LATIN), word.translate(_TO_CYRILLIC)
    latin_fits = not _CYRILLIC.search(as_latin)
    if latin_fits and (latin > cyrillic or (latin == cyrillic and word.isupper())):
        return as_latin
    return word if _LATIN.search(as_cyrillic) else as_cyrillic


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """The word without case, accents, ё and the letters only Kazakh has; й stays й."""
    if word.isascii():
        return word.lower()
    word = unicodedata.normalize("NFKC", written(word)).casefold()
    word = unicodedata.normalize("NFD", word).replace("и\u0306", "й").translate(_ACCENTS)
    # Again, because a letter with an accent belongs to a script only without it.
    return _one_script(word.translate(_FOLDS)).translate(_FOLDS)


def script_language(folded: str, language: str) -> str:
    """The language whose stemmer a word of a text in `language` gets: its own, or English for
    Latin letters in a Cyrillic text and Russian for Cyrillic letters in a Latin one."""
    if language in ("ru", "kk"):
        return "en" if _LATIN.search(folded) else language
    return "ru" if _CYRILLIC.search(folded) else language


def stems(text: str, language: str) -> list[tuple[Token, str]]:
    """Every word of a text with its stem. `language` is an ISO 639-1 code."""
    return [(token, _stem_in(token.folded, language)) for token in tokenize(text)]


@lru_cache(maxsize=1 << 16)
def _stem_in(folded: str, language: str) -> str:
    return stem(folded, script_language(folded, language))


def query_forms(word: str) -> dict[str, str]:
    """Language → stem of a word of unknown language, for the languages whose script fits.

    A word without letters (a number) fits all four.
    """
    folded = fold(word)
    if _CYRILLIC.search(folded):
        fitting: tuple[str, ...] = ("ru", "kk")
    elif _LATIN.search(folded):
        fitting = ("en", "fr")
    else:
        fitting = LANGUAGES
    return {language: stem(folded, language) for language in fitting}


_ENDING = re.compile(
    r"""(?<![.!?…])[.!?…]+["'»”’)\]]*(?=\s|$)   # a full stop and what closes after it
      | \n[^\S\n]*\n\s*                           # a paragraph break
      | \n(?=[^\S\n]*[-–—•*]\s)                   # the next item of a list
    """,
    re.VERBOSE,
)
_BEFORE = re.compile(r"[^\W\d_]+$")
_NUMBER_SIGN = re.compile(r"№\s*$")
_ABBREVIATIONS = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "inc", "ltd", "corp", "co", "vs", "etc",
    "gen", "gov", "sen", "rep", "no", "nos", "art", "approx", "est", "jan", "feb", "mar", "apr",
    "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mme", "mlle", "mm", "me", "cf",
    "av", "env", "hab", "janv", "févr", "avr", "juil", "déc", "гг", "млн", "млрд", "трлн", "тыс",
    "руб", "коп", "тг", "долл", "ул", "им", "просп", "обл", "респ", "стр", "рис", "см", "ст",
    "пп", "др", "пр", "проф", "акад", "жж", "мың", "тең",
})  # fmt: skip


def sentences(text: str) -> list[int]:
    """Offsets just past the end of each sentence, rising; the last one is the text's length."""
    ends = [found.end() for found in _ENDING.finditer(text) if _ends_sentence(text, found)]
    if not ends or ends[-1] < len(text):
        ends.append(len(text))
    return ends


def _ends_sentence(text: str, found: re.Match[str]) -> bool:
    if found[0] != ".":
        return True
    following = text[found.end() : found.end() + 8].lstrip()
    if following[:1].islower():
        return False
    before = text[max(0, found.start() - 16) : found.start()]
    if _NUMBER_SIGN.search(before):
        return False
    word = _BEFORE.search(before)
    # One letter is an initial ("К. Токаев", "U.S."), "г." or "M."; longer ones are listed.
    return word is None or (len(word[0]) > 1 and word[0].casefold() not in _ABBREVIATIONS)
