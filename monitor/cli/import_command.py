"""`monitor import`: articles from files."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from config.settings import Settings, load_settings
from monitor.bootstrap import open_services
from monitor.cli.output import json_option, note, print_json, say, start_logging
from monitor.errors import UsageError
from monitor.pipeline.article_format import Imported, from_record
from monitor.workers.classify import classify_pending
from monitor.workers.import_articles import ImportTally, import_batch
from monitor.workers.index import index_pending

BATCH = 500
SHOWN_PROBLEMS = 20


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@json_option
def command(files: tuple[Path, ...], as_json: bool) -> int:
    """Store articles from JSON Lines files. Of the article format `url`, `title` and `text` are
    needed; an `id` is kept as `external_id`. "-" reads stdin.

    All lines are read before anything is stored: a file with a bad line changes nothing (2).

    \b
    Example:
      monitor import archive.jsonl
      monitor export --format jsonl | MONITOR_DATABASE_URL=sqlite:///other.db monitor import -
    """
    settings = load_settings()
    start_logging(settings)
    records = [record for file in files for record in _read(file)]
    tally = asyncio.run(_import(settings, records))
    if as_json:
        print_json({"read": len(records), **asdict(tally)})
    else:
        say(
            f"{len(records)} read: {tally.stored} new ({tally.duplicates} of them copies), "
            f"{tally.updated} updated, {tally.known} known already"
        )
    return 0


async def _import(settings: Settings, records: Sequence[Imported]) -> ImportTally:
    tally = ImportTally()
    async with open_services(settings) as services:
        for start in range(0, len(records), BATCH):
            await import_batch(services, records[start : start + BATCH], tally)
        await classify_pending(services)
        await index_pending(services)
    return tally


def _read(file: Path) -> list[Imported]:
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
    if file.suffix not in (".jsonl", ".ndjson", ".json") and str(file) != "-":
        raise UsageError(f"{file}: expected a .jsonl file (or - for stdin)")
    try:
        with click.open_file(str(file), encoding="utf-8-sig") as lines:
            yield from lines
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: expected UTF-8: {error.reason}") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
