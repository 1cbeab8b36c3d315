"""Articles: versions, addresses, copies, matches, and the sequence of changes."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from monitor.model import ArchivedArticle, Evidence, Match, Stored
from monitor.pipeline.find_duplicates import fingerprint
from storage.database import Database
from storage.repositories import articles
from storage.tables import articles as table
from tests.storage.samples import LATER, NOW, SOURCE, all_ids, article, put, store

AI_LAW = Match("ai-law", 2.5, (Evidence("ai law", "AI law", "title", 0, 6),))
CRYPTO = Match("crypto-blockchain", 1.0, (Evidence("крипто", "криптобиржи", "text", 5, 16),))


def _get(database: Database, article_id: int) -> ArchivedArticle:
    with database.read() as connection:
        found = articles.get(connection, article_id)
    assert found is not None
    return found


def _last(database: Database) -> int:
    with database.read() as connection:
        return articles.last_change(connection)


def _classify(database: Database, article_id: int, *found: Match, text: str | None = None) -> bool:
    with database.write() as connection:
        one = articles.get(connection, article_id)
        assert one is not None
        return articles.classify(
            connection,
            article_id,
            found,
            place="kazakhstan",
            catalog="edition-1",
            text_fingerprint=fingerprint(one.article.text if text is None else text),
        )


# Storing


def test_an_article_comes_back_whole(database: Database) -> None:
    one = article(
        title="Қазақстанда жасанды интеллект",
        text="Бірінші абзац.\n\nЕкінші абзац «тырнақша».",
        language="kk",
        authors=("Әсел Қ.", "O’Brien"),
        published=NOW,
        published_from="json-ld",
        image="https://steppe.example/a.jpg",
        section="Технология",
        tags=("ЖИ", "AI"),
        text_from="trafilatura",
        reason="longest",
        languages={"ru": "https://steppe.example/ru/a"},
    )
    article_id = store(database, one, external_id="x-1", first_seen=NOW - timedelta(days=1))
    found = _get(database, article_id)
    assert found.article == one
    assert (found.id, found.source, found.external_id) == (article_id, SOURCE, "x-1")
    assert found.first_seen == NOW - timedelta(days=1)
    assert (found.updated, found.duplicate_of, found.versions) == (None, None, 1)
    assert found.story == article_id, "a story of its own until others join"
    assert found.matches == ()


def _outcome(database: Database, article_id: int, again: Any) -> Stored:
    with database.write() as connection:
        same, outcome = articles.store(
            connection,
            again,
            source=SOURCE,
            fingerprint=fingerprint(again.text),
            keys=[],
            now=LATER,
            known_as=article_id,
        )
    assert same == article_id
    return outcome


def test_the_same_text_again_changes_nothing(database: Database) -> None:
    article_id = store(database, article())
    before, change = _get(database, article_id), _last(database)
    assert _outcome(database, article_id, article()) is Stored.KNOWN
    assert _outcome(database, article_id, article(text="a TEXT of its own")) is Stored.KNOWN
    assert _get(database, article_id) == before
    assert _last(database) == change


@pytest.mark.parametrize("changed", [{"title": "Corrected"}, {"text": "A corrected text."}])
def test_another_text_is_a_version(database: Database, changed: dict[str, str]) -> None:
    one = article(published=NOW, published_from="meta")
    article_id = store(database, one)
    _classify(database, article_id, AI_LAW)
    change = _last(database)
    assert _outcome(database, article_id, article(**changed)) is Stored.UPDATED
    found = _get(database, article_id)
    assert (found.versions, found.updated, found.first_seen) == (2, LATER, NOW)
    assert found.article.published == NOW, "a date is not lost to a version without one"
    assert _last(database) > change
    with database.read() as connection:
        first, second = articles.versions_of(connection, article_id)
        left = articles.unclassified(connection, "edition-1", 10)
    assert (first.number, first.title, first.text, first.seen_at) == (1, one.title, one.text, NOW)
    assert (second.number, second.seen_at) == (2, LATER)
    assert (second.title, second.text) == (found.article.title, found.article.text)
    assert [each.id for each in left] == [article_id], "the new text is to be judged"


def test_a_date_found_later_is_filled_in(database: Database) -> None:
    article_id = store(database, article())
    change = _last(database)
    dated = article(published=LATER, published_from="json-ld")
    assert _outcome(database, article_id, dated) is Stored.KNOWN
    found = _get(database, article_id)
    assert (found.article.published, found.article.published_from) == (LATER, "json-ld")
    assert found.versions == 1
    assert _last(database) > change


def test_a_known_date_is_not_filled_in_again(database: Database) -> None:
    article_id = store(database, article(published=NOW))
    with database.write() as connection:
        articles.fill_date(connection, article_id, LATER)
    assert _get(database, article_id).article.published == NOW
    assert _last(database) == 1


def test_an_article_is_found_under_every_address(database: Database) -> None:
    article_id = store(database, article(), keys=["a", "a/amp", "m/a"])
    store(database, article("b"), keys=["b", "a"])  # an address stays with its first article
    with database.read() as connection:
        assert articles.find(connection, ["m/a"]) == article_id
        assert articles.find(connection, ["unknown", "a"]) == article_id
        assert articles.find(connection, ["unknown"]) is None
        assert articles.find(connection, []) is None


def test_who_looks_up_and_then_stores_is_alone(database: Database) -> None:
    """The same article that two workers have in hand at once must become one."""
    wrong: list[BaseException] = []

    def work() -> None:
        try:
            store(database, article())
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    with database.read() as connection:
        assert len(all_ids(connection)) == 1


# Copies


def _dated(database: Database, *hours: int | None, text: str = "One text.") -> list[int]:
    return [
        store(
            database,
            article(
                f"{text}-{number}".replace(" ", "-"),
                text,
                published=None if hour is None else NOW + timedelta(hours=hour),
            ),
            now=NOW + timedelta(hours=10 + number),
        )
        for number, hour in enumerate(hours)
    ]


def _links(database: Database, *ids: int) -> list[tuple[int | None, int | None]]:
    with database.read() as connection:
        return [(each.duplicate_of, each.story) for each in articles.by_ids(connection, ids)]


def _link(database: Database, first: int, *others: int) -> None:
    with database.write() as connection:
        articles.link_copies(connection, first, others)


def test_who_published_first_comes_first(database: Database) -> None:
    ids = _dated(database, 5, None, 1, 5)
    with database.read() as connection:
        same = articles.same_text(connection, fingerprint("one TEXT"))
    assert [each.id for each in same] == [ids[2], ids[0], ids[3], ids[1]]


def test_copies_share_a_story_and_lose_nothing(database: Database) -> None:
    first, second, third = _dated(database, 1, 2, 3)
    change = _last(database)
    _link(database, first, second, third)
    assert _links(database, first, second, third) == [(None, first), (first, first), (first, first)]
    assert _last(database) == change + 2, "the first one did not change"
    _link(database, first, second, third)
    assert _last(database) == change + 2, "nothing changes twice"
    with database.read() as connection:
        assert [each.id for each in articles.copies_of(connection, first)] == [second, third]
        assert articles.copies_of(connection, second) == []


def test_an_earlier_one_that_arrives_later_takes_the_place(database: Database) -> None:
    first, second = _dated(database, 5, 6)
    _link(database, first, second)
    (earlier,) = _dated(database, 1, text="One text")
    _link(database, earlier, first, second)
    assert _links(database, earlier, first, second) == [
        (None, earlier),
        (earlier, earlier),
        (earlier, earlier),
    ]


def test_copies_of_a_copy_move_along(database: Database) -> None:
    """One that has copies under its old text becomes a copy under its new one."""
    old_first, old_copy = _dated(database, 5, 6)
    _link(database, old_first, old_copy)
    (origin,) = _dated(database, 1, text="Another text.")
    _link(database, origin, old_first)
    assert _links(database, origin, old_first, old_copy) == [
        (None, origin),
        (origin, origin),
        (origin, origin),
    ]


# Topics


def test_matches_are_replaced(database: Database) -> None:
    article_id = store(database, article())
    assert _classify(database, article_id, CRYPTO, AI_LAW)
    assert _get(database, article_id).matches == (AI_LAW, CRYPTO), "the best first"
    assert _get(database, article_id).place == "kazakhstan"
    assert _classify(database, article_id, CRYPTO)
    assert _get(database, article_id).matches == (CRYPTO,)
    assert _classify(database, article_id)
    assert _get(database, article_id).matches == ()


def test_a_judgement_of_an_older_text_is_refused(database: Database) -> None:
    article_id = store(database, article())
    _classify(database, article_id, AI_LAW)
    change = _last(database)
    assert not _classify(database, article_id, CRYPTO, text="What it said before.")
    assert _get(database, article_id).matches == (AI_LAW,)
    assert _last(database) == change


def test_what_another_edition_judged_is_judged_again(database: Database) -> None:
    ids = [store(database, article(path)) for path in ("a", "b", "c")]
    _classify(database, ids[1])

    def left(edition: str, limit: int = 10) -> list[int]:
        with database.read() as connection:
            return [each.id for each in articles.unclassified(connection, edition, limit)]

    assert left("edition-1") == [ids[0], ids[2]]
    assert left("edition-0") == left("edition-2") == ids
    assert len(left("edition-2", limit=2)) == 2


# Reading


def test_articles_come_in_the_order_asked_for(database: Database) -> None:
    ids = [store(database, article(path)) for path in ("a", "b", "c")]
    with database.read() as connection:
        found = articles.by_ids(connection, [ids[2], 9_999, ids[0]])
        assert [each.id for each in found] == [ids[2], ids[0]]
        assert articles.by_ids(connection, []) == []
        assert articles.get(connection, 9_999) is None


def test_the_newest_without_copies(database: Database) -> None:
    undated = store(database, article("undated"), now=NOW)
    old, new, copy = _dated(database, -5, 5, 6)
    _link(database, new, copy)
    for article_id in (undated, old, copy):
        _classify(database, article_id, AI_LAW)
    with database.read() as connection:
        assert [each.id for each in articles.latest(connection)] == [new, undated, old]
        assert [each.id for each in articles.latest(connection, limit=1)] == [new]
        newest = articles.latest(connection, topic="ai-law")
        assert [each.id for each in newest] == [undated, old]
        assert newest[0].matches == (AI_LAW,)
        assert articles.latest(connection, topic="unknown") == []


def test_a_date_that_comes_later_moves_an_article(database: Database) -> None:
    first, second = (store(database, article(path), now=NOW) for path in ("a", "b"))
    with database.write() as connection:
        articles.fill_date(connection, first, LATER)
    with database.read() as connection:
        assert [each.id for each in articles.latest(connection)] == [first, second]
    _outcome(database, second, article("b", "New.", published=LATER + timedelta(hours=1)))
    with database.read() as connection:
        assert [each.id for each in articles.latest(connection)] == [second, first]


def test_counts(database: Database) -> None:
    one, copy = _dated(database, 1, 2)
    store(database, article("other"), source="other")
    for article_id in (one, copy):
        _classify(database, article_id, AI_LAW)
    _link(database, one, copy)
    with database.read() as connection:
        assert articles.counts_by_source(connection) == {SOURCE: 2, "other": 1}
        assert articles.counts_by_topic(connection) == {"ai-law": 1}


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_the_whole_archive_in_pieces(database: Database, size: int) -> None:
    ids = [store(database, article(str(number))) for number in range(3)]
    with database.read() as connection:
        pieces = list(articles.in_chunks(connection, size))
        assert all_ids(connection) == ids
    assert [each.id for piece in pieces for each in piece] == ids
    assert all(len(piece) <= size for piece in pieces)


def test_an_empty_archive_has_no_pieces(database: Database) -> None:
    with database.read() as connection:
        assert list(articles.in_chunks(connection)) == []
        assert articles.latest(connection) == []
        assert articles.counts_by_source(connection) == {}


# The sequence of changes


def test_every_change_has_a_number_of_its_own(database: Database) -> None:
    first, second = (store(database, article(path)) for path in ("a", "b"))
    assert _last(database) == 2
    _classify(database, first)
    with database.read() as connection:
        changed = articles.changed_since(connection, 0, 10)
        assert [(number, each.id) for number, each in changed] == [(2, second), (3, first)]
        assert [each.id for _, each in articles.changed_since(connection, 2, 10)] == [first]
        assert articles.changed_since(connection, 3, 10) == []
        assert len(articles.changed_since(connection, 0, 1)) == 1


def test_a_follower_misses_nothing_under_concurrent_writers(database: Database) -> None:
    """Four writers and one who follows the sequence while they write: numbers become visible in
    their order, so that what was once passed by need never be looked at again."""
    writers, each_writes = 4, 15
    seen: dict[int, datetime | None] = {}
    order: list[int] = []
    wrong: list[BaseException] = []
    finished = threading.Event()

    def write(writer: int) -> None:
        try:
            for number in range(each_writes):
                with database.write() as connection:
                    article_id = put(connection, article(f"{writer}-{number}"))
                    articles.link_copies(connection, article_id, [])
                    articles.fill_date(connection, article_id, LATER)
        except BaseException as error:
            wrong.append(error)

    def follow() -> None:
        position = 0
        try:
            while True:
                last_round = finished.is_set()
                with database.read() as connection:
                    changed = articles.changed_since(connection, position, 7)
                for position, one in changed:
                    order.append(position)
                    seen[one.id] = one.article.published
                if last_round and not changed:
                    return
                finished.wait(0.01)
        except BaseException as error:
            wrong.append(error)

    follower = threading.Thread(target=follow)
    threads = [threading.Thread(target=write, args=[writer]) for writer in range(writers)]
    for thread in (follower, *threads):
        thread.start()
    for thread in threads:
        thread.join()
    finished.set()
    follower.join()
    assert wrong == []
    assert order == sorted(set(order))
    with database.read() as connection:
        numbers = list(connection.scalars(select(table.c.change)))
        ids = all_ids(connection)
    assert len(set(numbers)) == len(ids) == writers * each_writes
    assert seen == dict.fromkeys(ids, LATER)
