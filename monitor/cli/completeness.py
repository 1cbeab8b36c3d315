"""What `monitor status` says about completeness: gaps, what is not stored, how late things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from monitor.cli.output import say, when
from monitor.model import ChannelState, Gap, GapState
from monitor.pipeline.article_format import iso
from storage.repositories import completeness, gaps
from storage.repositories.completeness import Unstored

SHOWN = 50
"""Addresses that are named, of each source; and gaps, of all."""
LAG_OVER = timedelta(days=7)
PATIENCE = timedelta(hours=24)
"""A gap that is open for longer needs a person."""
REMEMBERED = timedelta(days=30)
"""A gap that nothing can fill needs a person for so long; then it is history."""


class Completeness:
    """What was read of the archive, to be asked source by source."""

    def __init__(self, connection: Connection, states: Sequence[ChannelState], at: datetime):
        self.at = at
        self._connection = connection
        self._by_channel = {state.id: state for state in states}
        self._gaps = [
            gap for gap in gaps.newest(connection, 1000) if gap.channel_id in self._by_channel
        ]
        self._counts = completeness.counts(connection)
        self._lags = completeness.lags(connection, at - LAG_OVER)

    def record(self, source: str) -> dict[str, Any]:
        """One source, for JSON."""
        states = [each for each in self._by_channel.values() if each.source == source]
        own = [gap for gap in self._gaps if self._by_channel[gap.channel_id].source == source]
        announced, stored = self._counts.get(source, (0, 0))
        missing = completeness.unstored(self._connection, source, SHOWN)
        successes = [each.last_success_at for each in states if each.last_success_at]
        return {
            "last_success": iso(max(successes, default=None)),
            "announced": announced,
            "announced_and_stored": stored,
            "not_stored": [_unstored_record(each) for each in missing],
            "gaps_open": sum(gap.state is not GapState.FILLED for gap in own),
            "gaps_filled": sum(gap.state is GapState.FILLED for gap in own),
            "gaps": [self._gap_record(gap) for gap in own[:SHOWN]],
            "lag": _lag_record(self._lags.get(source, ())),
        }

    @property
    def needs_a_person(self) -> bool:
        """Whether a gap of these channels stays open, or cannot be filled."""
        return any(needs_a_person(gap, self.at) for gap in self._gaps)

    def _gap_record(self, gap: Gap) -> dict[str, Any]:
        return {
            "channel": self._by_channel[gap.channel_id].url,
            "state": str(gap.state),
            "opened": iso(gap.opened_at),
            "known_until": iso(gap.known_until),
            "filled": iso(gap.filled_at),
            "pages_read": gap.pages_read,
            "entries_found": gap.entries_found,
            "note": gap.note,
        }


def needs_a_person(gap: Gap, at: datetime) -> bool:
    """Nothing can fill it, or nothing has for a day."""
    if gap.state is GapState.FILLED:
        return False
    if gap.state is GapState.OPEN:
        return at - gap.opened_at > PATIENCE
    return at - gap.opened_at < REMEMBERED


def move_record(state: ChannelState) -> dict[str, Any] | None:
    """Where a channel has moved, as far as that is believed."""
    move = state.move
    if move is None:
        return None
    return {
        "to": move.to,
        "since": iso(move.since),
        "seen": move.count,
        "adopted": move.adopted,
    }


def print_completeness(source: Mapping[str, Any]) -> None:
    """One source, for a person: only what there is to say."""
    if source["announced"] != source["announced_and_stored"]:
        missing = source["announced"] - source["announced_and_stored"]
        say(f"  {missing} of {source['announced']} announced articles are not stored:")
        for each in source["not_stored"][:5]:
            say(f"           {each['url']} ({each['reason'] or each['state']})")
        if missing > 5:
            say("           … `monitor status --json` names more")
    for gap in source["gaps"][:5]:
        say(f"  gap      {_gap_words(gap)}")
    lag = source["lag"]
    if lag["articles"]:
        half, most = _words(lag["p50_seconds"]), _words(lag["p95_seconds"])
        say(f"  lag      half found within {half} of publication, 95 % within {most} (7 days)")


def _gap_words(gap: Mapping[str, Any]) -> str:
    span = f"{_moment(gap['known_until'])} to {_moment(gap['opened'])}, {gap['channel']}"
    read = f"{gap['pages_read']} documents read, {gap['entries_found']} new"
    if gap["state"] == GapState.FILLED:
        return f"filled on {_moment(gap['filled'])}: {span} ({gap['note'] or read})"
    return f"{gap['state']}: {span} ({gap['note'] or read})"


def _unstored_record(each: Unstored) -> dict[str, Any]:
    reason = f"{each.code}: {each.detail}" if each.code else None
    return {
        "url": each.url,
        "state": str(each.state),
        "reason": reason,
        "retry_at": iso(each.retry_at),
    }


def _lag_record(lags: Sequence[timedelta]) -> dict[str, Any]:
    return {
        "articles": len(lags),
        "p50_seconds": _share_of(lags, 0.50),
        "p95_seconds": _share_of(lags, 0.95),
    }


def _share_of(lags: Sequence[timedelta], share: float) -> float | None:
    """The lag that this share of the articles does not exceed; they are sorted."""
    if not lags:
        return None
    place = max(-(-len(lags) * round(share * 100) // 100) - 1, 0)
    return round(lags[place].total_seconds(), 1)


def _words(seconds: float) -> str:
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _moment(text: str | None) -> str:
    return when(None if text is None else datetime.fromisoformat(text))
