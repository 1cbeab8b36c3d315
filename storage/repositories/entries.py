"""Entries: what channels announced, each kept once, with what is left to do about it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, and_, func, insert, or_, select, update

from monitor.model import Entry, EntryState, Failure, Fate, KeptEntry
from storage.tables import aliases, entries, sightings

T = TypeVar("T")

_CHUNK = 400  # values in one IN (…); SQLite allows 999 in old builds


@dataclass(frozen=True, slots=True)
class Addressed:
    """An entry whose address is canonical, with the key that tells one article from another."""

    entry: Entry
    key: str
    host: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How many entries of one reading were new, and how many announced a change."""

    new: int
    changed: int


def keep(
    connection: Connection,
    source: str,
    channel_id: int | None,
    announced: Sequence[Addressed],
    now: datetime,
) -> Kept:
    """Keep what is new, note who announced it, and send changed announcements to be read again.

    Run it in the transaction that moves the channel's validators: a crash between the two would
    otherwise lose an article or fetch it twice.
    """
    unique = {each.key: each for each in announced}
    known = _known(connection, list(unique))
    fresh = [each for key, each in unique.items() if key not in known]
    _insert(connection, source, fresh, now)
    known |= _known(connection, [each.key for each in fresh])
    changed = 0
    if channel_id is not None:
        changed = _sight(connection, channel_id, unique, known, now)
    _fill_dates(connection, unique, known)
    return Kept(new=len(fresh), changed=changed)


def waiting_hosts(connection: Connection, now: datetime, sources: Sequence[str]) -> list[str]:
    """The hosts that have pages to be fetched."""
    return list(
        connection.scalars(
            select(entries.c.host)
            .where(_claimable(EntryState.WAITING, now), entries.c.source.in_(sources))
            .distinct()
            .order_by(entries.c.host)
        )
    )


def claim(
    connection: Connection,
    state: EntryState,
    *,
    sources: Sequence[str],
    owner: str,
    now: datetime,
    until: datetime,
    limit: int,
    host: str | None = None,
) -> list[KeptEntry]:
    """Take up to `limit` entries that are due in this state, newest first."""
    wanted = (
        select(entries.c.id)
        .where(_claimable(state, now), entries.c.source.in_(sources))
        .order_by(entries.c.published.desc(), entries.c.id)
        .limit(limit)
    )
    if host is not None:
        wanted = wanted.where(entries.c.host == host)
    if connection.dialect.name == "postgresql":
        wanted = wanted.with_for_update(skip_locked=True)
    rows = connection.execute(
        update(entries)
        .where(entries.c.id.in_(wanted.scalar_subquery()))
        .values(lease_owner=owner, lease_until=until)
        .returning(entries)
    ).all()
    return [_kept(row) for row in sorted(rows, key=lambda row: row.id)]


