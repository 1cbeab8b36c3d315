"""`monitor export`: what matches, in a stable order."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import click

from config.settings import load_settings
from monitor.bootstrap import Archive, open_archive
from monitor.cli.filters import check_source, filter_options, read_filters
from monitor.cli.output import note, start_logging
from monitor.errors import UsageError
from monitor.model import ArchivedArticle
from monitor.pipeline.article_format import to_record
from storage.repositories import articles
from storage.search.query import Filters, wall_clock

COLUMNS = (
    "id", "url", "source", "language", "title", "authors", "published", "first_seen", "updated",
    "topics", "place", "duplicate_of", "story", "versions", "image", "text",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@click.command("export")
@filter_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "csv"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines in the article format, or a table for spreadsheets.",
)
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else stdout."
)
def command(format_: str, output: Path | None, **given: Any) -> int:
    """Write the articles that match to a file. They come in the order of their ids.

    A file appears when it is complete: one that breaks off never stands in for a whole one.

    \b
    Example:
      monitor export --topic ai-law --since 2025-05-01 --format csv -o ai-law.csv
    """
    settings = load_settings()
    start_logging(settings)
    filters = read_filters(given)
    write = _write_csv if format_ == "csv" else _write_jsonl
    with open_archive(settings) as archive, _opened(output) as out:
        check_source(archive, filters)
        count = write(_matching(archive, filters), out)
    note(f"{count} articles exported" + (f" to {output}" if output else ""))
    return 0


def _matching(archive: Archive, filters: Filters) -> Iterator[ArchivedArticle]:
    with archive.database.read() as connection:
        for chunk in articles.in_chunks(connection):
            yield from (archived for archived in chunk if _passes(archived, filters))


def _passes(archived: ArchivedArticle, filters: Filters) -> bool:
    moment = wall_clock(archived.article.published or archived.first_seen)
    return (
        (filters.source is None or archived.source == filters.source)
        and (filters.language is None or archived.article.language == filters.language)
        and (filters.topic is None or filters.topic in {each.topic for each in archived.matches})
        and (filters.since is None or moment >= filters.since)
        and (filters.until is None or moment < filters.until)
    )


def _write_jsonl(found: Iterable[ArchivedArticle], out: TextIO) -> int:
    count = 0
    for archived in found:
        out.write(json.dumps(to_record(archived), ensure_ascii=False) + "\n")
        count += 1
    return count


def _write_csv(found: Iterable[ArchivedArticle], out: TextIO) -> int:
    out.write("\ufeff")  # without it spreadsheets read Cyrillic as Latin
    table = csv.DictWriter(out, COLUMNS)
    table.writeheader()
    count = 0
    for archived in found:
        record = to_record(archived)
        record["authors"] = "; ".join(record["authors"])
        record["topics"] = "; ".join(topic["id"] for topic in record["topics"])
        table.writerow({key: _cell(record[key]) for key in COLUMNS})
        count += 1
    return count


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


@contextmanager
def _opened(output: Path | None) -> Iterator[TextIO]:
    if output is None:
        if sys.stdout is None:
            raise UsageError("There is no standard output; give a file with -o")
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
        yield sys.stdout
        return
    try:
        # A pipe or a device is written to; a file is replaced, and so is what a link leads to.
        if output.exists() and not output.is_file():
            with output.open("w", encoding="utf-8", newline="") as out:
                yield out
            return
        target = output.resolve()
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with draft.open("x", encoding="utf-8", newline="") as out:
                yield out
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UsageError(f"{output}: cannot be written: {error.strerror}") from error
