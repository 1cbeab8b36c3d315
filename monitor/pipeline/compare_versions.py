"""What changed between two readings of an article, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby

# The comparison takes the square of this in the worst case: half a second.
_MOST_WORDS = 2000
_APART = 2  # changes with fewer words between them are shown as one


@dataclass(frozen=True, slots=True)
class Change:
    """Words that stood there (`removed`) and what stands there now (`added`); one may be ""."""

    removed: str
    added: str


def compare_versions(before: str, after: str) -> tuple[Change, ...]:
    """The changes from one text to the next, in their order. Paragraphs are matched first, so
    that long texts with small corrections are compared quickly."""
    old, new = _paragraphs(before), _paragraphs(after)
    changes: list[Change] = []
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind != "equal":
            changes += _words(" ".join(old[i1:i2]), " ".join(new[j1:j2]))
    return tuple(changes)


def _paragraphs(text: str) -> list[str]:
    return [line for line in re.split(r"\s*\n\s*", text.strip()) if line]


def _words(before: str, after: str) -> list[Change]:
    old, new = before.split(), after.split()
    if max(len(old), len(new)) > _MOST_WORDS:
        return [Change(before, after)]
    codes = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changes = []
    for same, group in groupby(
        codes, key=lambda code: code[0] == "equal" and code[2] - code[1] > _APART
    ):
        part = list(group)
        if not same and any(code[0] != "equal" for code in part):
            changes.append(_change(old[part[0][1] : part[-1][2]], new[part[0][3] : part[-1][4]]))
    return changes


def _change(old: Sequence[str], new: Sequence[str]) -> Change:
    """Words that a change begins and ends with on both sides are no part of it."""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    return Change(" ".join(old[start : len(old) - end]), " ".join(new[start : len(new) - end]))
