"""Loads what people edit: every source, every topic, and the concepts that topics share."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, RootModel, ValidationError

from config.entity import Entity
from config.lines import KeyPath, key_lines, line_of
from config.private_hosts import private_addresses
from config.problems import Problem
from config.reading import ReadFile, read_schema, read_toml, schema_problems, toml_files
from config.references import unknown_concepts
from config.shipped import shipped_config
from config.source import Source
from config.topic import Topic
from monitor.errors import ConfigError

SOURCES, TOPICS, CONCEPTS, ENTITIES = "sources", "topics", "concepts.toml", "entities.toml"

Concepts = Mapping[str, Mapping[str, tuple[str, ...]]]
_Item = TypeVar("_Item", bound=BaseModel)
_Part = TypeVar("_Part")
_Words = dict[Literal["any", "en", "fr", "ru", "kk"], tuple[str, ...]]


class _ConceptFile(RootModel[dict[str, _Words]]):
    """`[concept]` tables of words in each language."""


class _EntityFile(RootModel[dict[str, Entity]]):
    """`[entity]` tables: what kind it is, what it is called, and its words in each language."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything by its id, in the order of the ids."""

    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    concepts: Concepts
    entities: Mapping[str, Entity]

    @property
    def words(self) -> Concepts:
        """Everything that terms may name with "@": a concept goes before an entity of its name."""
        return {**{name: each.terms() for name, each in self.entities.items()}, **self.concepts}


def load_catalog(folder: Path) -> Catalog:
    """Read `sources/`, `topics/`, `concepts.toml` and `entities.toml` of `folder`.

    What the folder lacks of the first three is taken from the shipped ones; what it has replaces
    them as a whole. Its entities are added to the shipped ones, by their ids. Raises ConfigError
    that lists every problem of every file, one a line.
    """
    problems = _folder_problems(folder)
    if problems:
        raise _error(folder, problems)
    concepts, entities = _words(folder, problems)
    known = {*concepts, *entities} if concepts else None  # a broken file makes no topic wrong
    sources = _sources(_part(folder, SOURCES), problems)
    topics = _topics(_part(folder, TOPICS), problems, known)
    if problems:
        raise _error(folder, problems)
    return Catalog(sources, topics, concepts, entities)


def private_hosts(catalog: Catalog) -> list[Problem]:
    """What commands refuse unless MONITOR_ALLOW_PRIVATE_HOSTS is true: enabled sources that name a
    loopback or private host."""
    return private_addresses(catalog.sources.values())


def _error(folder: Path, problems: list[Problem]) -> ConfigError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigError("\n".join([f"{folder}: {count}", *map(str, problems)]))


def _folder_problems(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        words = "no such folder; MONITOR_CONFIG_DIR names one with sources/*.toml, topics/*.toml"
        return [Problem(str(folder), words)]
    if any(_is_given(folder / name) for name in (SOURCES, TOPICS, CONCEPTS, ENTITIES)):
        return []
    words = f'expected a folder named "{SOURCES}" or "{TOPICS}", or a file "{CONCEPTS}" in it'
    return [Problem(str(folder), words)]


def _part(folder: Path, name: str) -> Path:
    return folder / name if _is_given(folder / name) else shipped_config() / name


def _is_given(path: Path) -> bool:
    # A link that leads nowhere was meant: it is an error, and no reason to use the shipped part.
    return path.exists() or path.is_symlink()


def _sources(folder: Path, problems: list[Problem]) -> Mapping[str, Source]:
    files = _read_all(folder, Source, problems)
    if not files and folder.is_dir():
        problems.append(Problem(folder.name, "no source at all; expected at least one file *.toml"))
    problems += _repeated_channels(files)
    return {file.item.id: file.item for file in files if file.item}


def _topics(
    folder: Path, problems: list[Problem], concepts: Collection[str] | None = None
) -> Mapping[str, Topic]:
    files = _read_all(folder, Topic, problems)
    for file in files:
        if file.item and concepts is not None:
            terms = {"match": file.item.model_dump()["match"]}
            problems += unknown_concepts(file.place, terms, file.lines, concepts)
    return {file.item.id: file.item for file in files if file.item}


def _words(folder: Path, problems: list[Problem]) -> tuple[Concepts, Mapping[str, Entity]]:
    """The concepts and the entities. Entities name each other only, so that a folder's own
    concepts do not need to have what the shipped entities are made of."""
    concepts = _tables(_part(folder, CONCEPTS), _ConceptFile, problems)
    shipped = _tables(shipped_config() / ENTITIES, _EntityFile, problems)
    entities = _tables(folder / ENTITIES, _EntityFile, problems)
    names = {*shipped.values, *entities.values}
    for tables, known in ((concepts, {*concepts.values, *names}), (entities, names)):
        if tables.item is not None:
            problems += unknown_concepts(tables.place, tables.values, tables.lines, known)
    words = concepts.item.root if concepts.item else {}
    named = {
        name: each
        for file in (shipped, entities)
        if file.item
        for name, each in file.item.root.items()
    }
    return {name: _plain(words[name]) for name in sorted(words)}, dict(sorted(named.items()))


@dataclass(frozen=True, slots=True)
class _Tables(Generic[_Item]):
    """A file of named tables: as it stands there, and read (None where something is wrong)."""

    place: str
    item: _Item | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    lines: Mapping[KeyPath, int] = field(default_factory=dict)


def _tables(path: Path, schema: type[_Item], problems: list[Problem]) -> _Tables[_Item]:
    if not _is_given(path):
        return _Tables(path.name)
    read = read_toml(path, path.name)
    if isinstance(read, Problem):
        problems.append(read)
        return _Tables(path.name)
    values, text = read
    lines = key_lines(text)
    try:
        return _Tables(path.name, schema.model_validate(values), values, lines)
    except ValidationError as error:
        problems += schema_problems(error, path.name, lines, schema)
        return _Tables(path.name, None, values, lines)


def _plain(words: _Words) -> Mapping[str, tuple[str, ...]]:
    return {str(language): terms for language, terms in words.items()}


def _read_all(folder: Path, schema: type[_Item], problems: list[Problem]) -> list[ReadFile[_Item]]:
    """Every file of a folder, in the order of the ids; what is wrong is added to `problems`."""
    if not folder.is_dir():
        problems.append(Problem(folder.name, "expected a folder"))
        return []
    files = []
    taken: dict[str, str] = {}  # by small letters: on some disks "A.toml" and "a.toml" are one file
    for path in toml_files(folder):
        file = read_schema(path, path.relative_to(folder.parent).as_posix(), schema)
        files.append(file)
        problems += file.problems
        first = taken.setdefault(path.stem.lower(), file.place)
        if first != file.place:
            words = f'the id "{path.stem}" is taken by {first}; expected another file name'
            problems.append(Problem(file.place, words))
    return sorted(files, key=lambda file: Path(file.place).stem)


def _repeated_channels(files: list[ReadFile[Source]]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    for file in files:
        for index, channel in enumerate(file.item.channels if file.item else ()):
            key = f"channels[{index}].url"
            line = line_of(file.lines, ("channels", index, "url"))
            here = f"{file.place}, line {line}"
            address = _same_address(channel.url)
            if address in first:
                words = f'"{channel.url}" is watched already ({first[address]})'
                yield Problem(file.place, f"{words}; expected each address once", key, line)
            first.setdefault(address, here)


def _same_address(url: str) -> str:
    parts = urlsplit(url)
    port = "" if parts.port in (None, 80, 443) else f":{parts.port}"
    return f"{parts.hostname}{port}{parts.path or '/'}?{parts.query}"
