"""`monitor topics correct`, `try` and `report`: work on topics against an archive."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import Cli

LAW = (
    "ASTANA – Parliament has passed a law on artificial intelligence that obliges owners of "
    "systems to mark what they generate. President Kassym-Jomart Tokayev will sign it."
)
BRIDGE = (
    "The city has opened a bridge over the river; it took two years and cost nine million. "
    "Tokayev's press office sent a telegram."
)
TOPIC = """
seed = "A bridge."
name = { en = "Bridges", fr = "Ponts", ru = "Мосты", kk = "Көпірлер" }
[match.en]
strong = ["bridge", "gondola"]
"""


@pytest.fixture
def filled(cli: Cli) -> Cli:
    records = [
        {"url": "https://example.org/law", "title": "A law on AI passes", "text": LAW},
        {"url": "https://example.org/bridge", "title": "A bridge opens", "text": BRIDGE},
    ]
    cli.write("given.jsonl", "".join(json.dumps(each) + "\n" for each in records))
    cli.record("import", "given.jsonl", "--json")
    return cli


def topics_of(cli: Cli, article: str) -> list[str]:
    return [match["id"] for match in cli.record("show", article, "--json")["topics"]]


def test_a_correction_stays_when_the_topics_are_edited(filled: Cli) -> None:
    assert "ai-law" in topics_of(filled, "1")
    told = filled.record(
        "topics", "correct", "1", "--remove", "ai-law", "--add", "connectivity",
        "--note", "a test", "--by", "Ann", "--json",
    )  # fmt: skip
    assert "ai-law" not in told["topics"]
    assert "connectivity" in told["topics"]

    # Another edition of the topics has everything judged again.
    filled.run("init", "mine")
    path = filled.write("mine/topics/bridges.toml", TOPIC)
    filled.set("CONFIG_DIR", path.parent.parent)
    filled.write(
        "more.jsonl", '{"url": "https://example.org/3", "title": "C", "text": "A bridge."}'
    )
    filled.run("import", "more.jsonl")
    assert topics_of(filled, "2") == ["bridges"]
    assert "ai-law" not in topics_of(filled, "1")
    assert "connectivity" in topics_of(filled, "1")

    shown = filled.record("show", "1", "--json")
    assert [(each["topic"], each["belongs"]) for each in shown["corrections"]] == [
        ("ai-law", False),
        ("connectivity", True),
    ]
    assert "ai-law" in [each["topic"] for each in shown["passing"]]
    assert "ai-law was removed by Ann: a test" in filled.run("show", "1").out

    filled.run("topics", "correct", "1", "--undo", "ai-law", "--undo", "connectivity")
    assert "ai-law" in topics_of(filled, "1")
    assert "connectivity" not in topics_of(filled, "1")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["1"], "name a topic with --add, --remove or --undo"),
        (["1", "--add", "ai-lwa"], "No topic is called ai-lwa"),
        (["1", "--add", "ai-law", "--remove", "ai-law"], "ai-law: named twice"),
        (["99", "--add", "ai-law"], "No article has the id 99"),
    ],
)
def test_corrections_that_cannot_be_made(filled: Cli, given: list[str], told: str) -> None:
    before = filled.record("show", "1", "--json")
    ended = filled.run("topics", "correct", *given)
    assert ended.code == 2
    assert told in ended.err
    assert filled.record("show", "1", "--json") == before


def test_a_changed_topic_is_tried_on_the_archive(filled: Cli) -> None:
    path = filled.write("bridges.toml", TOPIC)
    tried = filled.record("topics", "try", str(path), "--json")
    assert (tried["topic"], tried["before"], tried["after"]) == ("bridges", 0, 1)
    [added] = tried["added"]
    assert added["title"] == "A bridge opens"
    assert added["evidence"][0]["words"] == "bridge"
    assert topics_of(filled, "2") == []  # nothing was stored

    law = filled.write("ai-law.toml", TOPIC.replace("bridge", "quango"))
    told = filled.run("topics", "try", str(law)).out
    assert "- 1  en  A law on AI passes" in told
    assert "ai-law: 1 articles now, 0 with this file: 0 added, 1 removed" in told


def test_what_people_decided_is_not_tried(filled: Cli) -> None:
    path = filled.write("ai-law.toml", TOPIC)
    filled.run("topics", "correct", "1", "--add", "ai-law")
    tried = filled.record("topics", "try", str(path), "--json")
    assert [each["id"] for each in tried["removed"]] == []


def test_a_topic_file_that_cannot_be_read(filled: Cli) -> None:
    path = filled.write("bad.toml", TOPIC.replace("strong", "strnog"))
    ended = filled.run("topics", "try", str(path))
    assert ended.code == 2
    assert "line 5" in ended.err
    assert 'did you mean "strong"' in ended.err


def test_terms_that_find_nothing_are_named(filled: Cli) -> None:
    filled.run("init", "mine")
    path = filled.write("mine/topics/bridges.toml", TOPIC)
    filled.set("CONFIG_DIR", path.parent.parent)
    told = filled.record("topics", "report", "--json")
    mine = [each["term"] for each in told["idle"] if each["topic"] == "bridges"]
    assert mine == ["gondola"]
    assert told["articles"] == 2
    assert "bridges, en, strong: 'gondola' finds nothing" in filled.run("topics", "report").out


def test_whom_an_article_names_is_stored(filled: Cli) -> None:
    named = {each["entity"]: each for each in filled.record("show", "1", "--json")["mentions"]}
    assert named["tokayev"]["count"] == 1
    [evidence] = named["tokayev"]["evidence"]
    assert LAW[evidence["start"] : evidence["end"]] == evidence["words"] == "Tokayev"


def test_articles_are_found_by_whom_they_name(filled: Cli) -> None:
    found = filled.lines("search", "", "--entity", "tokayev", "--json")
    assert sorted(each["id"] for each in found) == ["1", "2"]
    assert found[0]["entities"]["tokayev"] == 1
    assert filled.lines("search", "", "--entity", "durov", "--json") == []
    assert [each["id"] for each in filled.lines("export", "--entity", "ai-council")] == []
    counted = {each["id"]: each for each in filled.lines("entities", "--json")}
    assert (counted["tokayev"]["articles"], counted["durov"]["articles"]) == (2, 0)
    assert counted["tokayev"]["name"]["kk"] == "Қасым-Жомарт Тоқаев"
    ended = filled.run("search", "", "--entity", "nobody")
    assert ended.code == 2
    assert "No entity is called 'nobody'" in ended.err
