"""Finds terms that name a concept which does not exist: `@kazakstan` instead of `@kazakhstan`."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from config.lines import KeyPath, line_of
from config.problems import Problem, did_you_mean, key_name

_MENTION = re.compile(r"(?<!\S)@([\w-]+)")  # a word of a term; "info@example.org" is none


def unknown_concepts(
    place: str, values: object, lines: Mapping[KeyPath, int], known: Collection[str]
) -> Iterator[Problem]:
    """A problem for every "@name" in the strings of `values` whose name is not in `known`.

    `values` are nested mappings and lists as they stand in the file at `place`.
    """
    for path, text in _texts(values, ()):
        for name in _MENTION.findall(text):
            if name not in known:
                words = f'no concept is called "{name}"{did_you_mean(name, known)}'
                yield Problem(place, words, key_name(path), line_of(lines, path))


def _texts(values: object, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(values, str):
        yield path, values
    elif isinstance(values, Mapping):
        for name, value in values.items():
            yield from _texts(value, (*path, str(name)))
    elif isinstance(values, (list, tuple)):
        for index, value in enumerate(values):
            yield from _texts(value, (*path, index))
