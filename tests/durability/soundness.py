"""What must hold of an archive when nothing is at work on it, whatever happened before."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from monitor.model import EntryState, GapState
from storage.repositories import gaps
from storage.search.query import Query
from tests.workers.bench import Bench

# Each finds rows that should not be there, and says of what kind they are.
_DANGLING = {
    "entries that are stored without an article": "SELECT id FROM entries"
    " WHERE state = 'stored' AND article_id NOT IN (SELECT id FROM articles)",
    "entries without a page": "SELECT id FROM entries WHERE page_id IS NULL"
    " OR page_id NOT IN (SELECT id FROM pages)",
    "entries that no channel announced": "SELECT id FROM entries"
    " WHERE id NOT IN (SELECT entry_id FROM sightings)",
    "pages that are kept twice": "SELECT entry_id FROM pages GROUP BY entry_id, sha256"
    " HAVING count(*) > 1",
    "articles without an entry": "SELECT id FROM articles"
    " WHERE id NOT IN (SELECT article_id FROM entries WHERE article_id IS NOT NULL)",
    "articles without a page": "SELECT id FROM articles WHERE page_id IS NULL"
    " OR page_id NOT IN (SELECT id FROM pages)",
    "articles that no address leads to": "SELECT id FROM articles"
    " WHERE id NOT IN (SELECT article_id FROM aliases)",
    "articles that count other versions than there are": "SELECT id FROM articles WHERE versions <>"
    " (SELECT count(*) FROM versions WHERE article_id = articles.id)",
    "articles that were not judged": "SELECT id FROM articles"
    " WHERE classified_with IS NULL OR place IS NULL",
    "articles that cannot be found yet": "SELECT id FROM articles WHERE indexed_at IS NULL",
    "articles without a story": "SELECT id FROM articles WHERE story IS NULL",
    "articles that read alike and are not linked": "SELECT min(id) FROM articles"
    " GROUP BY fingerprint HAVING count(*) - count(duplicate_of) <> 1",
    "copies of copies": "SELECT one.id FROM articles AS one JOIN articles AS other"
    " ON one.duplicate_of = other.id WHERE other.duplicate_of IS NOT NULL",
}


async def assert_sound(bench: Bench) -> None:
    """Nothing is held, half done, unjudged or missing in the index; all gaps are filled."""
    assert await bench.holders() == set()
    assert set(await bench.states()) == {EntryState.STORED}
    async with bench.services() as services:
        assert await services.read(_dangling) == {}
        assert await services.read(lambda c: _pragma(c, "integrity_check")) == ["ok"]
        assert await services.read(lambda c: _pragma(c, "foreign_key_check")) == []
        known = await services.read(lambda c: gaps.newest(c, 1000))
        assert {gap.state for gap in known} <= {GapState.FILLED}, known
        assert services.index.is_level(services.database)
        hits = services.index.search(Query(limit=10_000))
        ids = await services.read(
            lambda c: {row[0] for row in c.execute(text("SELECT id FROM articles"))}
        )
        assert (hits.total, set(hits.ids)) == (len(ids), ids)


def _dangling(connection: Connection) -> Mapping[str, list[object]]:
    found = {
        what: [row[0] for row in connection.execute(text(sql))] for what, sql in _DANGLING.items()
    }
    return {what: rows for what, rows in found.items() if rows}


def _pragma(connection: Connection, name: str) -> list[object]:
    return [row[0] for row in connection.execute(text(f"PRAGMA {name}"))]
