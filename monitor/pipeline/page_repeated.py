"""Paragraphs that a source repeats on its pages: learned from its articles, left out of later ones.

No list of phrases can know them all: the note on who the company is, the call to a channel, the
lines that a site's new template puts below each text.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from monitor.pipeline.json_ld import comparable

LEAST_ARTICLES = 5
"""Fewer may quote the same sentence for reasons of their own."""
LEAST_SHARE = 0.15
"""Of the articles since it was first seen; the background of a long story stays far below."""
_SHORTEST = 20
_FIRST, _LAST = 2, 6
_MOST_LOST = 0.4
"""A text that is mostly repetitions is a notice in a fixed form, and kept as it is."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """In how many articles a paragraph stood, `of` those read since it was first seen."""

    articles: int
    of: int

    @property
    def is_boilerplate(self) -> bool:
        """Whether it is the site's and no part of any article."""
        return self.articles >= LEAST_ARTICLES and self.articles >= LEAST_SHARE * self.of


def paragraph_digests(text: str) -> tuple[str, ...]:
    """What to learn of an article: its first two paragraphs and its last six, where a site puts
    what it repeats; each as a digest of its letters. Short ones repeat by themselves."""
    paragraphs = _split(text)
    ends = paragraphs if len(paragraphs) <= _FIRST + _LAST else paragraphs[:_FIRST]
    if ends is not paragraphs:
        ends = [*ends, *paragraphs[-_LAST:]]
    return tuple(dict.fromkeys(digest for one in ends if (digest := _digest(one))))


def without_repeated(text: str, known: Mapping[str, Repeated]) -> tuple[str, int]:
    """The text without the paragraphs that are known as boilerplate by their digest, and how many
    those were. A text of which too little would be left stays whole."""
    boilerplate: Collection[str] = {key for key, one in known.items() if one.is_boilerplate}
    if not boilerplate:
        return text, 0
    paragraphs = _split(text)
    kept = [one for one in paragraphs if _digest(one) not in boilerplate]
    rest = "\n\n".join(kept)
    if len(kept) == len(paragraphs) or len(rest) < (1 - _MOST_LOST) * len(text):
        return text, 0
    return rest, len(paragraphs) - len(kept)


def _split(text: str) -> list[str]:
    return text.split("\n\n")


def _digest(paragraph: str) -> str:
    flat = comparable(paragraph)
    if len(flat) < _SHORTEST:
        return ""
    return hashlib.blake2b(flat.encode(), digest_size=12).hexdigest()
