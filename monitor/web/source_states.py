"""How each source does, in one word, with what is wrong and when it is read next."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection

from config.source import Source
from monitor.model import ChannelState, EntryState, PollStatus, RaisedAlarm
from monitor.pipeline.channel_trouble import PERSISTENT
from storage.repositories import alarms, channels, entries, overview

Word = Literal["ok", "new", "reading", "shaky", "failing"]


@dataclass(frozen=True, slots=True)
class SourceState:
    """One source. `worst` is its channel with the most failures in a row, if any has failed;
    `next` the channel that is read next. `waiting` and `given_up` count its pages. `alarms` are
    those that are open, but for the ones that `worst` and `failing` tell as well."""

    source: Source
    word: Word
    articles: int
    last_read: datetime | None
    next: ChannelState | None
    worst: ChannelState | None
    failing: int
    waiting: int
    given_up: int
    alarms: tuple[RaisedAlarm, ...] = ()


def read_states(
    connection: Connection,
    sources: Sequence[Source],
    stored: Mapping[str, int],
    now: datetime,
) -> list[SourceState]:
    """The states of these sources, in their order."""
    keys = [(source.id, channel.url) for source in sources for channel in source.channels]
    known: dict[str, list[ChannelState]] = {}
    for state in channels.load(connection, keys):
        known.setdefault(state.source, []).append(state)
    counts = entries.counts(connection)
    busy = overview.being_read(connection, now)
    raised = alarms.open_alarms(connection)
    return [
        _state(
            source,
            known.get(source.id, []),
            stored.get(source.id, 0),
            counts,
            raised,
            source.id in busy,
        )
        for source in sources
    ]


def _state(
    source: Source,
    known: Sequence[ChannelState],
    stored: int,
    counts: Mapping[tuple[str, EntryState], int],
    raised: Sequence[RaisedAlarm],
    busy: bool,
) -> SourceState:
    read = [state for state in known if state.last_polled_at is not None]
    failed = [state for state in read if state.last_status == PollStatus.FAILED]
    worst = max(failed, key=lambda state: state.failures, default=None)
    planned = [state for state in read if state.next_poll_at is not None]
    shown = tuple(
        each
        for each in raised
        if each.alarm.source == source.id and not (worst and each.alarm.kind == "failing")
    )
    return SourceState(
        source=source,
        word=_word(read, worst, bool(shown), busy),
        articles=stored,
        last_read=max(
            (state.last_polled_at for state in read if state.last_polled_at), default=None
        ),
        next=min(planned, key=lambda state: str(state.next_poll_at), default=None),
        worst=worst,
        failing=len(failed),
        waiting=sum(
            counts.get((source.id, each), 0) for each in (EntryState.WAITING, EntryState.FETCHED)
        ),
        given_up=counts.get((source.id, EntryState.QUARANTINED), 0),
        alarms=shown,
    )


def _word(
    read: Sequence[ChannelState], worst: ChannelState | None, alarmed: bool, busy: bool
) -> Word:
    if worst is not None and worst.failures >= PERSISTENT:
        return "failing"
    if worst is not None or alarmed:
        return "shaky"
    if busy:
        return "reading"
    return "ok" if read else "new"
