"""What the watch over the sources reads: how channels answer, when articles appeared, their shape.

Imported articles are left out: they say nothing about how a source is doing now.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select

from monitor.pipeline.baseline import moment_of
from monitor.pipeline.channel_trouble import ChannelNow
from monitor.pipeline.drift import BEFORE, RECENT, Shape, shape_of
from monitor.pipeline.reading_times import LoggedPoll
from storage.tables import articles, channels, polls, sightings

Appeared = tuple[datetime, datetime]
"""An article: the moment it appeared, and when it was first seen."""

_COLLECTED = articles.c.text_from != "import"


def channels_now(connection: Connection, kinds: Mapping[tuple[str, str], str]) -> list[ChannelNow]:
    """The channels with these keys (source, address; the value is their kind) that were polled."""
    document = _last_poll(polls.c.found, polls.c.status == "ok")
    news = select(func.max(sightings.c.first_seen))
    rows = connection.execute(
        select(
            channels,
            _last_poll(polls.c.status).label("status"),
            _last_poll(polls.c.status, skip=1).label("status_before"),
            _last_poll(polls.c.code).label("code"),
            _last_poll(polls.c.code, skip=1).label("code_before"),
            document.label("found"),
            news.where(sightings.c.channel_id == channels.c.id).scalar_subquery().label("news"),
        ).where(channels.c.last_polled_at.is_not(None))
    )
    return [
        ChannelNow(
            id=row.id,
            source=row.source,
            url=row.url,
            kind=kinds[row.source, row.url],
            failures=row.failures,
            statuses=tuple(each for each in (row.status, row.status_before) if each),
            codes=(row.code, row.code_before),
            last_error=row.last_error,
            found=row.found,
            last_success=row.last_success_at,
            last_new=row.news,
        )
        for row in rows
        if (row.source, row.url) in kinds
    ]


def appeared_since(connection: Connection, since: datetime) -> dict[str, list[datetime]]:
    """When the articles first seen since then appeared, by source and in order."""
    rows = connection.execute(
        select(articles.c.source, *_MOMENT).where(articles.c.first_seen >= since, _COLLECTED)
    )
    found: dict[str, list[datetime]] = {}
    for source, published, offset, first_seen in rows:
        found.setdefault(source, []).append(moment_of(published, offset, first_seen))
    return {source: sorted(moments) for source, moments in found.items()}


def newest(connection: Connection) -> dict[str, datetime]:
    """When each source's newest article was first seen."""
    rows = connection.execute(
        select(articles.c.source, func.max(articles.c.first_seen).label("newest")).group_by(
            articles.c.source
        )
    )
    return {row.source: row.newest for row in rows}


def history(connection: Connection, source: str, since: datetime) -> list[Appeared]:
    """The articles of one source that were first seen since then."""
    rows = connection.execute(
        select(*_MOMENT).where(
            articles.c.source == source, articles.c.first_seen >= since, _COLLECTED
        )
    )
    return [(moment_of(published, offset, seen), seen) for published, offset, seen in rows]


def polls_since(
    connection: Connection, channel_ids: Collection[int], since: datetime
) -> list[LoggedPoll]:
    """The polls of these channels since then, in order."""
    first = connection.scalar(
        select(polls.c.id).where(polls.c.started_at >= since).order_by(polls.c.started_at).limit(1)
    )
    if first is None:
        return []
    # Ids grow with time, and an index of channels leads to them in their order.
    rows = connection.execute(
        select(polls.c.channel_id, polls.c.started_at, polls.c.next_poll_at, polls.c.status).where(
            polls.c.channel_id.in_(channel_ids), polls.c.id >= first
        )
    )
    found = [
        LoggedPoll(channel_id, started, following, status == "failed")
        for channel_id, started, following, status in rows
    ]
    return sorted(found, key=lambda poll: poll.started_at)


def news_since(
    connection: Connection, channel_ids: Collection[int], since: datetime
) -> dict[int, list[datetime]]:
    """When each of these channels brought something that it had not before, in order."""
    rows = connection.execute(
        select(sightings.c.channel_id, sightings.c.first_seen)
        .where(sightings.c.channel_id.in_(channel_ids), sightings.c.first_seen >= since)
        .distinct()
        .order_by(sightings.c.channel_id, sightings.c.first_seen)
    )
    found: dict[int, list[datetime]] = {}
    for channel_id, moment in rows:
        found.setdefault(channel_id, []).append(moment)
    return found


def shapes(
    connection: Connection, source: str, anchor: int | None
) -> tuple[list[Shape], list[Shape], int | None]:
    """The newest articles of a source and those before them, newest first; and the oldest of the
    newest by its id.

    With `anchor`, "before" are those before that article, however much came since; when as much
    came as is compared with, what came is the new usual, and the anchor is dropped."""
    rows = _newest(connection, source, RECENT + BEFORE, ())
    recent, before = rows[:RECENT], rows[RECENT:]
    if anchor is not None and sum(row.id >= anchor for row in rows) < RECENT + BEFORE:
        before = _newest(connection, source, BEFORE, (articles.c.id < anchor,))
        oldest: int | None = anchor
    else:
        oldest = min((row.id for row in recent), default=None)
    return [_shape(row) for row in recent], [_shape(row) for row in before], oldest


_MOMENT = (articles.c.published, articles.c.published_offset, articles.c.first_seen)


def _newest(
    connection: Connection, source: str, limit: int, among: Sequence[ColumnElement[bool]]
) -> Sequence[Any]:
    return connection.execute(
        select(
            articles.c.id,
            articles.c.title,
            articles.c.published,
            articles.c.language,
            articles.c.text,
        )
        .where(articles.c.source == source, _COLLECTED, *among)
        .order_by(articles.c.first_seen.desc(), articles.c.id.desc())
        .limit(limit)
    ).all()


def _shape(row: Any) -> Shape:
    return shape_of(row.title, row.text, row.language, dated=row.published is not None)


def _last_poll(
    column: ColumnElement[Any], *conditions: ColumnElement[bool], skip: int = 0
) -> ScalarSelect[Any]:
    """A column of a channel's last poll, or of one before."""
    return (
        select(column)
        .where(polls.c.channel_id == channels.c.id, *conditions)
        .order_by(polls.c.id.desc())
        .limit(1)
        .offset(skip)
        .scalar_subquery()
    )
