"""`monitor backfill`: the archive behind a source."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Any

import click

from config.catalog import Catalog
from config.settings import Settings, load_settings
from config.source import Source
from monitor.bootstrap import load_checked_catalog, open_services
from monitor.cli.output import json_option, note, print_json, say, start_logging
from monitor.cli.progress import watch_backfill
from monitor.cli.stopping import stop_on_signals
from monitor.errors import UsageError
from monitor.pipeline.article_format import iso
from monitor.workers.backfill import BackfillReport, BackfillWatcher, WalkedChannel, backfill
from storage.search.query import parse_day


@click.command("backfill")
@click.argument("source_id", metavar="SOURCE")
@click.option("--since", metavar="D", required=True, help="How far back: a day such as 2025-10-02.")
@json_option
def command(source_id: str, since: str, as_json: bool) -> int:
    """Fetch what a source published since a day. Walks the `backfill` of each of its channels,
    page by page or sitemap by sitemap, until what is older; then fetches and stores the articles.

    Called again after it was broken off, it goes on where it was. Ends with 1 when a channel could
    not be read to the end or an article could not be fetched.

    \b
    Example:
      monitor backfill akorda --since 2025-10-02
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    source, day = _source(catalog, source_id), parse_day(since)
    with watch_backfill() as watcher:
        report, stopped = asyncio.run(_backfill(settings, catalog, source, day, watcher))
    if as_json:
        print_json(_record(source, since, report))
    else:
        _print(report)
    if stopped:
        note("Stopped; what was found is kept, and the same call goes on from here.")
        return 130
    return 1 if report.needs_a_look else 0


async def _backfill(
    settings: Settings, catalog: Catalog, source: Source, day: datetime, watcher: BackfillWatcher
) -> tuple[BackfillReport, bool]:
    async with open_services(settings, catalog) as services:
        with stop_on_signals() as stop:
            return await backfill(services, source, day, watcher, stop), stop.is_set()


def _source(catalog: Catalog, source_id: str) -> Source:
    source = catalog.sources.get(source_id)
    if source is None:
        known = ", ".join(catalog.sources)
        raise UsageError(f"No source is called {source_id}; there are: {known}")
    if not any(channel.backfill for channel in source.channels):
        raise UsageError(
            f"No channel of {source_id} has a backfill: give one of them an archive's address, "
            'such as backfill = "https://…/feed/?paged={page}"'
        )
    return source


def _record(source: Source, since: str, report: BackfillReport) -> dict[str, Any]:
    tally = report.tally
    return {
        "source": source.id,
        "since": since,
        "started": iso(report.started),
        "finished": iso(report.finished),
        "channels": [_channel_record(each) for each in report.channels],
        "stored": tally.stored,
        "updated": tally.updated,
        "duplicates": tally.duplicates,
        "failed": tally.failed,
    }


def _channel_record(each: WalkedChannel) -> dict[str, Any]:
    walk, failure = each.walk, each.failure
    return {
        "url": each.url,
        "backfill": walk and walk.backfill,
        "finished": walk is not None and each.finished,
        "pages": walk.pages_read if walk else 0,
        "new": walk.entries_found if walk else 0,
        "note": walk.note if walk else "no backfill is configured",
        "error": None if failure is None else f"{failure.code}: {failure.detail}",
    }


def _print(report: BackfillReport) -> None:
    for each in report.channels:
        say(each.url)
        if each.walk is None:
            say("  no backfill is configured")
            continue
        how = each.failure.detail if each.failure else each.walk.note or "not finished"
        say(f"  {each.walk.pages_read} documents, {each.walk.entries_found} new: {how}")
    say(f"In all: {report.tally.in_words()}")
