"""What is counted of a source's paragraphs, on every database."""

from __future__ import annotations

from monitor.pipeline.page_repeated import LEAST_ARTICLES, Repeated
from storage.database import Database
from storage.repositories import paragraphs
from tests.storage.samples import LATER, NOW, SOURCE


def test_paragraphs_are_counted_by_source(database: Database) -> None:
    with database.write() as connection:
        for number in range(LEAST_ARTICLES + 1):
            paragraphs.learn(connection, SOURCE, ["same", f"own {number}"], NOW)
            paragraphs.learn(connection, "other", [f"own {number}"], NOW)
    with database.read() as connection:
        asked = ["same", "own 1", "unknown"]
        assert paragraphs.repeated(connection, SOURCE, asked) == {
            "same": Repeated(LEAST_ARTICLES + 1, LEAST_ARTICLES + 1)
        }
        assert paragraphs.repeated(connection, "other", asked) == {}
        assert paragraphs.repeated(connection, SOURCE, []) == {}


def test_a_paragraph_is_held_against_the_articles_since_it_appeared(database: Database) -> None:
    with database.write() as connection:
        for number in range(20):
            paragraphs.learn(connection, SOURCE, [f"own {number}"], NOW)
        for _ in range(LEAST_ARTICLES):
            paragraphs.learn(connection, SOURCE, ["new template", "new template"], LATER)
    with database.read() as connection:
        found = paragraphs.repeated(connection, SOURCE, ["new template"])
    assert found == {"new template": Repeated(LEAST_ARTICLES, LEAST_ARTICLES)}
