"""`monitor import`: articles, pages and sources from files."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click

from config.settings import Settings, load_settings
from monitor.bootstrap import load_checked_catalog, open_services
from monitor.cli.import_opml import OpmlPlan, plan_sources, read_opml, write_sources
from monitor.cli.import_records import read_records
from monitor.cli.output import json_option, note, print_json, say, start_logging
from monitor.cli.progress import counted
from monitor.errors import UsageError
from monitor.pipeline.article_format import Imported
from monitor.pipeline.opml import Outline
from monitor.workers.classify import classify_pending
from monitor.workers.import_articles import ImportTally, import_batch
from monitor.workers.index import index_pending

BATCH = 500

_RECORDS = (".jsonl", ".ndjson", ".json")
_WARCS = (".warc", ".warc.gz")
_LISTS = (".opml",)
_LEFT_OUT = {
    "older": "older than what is known",
    "unwanted": "of other hosts or addresses",
    "no_article": "without an article",
    "cut": "not kept whole",
    "damaged": "damaged",
}


@dataclass
class _Read:
    """What the files hold, read before anything is stored; WARC files are too large for that."""

    records: list[Imported] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)
    plan: OpmlPlan | None = None

    @property
    def holds_articles(self) -> bool:
        return bool(self.records or self.warcs) or self.plan is None


@click.command("import")
@click.argument(
    "files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--watched", is_flag=True, help="Of a WARC file, only the pages of hosts that a source is on."
)
@json_option
def command(files: tuple[Path, ...], watched: bool, as_json: bool) -> int:
    """Store articles from JSON Lines or WARC files, sources from OPML. Of the article format
    `url`, `title` and `text` are needed; an `id` is kept as `external_id`. "-" reads JSON Lines
    from stdin. A WARC file's pages are extracted like fetched ones; an OPML file becomes a source
    file for each feed that no source has yet.

    All lines are read before anything is stored: a file with a bad line changes nothing (2). Of
    a damaged WARC file everything that can be read is stored (1); run again, an import goes on.

    \b
    Example:
      monitor import archive.jsonl
      monitor import --watched CC-NEWS-20251002.warc.gz
      monitor import feeds.opml
    """
    settings = load_settings()
    start_logging(settings)
    read = _read(files, settings)
    record: dict[str, Any] = {}
    wrong = 0
    if read.holds_articles:
        tally, broken = asyncio.run(_import(settings, read, watched=watched))
        record |= tally
        wrong += len(broken)
        if broken:
            record["broken"] = [{"file": str(file), "reason": why} for file, why in broken]
        if not as_json:
            _say_articles(tally)
        for file, why in broken:
            note(f"{file}: not all of it can be read: {why}")
    if read.plan is not None:
        written = write_sources(read.plan, settings)
        wrong += len(read.plan.bad)
        record["sources"] = [source.id for source in read.plan.sources]
        record["watched"] = read.plan.known
        record["bad"] = [{"url": url, "reason": why} for url, why in read.plan.bad]
        if not as_json:
            _say_sources(read.plan, written)
    if as_json:
        print_json(record)
    return 1 if wrong else 0


def _read(files: tuple[Path, ...], settings: Settings) -> _Read:
    read = _Read()
    outlines: list[Outline] = []
    lists = False
    for file in files:
        name = file.name.lower()
        if str(file) == "-" or name.endswith(_RECORDS):
            read.records += read_records(file)
        elif name.endswith(_WARCS):
            _check_readable(file)
            read.warcs.append(file)
        elif name.endswith(_LISTS):
            lists = True
            outlines += read_opml(file, settings)
        else:
            raise UsageError(
                f"{file}: expected a .jsonl, .warc, .warc.gz or .opml file (or - for stdin)"
            )
    if lists:
        read.plan = plan_sources(outlines, load_checked_catalog(settings), settings)
    return read


def _check_readable(file: Path) -> None:
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    if not start.startswith((b"WARC/", b"\x1f\x8b")):
        raise UsageError(f"{file}: expected a WARC file, packed with gzip or not")


async def _import(
    settings: Settings, read: _Read, *, watched: bool
) -> tuple[dict[str, int], list[tuple[Path, str]]]:
    tally = ImportTally()
    counts, broken = {"read": len(read.records)}, []
    async with open_services(settings) as services:
        with counted("articles", len(read.records)) as advance:
            for start in range(0, len(read.records), BATCH):
                batch = read.records[start : start + BATCH]
                await import_batch(services, batch, tally)
                advance(len(batch))
        counts |= asdict(tally)
        for file in read.warcs:
            from monitor.workers.import_warc import WarcTally, import_warc

            pages = WarcTally()
            with file.open("rb") as stream, counted("pages") as advance:
                await import_warc(services, stream, pages, watched=watched, advance=advance)
            if pages.broken is not None:
                broken.append((file, pages.broken))
            found = asdict(pages)
            found.pop("broken")
            counts = {key: counts.get(key, 0) + found[key] for key in found}
        await classify_pending(services)
        await index_pending(services)
    return counts, broken


def _say_articles(counts: dict[str, int]) -> None:
    without = "".join(
        f", {counts[key]} {words}" for key, words in _LEFT_OUT.items() if counts.get(key)
    )
    say(
        f"{counts['read']} read: {counts['stored']} new ({counts['duplicates']} of them copies), "
        f"{counts['updated']} updated, {counts['known']} known already{without}"
    )


def _say_sources(plan: OpmlPlan, written: list[Path]) -> None:
    for file in written:
        say(f"Written: {file}")
    for url, why in plan.bad:
        say(f"Not usable: {url}: {why}")
    say(
        f"{len(written)} sources written, {len(plan.known)} feeds watched already, "
        f"{len(plan.bad)} not usable"
    )
