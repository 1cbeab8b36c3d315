"""`monitor reconcile`: what sources announce now, against the archive."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import click

from config.catalog import Catalog
from config.settings import Settings, load_settings
from config.source import Source
from monitor.bootstrap import load_checked_catalog, open_archive, open_services
from monitor.cli.completeness import standing_words
from monitor.cli.output import json_option, note, print_json, say, start_logging, when
from monitor.cli.progress import watch_pass
from monitor.cli.stopping import stop_on_signals
from monitor.errors import UsageError
from monitor.pipeline.reconcile import NEVER_SEEN, STORED
from monitor.web.status_record import reconciliation_record
from monitor.workers import claims
from monitor.workers.page_work import PageWork, catch_up
from monitor.workers.reconcile import reconcile
from monitor.workers.report import SourceTally, Watcher
from storage.repositories import reconciliations
from storage.repositories.reconciliations import Reconciliation


@click.command("reconcile")
@click.argument("source_ids", metavar="[SOURCE]...", nargs=-1)
@click.option("--last", is_flag=True, help="Show the last reports; nothing is read.")
@json_option
def command(source_ids: tuple[str, ...], last: bool, as_json: bool) -> int:
    """Compare what sources announce now with the archive. Reads their feeds, sitemaps and listings,
    and the last two days behind them, compares these with each other too, and names every address
    that one has and another lacks, and why the archive lacks it; what was never seen is fetched
    and stored.

    Passes do this once a day by themselves. Without SOURCE: all enabled sources. Ends with 1 when
    something had been missed or a channel could not be read.

    \b
    Example:
      monitor reconcile akorda
      monitor reconcile --last --json
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    sources = _chosen(catalog, source_ids)
    if last:
        with open_archive(settings) as archive, archive.database.read() as connection:
            known = reconciliations.last(connection)
        found = [known[source.id] for source in sources if source.id in known]
        stopped = False
    else:
        with watch_pass() as watcher:
            found, stopped = asyncio.run(_reconcile(settings, catalog, sources, watcher))
    for each in found:
        if as_json:
            print_json(reconciliation_record(each))
        else:
            _print(each)
    if not as_json and last and not found:
        say("Nothing was reconciled yet.")
    if stopped:
        note("Stopped; the sources that are not shown were not compared.")
        return 130
    return 1 if any(_needs_a_look(each) for each in found) else 0


async def _reconcile(
    settings: Settings, catalog: Catalog, sources: Sequence[Source], watcher: Watcher
) -> tuple[list[Reconciliation], bool]:
    found: list[Reconciliation] = []
    async with open_services(settings, catalog) as services:
        with stop_on_signals() as stop:
            tallies = {source.id: SourceTally(source.id) for source in sources}
            work = PageWork(services, tallies, watcher, stop)
            try:
                for source in sources:
                    done = None if stop.is_set() else await reconcile(services, source, stop)
                    if done is not None:
                        found.append(done)
                        await work.fetch_and_extract(source)
                if not stop.is_set():
                    await catch_up(services, stop)
            finally:
                await asyncio.shield(claims.release(services))
            return found, stop.is_set()


def _chosen(catalog: Catalog, ids: Sequence[str]) -> list[Source]:
    unknown = [each for each in ids if each not in catalog.sources]
    if unknown:
        known = ", ".join(catalog.sources)
        raise UsageError(f"No source is called {', '.join(unknown)}; there are: {known}")
    if ids:
        return [catalog.sources[each] for each in dict.fromkeys(ids)]
    return [source for source in catalog.sources.values() if source.enabled]


def _needs_a_look(found: Reconciliation) -> bool:
    return bool(found.counts.get(NEVER_SEEN)) or any(each.error for each in found.channels)


def _print(found: Reconciliation) -> None:
    say(click.style(f"{found.source}, {when(found.finished_at)}", bold=True))
    for channel in found.channels:
        say(f"  {channel.error or f'{channel.announced} announced'}  {channel.url}")
    counts = [f"{count} {standing_words(name)}" for name, count in found.counts.items()]
    say(f"  {found.announced} addresses: {', '.join(counts) or 'nothing is announced'}")
    for each in found.findings:
        why = f" ({each.reason})" if each.reason else ""
        if each.standing != STORED:
            say(f"  {standing_words(each.standing)}: {each.url}{why}")
            say(f"           in {', '.join(each.shown)}")
        if each.lacking:
            named = "" if each.standing != STORED else f"{each.url} "
            say(f"  {named or '         '}not in {', '.join(each.lacking)}")
