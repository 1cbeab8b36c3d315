"""Channels and the log of their polls: rows to values and back."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, insert, or_, select, update

from monitor.model import ChannelState, Hints, Move, Poll, PollStatus, Reason, Validators
from monitor.pipeline.plan_poll import LONGEST_PAUSE
from monitor.pipeline.poll_reasons import sentence
from storage.tables import channels, polls

ChannelKey = tuple[str, str]
"""A source's id and a channel's address."""

_ALL_FROM = 100
"""From so many sources on the whole table is read: naming each of them costs more."""


@dataclass(frozen=True, slots=True)
class Polled:
    """One poll to be written down: the channel as it was, and what is known of it from now on.

    `hints` and `full_read_at` are of a reading of the whole document; without one, what is known
    is kept.
    """

    state: ChannelState
    poll: Poll
    validators: Validators
    body_hash: str | None
    hints: Hints | None = None
    full_read_at: datetime | None = None
    move: Move | None = None


def register(connection: Connection, keys: Iterable[ChannelKey]) -> None:
    """Give every configured channel a row; those that have one keep it."""
    keys = list(keys)
    found = connection.execute(_of(keys, select(channels.c.source, channels.c.url)))
    known = {tuple(row) for row in found}
    rows = [
        {"source": source, "url": url, "failures": 0}
        for source, url in keys
        if (source, url) not in known
    ]
    if rows:
        connection.execute(insert(channels), rows)


def load(connection: Connection, keys: Iterable[ChannelKey]) -> list[ChannelState]:
    """The states of these channels, in the order of `keys`; unknown ones are left out."""
    keys = list(keys)
    found = connection.execute(_of(keys, select(channels)))
    rows = {(row.source, row.url): row for row in found}
    return [state_of(rows[key]) for key in keys if key in rows]


def next_poll(connection: Connection, keys: Collection[ChannelKey]) -> datetime | None:
    """When the first of these channels is due; None where none of them is planned."""
    columns = (channels.c.source, channels.c.url, channels.c.next_poll_at)
    found = connection.execute(_of(keys, select(*columns)))
    wanted = frozenset(keys)
    return min((at for source, url, at in found if at and (source, url) in wanted), default=None)


def quiet_sites(connection: Connection, now: datetime) -> list[tuple[str, datetime, int]]:
    """Addresses whose sites asked for quiet (Retry-After) beyond `now`, until when, and with which
    status."""
    columns = (channels.c.url, channels.c.quiet_until, channels.c.last_http)
    rows = connection.execute(select(*columns).where(channels.c.quiet_until > now))
    return [(row.url, row.quiet_until, row.last_http or 429) for row in rows]


def by_ids(connection: Connection, ids: Iterable[int]) -> list[ChannelState]:
    """The states of these channels, by id."""
    query = select(channels).where(channels.c.id.in_(list(ids))).order_by(channels.c.id)
    return [state_of(row) for row in connection.execute(query)]


def claim(
    connection: Connection,
    ids: Sequence[int],
    *,
    owner: str,
    now: datetime,
    until: datetime,
) -> set[int]:
    """Take these channels for one pass; returns the ids that nobody else holds."""
    free = or_(channels.c.lease_until.is_(None), channels.c.lease_until <= now)
    claimed = connection.execute(
        update(channels)
        .where(channels.c.id.in_(ids), free)
        .values(lease_owner=owner, lease_until=until)
        .returning(channels.c.id)
    )
    return set(claimed.scalars())


def release(connection: Connection, owner: str) -> None:
    """Give back what this owner still holds."""
    connection.execute(
        update(channels)
        .where(channels.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def hasten(connection: Connection, channel_id: int, at: datetime, why: Reason) -> None:
    """Read a channel at this time rather than when it was planned for; never later."""
    connection.execute(
        update(channels)
        .where(channels.c.id == channel_id, channels.c.next_poll_at > at)
        .values(
            next_poll_at=at,
            plan_reason=sentence(why),
            plan_facts={"key": why.key, **why.values},
        )
    )


def record(
    connection: Connection,
    state: ChannelState,
    poll: Poll,
    *,
    validators: Validators,
    body_hash: str | None,
    hints: Hints | None = None,
    full_read_at: datetime | None = None,
    move: Move | None = None,
) -> None:
    """Write one poll down: the log, the channel's new state, and the end of its lease."""
    record_all(connection, [Polled(state, poll, validators, body_hash, hints, full_read_at, move)])


def record_all(connection: Connection, polled: Iterable[Polled]) -> None:
    """Write several polls down. Those that change the same columns share one statement."""
    alike: dict[frozenset[str], list[dict[str, Any]]] = {}
    log = []
    for each in polled:
        row = {"polled_id": each.state.id, **_changes(each)}
        alike.setdefault(frozenset(row), []).append(row)
        log.append(_log_row(each.state.id, each.poll))
    for rows in alike.values():
        connection.execute(_RECORD, rows)
    if log:
        connection.execute(insert(polls), log)


def _quiet_until(poll: Poll) -> datetime | None:
    """What a 429 or a 503 with Retry-After asks of everybody who asks that site."""
    failure = poll.failure
    if failure is None or failure.retry_after is None:
        return None
    if failure.code != "http.429" and failure.status not in (429, 503):
        return None  # a challenge is for one address: a feed is often spared it
    return poll.started_at + min(failure.retry_after, LONGEST_PAUSE)


