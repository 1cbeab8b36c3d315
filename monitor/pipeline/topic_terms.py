"""The terms of topics and concepts: what their authors write, read into values.

    artificial intelligence    these words one after the other, each in any inflected form
    =AI                        exactly so, capitals included; several words may follow "="
    digitali*                  a word that begins so; case and accents do not matter
    @ai                        any term of the concept `ai` in config/concepts.toml
    @ai ~ @law                 both within one sentence, in either order
    @ai ~8 regulation          at most 8 words apart, in either order

More than two may be joined, each to the one before it: "@ai ~ @law ~ parliament" wants all three
in one sentence, "train ~4 specialist ~ @ai" the first two close together and the third in the
sentence of the second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from monitor.errors import ConfigError
from monitor.pipeline.words import tokenize

EXPECTED = (
    'expected words ("artificial intelligence"), an exact word ("=AI"), a beginning '
    '("digitali*"), a concept ("@ai"), or several of these joined by "~" or "~8"'
)

_JOIN = re.compile(r"\s*~(\S*)\s*")
_CONCEPT = re.compile(r"@([a-z0-9][a-z0-9_-]*)")


class Kind(Enum):
    """How a word of a term is compared."""

    STEM = "in any inflected form"
    EXACT = "as written"
    PREFIX = "by its beginning"


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase; `text` is folded unless it is to be found as written."""

    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand one after the other."""

    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Concept:
    """Any term of a concept."""

    name: str


@dataclass(frozen=True, slots=True)
class Near:
    """Operands that stand near each other. `within` has one entry fewer: how many words apart
    each is from the one before it at most, or None for the same sentence."""

    operands: tuple[Phrase | Concept, ...]
    within: tuple[int | None, ...]


Expression = Phrase | Concept | Near


def parse_term(term: str, where: str) -> Expression:
    """Read one term. `where` names its topic or concept for the ConfigError."""
    parts = _JOIN.split(term.strip())
    operands = tuple(_operand(part, term, where) for part in parts[::2])
    if len(operands) == 1:
        return operands[0]
    return Near(operands, tuple(_distance(written, term, where) for written in parts[1::2]))


def refused(term: str, where: str, wrong: str) -> ConfigError:
    """The error of a term: where it stands, what it is and what is wrong with it."""
    return ConfigError(f'{where}: the term "{term}" {wrong}')


def _distance(written: str, term: str, where: str) -> int | None:
    if not written:
        return None
    if not re.fullmatch(r"[1-9][0-9]?", written):
        raise refused(
            term, where, f'has "~{written}"; expected "~" (one sentence) or "~1" to "~99" (words)'
        )
    return int(written)


def _operand(part: str, term: str, where: str) -> Phrase | Concept:
    if part.startswith("@"):
        found = _CONCEPT.fullmatch(part)
        if found is None:
            raise refused(term, where, 'names no concept; expected "@" and a name such as "@ai"')
        return Concept(found[1])
    if part.startswith("="):
        exact = tuple(Word(token.text, Kind.EXACT) for token in tokenize(part[1:]))
        if not exact or "*" in part:
            raise refused(term, where, 'has no word after "="; expected one such as "=AI"')
        return Phrase(exact)
    return _phrase(part, term, where)


def _phrase(part: str, term: str, where: str) -> Phrase:
    words = []
    for token in tokenize(part):
        cut = part[token.end : token.end + 1] == "*"
        if cut and len(token.folded) < 2:
            raise refused(term, where, 'has a beginning of one letter; expected two before "*"')
        words.append(Word(token.folded, Kind.PREFIX if cut else Kind.STEM))
    if not words:
        raise refused(term, where, f"has no word where one must stand; {EXPECTED}")
    beginnings = sum(word.kind is Kind.PREFIX for word in words)
    if part.count("*") != beginnings or re.search(r"\*\w", part):
        raise refused(term, where, 'has a "*" that ends no word; expected one such as "digitali*"')
    if re.search(r"[@=]", part):
        raise refused(term, where, f'has "@" or "=" inside; {EXPECTED}')
    return Phrase(tuple(words))
