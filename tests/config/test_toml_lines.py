"""The scanner that tells on which line a key stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.lines import KeyPath, key_lines, line_of
from config.reading import toml_files
from config.shipped import shipped_config

TRICKY = (
    r'''# [not] = a key
name = "a # no comment \" [no.header]"   # comment with "quotes"
notes = """
[[channels]]
url = "inside a string"
two quotes: "" and an end: \""""""
raw = '''
    + """'''
\\
[extract]'''
"""
    + r'''"quoted key" = 1
list = [ # comment ]
  "a", "b]",
  ["c", 'd'],

  { x = 1, y = [2,
    3] },
]
dotted.deep.key = 1979-05-27 07:32:00

[[channels]]
kind = "feed"
  [channels.more]
  a.b = 1.5
[[channels]]
  [[channels.sub]]
  k = 1
  [[channels.sub]]
  k = 2
[ extract . "x y" ]
body = "end"'''
)

EXPECTED: dict[KeyPath, int] = {
    ("name",): 2,
    ("notes",): 3,
    ("raw",): 7,
    ("quoted key",): 10,
    ("list",): 11,
    ("list", 0): 12,
    ("list", 1): 12,
    ("list", 2): 13,
    ("list", 2, 1): 13,
    ("list", 3): 15,
    ("list", 3, "x"): 15,
    ("list", 3, "y", 1): 16,
    ("dotted",): 18,
    ("dotted", "deep", "key"): 18,
    ("channels",): 20,
    ("channels", 0): 20,
    ("channels", 0, "kind"): 21,
    ("channels", 0, "more", "a", "b"): 23,
    ("channels", 1): 24,
    ("channels", 1, "sub", 0, "k"): 26,
    ("channels", 1, "sub", 1): 27,
    ("channels", 1, "sub", 1, "k"): 28,
    ("extract", "x y", "body"): 30,
}


def test_the_tricky_file_is_valid() -> None:
    assert tomllib.loads(TRICKY)["extract"]["x y"]["body"] == "end"


@pytest.mark.parametrize(("path", "line"), EXPECTED.items(), ids=str)
def test_lines(path: KeyPath, line: int) -> None:
    assert key_lines(TRICKY)[path] == line


def test_nothing_is_found_inside_strings() -> None:
    lines = key_lines(TRICKY)
    assert ("url",) not in lines
    assert ("not",) not in lines
    assert lines[("channels",)] == 20


def test_the_nearest_table_stands_in_for_a_missing_key() -> None:
    lines = key_lines(TRICKY)
    assert line_of(lines, ("channels", 1, "url")) == 24
    assert line_of(lines, ("homepage",)) is None


def _paths(value: object, path: KeyPath = ()) -> Iterator[tuple[KeyPath, object]]:
    if path:
        yield path, value
    pairs = value.items() if isinstance(value, dict) else ()
    for name, inner in [*pairs, *(enumerate(value) if isinstance(value, list) else ())]:
        yield from _paths(inner, (*path, name))


@pytest.mark.parametrize("path", toml_files(shipped_config()), ids=lambda path: path.name)
def test_every_key_of_the_shipped_files_has_the_line_where_it_stands(path: Any) -> None:
    text = path.read_text(encoding="utf-8")
    written = text.split("\n")
    lines = key_lines(text)
    for key, _ in _paths(tomllib.loads(text)):
        if isinstance(key[-1], str):
            assert key[-1] in written[lines[key] - 1], key


@settings(deadline=None)
@given(st.text(alphabet="ab.=[]{}\"'#,\\\n 1", max_size=60))
def test_it_agrees_with_the_parser_on_any_valid_text(text: str) -> None:
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    lines = key_lines(text)
    leaves = [key for key, value in _paths(values) if not isinstance(value, (dict, list))]
    plain = [key for key in leaves if all(str(part).isalnum() for part in key)]
    assert [key for key in plain if key not in lines] == []


STATEMENTS = (
    "k{0} = 1",
    "k{0} = [1, # ]\n 2]",
    "k{0} = {{ p = {{ q = 1 }}, r = [[1], []] }}",
    'k{0} = """\n[no]\n"""',
    "[t{0}]",
    "[u{0}.'v w']",
    "[[a]]\nx = '#'",
    '[[a]]\n[a.y]\nz = "["',
)


@settings(deadline=None)
@given(st.lists(st.sampled_from(STATEMENTS), max_size=16))
def test_it_agrees_with_the_parser_on_valid_statements_in_any_order(parts: list[str]) -> None:
    text = "\n".join(part.format(number) for number, part in enumerate(parts))
    lines = key_lines(text)
    written = text.split("\n")
    for key, value in _paths(tomllib.loads(text)):
        if isinstance(key[-1], str) and not isinstance(value, (dict, list)):
            assert key[-1] in written[lines[key] - 1], key