_RECORD = update(channels).where(channels.c.id == bindparam("polled_id"))


def _changes(polled: Polled) -> dict[str, Any]:
    state, poll, hints = polled.state, polled.poll, polled.hints
    failed = poll.status is PollStatus.FAILED
    changes: dict[str, Any] = {
        "etag": polled.validators.etag,
        "last_modified": polled.validators.last_modified,
        "body_hash": polled.body_hash,
        "failures": state.failures + 1 if failed else 0,
        "interval_seconds": round(poll.interval.total_seconds()),
        "next_poll_at": poll.next_poll_at,
        "plan_reason": poll.plan_reason,
        "plan_facts": poll.plan and {"key": poll.plan.key, **poll.plan.values},
        "last_polled_at": poll.started_at,
        "last_status": str(poll.status),
        "last_http": poll.http,
        "last_error": poll.failure.detail if poll.failure else None,
        "quiet_until": _quiet_until(poll),
        "turnover_seconds": poll.turnover.total_seconds() if poll.turnover else None,
        **_move_columns(polled.move),
        "lease_owner": None,
        "lease_until": None,
    }
    if hints is not None:
        changes["hints"] = _hints_json(hints)
    if polled.full_read_at is not None:
        changes["full_read_at"] = polled.full_read_at
    if not failed:
        changes["last_success_at"] = poll.started_at
    if poll.new:
        changes["last_new_at"] = poll.started_at
    return changes


def recent_polls(connection: Connection, channel_id: int, limit: int = 20) -> list[Row[Any]]:
    """The newest polls of a channel, newest first, as rows of the log."""
    return list(
        connection.execute(
            select(polls)
            .where(polls.c.channel_id == channel_id)
            .order_by(polls.c.id.desc())
            .limit(limit)
        )
    )


def body_hash(body: bytes) -> str:
    """What tells whether a channel's bytes are those of the last time."""
    return hashlib.sha256(body).hexdigest()


def _of(keys: Iterable[ChannelKey], query: Select[Any]) -> Select[Any]:
    """The query, for the rows of the sources of these channels at least."""
    sources = {source for source, _ in keys}
    return query if len(sources) >= _ALL_FROM else query.where(channels.c.source.in_(sources))


def state_of(row: Row[Any]) -> ChannelState:
    """A row of the table as a value."""
    return ChannelState(
        id=row.id,
        source=row.source,
        url=row.url,
        validators=Validators(row.etag, row.last_modified),
        body_hash=row.body_hash,
        failures=row.failures,
        interval=_seconds(row.interval_seconds),
        next_poll_at=row.next_poll_at,
        plan_reason=row.plan_reason,
        last_polled_at=row.last_polled_at,
        last_success_at=row.last_success_at,
        last_new_at=row.last_new_at,
        last_status=row.last_status,
        last_http=row.last_http,
        last_error=row.last_error,
        turnover=_seconds(row.turnover_seconds),
        hints=_hints(row.hints or {}),
        full_read_at=row.full_read_at,
        move=_move(row),
        plan=_reason(row.plan_facts),
    )


def _reason(facts: Mapping[str, Any] | None) -> Reason | None:
    """None where the plan was made before reasons were kept so."""
    if not facts:
        return None
    return Reason(facts["key"], {name: each for name, each in facts.items() if name != "key"})


def _move(row: Row[Any]) -> Move | None:
    if row.moved_to is None:
        return None
    return Move(
        to=row.moved_to,
        since=row.moved_since,
        count=row.moved_count,
        asked_at=row.moved_asked_at,
        adopted=bool(row.moved_adopted),
    )


def _move_columns(move: Move | None) -> dict[str, Any]:
    return {
        "moved_to": move and move.to,
        "moved_since": move and move.since,
        "moved_count": move and move.count,
        "moved_asked_at": move and move.asked_at,
        "moved_adopted": move and move.adopted,
    }


def _hints(said: dict[str, Any]) -> Hints:
    return Hints(
        ttl=_seconds(said.get("ttl")),
        update_every=_seconds(said.get("update_every")),
        skip_hours=frozenset(said.get("skip_hours", ())),
        skip_days=frozenset(said.get("skip_days", ())),
    )


def _hints_json(hints: Hints) -> dict[str, Any]:
    """Only what the channel asks for, in seconds and numbers."""
    asked = {
        "ttl": hints.ttl and hints.ttl.total_seconds(),
        "update_every": hints.update_every and hints.update_every.total_seconds(),
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
    }
    return {name: value for name, value in asked.items() if value}


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)


def _log_row(channel_id: int, poll: Poll) -> dict[str, object]:
    return {
        "channel_id": channel_id,
        "started_at": poll.started_at,
        "elapsed_ms": round(poll.elapsed.total_seconds() * 1000),
        "status": str(poll.status),
        "http": poll.http,
        "bytes": poll.size,
        "found": poll.found,
        "new": poll.new,
        "warnings": list(poll.warnings),
        "code": poll.failure.code if poll.failure else None,
        "detail": poll.failure.detail if poll.failure else None,
        "next_poll_at": poll.next_poll_at,
    }
