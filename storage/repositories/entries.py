"""Entries: what channels announced, each kept once, with what is left to do about it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, and_, case, func, insert, or_, select, update

from monitor.model import Entry, EntryState, Failure, Fate, KeptEntry
from monitor.pipeline.announced_date import announced_precision
from monitor.pipeline.entry_identity import guid_key
from monitor.pipeline.next_recheck import MOST_CHECKS
from storage.repositories import articles
from storage.tables import aliases, entries, plain, sightings

T = TypeVar("T")

_CHUNK = 400  # values in one IN (…)


@dataclass(frozen=True, slots=True)
class Addressed:
    """An entry whose address is canonical, with the key that tells one article from another."""

    entry: Entry
    key: str
    host: str


@dataclass(frozen=True, slots=True)
class Kept:
    """How many entries of one reading were new, and how many announced a change. `unseen` are
    the keys of those that this channel had not announced before, whoever else had."""

    new: int
    changed: int
    unseen: frozenset[str] = field(default=frozenset(), compare=False)


def keep(
    connection: Connection,
    source: str,
    channel_id: int | None,
    announced: Sequence[Addressed],
    now: datetime,
    *,
    from_archive: bool = False,
) -> Kept:
    """Keep what is new, note who announced it, and send changed announcements to be read again.

    Run it in the transaction that moves the channel's validators: a crash between the two would
    otherwise lose an article or fetch it twice. With `from_archive` words are not compared: an
    archive words what a channel announced differently, without having changed it.
    """
    unique = _once(announced)
    known = _known(connection, list(unique))
    fresh = [each for key, each in unique.items() if key not in known]
    _insert(connection, source, fresh, now)
    known |= _known(connection, [each.key for each in fresh])
    changed, unseen = 0, frozenset[str]()
    if channel_id is not None:
        _adopt(connection, source, unique, known, {each.key for each in fresh}, now)
        changed, unseen = _sight(connection, channel_id, unique, known, now, from_archive)
    _fill_dates(connection, unique, known)
    return Kept(new=len(fresh), changed=changed, unseen=unseen)


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
    """Take up to `limit` entries that are due in this state, newest first, undated ones last."""
    wanted = (
        select(entries.c.id)
        .where(_claimable(state, now), entries.c.source.in_(sources))
        .order_by(entries.c.published.desc().nulls_last(), entries.c.id)
        .limit(limit)
    )
    if host is not None:
        wanted = wanted.where(entries.c.host == host)
    rows = connection.execute(
        update(entries)
        .where(entries.c.id.in_(wanted.scalar_subquery()))
        .values(lease_owner=owner, lease_until=until)
        .returning(entries)
    ).all()
    return [kept_entry(row) for row in sorted(rows, key=_newest_first)]


def release(connection: Connection, owner: str) -> None:
    """Give back what this owner still holds."""
    connection.execute(
        update(entries)
        .where(entries.c.lease_owner == owner)
        .values(lease_owner=None, lease_until=None)
    )


def fetched(connection: Connection, entry_id: int, page_id: int | None) -> None:
    """Its page is kept (None: it has none); it stays claimed until the page is extracted."""
    _change(connection, entry_id, state=EntryState.FETCHED, page_id=page_id)


def stored(
    connection: Connection,
    entry_id: int,
    article_id: int,
    check_at: datetime | None = None,
    *,
    announcements: int | None = None,
) -> None:
    """Its article is in the archive; its page is looked at again at `check_at`, if at all.

    One that was announced again after it had been announced so often waits for its next turn.
    """
    _change(
        connection,
        entry_id,
        state=_unless_announced_again(announcements, EntryState.STORED),
        article_id=article_id,
        attempts=0,
        code=None,
        detail=None,
        failing_since=None,
        check_at=check_at,
        gone=0,
        **_UNCLAIMED,
    )


def failed(
    connection: Connection,
    kept: KeptEntry,
    failure: Failure,
    retry_at: datetime | None,
    now: datetime | None = None,
) -> EntryState:
    """Note a failure: try again at `retry_at`, or leave it with its reason. Returns its state.

    An entry whose article is stored keeps it: only the reading again has failed. The first
    failure in a row with `now` is the time since when it fails.
    """
    if kept.article_id is not None and retry_at is None:
        state = EntryState.STORED
    elif retry_at is not None:
        state = kept.state
    elif failure.fate is Fate.SKIP:
        state = EntryState.SKIPPED
    else:
        state = EntryState.QUARANTINED
    values: dict[str, Any] = {"state": _unless_announced_again(kept.announcements, state)}
    if retry_at is not None:
        again = entries.c.announcements > kept.announcements
        values["next_attempt_at"] = case((again, entries.c.next_attempt_at), else_=retry_at)
    _change(
        connection,
        kept.id,
        attempts=kept.attempts + 1,
        code=failure.code,
        detail=failure.detail,
        failing_since=func.coalesce(entries.c.failing_since, now),
        **values,
        **_UNCLAIMED,
    )
    return state


def retry(connection: Connection, now: datetime, ids: Sequence[int] | None = None) -> int:
    """Send quarantined entries (all, or these) back to be fetched; returns how many."""
    query = update(entries).where(entries.c.state == EntryState.QUARANTINED)
    if ids is not None:
        query = query.where(entries.c.id.in_(ids))
    result = connection.execute(
        query.values(state=EntryState.WAITING, attempts=0, next_attempt_at=now, failing_since=None)
    )
    return int(result.rowcount)


def by_key(connection: Connection, key: str) -> KeptEntry | None:
    """The entry kept under this key."""
    row = connection.execute(select(entries).where(entries.c.url_key == key)).one_or_none()
    return None if row is None else kept_entry(row)


def get(connection: Connection, entry_id: int) -> KeptEntry:
    """One entry."""
    return kept_entry(connection.execute(select(entries).where(entries.c.id == entry_id)).one())


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
    return [(kept_entry(row), row.code or "", row.detail or "") for row in rows]


def _newest_first(row: Row[Any]) -> tuple[float, int]:
    moment = row.published or datetime.min.replace(tzinfo=UTC)
    return -moment.timestamp(), row.id


def _unless_announced_again(announcements: int | None, state: EntryState) -> Any:
    """The state to settle in. What a correction that was announced meanwhile says has not been
    read: it is fetched once more, in the same pass if that has time."""
    if announcements is None:
        return state
    again = entries.c.announcements > announcements
    return case((again, EntryState.WAITING), else_=state)


_UNCLAIMED: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def _claimable(state: EntryState, now: datetime) -> Any:
    return and_(
        entries.c.state == state,
        entries.c.next_attempt_at <= now,
        or_(entries.c.lease_until.is_(None), entries.c.lease_until <= now),
    )


def _change(connection: Connection, entry_id: int, **values: Any) -> None:
    connection.execute(update(entries).where(entries.c.id == entry_id).values(values))


def _once(announced: Sequence[Addressed]) -> dict[str, Addressed]:
    """Each address once, in their order; what its first mention leaves out may be in another
    (a page shows an article large, without a date, and again in its list)."""
    unique: dict[str, Addressed] = {}
    for each in announced:
        first = unique.get(each.key)
        unique[each.key] = each if first is None else _filled(first, each.entry)
    return unique


def _filled(first: Addressed, other: Entry) -> Addressed:
    entry = first.entry
    dated = entry if entry.published is not None else other
    return replace(
        first,
        entry=replace(
            entry,
            guid=entry.guid or other.guid,
            title=entry.title or other.title,
            summary=entry.summary or other.summary,
            text=entry.text or other.text,
            authors=entry.authors or other.authors,
            published=dated.published,
            published_raw=dated.published_raw or entry.published_raw,
        ),
    )


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    """What is known under these keys; without the texts, which nobody compares."""
    columns = (entries.c.id, entries.c.url_key, entries.c.published, entries.c.article_id)
    rows: dict[str, Row[Any]] = {}
    for chunk in _chunks(keys):
        found = connection.execute(select(*columns).where(entries.c.url_key.in_(chunk)))
        rows |= {row.url_key: row for row in found}
    return rows


def _insert(connection: Connection, source: str, fresh: Sequence[Addressed], now: datetime) -> None:
    article_ids: dict[str, int] = {}
    for chunk in _chunks([each.key for each in fresh]):
        found = connection.execute(select(aliases).where(aliases.c.url_key.in_(chunk)))
        article_ids |= {row.url_key: row.article_id for row in found}
    rows = [_row(source, each, now, article_ids.get(each.key)) for each in fresh]
    if rows:
        connection.execute(insert(entries), rows)
    for each in fresh:
        if each.key in article_ids:
            _fill_date(connection, article_ids[each.key], each.entry)


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


def _adopt(
    connection: Connection,
    source: str,
    announced: dict[str, Addressed],
    known: dict[str, Row[Any]],
    fresh: Collection[str],
    now: datetime,
) -> None:
    """What a person or a file named, no channel has announced and nothing came of is the source's
    from now on, and is tried again: no pass looks after it otherwise."""
    idle = {
        row.id: key for key, row in known.items() if row.article_id is None and key not in fresh
    }
    for chunk in _chunks(list(idle)):
        seen = set(
            connection.scalars(select(sightings.c.entry_id).where(sightings.c.entry_id.in_(chunk)))
        )
        for entry_id in set(chunk) - seen:
            each = announced[idle[entry_id]]
            row = _row(source, each, now, None)
            del row["url"], row["url_key"], row["host"], row["first_seen"], row["article_id"]
            _change(
                connection,
                entry_id,
                **row,
                code=None,
                detail=None,
                failing_since=None,
                page_id=None,
            )


def _sight(
    connection: Connection,
    channel_id: int,
    announced: dict[str, Addressed],
    known: dict[str, Row[Any]],
    now: datetime,
    from_archive: bool,
) -> tuple[int, frozenset[str]]:
    """Note which channel announced what; a changed announcement sends its entry round again.

    Each channel is compared with itself: a feed and a sitemap word the same article differently.
    """
    seen = _seen(connection, channel_id, [row.id for row in known.values()])
    changed = 0
    unseen: dict[str, dict[str, Any]] = {}
    for key, each in announced.items():
        row = known[key]
        digest = FROM_ARCHIVE if from_archive else _announcement_hash(each.entry)
        if row.id not in seen:
            unseen[key] = {
                "entry_id": row.id,
                "channel_id": channel_id,
                "url": each.entry.url,
                "guid": each.entry.guid,
                "first_seen": now,
                "announcement_hash": digest,
                "guid_key": guid_key(each.entry.guid),
                "modified": each.entry.modified,
            }
        elif not from_archive and seen[row.id].announcement_hash != digest:
            _reworded(connection, channel_id, row.id, digest, each.entry.modified)
            if seen[row.id].announcement_hash != FROM_ARCHIVE:
                changed += 1
                _announce_again(connection, row.id, each.entry, now)
        elif each.entry.modified not in (None, seen[row.id].modified):
            _reworded(connection, channel_id, row.id, digest, each.entry.modified)
            _look_again(connection, row.id, now)
    if unseen:
        connection.execute(insert(sightings), list(unseen.values()))
    return changed, frozenset(unseen)


def _seen(connection: Connection, channel_id: int, ids: Sequence[int]) -> dict[int, Row[Any]]:
    columns = (sightings.c.entry_id, sightings.c.announcement_hash, sightings.c.modified)
    seen: dict[int, Row[Any]] = {}
    for chunk in _chunks(ids):
        found = connection.execute(
            select(*columns).where(
                sightings.c.channel_id == channel_id, sightings.c.entry_id.in_(chunk)
            )
        )
        seen |= {row.entry_id: row for row in found}
    return seen


def _look_again(connection: Connection, entry_id: int, now: datetime) -> None:
    """A later `lastmod` or `updated` under the same words: the page is looked at soon.

    It is a check like the others and no fetch at once: there are sitemaps that give the present
    time for every page.
    """
    connection.execute(
        update(entries)
        .where(
            entries.c.id == entry_id,
            entries.c.state == EntryState.STORED,
            entries.c.article_id.is_not(None),
            entries.c.checks < MOST_CHECKS,
            or_(entries.c.check_at.is_(None), entries.c.check_at > now),
        )
        .values(check_at=now)
    )


def _reworded(
    connection: Connection,
    channel_id: int,
    entry_id: int,
    digest: str,
    modified: datetime | None,
) -> None:
    connection.execute(
        update(sightings)
        .where(sightings.c.entry_id == entry_id, sightings.c.channel_id == channel_id)
        .values(announcement_hash=digest, modified=modified)
    )


def _announce_again(connection: Connection, entry_id: int, entry: Entry, now: datetime) -> None:
    said = {"title": entry.title, "summary": entry.summary, "text": entry.text}
    _change(
        connection,
        entry_id,
        **{name: words for name, words in said.items() if words},
        state=EntryState.WAITING,
        attempts=0,
        next_attempt_at=now,
        announcements=entries.c.announcements + 1,
    )


def _fill_dates(
    connection: Connection, announced: dict[str, Addressed], known: dict[str, Row[Any]]
) -> None:
    """A date that one channel lacks may come from another (a sitemap, a listing); it is the
    article's too, where its page gave none."""
    for key, each in announced.items():
        row, published = known[key], each.entry.published
        if row.published is not None or published is None:
            continue
        _change(connection, row.id, published=published, published_raw=each.entry.published_raw)
        if row.article_id is not None:
            _fill_date(connection, row.article_id, each.entry)


def _fill_date(connection: Connection, article_id: int, entry: Entry) -> None:
    if entry.published is not None:
        exact = announced_precision(entry)
        articles.fill_date(connection, article_id, entry.published, exact)


FROM_ARCHIVE = ""
"""The hash of what an archive listed: the channel's own words for it are not known yet."""

_YEAR = re.compile(r"\d{4}")


def _announcement_hash(entry: Entry) -> str:
    """What tells a changed announcement. A date without a year ("2 hours ago", "14:35") is left
    out: it reads differently at every poll."""
    raw = entry.published_raw or ""
    parts = (entry.title, entry.summary, entry.text, raw if _YEAR.search(raw) else "")
    return hashlib.sha256(plain("\n".join(parts)).encode()).hexdigest()[:32]


def kept_entry(row: Row[Any]) -> KeptEntry:
    """An entry from a row of its table."""
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
        announcements=row.announcements,
    )


def _chunks(values: Sequence[T]) -> Iterator[list[T]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
