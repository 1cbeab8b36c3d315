"""Records → articles: what comes from a file takes the same steps as what is polled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from monitor.model import Stored
from monitor.pipeline.article_format import Imported
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.entry_identity import content_key
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.relate import relate
from monitor.workers.services import Services
from storage.repositories import articles

IMPORTED = "imported"
"""The source of records that name none."""


@dataclass
class ImportTally:
    """What became of the records of an import. `older` had another text of a known article, which
    was read before the one that is known."""

    stored: int = 0
    updated: int = 0
    known: int = 0
    older: int = 0
    duplicates: int = 0


async def import_batch(services: Services, batch: Sequence[Imported], tally: ImportTally) -> None:
    """Store one batch in one transaction and count what became of it."""

    def store(connection: Connection) -> list[tuple[Stored | None, bool]]:
        return [_store(connection, services, each) for each in batch]

    for stored, is_copy in await services.write(store):
        tally.stored += stored is Stored.NEW
        tally.updated += stored is Stored.UPDATED
        tally.known += stored is Stored.KNOWN
        tally.older += stored is None
        tally.duplicates += is_copy


def _store(
    connection: Connection, services: Services, imported: Imported
) -> tuple[Stored | None, bool]:
    """What became of a record, None for one that is older, and whether it is a new copy."""
    article = imported.article
    key = content_key(article.url) or same_article_key(article.url)
    now = services.now()
    known = articles.find(connection, [key])
    if known is not None and _is_older(connection, known, imported):
        articles.name(connection, known, imported.external_id)
        return None, False
    article_id, stored = articles.store(
        connection,
        article,
        source=imported.source or IMPORTED,
        fingerprint=fingerprint(article.text),
        keys=[key],
        now=min(imported.read_at or now, now),
        known_as=known,
        external_id=imported.external_id,
        first_seen=min(imported.first_seen or now, now),
    )
    if stored is Stored.NEW and imported.updated is not None:
        articles.revised(connection, article_id, min(imported.updated, now))
    return stored, stored is Stored.NEW and relate(connection, article_id, article)


def _is_older(connection: Connection, known: int, imported: Imported) -> bool:
    """Whether a record has another text than the archive's, which was read after it."""
    archived = articles.get(connection, known)
    if archived is None or imported.read_at is None:
        return False
    article = imported.article
    same = (archived.article.title, fingerprint(archived.article.text)) == (
        article.title,
        fingerprint(article.text),
    )
    return not same and imported.read_at < (archived.updated or archived.first_seen)
