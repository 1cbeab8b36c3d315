"""What is wrong in a file or a setting, in words: where, what was expected, what was found."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

_SHOWN = 80  # characters of a wrong value that a message repeats

_EXPECTED = {
    "string_type": "a text in quotes",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "tuple_type": "a list in square brackets",
    "dict_type": "a table",
    "model_type": "a table",
    "path_type": "a path",
    "string_too_short": "a text that is not empty",
    "string_pattern_mismatch": "a text that is not empty",
}


_BOUNDS = {
    "greater_than": ("above", "gt"),
    "greater_than_equal": ("of at least", "ge"),
    "less_than": ("below", "lt"),
    "less_than_equal": ("of at most", "le"),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `place` is a file or a variable, `key` a dotted path such as
    "channels[0].url" (or empty), `line` counts from 1."""

    place: str
    text: str
    key: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = self.place if self.line is None else f"{self.place}, line {self.line}"
        return ": ".join(part for part in (place, self.key, self.text) if part)


def key_name(path: Sequence[str | int]) -> str:
    """`("channels", 0, "url")` as "channels[0].url"."""
    name = ""
    for part in path:
        name += f"[{part}]" if isinstance(part, int) else f".{part}" if name else part
    return name


def shown(value: object) -> str:
    """A value as a message repeats it: quoted and cut, lists and tables by their kind."""
    if isinstance(value, Mapping):
        return "a table"
    if isinstance(value, (list, tuple)):
        return "a list" if value else "an empty list"
    if isinstance(value, (str, bool, int, float)):
        written = json.dumps(value, ensure_ascii=False)
    else:
        written = str(value)
    return written if len(written) <= _SHOWN else written[: _SHOWN - 1] + "…"


def phrase(kind: str, message: str, value: object, context: Mapping[str, Any]) -> str:
    """One of pydantic's errors in this program's words: `expected X, not Y`."""
    if kind == "value_error":  # raised by a validator of ours: its words say it all
        said = str(context.get("error", message))
        return f"{said}, not {shown(value)}" if said.startswith("expected ") else said
    if kind == "key":
        return message
    return f"expected {_expected(kind, message, value, context)}, not {shown(value)}"


def _expected(kind: str, message: str, value: object, context: Mapping[str, Any]) -> str:
    if kind == "literal_error":
        return str(context["expected"]).replace("'", '"')
    if kind == "tuple_type" and isinstance(value, Mapping):
        return "a list of tables, each under a header in double brackets"
    if kind == "too_short":
        return f"at least {context['min_length']} of them"
    if kind in _BOUNDS:
        words, name = _BOUNDS[kind]
        return f"a number {words} {context[name]:g}"
    return _EXPECTED.get(kind, message)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`; did you mean "channels"?`, or nothing when no known name is near."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f'; did you mean "{near[0]}"?' if near else ""
