"""How everything stands as JSON: what `monitor status --json` prints and `/api/v1` answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from monitor.model import ChannelState, Gap, RaisedAlarm
from monitor.pipeline.article_format import iso
from monitor.pipeline.reconcile import NEVER_SEEN
from monitor.pipeline.websub import Subscription
from storage.repositories.alarms import AlarmEvent
from storage.repositories.completeness import Unstored
from storage.repositories.reconciliations import Reconciliation
from storage.repositories.status import NAMED, ChannelHealth, SourceHealth, Status

Record = dict[str, Any]


def status_record(status: Status) -> Record:
    """Everything."""
    return {
        "at": iso(status.at),
        "needs_a_person": status.needs_a_person,
        "alarms": [alarm_record(each) for each in status.alarms],
        "articles": status.articles,
        "waiting": status.waiting,
        "quarantined": status.quarantined,
        "sources": [source_record(each) for each in status.sources],
        "quarantine": [
            {"url": url, "source": source, "error": reason}
            for source, url, reason in status.quarantine
        ],
    }


def source_record(health: SourceHealth) -> Record:
    """One source."""
    following = health.next
    return {
        "source": health.source.id,
        "name": health.source.name,
        "health": health.word,
        "articles": health.articles,
        "channels": [_channel(each) for each in health.channels],
        "last_success": iso(health.last_success),
        "next_poll": iso(following.state.next_poll_at if following and following.state else None),
        "announced": health.announced,
        "announced_and_stored": health.stored,
        "week": {"announced": health.week_announced, "stored": health.week_stored},
        "waiting": health.waiting,
        "quarantined": health.quarantined,
        "not_stored": [_unstored(each) for each in health.unstored],
        "gaps_open": health.gaps_open,
        "gaps_filled": health.gaps_filled,
        "gaps": [_gap(health, gap) for gap in health.gaps[:NAMED]],
        "lag": {
            "articles": len(health.lags),
            "p50_seconds": _seconds(health.lag(0.50)),
            "p95_seconds": _seconds(health.lag(0.95)),
        },
        "alarms": [alarm_record(each) for each in health.alarms],
        "reconciliation": health.reconciled and reconciliation_record(health.reconciled, names=10),
    }


def alarm_record(raised: RaisedAlarm) -> Record:
    """One alarm; "cleared" is null as long as it is open."""
    alarm = raised.alarm
    return {
        "id": str(raised.id),
        "kind": alarm.kind,
        "source": alarm.source,
        "url": alarm.facts.get("url"),
        "since": iso(raised.raised_at),
        "cleared": iso(raised.cleared_at),
        "sentence": alarm.sentence,
        "facts": dict(alarm.facts),
    }


def event_record(event: AlarmEvent) -> Record:
    """An alarm that was raised or cleared; "event" is the number to go on from."""
    return {
        "event": str(event.id),
        "what": "cleared" if event.cleared else "raised",
        "at": iso(event.at),
        "alarm": alarm_record(event.alarm),
    }


def reconciliation_record(found: Reconciliation, names: int | None = None) -> Record:
    """One reconciliation, with the first `names` of the addresses that it names (None: all)."""
    return {
        "source": found.source,
        "started": iso(found.started_at),
        "finished": iso(found.finished_at),
        "announced": found.announced,
        "never_seen": found.counts.get(NEVER_SEEN, 0),
        "counts": dict(found.counts),
        "differing": found.differing,
        "channels": [
            {
                "url": each.url,
                "kind": each.kind,
                "announced": each.announced,
                "error": each.error,
            }
            for each in found.channels
        ],
        "urls": [
            {
                "url": each.url,
                "standing": each.standing,
                "reason": each.reason,
                "shown_by": list(each.shown),
                "lacking_in": list(each.lacking),
            }
            for each in found.findings[:names]
        ],
    }


def _channel(health: ChannelHealth) -> Record:
    record: Record = {
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
        "plan": _plan(state),
        "error": state.last_error,
        "code": health.code,
        "moved": _move(state),
        "push": _push(health.push),
    }


def _plan(state: ChannelState) -> Mapping[str, Any] | None:
    return None if state.plan is None else {"rule": state.plan.key, **state.plan.values}


def _move(state: ChannelState) -> Record | None:
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


def _push(push: Subscription | None) -> Record | None:
    """The subscription at the channel's hub; what only the hub may know is left out."""
    if push is None:
        return None
    return {
        "hub": push.hub,
        "topic": push.topic,
        "state": str(push.state),
        "since": iso(push.since),
        "lease_until": iso(push.lease_until),
        "next_attempt": iso(push.next_attempt_at),
        "reason": push.reason,
        "last_push": iso(push.pushed_at),
        "pushes": push.pushes,
        "forged": push.forged,
    }


def _unstored(each: Unstored) -> Record:
    return {
        "url": each.url,
        "state": str(each.state),
        "reason": f"{each.code}: {each.detail}" if each.code else None,
        "retry_at": iso(each.retry_at),
    }


def _gap(health: SourceHealth, gap: Gap) -> Record:
    return {
        "channel": health.channel_of(gap),
        "state": str(gap.state),
        "opened": iso(gap.opened_at),
        "known_until": iso(gap.known_until),
        "filled": iso(gap.filled_at),
        "pages_read": gap.pages_read,
        "entries_found": gap.entries_found,
        "note": gap.note,
    }


def _seconds(lag: timedelta | None) -> float | None:
    return None if lag is None else round(lag.total_seconds(), 1)
