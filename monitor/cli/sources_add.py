"""`monitor sources add`: discover the ways into a site, show what they bring, write them down."""

from __future__ import annotations

import asyncio
from typing import Any

import click

from config.settings import Settings, load_settings
from config.writing import source_file, write_source
from monitor.bootstrap import open_fetcher, open_sandbox
from monitor.cli.output import json_option, print_json, published_at, said, say, start_logging
from monitor.errors import ConfigError, MonitorError
from monitor.model import Entry, Failure
from monitor.pipeline.article_format import iso
from monitor.workers.discover import Found, Proposal, discover_source

SHOWN = 5


@click.command("add")
@click.argument("url", metavar="URL")
@click.option("--dry-run", is_flag=True, help="Show what would be collected; write nothing.")
@json_option
def add(url: str, dry_run: bool, as_json: bool) -> int:
    """Add a source: URL is a page of it, a feed or a sitemap. Finds the feeds that the page
    declares, WordPress's routes and the sitemaps of robots.txt, tries each, shows what it announces
    and writes a file into sources/ of MONITOR_CONFIG_DIR, to be edited.

    \b
    Example:
      monitor sources add https://kursiv.media/ --dry-run
    """
    settings = load_settings()
    start_logging(settings)
    proposal = asyncio.run(_discover(settings, url))
    if isinstance(proposal, Failure):
        raise MonitorError(said(url, proposal))
    file = source_file(settings.config_dir, proposal.source)
    if not as_json:
        _print(proposal)
    if not dry_run:
        write_source(settings.config_dir, proposal.source)
    elif file.exists():
        raise ConfigError(f"{file} exists already; edit it instead")
    if as_json:
        print_json(_record(proposal) | {"file": None if dry_run else str(file)})
    elif dry_run:
        say(f"Nothing was written; without --dry-run it would be {file}")
    else:
        say(f"Written: {file}")
        say(f"Try it out with `monitor sources check {proposal.source.id}`.")
    return 0


async def _discover(settings: Settings, url: str) -> Proposal | Failure:
    async with open_fetcher(settings) as fetcher, open_sandbox(settings) as sandbox:
        return await discover_source(fetcher, sandbox, url)


def _print(proposal: Proposal) -> None:
    source = proposal.source
    say(f"{source.name} ({source.id}), {source.language}, {source.homepage}")
    for found in proposal.found:
        say(click.style(f"{found.channel.kind}  {found.channel.url}", bold=True))
        say(f"  {len(found.announced.entries)} announced")
        for entry in _newest(found):
            say(f"  {published_at(entry.published)}  {entry.title or entry.url}")
        if found.channel.backfill:
            say(f"  older ones: {found.channel.backfill}")
    for url, why in proposal.left_out:
        say(f"left out  {url}: {why}")


def _record(proposal: Proposal) -> dict[str, Any]:
    source = proposal.source
    return {
        "id": source.id,
        "name": source.name,
        "homepage": source.homepage,
        "language": source.language,
        "enabled": source.enabled,
        "channels": [
            {
                "kind": found.channel.kind,
                "url": found.channel.url,
                "backfill": found.channel.backfill,
                "language": found.channel.language,
                "found": len(found.announced.entries),
                "entries": [
                    {"url": each.url, "title": each.title, "published": iso(each.published)}
                    for each in _newest(found)
                ],
            }
            for found in proposal.found
        ],
        "left_out": [{"url": url, "reason": why} for url, why in proposal.left_out],
    }


def _newest(found: Found) -> list[Entry]:
    dated = [each for each in found.announced.entries if each.published is not None]
    dated.sort(key=lambda each: each.published.timestamp() if each.published else 0, reverse=True)
    undated = [each for each in found.announced.entries if each.published is None]
    return [*dated, *undated][:SHOWN]
