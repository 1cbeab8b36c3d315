"""The archive from the command line: import, search, show, export, reindex."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from tests.cli.conftest import Cli

# The article format of the documentation; the other ones are additions of ours.
FORMAT = [
    "id", "url", "source", "language", "title", "authors", "published", "first_seen", "updated",
    "text", "image", "topics", "duplicate_of", "story", "versions",
]  # fmt: skip
BODY = (
    "ASTANA – Parliament has passed a law on artificial intelligence that obliges owners of "
    "systems to mark what they generate. The minister of artificial intelligence said that it "
    "protects citizens of Kazakhstan and leaves room for startups that train models at home."
)
RECORDS: list[dict[str, Any]] = [
    {
        "id": "seven",
        "url": "https://example.org/law?utm_source=x",
        "title": "Kazakhstan adopts a law on artificial intelligence",
        "text": BODY,
        "source": "example",
        "authors": ["Aida Sarsen", "-R. Novak"],
        "published": "2025-11-17T09:30:00+05:00",
        "first_seen": "2025-11-17T05:00:00+00:00",
        "image": "https://example.org/law.jpg",
    },
    {
        "id": 8,
        "url": "https://mirror.example/copy",
        "title": "=1+1 Law on artificial intelligence",
        "text": BODY,
        "published": "2025-11-18T09:30:00+05:00",
    },
    {
        "url": "https://example.org/kk",
        "title": "Алматыда көпір ашылды",
        "text": "Алматыда жаңа көпір ашылды. Қала тұрғындары оны көптен күткен еді, деді әкім.",
    },
]


def jsonl(records: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in records)


# What comes on top of the format.
STATED = (
    "place", "entities", "withdrawn", "external_id", "published_from", "published_precision",
    "section", "tags", "image_credit", "languages", "marks",
)  # fmt: skip


@pytest.fixture
def filled(cli: Cli) -> Cli:
    cli.write("given.jsonl", jsonl(RECORDS))
    tally = cli.record("import", "given.jsonl", "--json")
    assert tally == {
        "read": 3,
        "stored": 3,
        "updated": 0,
        "known": 0,
        "older": 0,
        "duplicates": 1,
    }
    return cli


def test_an_export_has_the_article_format(filled: Cli) -> None:
    records = filled.lines("export")
    assert [each["id"] for each in records] == ["1", "2", "3"]
    for each in records:
        assert set(FORMAT) <= set(each) <= {*FORMAT, *STATED}
    law, copy, kazakh = records
    assert law["url"] == "https://example.org/law"
    assert law["authors"] == ["Aida Sarsen", "-R. Novak"]
    assert law["published"] == "2025-11-17T09:30:00+05:00"
    assert (law["source"], copy["source"]) == ("example", "imported")
    assert (law["external_id"], copy["external_id"]) == ("seven", "8")
    assert (law["duplicate_of"], copy["duplicate_of"]) == (None, "1")
    assert law["story"] == copy["story"] == "1"
    assert (kazakh["language"], kazakh["published"], kazakh["updated"]) == ("kk", None, None)
    assert (law["versions"], law["image"]) == (1, "https://example.org/law.jpg")
    topic = next(each for each in law["topics"] if each["id"] == "ai-law")
    assert topic["score"] >= 1
    for evidence in topic["evidence"]:
        where = law["title"] if evidence["field"] == "title" else law["text"]
        assert where[evidence["start"] : evidence["end"]] == evidence["words"]


def test_an_export_imported_elsewhere_is_exported_the_same(filled: Cli) -> None:
    before = filled.lines("export")
    assert filled.run("export", "-o", "all.jsonl").code == 0
    filled.set("DATABASE_URL", "sqlite:///other.db")
    extra = {"url": "https://example.org/first", "title": "First", "text": "It has another id."}
    filled.write("extra.jsonl", jsonl([extra]))
    assert filled.run("import", "extra.jsonl", "all.jsonl").code == 0
    _, *after = filled.lines("export")

    def plain(record: dict[str, Any]) -> dict[str, Any]:
        moved = {"id", "external_id", "duplicate_of", "story"}
        return {key: value for key, value in record.items() if key not in moved}

    assert [plain(each) for each in after] == [plain(each) for each in before]
    assert [each["external_id"] for each in after] == ["seven", "8", "3"]
    assert after[1]["duplicate_of"] == after[0]["id"] == after[0]["story"]
    # Once more, and back home: everything is known.
    assert filled.record("import", "all.jsonl", "--json")["known"] == 3


def test_csv_opens_in_a_spreadsheet_and_runs_nothing(filled: Cli) -> None:
    filled.run("export", "--format", "csv", "-o", "all.csv")
    raw = (filled.folder / "all.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert [row["title"] for row in rows][1] == "'=1+1 Law on artificial intelligence"
    assert rows[0]["authors"] == "Aida Sarsen; -R. Novak"
    assert rows[2]["title"] == RECORDS[2]["title"]
    assert not [v for row in rows for v in row.values() if v.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ((), ["1", "2", "3"]),
        (("--topic", "ai-law"), ["1", "2"]),
        (("--source", "imported"), ["2", "3"]),
        (("--lang", "kk"), ["3"]),
        (("--lang", "kz"), ["3"]),
        (("--lang", "en", "--since", "2025-11-18"), ["2"]),
        (("--until", "2025-11-17"), ["1"]),
        (("--since", "2025-11-17", "--until", "2025-11-18"), ["1", "2"]),
        (("--source", "example", "--lang", "kk"), []),
    ],
)
def test_filters_mean_the_same_to_search_and_export(
    filters: tuple[str, ...], ids: list[str], filled: Cli
) -> None:
    assert [each["id"] for each in filled.lines("export", *filters)] == ids
    assert sorted(each["id"] for each in filled.lines("search", "--json", *filters)) == ids


def test_search_rows_have_the_article_format_and_a_snippet(filled: Cli) -> None:
    found = filled.lines("search", "laws", "--json")
    assert {each["id"] for each in found} == {"1", "2"}
    for each in found:
        assert set(FORMAT) <= set(each)
        start, end = each["highlights"][0]
        assert each["snippet"][start:end] == "law"
    by_date = filled.lines("search", "law", "--sort", "date", "--json")
    assert [each["id"] for each in by_date] == ["2", "1"]
    assert len(filled.lines("search", "law", "--limit", "1", "--json")) == 1
    assert [each["id"] for each in filled.lines("search", "көпірдің", "--json")] == ["3"]
    assert filled.lines("search", '"law passed"', "--json") == []
    assert len(filled.lines("search", "--json", "--", "law", "-mark")) == 0


def test_search_for_people(filled: Cli) -> None:
    ended = filled.run("search", "intelligence")
    assert "2 found" in ended.out
    assert "Nothing was found" in filled.run("search", "zebra").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (('"open',), "quotation mark"),
        (("...",), "no word"),
        (("--", "-law"), "Only words to leave out"),
        (("law", "--topic", "ai-lwa"), "ai-law"),
        (("law", "--source", "exmaple"), "example"),
        (("law", "--since", "yesterday"), "2025-10-02"),
        (("law", "--until", "2025-02-30"), "2025-02-30"),
        (("law", "--limit", "0"), "--limit"),
        (("law", "--sort", "size"), "relevance"),
        (("x" * 3000,), "too long"),
    ],
)
def test_searches_that_cannot_be_read(arguments: tuple[str, ...], words: str, filled: Cli) -> None:
    ended = filled.run("search", *arguments)
    assert ended.code == 2
    assert words in ended.err
    assert ended.out == ""


def test_show(filled: Cli) -> None:
    record = filled.record("show", "2", "--json")
    assert set(FORMAT) | {"history", "copies"} <= set(record)
    assert record["copies"] == ["1"]
    assert [set(each) for each in record["history"]] == [
        {"number", "seen", "title", "text", "changes", "origin"}
    ]
    out = filled.run("show", "1").out
    assert RECORDS[0]["title"] in out
    assert "ai-law" in out
    assert "copy" in out
    for wrong in ("9", "nine", "-1", "١", "1" * 30):
        ended = filled.run("show", "--", wrong)
        assert ended.code == 2
        assert wrong in ended.err


def test_reindex_finds_the_same_again(filled: Cli) -> None:
    before = filled.lines("search", "law", "--json")
    assert filled.record("reindex", "--json") == {"indexed": 3}
    assert filled.lines("search", "law", "--json") == before
    assert filled.run("reindex").out == "3 articles indexed\n"


def test_an_export_that_cannot_be_written(filled: Cli) -> None:
    for place in ("nowhere/all.jsonl", "given.jsonl/all.jsonl", "/dev/full"):
        ended = filled.run("export", "-o", place)
        assert ended.code == 2
        assert f"{place}: cannot be written" in ended.err
    assert sorted(path.name for path in filled.folder.iterdir()) == [
        "config",
        "data",
        "given.jsonl",
    ]


def test_an_export_replaces_a_file_at_once_and_follows_links(filled: Cli) -> None:
    target = filled.write("kept/all.jsonl", "old")
    (filled.folder / "link.jsonl").symlink_to(target)
    filled.run("export", "-o", "link.jsonl")
    assert (filled.folder / "link.jsonl").is_symlink()
    assert len(target.read_text(encoding="utf-8").splitlines()) == 3
    assert [path.name for path in target.parent.iterdir()] == ["all.jsonl"]
