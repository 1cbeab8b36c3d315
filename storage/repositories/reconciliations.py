"""Reconciliations: what channels announced at one time against the archive; kept for 90 days."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, update

from monitor.model import EntryState
from monitor.pipeline.reconcile import Compared, Finding, Known, Look
from storage.tables import aliases, channels, entries, polls, reconciliations

EVERY = timedelta(days=1)
KEPT = timedelta(days=90)
_AGAIN = timedelta(hours=1)
"""One that was broken off is done again after so long; until then somebody may be at it."""
_CHUNK = 400  # values in one IN (…)


@dataclass(frozen=True, slots=True)
class Looked:
    """One channel of a reconciliation: how much it announced, or why it could not be read."""

    url: str
    kind: str
    announced: int
    error: str | None


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """One source at one time. `counts` are by standing (`monitor.pipeline.reconcile`)."""

    source: str
    started_at: datetime
    finished_at: datetime
    channels: tuple[Looked, ...]
    counts: Mapping[str, int]
    differing: int
    findings: tuple[Finding, ...]

    @property
    def announced(self) -> int:
        return sum(self.counts.values())


def due(connection: Connection, sources: Sequence[str], now: datetime) -> set[str]:
    """Those of the sources whose last one was a day ago; without any, whose first reading was."""
    last: dict[str, datetime | None] = dict.fromkeys(sources)
    for chunk in _chunks(sources):
        rows = connection.execute(
            select(reconciliations.c.source, func.max(reconciliations.c.started_at).label("last"))
            .where(
                reconciliations.c.source.in_(chunk),
                reconciliations.c.started_at > now - EVERY,
                or_(
                    reconciliations.c.finished_at.is_not(None),
                    reconciliations.c.started_at > now - _AGAIN,
                ),
            )
            .group_by(reconciliations.c.source)
        )
        last |= {row.source: row.last for row in rows}
    open_ = [source for source, moment in last.items() if moment is None or moment > now]
    return _read_for_a_day(connection, open_, now)


def _read_for_a_day(connection: Connection, sources: Sequence[str], now: datetime) -> set[str]:
    first = (
        select(polls.c.started_at)
        .where(polls.c.channel_id == channels.c.id)
        .order_by(polls.c.id)
        .limit(1)
        .scalar_subquery()
    )
    found: set[str] = set()
    for chunk in _chunks(sources):
        query = select(channels.c.source).where(channels.c.source.in_(chunk), first <= now - EVERY)
        found |= set(connection.scalars(query))
    return found


def begin(
    connection: Connection,
    source: str,
    now: datetime,
    *,
    owner: str,
    is_gone: Callable[[str], bool],
) -> int | None:
    """The id of a new one; None while another process is at one of this source."""
    at_work = connection.scalars(
        select(reconciliations.c.facts).where(
            reconciliations.c.source == source,
            reconciliations.c.finished_at.is_(None),
            reconciliations.c.started_at > now - _AGAIN,
            reconciliations.c.started_at <= now,
        )
    )
    if any("owner" in facts and not is_gone(facts["owner"]) for facts in at_work):
        return None
    result = connection.execute(
        insert(reconciliations)
        .values(source=source, started_at=now, facts={"owner": owner})
        .returning(reconciliations.c.id)
    )
    return int(result.scalar_one())


def let_go(connection: Connection, id_: int) -> None:
    """It failed: a person may try it at once, a pass does after a while."""
    connection.execute(update(reconciliations).where(reconciliations.c.id == id_).values(facts={}))


def abandon(connection: Connection, id_: int) -> None:
    """It was broken off: nothing is known, and it is due again."""
    connection.execute(delete(reconciliations).where(reconciliations.c.id == id_))


def finish(
    connection: Connection, id_: int, looks: Sequence[Look], compared: Compared, now: datetime
) -> Reconciliation:
    """Keep what was found; forget those that are older than ninety days."""
    facts = {
        "channels": [
            {
                "url": look.url,
                "kind": look.kind,
                "announced": len({seen.key for seen in look.seen}),
                "error": look.error,
            }
            for look in looks
        ],
        "counts": dict(compared.counts),
        "differing": compared.differing,
        "findings": [asdict(each) for each in compared.findings],
    }
    connection.execute(
        update(reconciliations)
        .where(reconciliations.c.id == id_)
        .values(finished_at=now, facts=facts)
    )
    connection.execute(delete(reconciliations).where(reconciliations.c.started_at < now - KEPT))
    row = connection.execute(select(reconciliations).where(reconciliations.c.id == id_)).one()
    return _reconciliation(row)


def last(connection: Connection) -> dict[str, Reconciliation]:
    """The last finished one of each source."""
    newest = (
        select(func.max(reconciliations.c.id))
        .where(reconciliations.c.finished_at.is_not(None))
        .group_by(reconciliations.c.source)
    )
    rows = connection.execute(select(reconciliations).where(reconciliations.c.id.in_(newest)))
    return {row.source: _reconciliation(row) for row in rows}


def history(connection: Connection, source: str, limit: int = 90) -> list[Reconciliation]:
    """The finished ones of a source, the newest first."""
    rows = connection.execute(
        select(reconciliations)
        .where(reconciliations.c.source == source, reconciliations.c.finished_at.is_not(None))
        .order_by(reconciliations.c.id.desc())
        .limit(limit)
    )
    return [_reconciliation(row) for row in rows]


def known(connection: Connection, keys: Collection[str]) -> dict[str, Known]:
    """What the archive has under these keys: as an entry, or as another address of an article."""
    found: dict[str, Known] = {}
    columns = (
        entries.c.url_key,
        entries.c.state,
        entries.c.article_id,
        entries.c.published,
        entries.c.code,
        entries.c.detail,
        entries.c.next_attempt_at,
    )
    for chunk in _chunks(keys):
        alias = select(aliases.c.url_key).where(aliases.c.url_key.in_(chunk))
        found |= {key: Known(EntryState.STORED, True) for key in connection.scalars(alias)}
        rows = connection.execute(select(*columns).where(entries.c.url_key.in_(chunk)))
        for row in rows:
            stored = row.article_id is not None or row.url_key in found
            found[row.url_key] = Known(
                EntryState(row.state),
                stored,
                row.published,
                row.code,
                row.detail,
                None if stored else row.next_attempt_at,
            )
    return found


def _reconciliation(row: Row[Any]) -> Reconciliation:
    facts = row.facts
    return Reconciliation(
        source=row.source,
        started_at=row.started_at,
        finished_at=row.finished_at,
        channels=tuple(Looked(**each) for each in facts["channels"]),
        counts=facts["counts"],
        differing=facts["differing"],
        findings=tuple(
            Finding(
                each["url"],
                each["standing"],
                each["reason"],
                tuple(each["shown"]),
                tuple(each["lacking"]),
            )
            for each in facts["findings"]
        ),
    )


def _chunks(values: Collection[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while chunk := list(islice(rest, _CHUNK)):
        yield chunk
