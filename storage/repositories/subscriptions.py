"""Subscriptions at hubs: rows to values and back.

What is asked of a hub is written down before it is asked: a hub may ask back before it answers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from config.source import Source
from monitor.pipeline import poll_reasons
from monitor.pipeline.websub import (
    CONFIRM_WITHIN,
    LEAVE_ATTEMPTS,
    Subscription,
    SubscriptionState,
    due_after_push,
    kept_reason,
    renewal_at,
)
from storage.repositories import channels as channel_rows
from storage.repositories.channels import ChannelKey
from storage.tables import channels, subscriptions

SUBSCRIBE, UNSUBSCRIBE = "subscribe", "unsubscribe"


def announce(
    connection: Connection, channel_id: int, hub: str | None, topic: str, now: datetime
) -> None:
    """The channel announces this hub, or none any more: what it announced before is left."""
    known = False
    for each in _of_channel(connection, channel_id):
        if (each.hub, each.topic) == (hub, topic) or not each.may_be_left(now):
            known = True
        else:
            other = "announces another hub or address" if hub else "announces no hub any more"
            _leave(connection, each, now, f"the feed {other}")
    if hub is not None and not known:
        _add(connection, channel_id, hub, topic, now)


def leave_unwanted(
    connection: Connection, wanted: Collection[ChannelKey], base_url: str | None, now: datetime
) -> None:
    """Leave the subscriptions of channels that are not watched, and those under another address
    than `base_url` (None: hubs cannot call us); under the new one they are asked for again."""
    rows = connection.execute(
        select(subscriptions, channels.c.source, channels.c.url)
        .join(channels, channels.c.id == subscriptions.c.channel_id)
        .where(subscriptions.c.state != SubscriptionState.LEAVING)
    )
    for row in rows.all():
        each = _subscription(row)
        if (row.source, row.url) not in wanted:
            _leave(connection, each, now, "the channel is not watched any more")
        elif each.base_url is not None and each.base_url != base_url:
            _leave(connection, each, now, "MONITOR_BASE_URL is another one")
            _add(connection, each.channel_id, each.hub, each.topic, now)


def due(
    connection: Connection, now: datetime, limit: int, *, only_leaving: bool = False
) -> list[Subscription]:
    """Those that something is to be asked for now, the longest waiting first."""
    query = select(subscriptions).where(subscriptions.c.next_attempt_at <= now)
    if only_leaving:
        query = query.where(subscriptions.c.state == SubscriptionState.LEAVING)
    rows = connection.execute(
        query.order_by(subscriptions.c.next_attempt_at, subscriptions.c.id).limit(limit)
    )
    return [_subscription(row) for row in rows]


def ask(
    connection: Connection,
    subscription: Subscription,
    *,
    base_url: str,
    token: str,
    secret: str,
    now: datetime,
) -> Subscription | None:
    """Write down that the hub is now being asked. `token` and `secret` are for one that has none
    yet. None where there is nothing to ask: another process does, or it is over."""
    each = _current(connection, subscription.id)
    if each is None or each.next_attempt_at > now:
        return None
    leaving = each.state is SubscriptionState.LEAVING
    if leaving and _is_over(each, now):
        connection.execute(delete(subscriptions).where(subscriptions.c.id == each.id))
        return None
    state = each.state
    if not leaving and not each.is_active(now):
        state = SubscriptionState.PENDING
    reason = each.reason
    if state is SubscriptionState.PENDING:
        reason = "the hub has not asked back" if each.state is state else None
    values: dict[str, Any] = {
        "state": state,
        "base_url": each.base_url or base_url,
        "token": each.token or token,
        "secret": each.secret or secret,
        "asked": UNSUBSCRIBE if leaving else SUBSCRIBE,
        "asked_at": now,
        "attempts": each.attempts + 1,
        "next_attempt_at": now + CONFIRM_WITHIN,
        "reason": reason,
    }
    connection.execute(_at(each.id).values(values))
    return _current(connection, each.id)


def asked(connection: Connection, subscription: Subscription, wait: timedelta) -> None:
    """The hub took the request: unless it asks back, it is asked again after `wait`."""
    _if_open(connection, subscription, next_attempt_at=_asked_at(subscription) + wait)


def refused(
    connection: Connection,
    subscription: Subscription,
    reason: str,
    *,
    now: datetime,
    again_at: datetime,
) -> None:
    """The hub did not take the request. One that is active stays so until its lease ends."""
    state = subscription.state
    if state is SubscriptionState.PENDING or not (
        state is SubscriptionState.LEAVING or subscription.is_active(now)
    ):
        state = SubscriptionState.FAILING
    _if_open(
        connection,
        subscription,
        state=state,
        reason=kept_reason(reason),
        next_attempt_at=again_at,
        asked=None,
    )


def by_token(connection: Connection, token: str) -> Subscription | None:
    """The one whose address ends in this."""
    row = connection.execute(select(subscriptions).where(subscriptions.c.token == token)).first()
    return None if row is None else _subscription(row)


def confirm(
    connection: Connection, token: str, topic: str, lease: timedelta, now: datetime
) -> bool:
    """The hub asks whether we want this: True, and it is active, where it was asked for just so."""
    each = by_token(connection, token)
    if each is None or each.asked != SUBSCRIBE or each.topic != topic:
        return False
    connection.execute(
        _at(each.id).values(
            state=SubscriptionState.ACTIVE,
            since=each.since if each.is_active(now) else now,
            lease_until=now + lease,
            next_attempt_at=renewal_at(now, lease),
            asked=None,
            attempts=0,
            reason=None,
        )
    )
    return True


def confirm_end(connection: Connection, token: str, topic: str) -> bool:
    """The hub asks whether we want it to end: True, and it is gone, where it was asked to."""
    each = by_token(connection, token)
    if each is None or each.asked != UNSUBSCRIBE or each.topic != topic:
        return False
    connection.execute(delete(subscriptions).where(subscriptions.c.id == each.id))
    return True


def deny(
    connection: Connection, token: str, topic: str, reason: str, *, again_at: datetime
) -> bool:
    """The hub will not, or not any more; True where it is one that we asked for."""
    each = by_token(connection, token)
    if each is None or each.topic != topic:
        return False
    if each.state is SubscriptionState.LEAVING:
        connection.execute(delete(subscriptions).where(subscriptions.c.id == each.id))
        return True
    connection.execute(
        _at(each.id).values(
            state=SubscriptionState.DENIED,
            reason=kept_reason(f"denied by the hub: {reason}" if reason else "denied by the hub"),
            next_attempt_at=again_at,
            lease_until=None,
            since=None,
            asked=None,
        )
    )
    return True


def count_forged(connection: Connection, subscription: Subscription) -> None:
    """A message with a wrong signature came: nothing else comes of it."""
    connection.execute(_at(subscription.id).values(forged=subscriptions.c.forged + 1))


def push(connection: Connection, subscription: Subscription, now: datetime) -> None:
    """The hub says that the channel has changed. `hasten` makes it due."""
    connection.execute(
        _at(subscription.id).values(pushes=subscriptions.c.pushes + 1, pushed_at=now)
    )


def to_hasten(
    connection: Connection,
    min_intervals: Mapping[ChannelKey, timedelta],
    channel_id: int | None = None,
) -> dict[int, datetime]:
    """The channels of `min_intervals` that were pushed after their last reading began, and when
    each is to be read because of it, where that is sooner than planned."""
    query = (
        select(channels, subscriptions.c.pushed_at)
        .join(subscriptions, subscriptions.c.channel_id == channels.c.id)
        .where(
            subscriptions.c.pushed_at.is_not(None),
            or_(
                channels.c.last_polled_at.is_(None),
                channels.c.last_polled_at <= subscriptions.c.pushed_at,
            ),
        )
    )
    if channel_id is not None:
        query = query.where(channels.c.id == channel_id)
    found: dict[int, datetime] = {}
    for row in connection.execute(query):
        state = channel_rows.state_of(row)
        least = min_intervals.get((state.source, state.url))
        at = None if least is None else due_after_push(state, row.pushed_at, least)
        if at is not None:
            found[state.id] = at
    return found


def hasten(
    connection: Connection,
    min_intervals: Mapping[ChannelKey, timedelta],
    channel_id: int | None = None,
) -> None:
    """Make these channels due. Done at every tick, too: a push may come in the middle of a
    reading, which then plans the next one without knowing of it."""
    for each, at in to_hasten(connection, min_intervals, channel_id).items():
        channel_rows.hasten(connection, each, at, poll_reasons.pushed())


def min_intervals(sources: Iterable[Source]) -> dict[ChannelKey, timedelta]:
    """The channels that are watched, and the least pause of each."""
    return {
        (source.id, channel.url): source.min_interval_of(channel)
        for source in sources
        if source.enabled
        for channel in source.channels
    }


def by_channel(connection: Connection, channel_ids: Iterable[int]) -> dict[int, Subscription]:
    """The subscriptions of these channels that are not being left."""
    wanted = frozenset(channel_ids)
    rows = connection.execute(
        select(subscriptions)
        .where(subscriptions.c.state != SubscriptionState.LEAVING)
        .order_by(subscriptions.c.id)
    )
    return {row.channel_id: _subscription(row) for row in rows if row.channel_id in wanted}


def _of_channel(connection: Connection, channel_id: int) -> list[Subscription]:
    rows = connection.execute(
        select(subscriptions).where(
            subscriptions.c.channel_id == channel_id,
            subscriptions.c.state != SubscriptionState.LEAVING,
        )
    )
    return [_subscription(row) for row in rows]


def _add(connection: Connection, channel_id: int, hub: str, topic: str, now: datetime) -> None:
    connection.execute(
        insert(subscriptions).values(
            channel_id=channel_id,
            state=SubscriptionState.ANNOUNCED,
            hub=hub,
            topic=topic,
            announced_at=now,
            attempts=0,
            next_attempt_at=now,
            pushes=0,
            forged=0,
        )
    )


def _leave(connection: Connection, each: Subscription, now: datetime, reason: str) -> None:
    """A hub that was never asked needs not be told."""
    if each.token is None:
        connection.execute(delete(subscriptions).where(subscriptions.c.id == each.id))
        return
    connection.execute(
        _at(each.id).values(
            state=SubscriptionState.LEAVING,
            reason=reason,
            asked=None,
            attempts=0,
            next_attempt_at=now,
            pushed_at=None,
        )
    )


def _is_over(each: Subscription, now: datetime) -> bool:
    return each.attempts >= LEAVE_ATTEMPTS or (
        each.attempts > 0 and each.lease_until is not None and each.lease_until <= now
    )


def _asked_at(subscription: Subscription) -> datetime:
    assert subscription.asked_at is not None
    return subscription.asked_at


def _if_open(connection: Connection, subscription: Subscription, **values: Any) -> None:
    """Change it unless the hub asked back, or it was asked again, in the meantime."""
    connection.execute(
        _at(subscription.id)
        .where(
            subscriptions.c.asked == subscription.asked,
            subscriptions.c.asked_at == subscription.asked_at,
        )
        .values(values)
    )


def _current(connection: Connection, id_: int) -> Subscription | None:
    row = connection.execute(select(subscriptions).where(subscriptions.c.id == id_)).first()
    return None if row is None else _subscription(row)


def _at(id_: int) -> Any:
    return update(subscriptions).where(subscriptions.c.id == id_)


def _subscription(row: Row[Any]) -> Subscription:
    return Subscription(
        id=row.id,
        channel_id=row.channel_id,
        state=SubscriptionState(row.state),
        hub=row.hub,
        topic=row.topic,
        announced_at=row.announced_at,
        next_attempt_at=row.next_attempt_at,
        base_url=row.base_url,
        token=row.token,
        secret=row.secret,
        asked=row.asked,
        asked_at=row.asked_at,
        since=row.since,
        lease_until=row.lease_until,
        attempts=row.attempts,
        reason=row.reason,
        pushed_at=row.pushed_at,
        pushes=row.pushes,
        forged=row.forged,
    )
