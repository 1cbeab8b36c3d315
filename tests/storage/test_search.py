"""Search: four languages, filters, order, and an index that is rebuilt whenever it has to be."""

from __future__ import annotations

import json
import multiprocessing
import shutil
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError, MonitorError, QueryError
from monitor.model import Match
from monitor.pipeline.find_duplicates import fingerprint
from storage.database import Database
from storage.migrations import prepare
from storage.repositories import articles
from storage.search.index import BATCH, SearchIndex
from storage.search.query import MAX_LENGTH, Filters, Query, parse_words
from tests.storage.samples import NOW, article, put, store

DAY = timedelta(days=1)

TEXTS: dict[str, dict[str, Any]] = {
    "ai-ru": {
        "language": "ru",
        "title": "Закон принят",
        "text": "Депутаты обсудили развитие искусственного интеллекта в школах и больницах.",
        "published": NOW - 1 * DAY,
    },
    "ai-kk": {
        "language": "kk",
        "title": "Қазақстанда жаңа заң",
        "text": "Мәжіліс жасанды интеллектіні дамыту туралы заң жобасын қарады.",
        "published": NOW - 2 * DAY,
    },
    "data-fr": {
        "language": "fr",
        "title": "L’IA au service des villes",
        "text": "Chaque donnée publique sera ouverte, et l'IA aidera les écoles.",
        "published": NOW - 3 * DAY,
    },
    "bridge-en": {
        "language": "en",
        "title": "Digital Bridge opens in Astana",
        "text": "Startups from Kazakhstan meet investors. The bridge is digital, they say.",
        "published": NOW - 4 * DAY,
    },
    "river-en": {
        "language": "en",
        "title": "A bridge over the Ishim",
        "text": "Builders finish the crossing. Nothing is about startups or a digital state.",
        "published": NOW - 5 * DAY,
    },
    "ru-kz": {
        "language": "ru",
        "title": "Новости дня",
        "text": "Граждане Казахстана получили новые услуги. Қазақстан Республикасы.",
        "published": None,
    },
}


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return SearchIndex(tmp_path / "index")


@pytest.fixture
def ids(sqlite: Database, index: SearchIndex) -> dict[str, int]:
    """The texts above, in the archive and in the index; by name."""
    found = {}
    with sqlite.write() as connection:
        for path, given_ in TEXTS.items():
            source = "akorda" if path == "ru-kz" else "steppe-times"
            found[path] = put(connection, article(path, **given_), source=source, now=NOW - 6 * DAY)
        for path, topic in (("ai-ru", "ai-law"), ("ai-kk", "ai-law"), ("data-fr", "ai-policy")):
            _match(connection, found[path], topic)
    index.refresh(sqlite)
    return found


def _match(connection: Any, article_id: int, *topics: str) -> None:
    one = articles.get(connection, article_id)
    assert one is not None
    articles.classify(
        connection,
        article_id,
        [Match(topic, 1.0, ()) for topic in topics],
        place="",
        catalog="1",
        text_fingerprint=fingerprint(one.article.text),
    )


def _names(ids: dict[str, int], found: tuple[int, ...]) -> list[str]:
    names = {id_: name for name, id_ in ids.items()}
    return [names[id_] for id_ in found]


def _find(index: SearchIndex, ids: dict[str, int], words: str, **given_: Any) -> list[str]:
    return _names(ids, index.search(Query(parse_words(words), **given_)).ids)


