"""What is usual for a source, as it was learned last, and when the sources were watched last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from monitor.pipeline.baseline import Baseline
from storage.tables import baselines, meta

_WATCHED = "sources_watched_at"


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual for one source. `rates` is None while there is too little history; `pauses`
    are the longest ones of its channels, by their ids, without those that say too little.
    `learned_at` and `compared_at` (with the articles before) say how fresh that is."""

    source: str
    learned_at: datetime | None = None
    compared_at: datetime | None = None
    rates: Baseline | None = None
    pauses: Mapping[int, timedelta] = field(default_factory=dict)


def load(connection: Connection) -> dict[str, Usual]:
    """What is known of every source."""
    return {row.source: _usual(row) for row in connection.execute(select(baselines))}


def save(connection: Connection, usual: Usual) -> None:
    """Replace what is known of a source."""
    connection.execute(delete(baselines).where(baselines.c.source == usual.source))
    connection.execute(
        insert(baselines).values(
            source=usual.source,
            learned_at=usual.learned_at,
            compared_at=usual.compared_at,
            facts=_facts(usual),
        )
    )


def watched_at(connection: Connection) -> datetime | None:
    """When the sources were watched last, by anybody."""
    value = connection.scalar(select(meta.c.value).where(meta.c.key == _WATCHED))
    return None if value is None else datetime.fromisoformat(value)


def note_watched(connection: Connection, now: datetime) -> None:
    """They are being watched now."""
    connection.execute(delete(meta).where(meta.c.key == _WATCHED))
    connection.execute(insert(meta).values(key=_WATCHED, value=now.isoformat()))


def _facts(usual: Usual) -> dict[str, Any]:
    pauses = {str(id_): pause.total_seconds() for id_, pause in usual.pauses.items()}
    if usual.rates is None:
        return {"pauses": pauses}
    return {
        "pauses": pauses,
        "rates": [round(rate, 5) for rate in usual.rates.rates],
        "articles": usual.rates.articles,
        "spread": usual.rates.spread,
        "lag": usual.rates.lag.total_seconds(),
    }


def _usual(row: Row[Any]) -> Usual:
    facts = row.facts
    rates = None
    if "rates" in facts:
        lag = timedelta(seconds=facts["lag"])
        rates = Baseline(tuple(facts["rates"]), facts["articles"], facts["spread"], lag)
    pauses = {int(id_): timedelta(seconds=pause) for id_, pause in facts["pauses"].items()}
    return Usual(row.source, row.learned_at, row.compared_at, rates, pauses)