def release(connection: Connection, owner: str) -> None:
    """Give back what this owner still holds."""
    connection.execute(
        update(entries)
        .where(entries.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def fetched(connection: Connection, entry_id: int, page_id: int) -> None:
    """Its page is kept; it stays claimed until the page is extracted."""
    _change(connection, entry_id, state=EntryState.FETCHED, page_id=page_id)


def stored(connection: Connection, entry_id: int, article_id: int) -> None:
    """Its article is in the archive."""
    _change(
        connection,
        entry_id,
        state=EntryState.STORED,
        article_id=article_id,
        attempts=0,
        code=None,
        detail=None,
        **_UNCLAIMED,
    )


def failed(
    connection: Connection, kept: KeptEntry, failure: Failure, retry_at: datetime | None
) -> EntryState:
    """Note a failure: try again at `retry_at`, or leave it with its reason. Returns its state.

    An entry whose article is stored keeps it: only the reading again has failed.
    """
    if kept.article_id is not None and retry_at is None:
        state = EntryState.STORED
    elif retry_at is not None:
        state = kept.state
    elif failure.fate is Fate.SKIP:
        state = EntryState.SKIPPED
    else:
        state = EntryState.QUARANTINED
    _change(
        connection,
        kept.id,
        state=state,
        attempts=kept.attempts + 1,
        code=failure.code,
        detail=failure.detail,
        **({"next_attempt_at": retry_at} if retry_at else {}),
        **_UNCLAIMED,
    )
    return state


def retry(connection: Connection, now: datetime, ids: Sequence[int] | None = None) -> int:
    """Send quarantined entries (all, or these) back to be fetched; returns how many."""
    query = update(entries).where(entries.c.state == EntryState.QUARANTINED)
    if ids is not None:
        query = query.where(entries.c.id.in_(ids))
    result = connection.execute(
        query.values(state=EntryState.WAITING, attempts=0, next_attempt_at=now)
    )
    return int(result.rowcount)


def by_key(connection: Connection, key: str) -> KeptEntry | None:
    """The entry kept under this key."""
    row = connection.execute(select(entries).where(entries.c.url_key == key)).one_or_none()
    return None if row is None else _kept(row)


def get(connection: Connection, entry_id: int) -> KeptEntry:
    """One entry."""
    return _kept(connection.execute(select(entries).where(entries.c.id == entry_id)).one())


def again(connection: Connection, entry_id: int, now: datetime) -> None:
    """Send one entry to be fetched again, now."""
    _change(connection, entry_id, state=EntryState.WAITING, attempts=0, next_attempt_at=now)


def counts(connection: Connection) -> dict[tuple[str, EntryState], int]:
    """How many entries of each source stand in each state."""
    rows = connection.execute(
        select(entries.c.source, entries.c.state, func.count()).group_by(
            entries.c.source, entries.c.state
        )
    )
    return {(source, EntryState(state)): count for source, state, count in rows}


def troubled(connection: Connection, limit: int = 50) -> list[tuple[KeptEntry, str, str]]:
    """Entries in quarantine, newest first, each with the code and the reason."""
    rows = connection.execute(
        select(entries)
        .where(entries.c.state == EntryState.QUARANTINED)
        .order_by(entries.c.id.desc())
        .limit(limit)
    )
    return [(_kept(row), row.code or "", row.detail or "") for row in rows]


_UNCLAIMED: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def _claimable(state: EntryState, now: datetime) -> Any:
    return and_(
        entries.c.state == state,
        entries.c.next_attempt_at <= now,
        or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now),
    )


def _change(connection: Connection, entry_id: int, **values: Any) -> None:
    connection.execute(update(entries).where(entries.c.id == entry_id).values(values))


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    rows: dict[str, Row[Any]] = {}
    for chunk in _chunks(keys):
        found = connection.execute(select(entries).where(entries.c.url_key.in_(chunk)))
        rows |= {row.url_key: row for row in found}
    return rows


def _insert(connection: Connection, source: str, fresh: Sequence[Addressed], now: datetime) -> None:
    articles: dict[str, int] = {}
    for chunk in _chunks([each.key for each in fresh]):
        found = connection.execute(select(aliases).where(aliases.c.url_key.in_(chunk)))
        articles |= {row.url_key: row.article_id for row in found}
    rows = [_row(source, each, now, articles.get(each.key)) for each in fresh]
    if rows:
        connection.execute(insert(entries), rows)


def _row(source: str, each: Addressed, now: datetime, article_id: int | None) -> dict[str, Any]:
    entry = each.entry
    return {
        "source": source,
        "url": entry.url,
        "url_key": each.key,
        "host": each.host,
        "guid": entry.guid,
        "title": entry.title,
        "summary": entry.summary,
        "text": entry.text,
        "authors": list(entry.authors),
        "language": entry.language,
        "published": entry.published,
        "published_raw": entry.published_raw,
        "first_seen": now,
        "state": EntryState.WAITING if article_id is None else EntryState.STORED,
        "attempts": 0,
        "next_attempt_at": now,
        "article_id": article_id,
    }


def _sight(
    connection: Connection,
    channel_id: int,
    announced: dict[str, Addressed],
    known: dict[str, Row[Any]],
    now: datetime,
) -> int:
    """Note which channel announced what; a changed announcement sends its entry round again.

    Each channel is compared with itself: a feed and a sitemap word the same article differently.
    """
    seen = _seen(connection, channel_id, [row.id for row in known.values()])
    changed = 0
    unseen: list[dict[str, Any]] = []
    for key, each in announced.items():
        row, digest = known[key], _announcement_hash(each.entry)
        if row.id not in seen:
            unseen.append(
                {
                    "entry_id": row.id,
                    "channel_id": channel_id,
                    "url": each.entry.url,
                    "guid": each.entry.guid,
                    "first_seen": now,
                    "announcement_hash": digest,
                }
            )
        elif seen[row.id] != digest:
            changed += 1
            _announce_again(connection, channel_id, row, each.entry, digest, now)
    if unseen:
        connection.execute(insert(sightings), unseen)
    return changed


def _seen(connection: Connection, channel_id: int, ids: Sequence[int]) -> dict[int, str]:
    seen: dict[int, str] = {}
    for chunk in _chunks(ids):
        found = connection.execute(
            select(sightings.c.entry_id, sightings.c.announcement_hash).where(
                sightings.c.channel_id == channel_id, sightings.c.entry_id.in_(chunk)
            )
        )
        seen |= {row.entry_id: row.announcement_hash for row in found}
    return seen


def _announce_again(
    connection: Connection,
    channel_id: int,
    row: Row[Any],
    entry: Entry,
    digest: str,
    now: datetime,
) -> None:
    connection.execute(
        update(sightings)
        .where(sightings.c.entry_id == row.id, sightings.c.channel_id == channel_id)
        .values(announcement_hash=digest)
    )
    _change(
        connection,
        row.id,
        title=entry.title or row.title,
        summary=entry.summary or row.summary,
        text=entry.text or row.text,
        state=EntryState.WAITING,
        attempts=0,
        next_attempt_at=now,
    )


def _fill_dates(
    connection: Connection, announced: dict[str, Addressed], known: dict[str, Row[Any]]
) -> None:
    """A date that one channel lacks may come from another (a sitemap, a listing)."""
    for key, each in announced.items():
        if known[key].published is None and each.entry.published is not None:
            _change(
                connection,
                known[key].id,
                published=each.entry.published,
                published_raw=each.entry.published_raw,
            )


def _announcement_hash(entry: Entry) -> str:
    parts = (entry.title, entry.summary, entry.text, entry.published_raw or "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _kept(row: Row[Any]) -> KeptEntry:
    return KeptEntry(
        id=row.id,
        source=row.source,
        entry=Entry(
            url=row.url,
            guid=row.guid,
            title=row.title,
            summary=row.summary,
            published=row.published,
            published_raw=row.published_raw,
            authors=tuple(row.authors),
            language=row.language,
            text=row.text,
        ),
        host=row.host,
        first_seen=row.first_seen,
        state=EntryState(row.state),
        attempts=row.attempts,
        page_id=row.page_id,
        article_id=row.article_id,
    )


def _chunks(values: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
