"""Which language a text is written in: an ISO 639-1 code."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# The four of this archive and their neighbours. Restricted to the four, Ukrainian is called
# Russian and Kyrgyz Kazakh; with all 97, short titles stray into languages nobody publishes in.
_NAMES = "en fr ru kk uk ky de es tr it pt uz tg az ar zh fa pl be"
LANGUAGES = tuple(_NAMES.split())

_KAZAKH = frozenset("әғқңөұүһі")
_CYRILLIC = re.compile(r"[а-яёәғқңөұүһіїєґўҳҷӣӯ]")
# A country's code where a language's is meant, and the codes of three letters in use.
_CORRECTED = {"kz": "kk", "kaz": "kk", "ua": "uk", "rus": "ru", "eng": "en", "fra": "fr"}
_NEIGHBOURS = frozenset("їєґўҳҷӣӯ")  # no Kazakh word has them

# Every sixth letter of a Kazakh text is one of its own; a Russian text full of Kazakh names
# stays below one in thirty.
_SURELY_KAZAKH = 0.08
_NEVER_KAZAKH = 0.03
_SAMPLE = 1_500
_HEADLINE = 150
_FEW_LETTERS = 15
_UNSURE = 0.5


def detect_language(text: str, title: str = "", hint: str | None = None) -> str:
    """Return the code of the language of `text`, or of `title` where there is no text.

    `hint` is what the page, the channel or the source says ("kz" is read as Kazakh). It decides
    only where the words say too little; without a hint that is "en".
    """
    told = language_code(hint)
    sample = f"{title}\n{text[:_SAMPLE]}".strip().lower()
    letters = sum(map(str.isalpha, sample))
    if letters < _FEW_LETTERS:
        return told or (_classified(sample)[0] if letters else "en")
    cyrillic = _CYRILLIC.findall(sample)
    own = sum(letter in _KAZAKH for letter in cyrillic) / max(1, len(cyrillic))
    foreign = sum(letter in _NEIGHBOURS for letter in cyrillic)
    mostly_cyrillic = len(cyrillic) * 2 > letters
    if mostly_cyrillic and own >= _SURELY_KAZAKH and not foreign and _has_kazakh(cyrillic):
        return "kk"
    found, confidence = _classified(sample)
    # A headline may hold a single letter of its own, and still be Kazakh.
    if found == "kk" and (own == 0 or (own < _NEVER_KAZAKH and letters > _HEADLINE)):
        found = "ru"
    return told if told is not None and confidence < _UNSURE else found or "en"


def language_code(name: str | None) -> str | None:
    """ISO 639-1 for "kz", "en-GB" or "ru_RU"; None for what is no such code."""
    code = re.split(r"[-_]", (name or "").strip().lower(), maxsplit=1)[0]
    code = _CORRECTED.get(code, code)
    return code if re.fullmatch(r"[a-z]{2}", code) else None


def _has_kazakh(letters: list[str]) -> bool:
    """Kyrgyz has ң ө ү too, and Ukrainian і: one letter more tells them apart."""
    return bool({"қ", "ғ", "ұ", "ә"} & set(letters))


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
