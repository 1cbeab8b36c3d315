"""`monitor export`: what matches, in a stable order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import click

from config.settings import Settings, load_settings
from monitor.bootstrap import Archive, open_archive
from monitor.cli.export_formats import rss_writer, write_csv, write_jsonl, write_parquet
from monitor.cli.filters import check_source, filter_options, read_filters
from monitor.cli.output import note, start_logging
from monitor.cli.output_file import opened
from monitor.cli.progress import counted
from monitor.model import ArchivedArticle, Page
from storage.repositories import articles, pages
from storage.search.query import Filters, wall_clock


@click.command("export")
@filter_options
@click.option(
    "--format",
    "format_",
    type=click.Choice(["jsonl", "csv", "parquet", "rss", "warc"]),
    default="jsonl",
    show_default=True,
    help="JSON Lines in the article format, a table, a feed, or the pages as they were fetched.",
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
      monitor export --source akorda --format warc -o akorda.warc.gz
    """
    settings = load_settings()
    start_logging(settings)
    filters = read_filters(given)
    # Articles that scroll by on the terminal are progress enough.
    with (
        open_archive(settings) as archive,
        opened(output) as out,
        counted("articles", wanted=output is not None) as advance,
    ):
        check_source(archive, filters)
        found = _matching(archive, filters, advance)
        count = _write(settings, archive, filters, format_, found, out)
    what = "pages" if format_ == "warc" else "articles"
    note(f"{count} {what} exported" + (f" to {output}" if output else ""))
    return 0


def _write(
    settings: Settings,
    archive: Archive,
    filters: Filters,
    format_: str,
    found: Iterator[ArchivedArticle],
    out: IO[bytes],
) -> int:
    if format_ == "warc":
        from monitor.cli.export_warc import write_warc

        return write_warc(_pages(archive, found), out)
    if format_ == "rss":
        subject = filters.topic or filters.source or "the archive"
        return rss_writer(f"Digital Bridge Monitor: {subject}", _home(settings))(found, out)
    writers = {"jsonl": write_jsonl, "csv": write_csv, "parquet": write_parquet}
    return writers[format_](found, out)


def _home(settings: Settings) -> str:
    return settings.base_url or f"http://{settings.host}:{settings.port}/"


def _matching(
    archive: Archive, filters: Filters, advance: Callable[[int], None]
) -> Iterator[ArchivedArticle]:
    with archive.database.read() as connection:
        for chunk in articles.in_chunks(connection):
            advance(len(chunk))
            yield from (archived for archived in chunk if _passes(archived, filters))


def _pages(archive: Archive, found: Iterator[ArchivedArticle]) -> Iterator[Page]:
    """The page behind each article; what came from a file or from a channel's words has none."""
    without = 0
    with archive.database.read() as connection:
        for archived in found:
            page = pages.of_article(connection, archived.id)
            if page is None:
                without += 1
            else:
                yield page
    if without:
        note(f"{without} articles have no page of their own and are left out")


def _passes(archived: ArchivedArticle, filters: Filters) -> bool:
    moment = wall_clock(archived.article.published or archived.first_seen)
    return (
        (filters.source is None or archived.source == filters.source)
        and (filters.language is None or archived.article.language == filters.language)
        and (filters.topic is None or filters.topic in {each.topic for each in archived.matches})
        and (filters.entity is None or filters.entity in archived.entities)
        and (filters.since is None or moment >= filters.since)
        and (filters.until is None or moment < filters.until)
    )
