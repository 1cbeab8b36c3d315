"""Which articles repeat another one's text.

Exact copies only: the same words in the same order, whatever the case, the punctuation, the
spaces and the headline.
"""

from __future__ import annotations

import hashlib
import unicodedata

MIN_WORDS = 30
"""A shorter text is no copy: "Photo of the day" and the like stand on many pages."""


def fingerprint(text: str) -> str:
    """A digest of the words of a text, in their order; equal for texts that read the same."""
    return hashlib.sha256(" ".join(_words(text)).encode()).hexdigest()


def may_have_copies(text: str) -> bool:
    """Whether a text is long enough for its fingerprint to mean something."""
    return len(_words(text)) >= MIN_WORDS


def share_words(one: str, other: str) -> float:
    """How many of their different words two texts have in common, from 0 to 1 (Jaccard)."""
    left, right = set(_words(one)), set(_words(other))
    if not left and not right:
        return 1.0
    return len(left & right) / len(left | right)


def share_phrases(one: str, other: str) -> float:
    """What part of the shorter text's runs of three words stands in the other one too, 0 to 1.

    Texts on one subject share words, readings of one text share phrases. Below eight words there
    is nothing to go by, and the answer is 0 unless they are equal.
    """
    left, right = _phrases(one), _phrases(other)
    shorter = min(len(left), len(right))
    if shorter < 6:
        return float(left == right)
    return len(left & right) / shorter


def _phrases(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return set(zip(words, words[1:], words[2:], strict=False)) if len(words) > 2 else {tuple(words)}


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    return "".join(letter if letter.isalnum() else " " for letter in plain).split()
