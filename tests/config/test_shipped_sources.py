"""The sources that come with the program, and the copy that `monitor init` makes of them."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from config.catalog import load_catalog
from config.shipped import copy_shipped, shipped_config
from config.source import Source
from monitor.errors import ConfigError

WATCHED = {"astana-times", "euronews", "akorda"}
OFFERED = {
    "kursiv", "trend", "the-diplomat", "euractiv", "kazinform", "primeminister", "eureflect",
    "eurasiafocus",
}  # fmt: skip
SOURCES = load_catalog(shipped_config()).sources


def test_exactly_these_are_shipped() -> None:
    assert set(SOURCES) == WATCHED | OFFERED


def test_exactly_these_are_watched_from_the_start() -> None:
    assert {name for name, source in SOURCES.items() if source.enabled} == WATCHED


@pytest.mark.parametrize("source", SOURCES.values(), ids=lambda source: source.id)
def test_a_shipped_source_is_complete_and_polite(source: Source) -> None:
    assert source.name
    assert source.homepage.startswith("https://")
    assert source.timezone != "UTC"
    assert source.spacing >= timedelta(seconds=2)
    for channel in source.channels:
        assert channel.url.startswith("https://")
        assert source.min_interval_of(channel) >= timedelta(minutes=5)
        assert source.every_of(channel) <= timedelta(hours=1)
        if channel.backfill and channel.kind != "sitemap":
            assert "{page}" in channel.backfill


def test_the_watched_sources_speak_all_four_languages() -> None:
    spoken = {
        channel.language or source.language
        for source in SOURCES.values()
        if source.enabled
        for channel in source.channels
    }
    assert spoken == {"en", "fr", "ru", "kk"}


def test_akordas_kazakh_pages_are_kazakh() -> None:
    for channel in SOURCES["akorda"].channels:
        if "/kz/" in channel.url:
            assert channel.language == "kk"


def test_the_copy_loads_to_the_same_catalog(tmp_path: Path) -> None:
    written = copy_shipped(tmp_path / "new" / "config")
    assert all(path.is_file() for path in written)
    assert not list((tmp_path / "new" / "config").rglob("*.py"))
    assert load_catalog(tmp_path / "new" / "config") == load_catalog(shipped_config())


def test_nothing_is_overwritten_and_nothing_half_copied(tmp_path: Path) -> None:
    mine = tmp_path / "sources" / "euronews.toml"
    mine.parent.mkdir()
    mine.write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"sources/euronews\.toml"):
        copy_shipped(tmp_path)
    assert mine.read_text(encoding="utf-8") == "mine"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [mine]


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    os.symlink(tmp_path / "elsewhere.toml", tmp_path / "sources" / "akorda.toml")
    with pytest.raises(ConfigError, match=r"sources/akorda\.toml"):
        copy_shipped(tmp_path)
    assert not (tmp_path / "elsewhere.toml").exists()


def test_a_file_where_the_folder_should_be(tmp_path: Path) -> None:
    (tmp_path / "config").write_text("", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"cannot be written"):
        copy_shipped(tmp_path / "config")