# What is found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("искусственный интеллект", {"ai-ru"}),
        ("жасанды интеллект", {"ai-kk"}),
        ("интеллект", {"ai-ru", "ai-kk"}),
        ("données publiques", {"data-fr"}),
        ("donnees publiques", {"data-fr"}),
        ("DONNÉE", {"data-fr"}),
        ("startup", {"bridge-en", "river-en"}),
        ("investor meeting", {"bridge-en"}),
        ("ҚАЗАҚСТАН", {"ai-kk", "ru-kz"}),
        ("казакстан", {"ai-kk", "ru-kz"}),
        ("l'IA", {"data-fr"}),
        ("l’ia", {"data-fr"}),
        ("закон", {"ai-ru"}),
        ("nowhere", set()),
        ("startup nowhere", set()),
    ],
)
def test_inflected_words_are_found(
    index: SearchIndex, ids: dict[str, int], words: str, found: set[str]
) -> None:
    assert set(_find(index, ids, words)) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ('"digital bridge"', {"bridge-en"}),
        ("«digital bridge»", {"bridge-en"}),
        ('"bridge digital"', set()),
        ('"жасанды интеллект" заңы', {"ai-kk"}),
        ('"искусственным интеллектом"', {"ai-ru"}),
        ('"donnée publique"', {"data-fr"}),
        ("bridge -investor", {"river-en"}),
        ('startup -"digital bridge"', {"river-en"}),
        ("startup −ishim", {"bridge-en"}),
        ("интеллект -заңы", {"ai-ru"}),
    ],
)
def test_phrases_and_exclusions(
    index: SearchIndex, ids: dict[str, int], words: str, found: set[str]
) -> None:
    assert set(_find(index, ids, words)) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Filters(topic="ai-law"), ["ai-ru", "ai-kk"]),
        (Filters(topic="ai"), []),
        (Filters(source="akorda"), ["ru-kz"]),
        (Filters(language="en"), ["bridge-en", "river-en"]),
        (Filters(language="ru", source="steppe-times"), ["ai-ru"]),
        (Filters(since=NOW - 2 * DAY), ["ai-ru", "ai-kk"]),
        (Filters(since=NOW - 2 * DAY + timedelta(seconds=1)), ["ai-ru"]),
        (Filters(until=NOW - 4 * DAY), ["river-en", "ru-kz"]),
        (Filters(until=NOW - 4 * DAY + timedelta(seconds=1)), ["bridge-en", "river-en", "ru-kz"]),
        (Filters(since=NOW - 4 * DAY, until=NOW - 2 * DAY), ["data-fr", "bridge-en"]),
        (Filters(since=NOW), []),
    ],
)
def test_filters(
    index: SearchIndex, ids: dict[str, int], filters: Filters, found: list[str]
) -> None:
    """An article without a date counts from when it was first seen."""
    assert _names(ids, index.search(Query(filters=filters)).ids) == found


def test_words_and_filters_together(index: SearchIndex, ids: dict[str, int]) -> None:
    assert _find(index, ids, "интеллект", filters=Filters(language="kk")) == ["ai-kk"]
    assert _find(index, ids, "startup", filters=Filters(topic="ai-law")) == []


def test_hits_in_titles_come_first(index: SearchIndex, ids: dict[str, int]) -> None:
    assert _find(index, ids, "digital") == ["bridge-en", "river-en"]
    by_date = _find(index, ids, "bridge", sort="date")
    assert by_date == ["bridge-en", "river-en"]


def test_a_title_weighs_more_than_a_text(sqlite: Database, index: SearchIndex) -> None:
    words = "one two three four five six seven eight"
    in_text = store(sqlite, article("a", f"{words} satellite", title=words, published=NOW))
    in_title = store(
        sqlite, article("b", f"{words} nine", title=f"{words} satellite", published=NOW - DAY)
    )
    index.refresh(sqlite)

    def found(sort: Literal["relevance", "date"]) -> tuple[int, ...]:
        return index.search(Query(parse_words("satellite"), sort=sort)).ids

    assert found("relevance") == (in_title, in_text)
    assert found("date") == (in_text, in_title)


