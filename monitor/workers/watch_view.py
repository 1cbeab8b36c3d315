"""What one look at the sources finds, before anything is judged, and whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.source import Source
from monitor.model import RaisedAlarm
from monitor.pipeline.channel_trouble import ChannelNow
from monitor.pipeline.settle_alarms import SILENCE, Key, key_of
from monitor.pipeline.silence import LOOK_BACK
from storage.repositories import alarms, baselines, watching
from storage.repositories.baselines import Usual

LEARN_EVERY = timedelta(days=1)
COMPARE_EVERY = timedelta(hours=1)
AT_ONCE = 20
"""So many sources are learned from, and compared, in one look; 3,000 have their turn in a day."""
KEEP_USUAL = timedelta(weeks=4)
"""While a source is silent, what was usual stays so; after that, this is how it is."""


@dataclass(frozen=True, slots=True)
class View:
    """By source: its channels that were polled, what is usual, when its articles of the last days
    appeared (in order) and its newest was first seen, when its last silence ended. `opened` are
    the open alarms."""

    now: datetime
    channels: Mapping[str, Sequence[ChannelNow]]
    usual: Mapping[str, Usual]
    moments: Mapping[str, Sequence[datetime]]
    newest: Mapping[str, datetime]
    silent_until: Mapping[str, datetime]
    opened: Mapping[Key, RaisedAlarm]


def read_view(connection: Connection, sources: Sequence[Source], now: datetime) -> View:
    """A handful of queries, whatever the number of sources."""
    kinds = {(source.id, each.url): each.kind for source in sources for each in source.channels}
    by_source: dict[str, list[ChannelNow]] = {source.id: [] for source in sources}
    for channel in watching.channels_now(connection, kinds):
        by_source[channel.source].append(channel)
    known = baselines.load(connection)
    # A day more than is asked for: what was first seen later may have appeared earlier.
    lately = now - LOOK_BACK - timedelta(days=1)
    return View(
        now=now,
        channels=by_source,
        usual={source.id: known.get(source.id) or Usual(source.id) for source in sources},
        moments=watching.appeared_since(connection, lately),
        newest=watching.newest(connection),
        silent_until=alarms.last_cleared(connection, SILENCE),
        opened={key_of(raised.alarm): raised for raised in alarms.open_alarms(connection)},
    )


def due_to_learn(view: View) -> set[str]:
    """The sources whose usual rates are to be learned, or learned again."""
    return _longest_waiting(
        {
            source: usual.learned_at
            for source, usual in view.usual.items()
            if source in view.newest
            and _is_past(usual.learned_at, LEARN_EVERY, view.now)
            and not _is_kept(view, source)
        }
    )


def due_to_compare(view: View) -> set[str]:
    """The sources that have articles which were not compared with those before."""
    return _longest_waiting(
        {
            source: usual.compared_at
            for source, usual in view.usual.items()
            if source in view.newest
            and _is_past(usual.compared_at, COMPARE_EVERY, view.now)
            and (usual.compared_at is None or view.newest[source] > usual.compared_at)
        }
    )


def _is_kept(view: View, source: str) -> bool:
    opened = view.opened.get((SILENCE, source, None))
    return opened is not None and view.now - opened.raised_at < KEEP_USUAL


def _is_past(last: datetime | None, every: timedelta, now: datetime) -> bool:
    return last is None or now - last >= every


def _longest_waiting(waiting: Mapping[str, datetime | None]) -> set[str]:
    def by_wait(source: str) -> tuple[float, str]:
        last = waiting[source]
        return (last.timestamp() if last else 0.0), source

    return set(sorted(waiting, key=by_wait)[:AT_ONCE])
