"""Loads what people edit: every source, every topic, and the concepts that topics share."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import urlsplit

from pydantic import BaseModel, RootModel, ValidationError

from config.lines import key_lines, line_of
from config.private_hosts import private_addresses
from config.problems import Problem
from config.reading import ReadFile, read_schema, read_toml, schema_problems, toml_files
from config.references import unknown_concepts
from config.shipped import shipped_config
from config.source import Source
from config.topic import Topic
from monitor.errors import ConfigError

SOURCES, TOPICS, CONCEPTS = "sources", "topics", "concepts.toml"

Concepts = Mapping[str, Mapping[str, tuple[str, ...]]]
_Item = TypeVar("_Item", bound=BaseModel)
_Part = TypeVar("_Part")
_Words = dict[Literal["any", "en", "fr", "ru", "kk"], tuple[str, ...]]


class _ConceptFile(RootModel[dict[str, _Words]]):
    """`[concept]` tables of words in each language."""


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything by its id, in the order of the ids."""

    sources: Mapping[str, Source]
    topics: Mapping[str, Topic]
    concepts: Concepts


def load_catalog(folder: Path) -> Catalog:
    """Read `sources/`, `topics/` and `concepts.toml` of `folder`.

    What the folder lacks of these three is taken from the shipped ones; what it has replaces them
    as a whole. Raises ConfigError that lists every problem of every file, one a line.
    """
    problems = _folder_problems(folder)
    if problems:
        raise _error(folder, problems)
    concepts = _concepts(_part(folder, CONCEPTS), problems)
    known = concepts or None  # a file that cannot be read makes no topic wrong
    sources = _sources(_part(folder, SOURCES), problems)
    topics = _topics(_part(folder, TOPICS), problems, known)
    if problems:
        raise _error(folder, problems)
    return Catalog(sources, topics, concepts)


def private_hosts(catalog: Catalog) -> list[Problem]:
    """What commands refuse unless MONITOR_ALLOW_PRIVATE_HOSTS is true: enabled sources that name a
    loopback or private host."""
    return private_addresses(catalog.sources.values())


def load_sources(folder: Path) -> Mapping[str, Source]:
    """The sources alone, by the same rules."""
    return _alone(folder, SOURCES, _sources)


def load_topics(folder: Path) -> Mapping[str, Topic]:
    """The topics alone, by the same rules."""
    return _alone(folder, TOPICS, _topics)


def load_concepts(folder: Path) -> Concepts:
    """The concepts alone, by the same rules."""
    return _alone(folder, CONCEPTS, _concepts)


def _alone(folder: Path, name: str, load: Callable[[Path, list[Problem]], _Part]) -> _Part:
    problems = _folder_problems(folder)
    if problems:
        raise _error(folder, problems)
    part = load(_part(folder, name), problems)
    if problems:
        raise _error(folder, problems)
    return part


def _error(folder: Path, problems: list[Problem]) -> ConfigError:
    count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
    return ConfigError("\n".join([f"{folder}: {count}", *map(str, problems)]))


def _folder_problems(folder: Path) -> list[Problem]:
    if not folder.is_dir():
        words = "no such folder; MONITOR_CONFIG_DIR names one with sources/*.toml, topics/*.toml"
        return [Problem(str(folder), words)]
    if any(_is_given(folder / name) for name in (SOURCES, TOPICS, CONCEPTS)):
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
    folder: Path, problems: list[Problem], concepts: Concepts | None = None
) -> Mapping[str, Topic]:
    files = _read_all(folder, Topic, problems)
    for file in files:
        if file.item and concepts is not None:
            terms = {"match": file.item.model_dump()["match"]}
            problems += unknown_concepts(file.place, terms, file.lines, concepts)
    return {file.item.id: file.item for file in files if file.item}


def _concepts(path: Path, problems: list[Problem]) -> Concepts:
    if not _is_given(path):
        return {}
    read = read_toml(path, path.name)
    if isinstance(read, Problem):
        problems.append(read)
        return {}
    values, text = read
    lines = key_lines(text)
    try:
        tables = _ConceptFile.model_validate(values).root
    except ValidationError as error:
        problems += schema_problems(error, path.name, lines, _ConceptFile)
        return {}
    problems += unknown_concepts(path.name, values, lines, values)
    return {name: _plain(words) for name, words in sorted(tables.items())}


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