@pytest.mark.parametrize("sort", ["relevance", "date"])
def test_pages_have_no_gaps(
    sqlite: Database, index: SearchIndex, sort: Literal["relevance", "date"]
) -> None:
    """Equal articles too: of the same words and the same day."""
    for part in range(3):  # several commits, so that several segments are searched
        with sqlite.write() as connection:
            for number in range(40):
                put(connection, article(f"{part}-{number}", "All the same words.", published=NOW))
        index.refresh(sqlite)
    words = parse_words("same words")
    pages = [
        index.search(Query(words, sort=sort, limit=7, offset=offset)) for offset in range(0, 126, 7)
    ]
    found = [id_ for page in pages for id_ in page.ids]
    assert {page.total for page in pages} == {120}
    assert len(found) == len(set(found)) == 120
    assert list(index.search(Query(words, sort=sort, limit=120)).ids) == found


@pytest.mark.parametrize(("limit", "offset"), [(0, 0), (10, 10**12), (10**9, 0), (5, -3), (-1, 0)])
def test_any_limit_and_offset(
    index: SearchIndex, ids: dict[str, int], limit: int, offset: int
) -> None:
    hits = index.search(Query(limit=limit, offset=offset))
    assert hits.total == len(ids)
    assert len(hits.ids) == (0 if limit < 1 or offset > 10 else min(limit, len(ids)))


# Following the archive


def test_nothing_is_found_before_something_is_indexed(sqlite: Database, index: SearchIndex) -> None:
    assert index.search(Query(parse_words("word"))).ids == ()
    assert index.refresh(sqlite) == 0
    assert index.search(Query()).total == 0
    assert not index.folder.exists(), "an empty archive needs no index"


