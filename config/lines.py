"""On which line of a TOML file a key stands, so that a message can name it.

`tomllib` tells no lines for what it has read. It has read the file before this scanner does, so
nothing is checked here: headers and keys only have to be told from what strings and lists hold.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

KeyPath = tuple[str | int, ...]

_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""(?!")'  # a string may end in two quotes of its own before the three
    r"|'''.*?'''(?!')"
    r'|"(?:\\.|[^"\\\n])*"'
    r"|'[^'\n]*'"
    r"|\#[^\n]*"
    r"|\n"
    r"|[\[\]{}=,.]"
    r"|[^\s\[\]{}=,.\"'\#]+"
    r"|[^\S\n]+"
    r"|.",
    re.DOTALL,
)
_END = ""


def key_lines(text: str) -> Mapping[KeyPath, int]:
    """The line, from 1, of every key, table header and list element of a valid TOML text."""
    return _Scanner(text).lines


def line_of(lines: Mapping[KeyPath, int], path: Sequence[str | int]) -> int | None:
    """The line of `path`, or of the nearest table around it; None when that is the whole file."""
    for length in range(len(path), 0, -1):
        found = lines.get(tuple(path[:length]))
        if found is not None:
            return found
    return None


class _Scanner:
    def __init__(self, text: str) -> None:
        self.lines: dict[KeyPath, int] = {}
        self._tokens = [found for found in _TOKEN.findall(text) if found.strip(" \t\r\f\v")]
        self._at = 0
        self._line = 1
        self._elements: dict[KeyPath, int] = {}  # how many [[header]] were met
        self._statements()

    def _peek(self) -> str:
        return self._tokens[self._at] if self._at < len(self._tokens) else _END

    def _next(self) -> str:
        token = self._peek()
        self._at += 1
        self._line += token.count("\n")
        return token

    def _skip(self) -> str:
        """Past line ends and comments; what stands there."""
        while self._peek() == "\n" or self._peek().startswith("#"):
            self._next()
        return self._peek()

    def _statements(self) -> None:
        table: KeyPath = ()
        while self._skip() != _END:
            if self._peek() == "[":
                table = self._header()
            else:
                self._pair(table)

    def _header(self) -> KeyPath:
        line = self._line
        self._next()
        many = self._peek() == "["
        if many:
            self._next()
        table = self._resolved(self._key(end="]"))
        if many:
            table = self._element(table)
        for length in range(1, len(table)):  # [match.en] opens a table "match", too
            self.lines.setdefault(table[:length], line)
        self.lines[table] = line
        while self._peek() not in ("\n", _END):
            self._next()
        return table

    def _resolved(self, names: list[str]) -> KeyPath:
        """`[channels.x]` belongs to the last `[[channels]]` above it."""
        path: KeyPath = ()
        for position, name in enumerate(names):
            path = (*path, name)
            if position < len(names) - 1 and path in self._elements:
                path = (*path, self._elements[path] - 1)
        return path

    def _element(self, path: KeyPath) -> KeyPath:
        index = self._elements.get(path, 0)
        self._elements[path] = index + 1
        self.lines.setdefault(path, self._line)
        return (*path, index)

    def _key(self, end: str) -> list[str]:
        names = []
        while (token := self._next()) not in (end, _END):
            if token != ".":
                names.append(_bare(token))
        return names

    def _pair(self, table: KeyPath) -> None:
        line = self._line
        path: KeyPath = table
        for name in self._key(end="="):
            path = (*path, name)
            self.lines.setdefault(path, line)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._peek()
        if opening == "[":
            self._list(path)
        elif opening == "{":
            self._inline_table(path)
        else:
            while self._peek() not in (",", "]", "}", "\n", _END):
                self._next()

    def _list(self, path: KeyPath) -> None:
        self._next()
        index = 0
        while self._skip() not in ("]", _END):
            if self._peek() == ",":
                self._next()
                index += 1
            else:
                self.lines[(*path, index)] = self._line
                self._value((*path, index))
        self._next()

    def _inline_table(self, path: KeyPath) -> None:
        self._next()
        while self._skip() not in ("}", _END):
            if self._peek() == ",":
                self._next()
            else:
                self._pair(path)
        self._next()


def _bare(token: str) -> str:
    return token[1:-1] if token[0] in "\"'" else token
