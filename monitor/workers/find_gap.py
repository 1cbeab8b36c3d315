"""Readings → gaps: a window that does not reach back to what the channel showed before."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import Connection

from monitor.model import ChannelState, GapState
from monitor.pipeline.channel_window import Window
from storage.repositories import gaps, sightings


def note_gap(
    connection: Connection,
    state: ChannelState,
    window: Window,
    keys: Collection[str],
    *,
    complete: bool,
    at: datetime,
) -> bool:
    """Write down the gap that a reading which began `at` shows, in the transaction that keeps it.

    Whether there is one. A document that was cut short may only seem to show one: the next whole
    one that reaches back closes it.
    """
    if window.overlap or state.last_success_at is None:
        if complete:
            _close_suspected(connection, state.id, keys, at)
        return False
    known, newest = sightings.newest_before(connection, state.id, at)
    if not known:  # it had announced nothing yet: there is nothing to reach back to
        return False
    read = state.full_read_at or state.last_success_at
    gaps.open_gap(
        connection,
        state.id,
        opened_at=at,
        known_until=min(newest or read, read),
        last_read_at=read,
        suspected=not complete,
    )
    return True


def _close_suspected(
    connection: Connection, channel_id: int, keys: Collection[str], at: datetime
) -> None:
    for gap in gaps.unfilled(connection, [channel_id]):
        if gap.suspected and sightings.any_before(connection, channel_id, keys, gap.opened_at):
            note = "the document had been cut short; the next whole one reached back"
            closed = replace(gap, state=GapState.FILLED, filled_at=at, note=note)
            gaps.save(connection, closed)