def test_refreshing_twice_does_nothing_twice(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    assert index.refresh(sqlite) == 0
    assert index.search(Query()).total == len(ids)


def test_more_than_one_batch(sqlite: Database, index: SearchIndex) -> None:
    with sqlite.write() as connection:
        for number in range(BATCH + 5):
            put(connection, article(str(number)))
    assert index.refresh(sqlite) == BATCH + 5
    assert index.search(Query()).total == BATCH + 5


def test_a_new_text_replaces_the_old_one(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    changed = article("bridge-en", "Telescopes instead.", title="Another headline", published=NOW)
    assert store(sqlite, changed) == ids["bridge-en"]
    assert index.refresh(sqlite) == 1
    assert _find(index, ids, "telescope") == ["bridge-en"]
    assert _find(index, ids, "investors") == []
    assert _find(index, ids, "astana") == []
    assert index.search(Query()).total == len(ids)


def test_topics_are_searchable_when_they_are_judged(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    with sqlite.write() as connection:
        _match(connection, ids["river-en"], "ai-law")
        _match(connection, ids["ai-ru"])
    index.refresh(sqlite)
    hits = index.search(Query(filters=Filters(topic="ai-law")))
    assert set(_names(ids, hits.ids)) == {"river-en", "ai-kk"}


def test_another_process_sees_what_this_one_indexed(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    other = SearchIndex(index.folder)
    assert other.search(Query()).total == len(ids)
    store(sqlite, article("more", "Telescopes."))
    assert index.refresh(sqlite) == 1
    assert other.search(Query(parse_words("telescope"))).total == 1
    assert other.refresh(sqlite) == 0


# Building anew


def _gone(folder: Path) -> None:
    shutil.rmtree(folder)


def _without_position(folder: Path) -> None:
    (folder / "position.json").unlink()


def _foreign_position(folder: Path) -> None:
    file = folder / "position.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"archive": "another"}))


def _older_layout(folder: Path) -> None:
    file = folder / "position.json"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"layout": 0}))


def _garbled_position(folder: Path) -> None:
    (folder / "position.json").write_text("[1, 2")


def _position_of_another_shape(folder: Path) -> None:
    (folder / "position.json").write_text('["archive"]')


def _without_meta(folder: Path) -> None:
    (folder / "meta.json").unlink()


@pytest.mark.parametrize(
    "damage",
    [
        _gone,
        _without_position,
        _foreign_position,
        _older_layout,
        _garbled_position,
        _position_of_another_shape,
        _without_meta,
    ],
)
@pytest.mark.parametrize("reopened", [True, False])
def test_a_damaged_index_is_built_anew(
    sqlite: Database, index: SearchIndex, ids: dict[str, int], damage: Any, reopened: bool
) -> None:
    assert index.search(Query()).total == len(ids)
    damage(index.folder)
    again = SearchIndex(index.folder) if reopened else index
    assert again.refresh(sqlite) == len(ids)
    assert again.search(Query()).total == len(ids)
    assert _find(again, ids, "investors") == ["bridge-en"]
    assert again.refresh(sqlite) == 0


def test_damaged_fields_are_found_out_at_the_next_change(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    (index.folder / "meta.json").write_text("{}")
    again = SearchIndex(index.folder)
    with pytest.raises(MonitorError, match="monitor reindex"):
        again.search(Query())
    store(sqlite, article("more"))
    assert again.refresh(sqlite) == len(ids) + 1
    assert again.search(Query()).total == len(ids) + 1


def test_lost_segments_are_named_and_built_anew(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    for segment in index.folder.glob("*.idx"):
        segment.unlink()
    again = SearchIndex(index.folder)
    with pytest.raises(MonitorError, match="monitor reindex"):
        again.search(Query(parse_words("startup")))
    assert again.rebuild(sqlite) == len(ids)
    assert set(_find(again, ids, "startup")) == {"bridge-en", "river-en"}


def test_a_restored_older_archive(
    sqlite: Database, index: SearchIndex, ids: dict[str, int], tmp_path: Path
) -> None:
    backup = tmp_path / "backup.db"
    sqlite.close()  # what stands in the log goes into the file
    shutil.copyfile(tmp_path / "archive.db", backup)
    store(sqlite, article("later", "Telescopes."))
    index.refresh(sqlite)
    assert index.search(Query(parse_words("telescope"))).total == 1
    restored = Database(f"sqlite:///{backup}")
    assert index.refresh(restored) == len(ids)
    assert index.search(Query(parse_words("telescope"))).total == 0
    assert index.search(Query()).total == len(ids)
    restored.close()


def test_an_archive_that_begins_again_is_not_searched_with_the_old_index(
    index: SearchIndex, ids: dict[str, int], tmp_path: Path
) -> None:
    fresh = Database(f"sqlite:///{tmp_path / 'fresh.db'}")
    prepare(fresh)
    assert index.refresh(fresh) == 0
    assert index.search(Query()).total == 0
    assert index.refresh(fresh) == 0
    store(fresh, article())
    assert index.refresh(fresh) == 1
    assert index.search(Query()).total == 1
    fresh.close()


@pytest.mark.parametrize("name", ["notes.txt", "meta.json.bak", "photos"])
@pytest.mark.parametrize("with_index", [True, False])
def test_other_peoples_files_are_never_deleted(
    sqlite: Database, index: SearchIndex, ids: dict[str, int], name: str, with_index: bool
) -> None:
    if not with_index:
        shutil.rmtree(index.folder)
        index.folder.mkdir()
    theirs = index.folder / name
    if name == "photos":
        theirs.mkdir()
        theirs = theirs / ("a" * 32 + ".idx")
    theirs.write_text("not to be lost")
    before = sorted(index.folder.rglob("*"))
    with pytest.raises(ConfigError, match="MONITOR_INDEX_DIR"):
        index.rebuild(sqlite)
    assert theirs.read_text() == "not to be lost"
    left = set(index.folder.rglob("*"))
    assert set(before) == left


def test_a_file_in_place_of_the_folder(sqlite: Database, tmp_path: Path) -> None:
    store(sqlite, article())
    (tmp_path / "file").write_text("x")
    for folder in (tmp_path / "file", tmp_path / "file" / "index"):
        with pytest.raises(ConfigError, match="MONITOR_INDEX_DIR"):
            SearchIndex(folder).refresh(sqlite)


def _refresh(url: str, folder: str) -> tuple[int, int]:
    database = Database(url)
    index = SearchIndex(Path(folder))
    done = index.refresh(database)
    total = index.search(Query()).total
    database.close()
    return done, total


def test_two_processes_that_refresh_at_once(sqlite: Database, index: SearchIndex) -> None:
    with sqlite.write() as connection:
        for number in range(300):
            put(connection, article(str(number)))
    url = sqlite.url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(3) as pool:
        found = pool.starmap(_refresh, [(url, str(index.folder))] * 3, chunksize=1)
    assert sum(done for done, _ in found) == 300
    assert index.search(Query()).total == 300
    assert index.refresh(sqlite) == 0


def test_threads_search_while_one_rebuilds(
    sqlite: Database, index: SearchIndex, ids: dict[str, int]
) -> None:
    wrong: list[BaseException] = []
    totals: set[int] = set()
    finished = threading.Event()

    def search() -> None:
        reader = SearchIndex(index.folder)
        while not finished.is_set():
            try:
                totals.add(reader.search(Query(parse_words("startup"))).total)
            except BaseException as error:
                wrong.append(error)

    threads = [threading.Thread(target=search) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        assert index.rebuild(sqlite) == len(ids)
    finished.set()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert totals <= {0, 2}


# Whatever is typed


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    folder = tmp_path_factory.mktemp("small")
    database = Database(f"sqlite:///{folder / 'archive.db'}")
    prepare(database)
    for path, given_ in TEXTS.items():
        store(database, article(path, **given_))
    index = SearchIndex(folder / "index")
    index.refresh(database)
    database.close()
    return index


_TYPED = st.text(
    st.one_of(
        st.sampled_from("\"«»“”„-−–'’*:()[]{}^~\\/+&|!?.,;@#$%\0\t\n aAіІёЁқҚéœ1"),
        st.characters(),
    ),
    max_size=60,
)


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(_TYPED, st.sampled_from(["relevance", "date"]))
def test_whatever_is_typed_is_found_or_refused(
    small: SearchIndex, typed: str, sort: Literal["relevance", "date"]
) -> None:
    try:
        clauses = parse_words(typed)
    except QueryError:
        return
    hits = small.search(Query(clauses, sort=sort))
    assert len(hits.ids) == min(hits.total, 20)


@pytest.mark.parametrize("piece", ["a ", "ә ", "l'", "-х ещё ", '"a b" ', "слово", "１ ", "é-"])
def test_the_longest_query(small: SearchIndex, piece: str) -> None:
    typed = (piece * (MAX_LENGTH // len(piece))).strip()
    hits = small.search(Query(parse_words(f"{typed} a"[-MAX_LENGTH:])))
    assert hits.total == len(hits.ids)


@pytest.mark.parametrize(
    "filters",
    [
        Filters(topic="\0", source="«»", language="x" * 70_000),
        Filters(since=datetime.min.replace(tzinfo=UTC), until=datetime.max.replace(tzinfo=UTC)),
        Filters(since=NOW, until=NOW - DAY),
    ],
)
def test_any_filter(small: SearchIndex, filters: Filters) -> None:
    assert small.search(Query(filters=filters)).total in (0, len(TEXTS))


def test_a_text_of_one_endless_word(sqlite: Database, index: SearchIndex) -> None:
    store(sqlite, article("endless", "ж" * 200_000 + " after"))
    assert index.refresh(sqlite) == 1
    assert index.search(Query(parse_words("after"))).total == 1


def test_the_index_follows_either_database(database: Database, index: SearchIndex) -> None:
    assert index.refresh(database) == 0
    article_id = store(database, article("a", "Жасанды интеллектіні дамыту", language="kk"))
    with database.write() as connection:
        _match(connection, article_id, "ai-law")
    assert index.refresh(database) == 1
    query = Query(parse_words("жасанды интеллект"), Filters(topic="ai-law"))
    assert index.search(query).ids == (article_id,)
    assert index.refresh(database) == 0
