"""Gaps → entries: read a channel's backfill until it reaches what was known before.

Each document's entries are kept together with the place it leaves the walk at, so that a walk
that is broken off anywhere goes on where it was.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.model import ChannelState, Gap, GapState
from monitor.pipeline.fill_gap import (
    PAGES_PER_PASS,
    Document,
    after_document,
    after_failure,
    closed_by,
    started_with,
    without_backfill,
)
from monitor.pipeline.walk_backfill import all_older, is_older, is_paged
from monitor.workers.services import Services
from monitor.workers.walk import Step, Walk
from storage.repositories import channels, entries, gaps, sightings
from storage.repositories.entries import Addressed

_MOST_OLDER = 1000
"""A sitemap may list all that a site ever published: so many older entries are taken along."""

_SAMPLE, _SAME = 50, 0.9
"""A channel stands in for another one when it announced nine of ten of its newest entries."""
_NEARLY = timedelta(minutes=15)
"""The channels of a source are read one after the other, minutes apart at most."""


async def fill_gaps(services: Services, source: Source, stop: asyncio.Event) -> None:
    """Work at the gaps of a source: fill what has a backfill, then close what others cover."""
    keys = {(source.id, channel.url): channel for channel in source.channels}
    states = await services.read(lambda connection: channels.load(connection, keys))
    by_id = {state.id: keys[source.id, state.url] for state in states}
    waiting = await _waiting(services, by_id)
    for gap in waiting:
        channel = by_id[gap.channel_id]
        due = gap.state is GapState.OPEN or gap.backfill != channel.backfill
        if channel.backfill is not None and due and not stop.is_set():
            await _fill(services, source, channel, gap, stop)
    if waiting and not stop.is_set():
        close = partial(_close_covered, configured=by_id, now=services.now())
        await services.write(close)


async def _waiting(services: Services, ids: Iterable[int]) -> list[Gap]:
    now = services.now()
    return await services.read(lambda connection: gaps.pending(connection, ids, now))


async def _fill(
    services: Services, source: Source, channel: Channel, gap: Gap, stop: asyncio.Event
) -> None:
    now, until, owner = services.now(), services.lease_end, services.owner
    claimed = await services.write(
        lambda c: gaps.claim(c, gap.id, owner=owner, now=now, until=until)
    )
    if claimed is None or claimed.state is GapState.FILLED:
        return
    gap = started_with(claimed, channel.backfill or "")
    walk = Walk(services, source, channel, gap.place, gap.known_until)
    for left in range(PAGES_PER_PASS - 1, -1, -1):
        step = await walk.step()
        last = left == 0 or stop.is_set()
        gap = await services.write(
            partial(_keep, source=source, gap=gap, step=step, now=services.now(), last=last)
        )
        if last or gap.state is not GapState.OPEN or gap.attempts:
            return


def _keep(
    connection: Connection, *, source: Source, gap: Gap, step: Step, now: datetime, last: bool
) -> Gap:
    """Keep what one document announced, and how the gap stands after it."""
    if step.failure is not None:
        gap = after_failure(gap, step.failure, now)
    else:
        found = list(step.found) if is_paged(gap.backfill or "") else _of_gap(step.found, gap)
        kept = entries.keep(connection, source.id, gap.channel_id, found, now, from_archive=True)
        keys = {each.key for each in step.found}
        before = sightings.any_before(connection, gap.channel_id, keys, gap.opened_at)
        document = Document(
            place=step.place,
            found=kept.new,
            older=before or _reaches_back(step.found, gap),
            newer=sightings.shown_since(connection, gap.channel_id, keys, gap.opened_at),
            ended=step.ended,
        )
        gap = after_document(gap, document, now)
    gaps.save(connection, gap, release=last or bool(gap.attempts))
    return gap


def _of_gap(found: Sequence[Addressed], gap: Gap) -> list[Addressed]:
    """What a sitemap lists, without what is older than the gap if that is very much."""
    day_before = gap.known_until - timedelta(days=1)
    recent = [each for each in found if not is_older(each.entry, day_before)]
    return recent if len(found) - len(recent) > _MOST_OLDER else list(found)


def _reaches_back(found: Sequence[Addressed], gap: Gap) -> bool:
    if is_paged(gap.backfill or ""):
        return all_older((each.entry for each in found), gap.known_until)
    return any(is_older(each.entry, gap.known_until) for each in found)


def _close_covered(
    connection: Connection, *, configured: Mapping[int, Channel], now: datetime
) -> None:
    """Close what another channel has announced; say of the rest that nothing can fill it."""
    current = channels.by_ids(connection, configured)
    unfilled = gaps.unfilled(connection, configured)
    for gap in unfilled:
        if configured[gap.channel_id].backfill is not None and gap.state is GapState.OPEN:
            continue
        others = [each for each in current if each.id != gap.channel_id]
        same = [each for each in others if _announces_the_same(connection, gap, each)]
        closing = [each for each in same if _covers(each, gap, unfilled)]
        if closing:
            gaps.save(connection, closed_by(gap, closing[0].url, now))
        elif not same and gap.state is GapState.OPEN:
            gaps.save(connection, without_backfill(gap))


def _announces_the_same(connection: Connection, gap: Gap, other: ChannelState) -> bool:
    began = sightings.began(connection, other.id)
    if began is None or began > gap.last_read_at + _NEARLY:
        return False
    return sightings.shared(connection, gap.channel_id, other.id, _SAMPLE) >= _SAME


def _covers(other: ChannelState, gap: Gap, unfilled: Sequence[Gap]) -> bool:
    """Whether the other channel was read after the gap, and has none itself in its time."""
    if other.last_success_at is None or other.last_success_at < gap.opened_at:
        return False
    return not any(
        each.channel_id == other.id
        and each.opened_at >= gap.known_until
        and each.known_until <= gap.opened_at
        for each in unfilled
    )
