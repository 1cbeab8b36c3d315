"""A source's older announcements → entries → articles: what a person asks for, back to a day."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.errors import LockHeld, MonitorError
from monitor.model import Backfill, ChannelState, Failure, GapState
from monitor.pipeline.walk_backfill import all_older, is_older
from monitor.workers import claims
from monitor.workers.page_work import PageWork, catch_up
from monitor.workers.report import SourceTally, Watcher
from monitor.workers.runner import CATCH_UP_SECONDS, RENEW_SECONDS
from monitor.workers.services import Services
from monitor.workers.tasks import meanwhile
from monitor.workers.walk import Step, Walk
from storage.repositories import backfills, channels, entries, gaps

MOST_DOCUMENTS = 2000
"""Of one channel in one walk: an hour of requests at the usual spacing."""


class BackfillWatcher(Watcher, Protocol):
    """Is told how a walk gets on as well."""

    def document_read(self, source: str, walk: Backfill) -> None: ...


@dataclass(frozen=True, slots=True)
class WalkedChannel:
    """How far one channel was walked. `walk` is None where it has no backfill; `failure` says why
    the walk stopped before its end."""

    url: str
    walk: Backfill | None
    failure: Failure | None = None

    @property
    def finished(self) -> bool:
        return self.walk is None or self.walk.finished_at is not None


@dataclass
class BackfillReport:
    """What a backfill did: its channels, and the articles that came of it."""

    started: datetime
    finished: datetime
    channels: list[WalkedChannel] = field(default_factory=list)
    tally: SourceTally = field(default_factory=lambda: SourceTally(""))

    @property
    def needs_a_look(self) -> bool:
        return bool(self.tally.failed) or not all(each.finished for each in self.channels)


async def backfill(
    services: Services,
    source: Source,
    since: datetime,
    watcher: BackfillWatcher,
    stop: asyncio.Event,
) -> BackfillReport:
    """Walk every channel's backfill until what is older than `since`, then fetch and extract what
    was found. A walk that was broken off goes on where it was.

    Raises LockHeld when another process is at a walk of this source.
    """
    since = since.replace(tzinfo=source.zone).astimezone(UTC)
    report = BackfillReport(services.now(), services.now(), tally=SourceTally(source.id))
    work = PageWork(services, {source.id: report.tally}, watcher, stop)
    try:
        async with meanwhile(_keep_claims(services), _keep_up(services)):
            for channel, state in await _channels(services, source):
                if stop.is_set():
                    break
                report.channels.append(
                    await _walk(services, source, channel, state, since, watcher, stop)
                )
            await work.fetch_and_extract(source)
        if not stop.is_set():
            await catch_up(services)
    finally:
        await asyncio.shield(claims.release(services))
    report.finished = services.now()
    return report


async def _channels(services: Services, source: Source) -> Sequence[tuple[Channel, ChannelState]]:
    keys = {(source.id, channel.url): channel for channel in source.channels}

    def register(connection: Connection) -> list[ChannelState]:
        claims.release_dead(connection)
        channels.register(connection, keys)
        return channels.load(connection, keys)

    states = await services.write(register)
    return [(keys[state.source, state.url], state) for state in states]


async def _walk(
    services: Services,
    source: Source,
    channel: Channel,
    state: ChannelState,
    since: datetime,
    watcher: BackfillWatcher,
    stop: asyncio.Event,
) -> WalkedChannel:
    if channel.backfill is None:
        return WalkedChannel(channel.url, None)
    begun = await services.write(
        partial(_begin, services=services, state=state, backfill=channel.backfill, since=since)
    )
    walk = Walk(services, source, channel, begun.place, since)
    while not stop.is_set():
        step = await walk.step()
        if step.failure is not None:
            return WalkedChannel(channel.url, begun, step.failure)
        begun = await services.write(
            partial(_keep, source=source, walk=begun, step=step, now=services.now())
        )
        watcher.document_read(source.id, begun)
        if begun.finished_at is not None:
            break
    return WalkedChannel(channel.url, begun)


def _begin(
    connection: Connection,
    *,
    services: Services,
    state: ChannelState,
    backfill: str,
    since: datetime,
) -> Backfill:
    now, until = services.now(), services.lease_end
    walk = backfills.begin(connection, state.id, backfill, since, now)
    if not backfills.claim(connection, walk.id, owner=services.owner, now=now, until=until):
        raise LockHeld(f"Another backfill of {state.source} is at work; try again when it is done")
    return walk


def _keep(
    connection: Connection, *, source: Source, walk: Backfill, step: Step, now: datetime
) -> Backfill:
    """Keep what one document announced, and where the walk stands after it."""
    wanted = [each for each in step.found if not is_older(each.entry, walk.since)]
    kept = entries.keep(connection, source.id, walk.channel_id, wanted, now, from_archive=True)
    read = walk.pages_read + 1
    ended = step.ended
    paged = step.place.pending is None
    if paged and all_older((each.entry for each in step.found), walk.since):
        ended = "everything on the last page is older"
    elif ended is None and read >= MOST_DOCUMENTS:
        ended = f"{read} documents were read without an end"
    walk = replace(
        walk,
        place=step.place,
        pages_read=read,
        entries_found=walk.entries_found + kept.new,
        finished_at=None if ended is None else now,
        note=ended,
    )
    backfills.save(connection, walk)
    if ended is not None and read < MOST_DOCUMENTS:
        _close_gaps(connection, walk, now)
    return walk


def _close_gaps(connection: Connection, walk: Backfill, now: datetime) -> None:
    """What lay in the time that was walked through is no gap any more."""
    for gap in gaps.unfilled(connection, [walk.channel_id]):
        if gap.known_until >= walk.since and gap.opened_at <= walk.started_at:
            note = "filled by `monitor backfill`"
            filled = replace(gap, state=GapState.FILLED, filled_at=now, note=note)
            gaps.save(connection, filled)


async def _keep_claims(services: Services) -> None:
    while True:
        await asyncio.sleep(RENEW_SECONDS)
        with suppress(MonitorError):
            await claims.renew(services)


async def _keep_up(services: Services) -> None:
    while True:
        await asyncio.sleep(CATCH_UP_SECONDS)
        with suppress(Exception):
            await catch_up(services)
