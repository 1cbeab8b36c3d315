"""How commands show the versions of an article: each with what changed since the one before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from monitor.cli.output import when
from monitor.model import Version
from monitor.pipeline.article_format import iso
from monitor.pipeline.compare_versions import Change, compare_versions

_SHOWN = 6
_LONGEST = 160  # characters of one side of a change


def version_records(versions: Sequence[Version]) -> list[dict[str, Any]]:
    """The versions for programs; `changes` are from the version before."""
    records: list[dict[str, Any]] = [
        {
            "number": version.number,
            "seen": iso(version.seen_at),
            "title": version.title,
            "text": version.text,
            "origin": version.origin,
            "changes": [],
        }
        for version in versions
    ]
    for record, changes in zip(records[1:], _changes(versions), strict=True):
        record["changes"] = [{"removed": each.removed, "added": each.added} for each in changes]
    return records


def version_lines(versions: Sequence[Version]) -> Iterator[str]:
    """The versions for people, a line each, with the words that went and came below it."""
    for version, changes in zip(versions, [(), *_changes(versions)], strict=True):
        ours = f"  ({version.origin})" if version.origin else ""
        yield f"  {version.number}  {when(version.seen_at)}  {version.title}{ours}"
        for change in changes[:_SHOWN]:
            yield from _lines(change)
        if len(changes) > _SHOWN:
            yield f"       and {len(changes) - _SHOWN} more changes"


def _changes(versions: Sequence[Version]) -> list[tuple[Change, ...]]:
    return [
        compare_versions(f"{one.title}\n{one.text}", f"{next_.title}\n{next_.text}")
        for one, next_ in pairwise(versions)
    ]


def _lines(change: Change) -> Iterator[str]:
    if change.removed:
        yield f"       - {_short(change.removed)}"
    if change.added:
        yield f"       + {_short(change.added)}"


def _short(words: str) -> str:
    return words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"
