"""JSON Lines files, read whole before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import click

from monitor.cli.output import note
from monitor.errors import UsageError
from monitor.pipeline.article_format import Imported, from_record

SHOWN_PROBLEMS = 20


def read_records(file: Path) -> list[Imported]:
    """All records of a file; UsageError names every line that cannot be used."""
    records, problems = [], []
    for number, line in enumerate(_lines(file), start=1):
        if not line.strip():
            continue
        try:
            records.append(from_record(json.loads(line)))
        except json.JSONDecodeError as error:
            problems.append(f"{file}, line {number}: expected JSON: {error.msg}")
        except RecursionError:
            problems.append(f"{file}, line {number}: expected JSON that is not nested so deeply")
        except UsageError as error:
            problems.append(f"{file}, line {number}: {error}")
    if problems:
        more = len(problems) - SHOWN_PROBLEMS
        shown = problems[:SHOWN_PROBLEMS] + ([f"and {more} more lines"] if more > 0 else [])
        raise UsageError("\n".join([*shown, "Nothing was stored."]))
    if not records:
        note(f"{file}: no records")
    return records


def _lines(file: Path) -> Iterator[str]:
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: expected UTF-8: {error.reason}") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
