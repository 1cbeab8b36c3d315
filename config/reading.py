"""Reads one TOML file into one schema; what is wrong comes back as problems with their lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, get_args

from pydantic import BaseModel, RootModel, ValidationError

from config.lines import KeyPath, key_lines, line_of
from config.problems import Problem, did_you_mean, key_name, phrase

_Schema = TypeVar("_Schema", bound=BaseModel)
_ID = re.compile(r"[a-z0-9][a-z0-9-]*")
_AT = re.compile(r" \((?:at (line \d+, column \d+)|at end of document)\)$")


def toml_files(folder: Path) -> list[Path]:
    """Every TOML file below `folder` in a stable order; hidden ones (editors' locks) are not."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() == ".toml"
        and not path.is_dir()
        and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )


def read_toml(path: Path, place: str) -> tuple[dict[str, Any], str] | Problem:
    """The parsed file and its text, or why it cannot be read. `place` names it in messages."""
    if path.exists() and not path.is_file():  # a pipe would never end
        return Problem(place, "expected a file")
    try:
        raw = path.read_bytes()
    except OSError as error:
        return Problem(place, f"cannot be read: {error.strerror}")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Problem(place, f"expected UTF-8, not the byte 0x{raw[error.start]:02x}", line=line)
    text = text.replace("\r\n", "\n")
    try:
        return tomllib.loads(text), text
    except tomllib.TOMLDecodeError as error:
        return _broken(place, str(error), text)
    except RecursionError:
        return Problem(place, "not valid TOML: nested too deeply")


@dataclass(frozen=True, slots=True)
class ReadFile(Generic[_Schema]):
    """One file: `item` is None exactly when there are `problems`."""

    place: str
    item: _Schema | None
    problems: tuple[Problem, ...] = ()
    lines: Mapping[KeyPath, int] = field(default_factory=dict)


def read_schema(path: Path, place: str, schema: type[_Schema]) -> ReadFile[_Schema]:
    """The file as a `schema` whose `id` is the name of the file, or everything wrong with it."""
    read = read_toml(path, place)
    if isinstance(read, Problem):
        return ReadFile(place, None, (read,))
    values, text = read
    lines = key_lines(text)
    problems = list(_identity(path, place, values, lines))
    item = None
    try:
        item = schema.model_validate({**values, "id": path.stem})
    except ValidationError as error:
        problems += schema_problems(error, place, lines, schema)
    if problems:
        problems.sort(key=lambda problem: problem.line or 0)
        return ReadFile(place, None, tuple(problems))
    return ReadFile(place, item, (), lines)


def schema_problems(
    error: ValidationError, place: str, lines: Mapping[KeyPath, int], schema: type[BaseModel]
) -> list[Problem]:
    """pydantic's errors in words, each with the line of its key or of the table around it."""
    problems = []
    for found in error.errors():
        context = found.get("ctx") or {}
        path = [part for part in found["loc"] if part != "[key]"]
        if found["type"] == "key":
            path.append(context["key"])
        if found["type"] == "too_short" and len(found["input"]) >= context["min_length"]:
            continue  # it is long enough: its elements are wrong, and are listed themselves
        if found["type"] == "extra_forbidden":
            words = "unknown key" + _instead(schema, path)
        elif found["type"] == "missing":
            words = "missing" + _wanted(schema, path)
        else:
            words = phrase(found["type"], found["msg"], found["input"], context)
        problems.append(Problem(place, words, key_name(path), line_of(lines, path)))
    return problems


def _identity(
    path: Path, place: str, values: dict[str, Any], lines: Mapping[KeyPath, int]
) -> Iterator[Problem]:
    if not _ID.fullmatch(path.stem):
        yield Problem(
            place,
            "expected a file name of small letters a-z, digits and hyphens, such as "
            f'"astana-times.toml", not "{path.name}"',
        )
    if "id" in values:
        line = line_of(lines, ["id"])
        yield Problem(place, "unknown key; the id is the name of the file", "id", line)


def _broken(place: str, message: str, text: str) -> Problem:
    at = _AT.search(message)
    words = _AT.sub("", message)
    if at is None:
        return Problem(place, f"not valid TOML: {words}")
    if at[1] is None:
        return Problem(place, f"not valid TOML: {words} at the end", line=text.count("\n") + 1)
    line, column = (int(number) for number in re.findall(r"\d+", at[1]))
    return Problem(place, f"not valid TOML: {words} (column {column})", line=line)


def _instead(schema: type[BaseModel], path: Sequence[str | int]) -> str:
    name = str(path[-1])
    table = _table_at(schema, path[:-1])
    near = did_you_mean(name, (key for key in table.model_fields if key != "id"))
    if near or table is schema or name not in schema.model_fields:
        return near
    # TOML's commonest trap: below [[channels]] every key belongs to the channel.
    return f'; "{name}" describes the whole file: put it above the first [table]'


def _wanted(schema: type[BaseModel], path: Sequence[str | int]) -> str:
    field = _table_at(schema, path[:-1]).model_fields.get(str(path[-1]))
    return f"; expected {field.description}" if field and field.description else ""


def _table_at(schema: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    table = schema
    for part in path:
        if issubclass(table, RootModel):  # a file of named tables: the part is the name of one
            table = _table_of(table.model_fields["root"].annotation) or table
        elif isinstance(part, str) and part in table.model_fields:
            table = _table_of(table.model_fields[part].annotation) or table
    return table


def _table_of(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_table_of, get_args(annotation))), None)
