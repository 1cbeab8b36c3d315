"""Channels → a report: what a source announces now, and what of it the archive lacks.

    read every channel anew, whatever it says about not being modified
    → its entries, and what becomes none, with the reason
    → compare the channels with each other and with the archive
    → what was never seen becomes an entry, in the transaction that keeps the report

What is found belongs to no channel, as if a person had named it: the channels' own polls then see
what they would have seen, and notice their gaps.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.errors import InvalidUrl, LockHeld, MonitorError
from monitor.model import Announced, ChannelState, Failure, Place
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.follow_move import where_to_ask
from monitor.pipeline.reconcile import (
    EXCLUDED,
    LINKLESS,
    NEVER_SEEN,
    REFUSED,
    Dropped,
    Look,
    Seen,
    compare,
)
from monitor.pipeline.walk_backfill import is_older, moment_of
from monitor.workers import claims
from monitor.workers.addressing import addressed, is_wanted
from monitor.workers.read_channel import read_channel, request
from monitor.workers.services import Services
from monitor.workers.walk import Walk
from storage.repositories import channels, entries, reconciliations
from storage.repositories.entries import Addressed
from storage.repositories.reconciliations import Reconciliation

log = logging.getLogger(__name__)

BACK = timedelta(days=2)
"""How far the archives behind the channels are looked into."""
DOCUMENTS = 3
"""Of each such archive: the two days of most sources, and few requests of the others."""

Read = tuple[Look, list[Addressed]]


async def reconcile_due(services: Services, source: Source, stop: asyncio.Event) -> None:
    """Reconcile the source, in a pass, when a day has passed; a defect in it stops nothing."""
    if stop.is_set():
        return
    try:
        done = await reconcile(services, source, stop)
    except LockHeld:
        return
    except MonitorError:
        raise
    except Exception:  # a defect of ours must not keep the source's pages from being fetched
        log.exception("%s: could not be reconciled", source.id)
        return
    if done is not None and done.counts.get(NEVER_SEEN):
        log.warning(
            "%s: %d announced addresses had never been seen", source.id, done.counts[NEVER_SEEN]
        )


async def reconcile(
    services: Services, source: Source, stop: asyncio.Event
) -> Reconciliation | None:
    """One reconciliation, kept; None where it was stopped. What was never seen waits to be
    fetched then. Raises LockHeld when another process is at one of this source."""
    id_, states = await services.write(lambda connection: _begin(connection, services, source))
    try:
        read: list[Read] = []
        for channel in source.channels:
            state = states[channel.url]
            read.append(await _look(services, source, channel, state))
            if channel.backfill is not None and read[-1][0].error is None:
                read.append(await _look_behind(services, source, channel, stop))
            if stop.is_set():
                await services.write(lambda connection: reconciliations.abandon(connection, id_))
                return None
        return await services.write(
            lambda connection: _keep(connection, services, source, id_, read)
        )
    except asyncio.CancelledError:
        await services.write(lambda connection: reconciliations.abandon(connection, id_))
        raise
    except BaseException:
        await services.write(lambda connection: reconciliations.let_go(connection, id_))
        raise


def _begin(
    connection: Connection, services: Services, source: Source
) -> tuple[int, dict[str, ChannelState]]:
    keys = [(source.id, channel.url) for channel in source.channels]
    channels.register(connection, keys)
    now, owner = services.now(), services.owner
    id_ = reconciliations.begin(connection, source.id, now, owner=owner, is_gone=claims.is_gone)
    if id_ is None:
        raise LockHeld(f"{source.id} is being reconciled already; try again when that is done")
    return id_, {state.url: state for state in channels.load(connection, keys)}


def _keep(
    connection: Connection,
    services: Services,
    source: Source,
    id_: int,
    read: Sequence[Read],
) -> Reconciliation:
    now = services.now()
    looks = [look for look, _ in read]
    found = [each for _, addressed_ in read for each in addressed_]
    known = reconciliations.known(connection, {each.key for each in found})
    compared = compare(looks, known)
    entries.keep(
        connection, source.id, None, [each for each in found if each.key not in known], now
    )
    return reconciliations.finish(connection, id_, looks, compared, now)


async def _look(services: Services, source: Source, channel: Channel, state: ChannelState) -> Read:
    """The channel's document, asked for without conditions. One that fails and is not due yet is
    left alone: its site may have asked to wait."""
    now = services.now()
    if state.failures and state.next_poll_at is not None and state.next_poll_at > now:
        wait = f"not asked before {state.next_poll_at:%Y-%m-%d %H:%M} UTC: {state.last_error}"
        return _failed(source, channel, services, wait)
    read: Announced | Failure | None = None
    for address in where_to_ask(channel.url, state.move, state.failures, now):
        response = await request(services.fetcher, source, channel, url=address)
        if isinstance(response, Failure):
            read = response
            continue
        read = await read_channel(
            services.fetcher,
            services.sandbox,
            source,
            channel,
            body=response.body,
            url=response.final_url,
            content_type=response.content_type,
        )
        if isinstance(read, Announced):
            return _read(services, source, channel, read)
    assert isinstance(read, Failure)
    return _failed(source, channel, services, read.detail)


def _read(services: Services, source: Source, channel: Channel, announced: Announced) -> Read:
    now = services.now()
    found = addressed(source, channel, announced, now)
    look = Look(
        channel.url,
        channel.kind,
        channel.language or source.language,
        now,
        tuple(_seen(each) for each in found),
        tuple(_dropped(source, announced)),
    )
    return look, found


async def _look_behind(
    services: Services, source: Source, channel: Channel, stop: asyncio.Event
) -> Read:
    """The last two days of the channel's archive, a few documents of it. Only what is dated
    counts: an archive without dates would bring years."""
    assert channel.backfill is not None
    since = services.now() - BACK
    walk = Walk(services, source, channel, Place(), since)
    found: dict[str, Addressed] = {}
    error = None
    for _ in range(DOCUMENTS):
        step = await walk.step()
        if step.failure is not None:
            error = None if found else step.failure.detail
            break
        dated = [each for each in step.found if moment_of(each.entry) is not None]
        recent = [each for each in dated if not is_older(each.entry, since)]
        found |= {each.key: each for each in recent}
        if step.ended is not None or stop.is_set() or (dated and not recent):
            break
    look = Look(
        channel.backfill,
        "archive",
        channel.language or source.language,
        services.now(),
        tuple(_seen(each) for each in found.values()),
        error=error,
    )
    return look, list(found.values())


def _failed(source: Source, channel: Channel, services: Services, error: str) -> Read:
    language = channel.language or source.language
    return Look(channel.url, channel.kind, language, services.now(), error=error), []


def _seen(each: Addressed) -> Seen:
    return Seen(each.key, each.entry.url, each.entry.published)


def _dropped(source: Source, announced: Announced) -> list[Dropped]:
    """What becomes no entry, by the rules of `addressed`."""
    found = []
    for entry in announced.entries:
        if not entry.url:
            if not (entry.title or entry.summary or entry.text):
                found.append(Dropped(entry.guid or "", LINKLESS, "neither a link nor words"))
            continue
        try:
            url = canonical_url(entry.url)
        except InvalidUrl as error:
            found.append(Dropped(entry.url, REFUSED, str(error)))
            continue
        if not is_wanted(source, url):
            found.append(Dropped(url, EXCLUDED, "the source's include and exclude leave it out"))
    return found
