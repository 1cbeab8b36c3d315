"""Selectors for pages of certain days, and pages saved beside what is to be read from them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.saved_pages import saved_pages
from config.shipped import shipped_config
from config.source import ExtractRules, Layout
from monitor.errors import ConfigError

OLD = Layout.model_validate({"until": "2025-11-23", "body": ".old"})
MIDDLE = Layout(since=date(2025, 11, 24), until=date(2025, 12, 31), title=".headline")


@pytest.mark.parametrize(
    ("day", "body", "title"),
    [
        (date(2024, 1, 1), ".old", "h1"),
        (date(2025, 11, 23), ".old", "h1"),
        (date(2025, 11, 24), ".new", ".headline"),
        (date(2026, 1, 1), ".new", "h1"),
        (None, ".new", "h1"),
    ],
)
def test_a_layout_has_todays_selectors_where_it_has_none(
    day: date | None, body: str, title: str
) -> None:
    rules = ExtractRules(body=".new", title="h1", layouts=(OLD, MIDDLE)).on(day)
    assert (rules.body, rules.title) == (body, title)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"body": ".old"}, 'needs "since" or "until"'),
        ({"since": "2026-02-01", "until": "2026-01-01"}, "not before since"),
        ({"since": "soon"}, "date"),
        ({"until": "2026-01-01", "bodi": ".old"}, "bodi"),
    ],
)
def test_a_layout_that_cannot_be_meant_is_refused(given: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Layout.model_validate(given)


def test_the_watched_sources_have_pages_of_their_layouts() -> None:
    found = {
        source: [page.name for page in saved_pages(shipped_config(), source)]
        for source in ("akorda", "astana-times", "euronews", "kursiv")
    }
    assert found == {
        "akorda": ["event_ru", "speech_kk"],
        "astana-times": ["layout_2023", "layout_2026"],
        "euronews": ["layout_2024_en", "layout_2026_fr", "layout_2026_ru"],
        "kursiv": [],
    }


def test_a_saved_page_is_read_with_what_is_expected(tmp_path: Path) -> None:
    folder = tmp_path / "sources" / "pages" / "town"
    folder.mkdir(parents=True)
    (folder / "one.html").write_bytes(b"<p>Text</p>")
    told = {
        "url": "https://a.example/1", "title": "T", "text": ["One.", "Two."],
        "published": "2026-01-06T13:55:27+00:00",
    }  # fmt: skip
    (folder / "one.json").write_text(json.dumps(told), "utf-8")
    [page] = saved_pages(tmp_path, "town")
    assert (page.name, page.title, page.text, page.authors) == ("one", "T", "One.\n\nTwo.", None)
    assert page.published == datetime(2026, 1, 6, 13, 55, 27, tzinfo=UTC)


@pytest.mark.parametrize("told", ["", "[]", '{"url": "https://a.example/1"}', None])
def test_a_saved_page_without_its_description_is_named(tmp_path: Path, told: str | None) -> None:
    folder = tmp_path / "sources" / "pages" / "town"
    folder.mkdir(parents=True)
    (folder / "one.html").write_bytes(b"<p>Text</p>")
    if told is not None:
        (folder / "one.json").write_text(told, "utf-8")
    with pytest.raises(ConfigError, match=r"one\.json"):
        saved_pages(tmp_path, "town")
