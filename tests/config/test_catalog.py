"""Loading a folder of sources and topics: ids, order, defaults, and what the shipped one lends."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from config.catalog import load_catalog
from config.shipped import shipped_config
from config.source import Source

SOURCE = """
name = "Daily"
homepage = "https://daily.example/"
language = "en"
[[channels]]
kind = "feed"
url = "https://daily.example/{0}"
"""
TOPIC = """
seed = "One passage."
name = {{ en = "A", fr = "B", ru = "C", kk = "D" }}
[match.en]
strong = ["{0}"]
"""


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_ids_are_the_names_of_the_files_in_order_subfolders_included(tmp_path: Path) -> None:
    write(tmp_path, "sources/kz/b.toml", SOURCE.format("b"))
    write(tmp_path, "sources/c-2.toml", SOURCE.format("c"))
    write(tmp_path, "sources/a.toml", SOURCE.format("a"))
    sources = load_catalog(tmp_path).sources
    assert list(sources) == ["a", "b", "c-2"]
    assert [source.id for source in sources.values()] == ["a", "b", "c-2"]


def test_other_files_and_hidden_ones_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path, "sources/a.toml", SOURCE.format("a"))
    write(tmp_path, "sources/README.md", "not TOML")
    write(tmp_path, "sources/.#a.toml", "an editor's lock")
    write(tmp_path, "sources/.git/b.toml", "not ours")
    (tmp_path / "sources" / "folder.toml").mkdir()
    assert list(load_catalog(tmp_path).sources) == ["a"]


def test_byte_order_mark_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, "sources/a.toml", "")
    path.write_bytes(b"\xef\xbb\xbf" + SOURCE.format("a").replace("\n", "\r\n").encode())
    assert load_catalog(tmp_path).sources["a"].name == "Daily"


def test_a_folder_with_sources_only_borrows_the_shipped_topics(tmp_path: Path) -> None:
    write(tmp_path, "sources/a.toml", SOURCE.format("a"))
    catalog = load_catalog(tmp_path)
    assert list(catalog.sources) == ["a"]
    assert catalog.topics == load_catalog(shipped_config()).topics
    assert catalog.words == load_catalog(shipped_config()).words


def test_a_folder_with_topics_only_borrows_the_shipped_sources(tmp_path: Path) -> None:
    write(tmp_path, "topics/mine.toml", TOPIC.format("word"))
    catalog = load_catalog(tmp_path)
    assert list(catalog.topics) == ["mine"]
    assert catalog.sources == load_catalog(shipped_config()).sources


def test_a_folder_with_concepts_replaces_the_shipped_ones(tmp_path: Path) -> None:
    write(tmp_path, "topics/mine.toml", TOPIC.format("@fruit"))
    write(tmp_path, "concepts.toml", '[fruit]\nany = ["apple", "@pear"]\n[pear]\nen = ["pear"]\n')
    assert load_catalog(tmp_path).concepts == {
        "fruit": {"any": ("apple", "@pear")},
        "pear": {"en": ("pear",)},
    }


def test_no_topics_at_all_is_a_choice(tmp_path: Path) -> None:
    (tmp_path / "topics").mkdir()
    assert load_catalog(tmp_path).topics == {}


def source(**values: object) -> Source:
    given = {"id": "a", "name": "A", "homepage": "https://a.example/", "language": "en"}
    channel = {"kind": "feed", "url": "https://a.example/feed"}
    return Source.model_validate({"channels": [channel], **given, **values})


@pytest.mark.parametrize(
    ("values", "least", "longest"),
    [
        ({}, "5m", "15m"),
        ({"every": "1s"}, "1s", "1s"),
        ({"every": "1m", "min_interval": "2m"}, "2m", "2m"),
        ({"min_interval": "0s"}, "0s", "15m"),
        ({"min_interval": "30m"}, "30m", "30m"),
    ],
)
def test_the_pace_of_a_channel(values: dict[str, str], least: str, longest: str) -> None:
    seconds = {"0s": 0, "1s": 1, "2m": 120, "5m": 300, "15m": 900, "30m": 1800}
    made = source(**values)
    assert made.min_interval_of(made.channels[0]) == timedelta(seconds=seconds[least])
    assert made.every_of(made.channels[0]) == timedelta(seconds=seconds[longest])


def test_a_channel_has_the_last_word_about_its_pace() -> None:
    channel = {"kind": "feed", "url": "https://a.example/", "every": "1h", "min_interval": "0s"}
    made = source(every="1m", min_interval="1m", channels=[channel])
    assert made.min_interval_of(made.channels[0]) == timedelta(0)
    assert made.every_of(made.channels[0]) == timedelta(hours=1)


ENTITY = """
[smith]
kind = "person"
name = { en = "Ann Smith" }
any = ["Smith"]
"""


def test_entities_may_be_named_by_topics_and_concepts(tmp_path: Path) -> None:
    write(tmp_path, "entities.toml", ENTITY)
    write(tmp_path, "concepts.toml", '[speaker]\nany = ["@smith"]\n')
    write(tmp_path, "topics/mine.toml", TOPIC.format("@speaker ~ @smith"))
    catalog = load_catalog(tmp_path)
    assert {*load_catalog(shipped_config()).entities, "smith"} == set(catalog.entities)
    assert catalog.words["smith"] == {"any": ("Smith",)}
    assert catalog.words["speaker"] == {"any": ("@smith",)}


def test_a_concept_goes_before_an_entity_of_its_name(tmp_path: Path) -> None:
    write(tmp_path, "entities.toml", ENTITY)
    write(tmp_path, "concepts.toml", '[smith]\nany = ["blacksmith"]\n')
    write(tmp_path, "topics/mine.toml", TOPIC.format("@smith"))
    assert load_catalog(tmp_path).words["smith"] == {"any": ("blacksmith",)}
