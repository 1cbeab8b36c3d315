"""Which language a text is written in: an ISO 639-1 code."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from monitor.pipeline.language_words import (
    KAZAKH_LETTERS,
    OWN_WORDS,
    could_be_english,
    is_kyrgyz,
    is_latin_kazakh,
    is_ukrainian,
    kazakh_or_russian,
    own_words,
    without_quotations,
    words_of,
)

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The four of this archive and their neighbours. Restricted to the four, Ukrainian is called
# Russian and Kyrgyz Kazakh; with all 97, short titles stray into languages nobody publishes in.
_NAMES = "en fr ru kk uk ky de es tr it pt uz tg az ar zh fa pl be"
LANGUAGES = tuple(_NAMES.split())

_CYRILLIC = re.compile(r"[а-яёәғқңөұүһіїєґўҳҷӣӯ]")
# A country's code where a language's is meant, and the codes of three letters in use.
_CORRECTED = {"kz": "kk", "kaz": "kk", "ua": "uk", "rus": "ru", "eng": "en", "fra": "fr"}
_NEIGHBOURS = frozenset("їєґўҳҷӣӯ")  # no Kazakh word has them
_UKRAINIAN = frozenset("іїєґ")
_IN_CYRILLIC = frozenset(("ru", "kk", "uk", "ky", "uz", "tg", "be", "bg", "mn", "sr"))
_TURKIC = frozenset(("kk", "ky", "uz", "az", "tr", "tg"))

_SAMPLE = 700
_FEW_LETTERS = 15
_UNSURE = 0.5
# Below this a headline's few small words say more than the classifier does.
_SURE = 0.95
_FEW_WORDS = 8
_LEANING = 0.5
_FULL = 0.2


def detect_language(text: str, title: str = "", hint: str | None = None) -> str:
    """Return the code of the language of `text`, or of `title` where there is no text.

    `hint` is what the page, the channel or the source says ("kz" is read as Kazakh). It decides
    only where the words say too little, and never for a language in other letters; without a hint
    that is "en". Of a text in several languages it is the one of most of its words.
    """
    told = language_code(hint)
    sample = f"{title}\n{_sampled(text)}".strip()
    letters = sum(map(str.isalpha, sample))
    if letters < _FEW_LETTERS:
        return told or (_classified(sample.lower())[0] if letters else "en")
    cyrillic = len(_CYRILLIC.findall(sample.lower()))
    if cyrillic * 2 > letters:
        return _in_cyrillic(sample, told if told in _IN_CYRILLIC else None)
    return _in_latin(sample, None if told in _IN_CYRILLIC - {"kk", "uz"} else told)


def _sampled(text: str) -> str:
    """The beginning and a piece of the middle: a text may open in another language."""
    if len(text) <= 2 * _SAMPLE:
        return text[: 2 * _SAMPLE]
    middle = len(text) // 2
    return f"{text[:_SAMPLE]}\n{text[middle : middle + _SAMPLE]}"


def _in_cyrillic(sample: str, told: str | None) -> str:
    words = words_of(without_quotations(sample))
    low = sample.lower()
    foreign = sum(low.count(letter) for letter in _NEIGHBOURS)
    kazakh, russian = kazakh_or_russian(words)
    own = sum(low.count(letter) for letter in KAZAKH_LETTERS)
    # Here the rules below come to the same whatever the classifier says, so it need not be asked.
    if not foreign and own and kazakh > russian + _LEANING:
        return "ky" if is_kyrgyz(words) else "kk"
    plain = not any(low.count(letter) for letter in _UKRAINIAN) and told not in ("uk", "be")
    if not foreign and plain and russian > kazakh and not is_ukrainian(words):
        return "ru"
    found, confidence = _classified(low)
    if foreign * 100 > len(low) or (foreign and found in ("uk", "be", "tg", "uz")):
        return told if told is not None and confidence < _UNSURE else found
    if found in ("uk", "be") and not own:
        if any(low.count(letter) for letter in _UKRAINIAN):
            return found
        return told if told in ("uk", "be") else found if is_ukrainian(words) else "ru"
    russian += _LEANING if found == "ru" else 0.0
    if kazakh > russian or (kazakh == russian and found in _TURKIC):
        if is_kyrgyz(words):
            return "ky"
        return told if told in ("ky", "tg") and found == told and not own else "kk"
    return "ru" if russian or found not in _TURKIC else told or found


def _in_latin(sample: str, told: str | None) -> str:
    sample = re.sub(rf"{_CYRILLIC.pattern}+", " ", sample, flags=re.IGNORECASE)
    words = words_of(without_quotations(sample))
    if is_latin_kazakh(words):
        return "kk"
    few = len(words) <= _FEW_WORDS
    if told in ("en", "fr") and not few and _is_full_of(words, told):
        return told
    found, confidence = _classified(sample.lower())
    if few and confidence < _SURE:
        counts = own_words(words)
        best = max(counts, key=lambda code: counts[code])
        others = max(count for code, count in counts.items() if code != best)
        if counts[best] > others and counts.get(found, 0) < counts[best]:
            return best
    told = None if told == "kk" else told
    # Two names make a headline Turkish for the classifier.
    if few and found != "en" and confidence < _SURE and could_be_english(words):
        return told or "en"
    doubtful = confidence < _UNSURE
    return told if told is not None and doubtful else found or "en"


def _is_full_of(words: list[str], code: str) -> bool:
    """Whether so many words are a language's small ones that no other can be meant: a quarter
    and more in three of four news texts, and they are counted sooner than the classifier runs."""
    own = OWN_WORDS[code]
    return sum(word.lower() in own for word in words) >= _FULL * len(words)


def language_code(name: str | None) -> str | None:
    """ISO 639-1 for "kz", "en-GB" or "ru_RU"; None for what is no such code."""
    code = re.split(r"[-_]", (name or "").strip().lower(), maxsplit=1)[0]
    code = _CORRECTED.get(code, code)
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def _classified(sample: str) -> tuple[str, float]:
    found, confidence = _identifier().classify(sample)
    return str(found), float(confidence)


@lru_cache(maxsize=1)
def _identifier() -> LanguageIdentifier:
    # 0.2 s that a command which detects nothing need not wait for.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
