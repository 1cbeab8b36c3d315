"""`monitor status`: the health of every channel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import click

from config.catalog import Catalog
from config.settings import load_settings
from config.source import Channel, Source
from monitor.bootstrap import Archive, load_checked_catalog, now, open_archive
from monitor.cli.completeness import Completeness, move_record, print_completeness
from monitor.cli.output import json_option, print_json, say, start_logging, when
from monitor.model import ChannelState, EntryState, RaisedAlarm
from monitor.pipeline.article_format import iso
from monitor.pipeline.channel_trouble import PERSISTENT
from storage.repositories import alarms, articles, channels, entries


@dataclass(frozen=True, slots=True)
class Health:
    """One channel: what is remembered of it, and what is wrong in a word."""

    source: Source
    channel: Channel
    state: ChannelState | None

    @property
    def word(self) -> str:
        if self.state is None or self.state.last_polled_at is None:
            return "new"
        if self.state.last_status != "failed":
            return "ok"
        return "failing" if self.state.failures >= PERSISTENT else "shaky"


@click.command("status")
@json_option
def command(as_json: bool) -> int:
    """Show the health of every channel. Open alarms come first; also what waits and what was given
    up. Ends with 1 when something needs a person: an open alarm (a source that fell silent, pages
    that read differently), a channel that fails again and again, entries in quarantine, a gap that
    nothing fills.

    \b
    Example:
      monitor status
      monitor status --json | jq .channels
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    with open_archive(settings) as archive:
        report = _report(archive, catalog, now())
    if as_json:
        print_json(report)
    else:
        _print(report)
    return 1 if report["needs_a_person"] else 0


def _report(archive: Archive, catalog: Catalog, at: datetime) -> dict[str, Any]:
    with archive.database.read() as connection:
        raised = alarms.open_alarms(connection)
        stored = articles.counts_by_source(connection)
        states = entries.counts(connection)
        troubled = entries.troubled(connection)
        health = list(_health(connection, catalog))
        known = [each.state for each in health if each.state is not None]
        complete = Completeness(connection, known, at)
        records = {source.id: complete.record(source.id) for source in catalog.sources.values()}
    words = [each.word for each in health]
    return {
        "at": iso(at),
        "needs_a_person": "failing" in words or bool(troubled or raised) or complete.needs_a_person,
        "alarms": [_alarm(each) for each in raised],
        "articles": sum(stored.values()),
        "waiting": _in_state(states, EntryState.WAITING, EntryState.FETCHED),
        "quarantined": _in_state(states, EntryState.QUARANTINED),
        "sources": [
            {
                "source": source.id,
                "name": source.name,
                "articles": stored.get(source.id, 0),
                "channels": [_channel(each) for each in health if each.source is source],
                **records[source.id],
            }
            for source in catalog.sources.values()
            if source.enabled
        ],
        "quarantine": [
            {"url": kept.entry.url, "source": kept.source, "error": f"{code}: {detail}"}
            for kept, code, detail in troubled
        ],
    }


def _alarm(raised: RaisedAlarm) -> dict[str, Any]:
    alarm = raised.alarm
    return {
        "kind": alarm.kind,
        "source": alarm.source,
        "url": alarm.facts.get("url"),
        "since": iso(raised.raised_at),
        "sentence": alarm.sentence,
        "facts": dict(alarm.facts),
    }


def _health(connection: Any, catalog: Catalog) -> Iterator[Health]:
    for source in catalog.sources.values():
        if source.enabled:
            keys = [(source.id, channel.url) for channel in source.channels]
            known = {state.url: state for state in channels.load(connection, keys)}
            for channel in source.channels:
                yield Health(source, channel, known.get(channel.url))


def _channel(health: Health) -> dict[str, Any]:
    record: dict[str, Any] = {
        "url": health.channel.url,
        "kind": health.channel.kind,
        "health": health.word,
    }
    state = health.state
    if state is None:
        return record
    return record | {
        "http": state.last_http,
        "failures": state.failures,
        "last_polled": iso(state.last_polled_at),
        "last_success": iso(state.last_success_at),
        "last_new": iso(state.last_new_at),
        "next_poll": iso(state.next_poll_at),
        "reason": state.plan_reason,
        "error": state.last_error,
        "moved": move_record(state),
    }


def _in_state(states: dict[tuple[str, EntryState], int], *wanted: EntryState) -> int:
    return sum(count for (_, state), count in states.items() if state in wanted)


def _print(report: dict[str, Any]) -> None:
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


def _print_channel(channel: dict[str, Any]) -> None:
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


def _read_iso(text: str | None) -> str:
    return when(None if text is None else datetime.fromisoformat(text))
