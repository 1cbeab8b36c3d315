"""Kazakh in Latin letters, read as the Cyrillic that a reader with a Russian keyboard would type.

Texts use the alphabet of 2018 (á ǵ ń ó ú ý, sh ch, ı for и and й), that of 2021 (ä ğ ñ ö ū ü ş) or
no marks at all. What they do not tell apart (у, ү, ұ) the folded form does not either.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_PAIRS = (("sh", "ш"), ("ch", "ч"), ("zh", "ж"), ("kh", "х"), ("gh", "г"))
_LETTERS = str.maketrans(
    {
        **dict(zip("abdefghjklmnopqrstuvwyz", "абдефгхжклмнопкрстувуыз", strict=True)),
        "i": "и", "x": "кс", "c": "ц",
        **dict.fromkeys("áäåə", "а"), **dict.fromkeys("ǵğġ", "г"), **dict.fromkeys("ńñŋņ", "н"),
        **dict.fromkeys("óöô", "о"), **dict.fromkeys("úüūýŭ", "у"), **dict.fromkeys("şšŝ", "ш"),
        **dict.fromkeys("çč", "ч"), **dict.fromkeys("ıíïî", "и"), "é": "е", "ž": "ж", "ẏ": "й",
    }
)  # fmt: skip
_WORD = re.compile(r"[a-záäåəǵğġńñŋņóöôúüūýŭşšŝçčıíïîéžẏ']+")
_GLIDE = re.compile(r"(?<=[аеоуы])и|и(?=[аеоуы])")
_YA = re.compile(r"(?<=[^аеоуыи])йа")
# Borrowed words whose first letter the Latin spelling does not tell: экономика, цифрлық.
_E = re.compile(r"^е(?=ко[нл]|ле[кв]|нерг|ксп|кра|тик)")
_TS = re.compile(r"^т?с(?=ифр|ентр)")


@lru_cache(maxsize=1 << 16)
def cyrillic_of(word: str) -> str | None:
    """The folded Cyrillic of a word written in Latin letters; None for any other word."""
    small = unicodedata.normalize("NFC", word.replace("İ", "i").lower())
    if not _WORD.fullmatch(small):
        return None
    for pair, letter in _PAIRS:
        small = small.replace(pair, letter)
    read = _GLIDE.sub("й", small.translate(_LETTERS))
    read = _YA.sub("ия", read)
    return _TS.sub("ц", _E.sub("э", read))
