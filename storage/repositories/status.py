"""How everything stands: one value that `monitor status`, the API and the pages are made of.

A dozen queries, whatever the number of sources; what names single addresses is read of one source
at a time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.model import ChannelState, EntryState, Gap, GapState, PollStatus, RaisedAlarm
from monitor.pipeline.channel_trouble import PERSISTENT
from monitor.pipeline.websub import Subscription
from storage.repositories import (
    alarms,
    articles,
    channels,
    completeness,
    entries,
    gaps,
    reconciliations,
    subscriptions,
)
from storage.repositories.completeness import Unstored
from storage.repositories.reconciliations import Reconciliation

LAG_OVER = timedelta(days=7)
WEEK = timedelta(days=7)
NAMED = 50
"""Addresses and gaps that are named, of each source."""
PATIENCE = timedelta(hours=24)
"""A gap that is open for longer needs a person."""
REMEMBERED = timedelta(days=30)
"""A gap that nothing can fill needs a person for so long; then it is history."""
_GAPS = 1000


@dataclass(frozen=True, slots=True)
class ChannelHealth:
    """One channel: what is remembered of it; `state` is None before it was registered. `code`
    says why its last poll failed; `push` is its subscription at the hub that it announces."""

    channel: Channel
    state: ChannelState | None
    code: str | None = None
    push: Subscription | None = None

    @property
    def word(self) -> str:
        """ "new", "ok", "shaky" or "failing"."""
        if self.state is None or self.state.last_polled_at is None:
            return "new"
        if self.state.last_status != PollStatus.FAILED:
            return "ok"
        return "failing" if self.state.failures >= PERSISTENT else "shaky"


@dataclass(frozen=True, slots=True)
class SourceHealth:
    """One source. `announced` and `stored` count its entries and those that have an article, for
    ever and of the last `WEEK`; `lags` are sorted, of the last `LAG_OVER`."""

    source: Source
    channels: tuple[ChannelHealth, ...]
    articles: int
    announced: int
    stored: int
    week_announced: int
    week_stored: int
    waiting: int
    quarantined: int
    unstored: tuple[Unstored, ...]
    gaps: tuple[Gap, ...]
    lags: tuple[timedelta, ...]
    alarms: tuple[RaisedAlarm, ...]
    reconciled: Reconciliation | None

    @property
    def word(self) -> str:
        """The worst of its channels'; "shaky" where an alarm is open."""
        words = {each.word for each in self.channels}
        if "failing" in words:
            return "failing"
        if "shaky" in words or self.alarms:
            return "shaky"
        return "ok" if "ok" in words else "new"

    @property
    def last_success(self) -> datetime | None:
        known = [each.state.last_success_at for each in self.channels if each.state]
        return max((each for each in known if each is not None), default=None)

    @property
    def next(self) -> ChannelHealth | None:
        """The channel that is read next."""
        planned = [each for each in self.channels if each.state and each.state.next_poll_at]
        return min(
            planned, key=lambda each: str(each.state and each.state.next_poll_at), default=None
        )

    @property
    def gaps_open(self) -> int:
        return sum(gap.state is not GapState.FILLED for gap in self.gaps)

    @property
    def gaps_filled(self) -> int:
        return sum(gap.state is GapState.FILLED for gap in self.gaps)

    def lag(self, share: float) -> timedelta | None:
        """The lag that this share of the articles does not exceed; None without any."""
        if not self.lags:
            return None
        place = max(-(-len(self.lags) * round(share * 100) // 100) - 1, 0)
        return self.lags[place]

    def channel_of(self, gap: Gap) -> str:
        """The address of the channel that a gap is of."""
        return next(
            each.channel.url
            for each in self.channels
            if each.state is not None and each.state.id == gap.channel_id
        )


@dataclass(frozen=True, slots=True)
class Status:
    """All enabled sources at one time, and what of the archive is no source's in particular."""

    at: datetime
    sources: tuple[SourceHealth, ...]
    alarms: tuple[RaisedAlarm, ...]
    articles: int
    waiting: int
    quarantined: int
    quarantine: tuple[tuple[str, str, str], ...]
    """Source, address and reason of the newest pages in quarantine."""

    @property
    def needs_a_person(self) -> bool:
        """An open alarm, a channel that fails on, a page in quarantine, a gap that stays."""
        failing = any(each.word == "failing" for source in self.sources for each in source.channels)
        stays = any(
            gap_needs_a_person(gap, self.at) for source in self.sources for gap in source.gaps
        )
        return failing or stays or bool(self.quarantine or self.alarms)


def gap_needs_a_person(gap: Gap, at: datetime) -> bool:
    """Nothing can fill it, or nothing has for a day."""
    if gap.state is GapState.FILLED:
        return False
    if gap.state is GapState.OPEN:
        return at - gap.opened_at > PATIENCE
    return at - gap.opened_at < REMEMBERED


def read_status(connection: Connection, sources: Sequence[Source], now: datetime) -> Status:
    """How these sources stand."""
    health = read_sources(connection, sources, now)
    states = entries.counts(connection)
    return Status(
        at=now,
        sources=tuple(health),
        alarms=tuple(alarms.open_alarms(connection)),
        articles=sum(articles.counts_by_source(connection).values()),
        waiting=_in_state(states, None, EntryState.WAITING, EntryState.FETCHED),
        quarantined=_in_state(states, None, EntryState.QUARANTINED),
        quarantine=tuple(
            (kept.source, kept.entry.url, f"{code}: {detail}")
            for kept, code, detail in entries.troubled(connection)
        ),
    )


def read_sources(
    connection: Connection, sources: Sequence[Source], now: datetime
) -> list[SourceHealth]:
    """The health of these sources, in their order."""
    keys = [(source.id, channel.url) for source in sources for channel in source.channels]
    states = {(each.source, each.url): each for each in channels.load(connection, keys)}
    codes = completeness.failure_codes(connection)
    ids = {state.id: state.source for state in states.values()}
    own_gaps: dict[str, list[Gap]] = {}
    for gap in gaps.newest(connection, _GAPS):
        if gap.channel_id in ids:
            own_gaps.setdefault(ids[gap.channel_id], []).append(gap)
    stored = articles.counts_by_source(connection)
    counts = completeness.counts(connection, now - WEEK)
    by_state = entries.counts(connection)
    lags = completeness.lags(connection, now - LAG_OVER)
    raised = alarms.open_alarms(connection)
    reconciled = reconciliations.last(connection)
    pushes = subscriptions.by_channel(connection, ids)

    def health(source: Source) -> SourceHealth:
        count = counts.get(source.id, completeness.Counts())
        return SourceHealth(
            source=source,
            channels=tuple(
                _channel(channel, states.get((source.id, channel.url)), codes, pushes)
                for channel in source.channels
            ),
            articles=stored.get(source.id, 0),
            announced=count.announced,
            stored=count.stored,
            week_announced=count.lately_announced,
            week_stored=count.lately_stored,
            waiting=_in_state(by_state, source.id, EntryState.WAITING, EntryState.FETCHED),
            quarantined=_in_state(by_state, source.id, EntryState.QUARANTINED),
            unstored=tuple(completeness.unstored(connection, source.id, NAMED)),
            gaps=tuple(own_gaps.get(source.id, ())),
            lags=tuple(lags.get(source.id, ())),
            alarms=tuple(each for each in raised if each.alarm.source == source.id),
            reconciled=reconciled.get(source.id),
        )

    return [health(source) for source in sources]


def _channel(
    channel: Channel,
    state: ChannelState | None,
    codes: Mapping[int, str],
    pushes: Mapping[int, Subscription],
) -> ChannelHealth:
    if state is None:
        return ChannelHealth(channel, None)
    failed = state.last_status == PollStatus.FAILED
    code = codes.get(state.id) if failed else None
    return ChannelHealth(channel, state, code, pushes.get(state.id))


def _in_state(
    states: Mapping[tuple[str, EntryState], int], source: str | None, *wanted: EntryState
) -> int:
    return sum(
        count
        for (owner, state), count in states.items()
        if state in wanted and source in (None, owner)
    )
