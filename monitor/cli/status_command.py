"""`monitor status`: the health of every channel."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from config.settings import load_settings
from monitor.bootstrap import load_checked_catalog, now, open_archive
from monitor.cli.completeness import print_completeness
from monitor.cli.output import json_option, print_json, say, start_logging, when
from monitor.web.status_record import status_record
from storage.repositories.status import read_status


@click.command("status")
@json_option
def command(as_json: bool) -> int:
    """Show the health of every channel. Open alarms come first; of each source what was announced
    against what is stored, gaps, how late articles are found, and the last reconciliation. Ends
    with 1 when something needs a person: an open alarm (a source that fell silent, pages that read
    differently), a channel that fails again and again, entries in quarantine, a gap that nothing
    fills.

    \b
    Example:
      monitor status
      monitor status --json | jq '.sources[] | {source, last_success, week, lag}'
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    sources = [source for source in catalog.sources.values() if source.enabled]
    with open_archive(settings) as archive, archive.database.read() as connection:
        report = status_record(read_status(connection, sources, now()))
    if as_json:
        print_json(report)
    else:
        _print(report)
    return 1 if report["needs_a_person"] else 0


def _print(report: Mapping[str, Any]) -> None:
    for alarm in report["alarms"]:
        since = _read_iso(alarm["since"])
        say(f"{click.style('alarm', fg='red', bold=True)} since {since}: {alarm['sentence']}")
    say(
        f"{report['articles']} articles · {report['waiting']} pages wait · "
        f"{report['quarantined']} in quarantine"
    )
    for source in report["sources"]:
        say(click.style(f"{source['name']} ({source['articles']} articles)", bold=True))
        for channel in source["channels"]:
            _print_channel(channel)
        print_completeness(source)
    for each in report["quarantine"]:
        say(f"quarantined: {each['url']}: {each['error']}")
    if report["quarantine"]:
        say("`monitor add URL` tries one again.")


def _print_channel(channel: Mapping[str, Any]) -> None:
    say(f"  {channel['health']:8} {channel['url']}")
    if channel["health"] == "new":
        say("           not read yet")
        return
    last, following = _read_iso(channel["last_polled"]), _read_iso(channel["next_poll"])
    say(f"           read {last}, next {following} ({channel['reason']})")
    if channel["error"]:
        say(f"           {channel['error']}")
    if channel["moved"]:
        how = "asked there" if channel["moved"]["adopted"] else "not believed yet"
        say(f"           moved to {channel['moved']['to']} ({how})")
    if channel["push"]:
        _print_push(channel["push"])


def _print_push(push: Mapping[str, Any]) -> None:
    if push["state"] == "active":
        since, until = _read_iso(push["since"]), _read_iso(push["lease_until"])
        say(f"           pushed by {push['hub']} since {since}, lease until {until}")
        return
    following = f", next attempt {_read_iso(push['next_attempt'])}"
    why = f": {push['reason']}" if push["reason"] else ""
    # Without a public MONITOR_BASE_URL it stays "announced": the hub could not call.
    say(
        f"           hub {push['hub']} {push['state']}{why}"
        f"{'' if push['state'] == 'announced' else following}"
    )


def _read_iso(text: str | None) -> str:
    return when(None if text is None else datetime.fromisoformat(text))
