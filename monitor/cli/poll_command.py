"""`monitor poll`: one pass, what cron calls."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import click

from config.catalog import Catalog
from config.settings import Settings, load_settings
from config.source import Source
from monitor.bootstrap import load_checked_catalog, open_services
from monitor.cli.output import json_option, note, print_json, say, start_logging, when
from monitor.cli.progress import watch_pass
from monitor.cli.stopping import stop_on_signals
from monitor.errors import LockHeld, UsageError
from monitor.model import Poll
from monitor.pipeline.article_format import iso
from monitor.workers.report import PassReport, SourceTally, Watcher
from monitor.workers.runner import run_pass

COUNTS = ("stored", "updated", "duplicates", "failed")


@click.command("poll")
@click.argument("source_ids", metavar="[SOURCE]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every channel, due or not.")
@json_option
def command(source_ids: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Read the channels that are due, fetch and store what is new.

    Without SOURCE: all enabled sources. Two passes at once are safe; a channel that another pass
    is reading is left to it. Ends with 1 when something failed, 75 when another pass holds
    everything that is due.

    \b
    Example:
      monitor poll                    # what is due, as cron calls it
      monitor poll akorda --all       # one source, now
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    sources = _chosen(catalog, source_ids)
    with watch_pass() as watcher:
        report = asyncio.run(_poll(settings, catalog, sources, everything, watcher))
    if as_json:
        print_json(as_record(report))
    else:
        _print(report)
    if report.held and not any(tally.channels for tally in report.sources):
        raise LockHeld("Another pass is reading every channel that is due; try again later")
    return 1 if report.needs_a_look else 0


async def _poll(
    settings: Settings,
    catalog: Catalog,
    sources: Sequence[Source],
    everything: bool,
    watcher: Watcher,
) -> PassReport:
    async with open_services(settings, catalog) as services:
        with stop_on_signals() as stop:
            return await run_pass(
                services, sources, everything=everything, watcher=watcher, stop=stop
            )


def _chosen(catalog: Catalog, ids: Sequence[str]) -> list[Source]:
    """The sources that were named, switched on or not; all enabled ones when none was."""
    unknown = [each for each in ids if each not in catalog.sources]
    if unknown:
        known = ", ".join(catalog.sources)
        raise UsageError(f"No source is called {', '.join(unknown)}; there are: {known}")
    if ids:
        return [catalog.sources[each] for each in dict.fromkeys(ids)]
    enabled = [source for source in catalog.sources.values() if source.enabled]
    if not enabled:
        note("No source is enabled: set enabled = true in one of the files of sources/")
    return enabled


def as_record(report: PassReport) -> dict[str, Any]:
    """The pass as one JSON object, in the format that scripts rely on."""
    return {
        "started": iso(report.started),
        "finished": iso(report.finished),
        "sources": [_source_record(tally) for tally in report.sources],
        "totals": _totals(report.sources)
        | {
            "channels": sum(len(tally.channels) for tally in report.sources),
            "unchanged": sum(
                poll.status == "unchanged" for tally in report.sources for _, poll in tally.channels
            ),
            "held": report.held,
        },
        "next_poll": iso(report.next_poll_at),
    }


def _source_record(tally: SourceTally) -> dict[str, Any]:
    return {
        "source": tally.source,
        "channels": [_channel_record(url, poll) for url, poll in tally.channels],
        **_totals([tally]),
    }


def _channel_record(url: str, poll: Poll) -> dict[str, Any]:
    failure = poll.failure
    return {
        "url": url,
        "status": str(poll.status),
        "http": poll.http,
        "found": poll.found,
        "new": poll.new,
        "gap": poll.gap,
        "error": None if failure is None else f"{failure.code}: {failure.detail}",
        "warnings": list(poll.warnings),
        "next_poll": iso(poll.next_poll_at),
        "reason": poll.plan_reason,
    }


def _print(report: PassReport) -> None:
    polled = [tally for tally in report.sources if tally.channels or tally.stored or tally.failed]
    if not polled:
        say(f"No channel is due; the next one is on {when(report.next_poll_at)}.")
        return
    for tally in polled:
        say(f"{tally.source}: {tally.in_words()}")
        for url, poll in tally.channels:
            say(f"  {_channel_line(poll)}  {url}")
    total = SourceTally("total", [], **_totals(polled))
    say(f"In all: {total.in_words()}")


def _totals(tallies: Sequence[SourceTally]) -> dict[str, int]:
    return {key: sum(getattr(tally, key) for tally in tallies) for key in COUNTS}


def _channel_line(poll: Poll) -> str:
    if poll.failure is not None:
        return f"failed ({poll.failure.detail})"
    if poll.status == "unchanged":
        return "unchanged" + (" (304)" if poll.http == 304 else " (same content)")
    return f"{poll.found} announced, {poll.new} new"
