"""Which readings are one article although their addresses differ."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Article, Entry
from monitor.pipeline.entry_identity import (
    another_article,
    content_key,
    content_url,
    moved,
    path_of,
    renamed,
    shared_guids,
)
from monitor.pipeline.find_duplicates import share_phrases

FEED = "https://example.org/feed"
NOON = datetime(2026, 3, 21, 12, 0, tzinfo=UTC)
TEXT = (
    "The council of the town opened the bridge on Monday, a year after its foundation was laid, "
    "and two thousand people walked across it before noon. The mayor said that the school comes "
    "next, because its roof lets the rain in."
)
ONE = Article(url="https://example.org/a", title="Bridge", text=TEXT, language="en", published=NOON)
CORRECTED = TEXT.replace("two thousand", "two hundred") + " A correction: it was Tuesday."
OTHER = "Nothing of the first text is left here, although it also speaks of the town and the mayor."


@pytest.mark.parametrize(
    ("text", "after", "same"),
    [
        (TEXT, timedelta(days=9), True),
        (TEXT.upper(), timedelta(0), True),
        (CORRECTED, timedelta(0), True),
        (CORRECTED, timedelta(hours=5), True),
        (CORRECTED, timedelta(days=1), False),  # a daily piece reads alike and is another one
        (OTHER, timedelta(0), False),
    ],
)
def test_under_one_guid(text: str, after: timedelta, same: bool) -> None:
    assert renamed(ONE, replace(ONE, text=text, published=NOON + after)) is same
    assert renamed(ONE, replace(ONE, text=text, published=None)) is (text != OTHER)
    assert not renamed(ONE, replace(ONE, text=text, language="fr"))


def test_under_one_path_the_text_must_be_nearly_the_same() -> None:
    assert moved(ONE, replace(ONE, text=TEXT + " More."))
    assert not moved(ONE, replace(ONE, text=OTHER))
    assert not moved(ONE, replace(ONE, text=TEXT, language="ru"))


def test_texts_of_the_same_words_share_no_phrases() -> None:
    words = TEXT.split()
    assert share_phrases(TEXT, " ".join(sorted(words))) < 0.1
    assert share_phrases(TEXT, CORRECTED) > 0.8
    assert share_phrases("Too short", "Too short") == 1.0
    assert share_phrases("Too short", "Too short to tell") == 0.0
    assert share_phrases("", "") == 1.0


def test_a_guid_given_to_a_new_article() -> None:
    assert another_article(ONE, replace(ONE, title="School", text=OTHER))
    assert not another_article(ONE, replace(ONE, text=OTHER))
    assert not another_article(ONE, replace(ONE, title="School", text=CORRECTED))


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("example.org/a/b", "/a/b"),
        ("example.org/?p=1", "/?p=1"),
        ("example.org", None),
        ("example.org/", None),
        ("content:0123", None),
    ],
)
def test_the_path_of_a_key(key: str, path: str | None) -> None:
    assert path_of(key) == path


def test_entries_without_a_link_go_by_guid_or_content() -> None:
    one, two = Entry("", guid="a", title="A", summary="x"), Entry("", title="A", summary="x")
    urls = {
        content_url(FEED, source, entry, shared_guids([entry]))
        for source in ("s", "t")
        for entry in (one, two, replace(two, summary="y"), replace(two, published_raw="Monday"))
    }
    assert len(urls) == 8
    assert all(url.startswith(f"{FEED}#entry-") and content_key(url) for url in urls)
    edited = replace(one, summary="y", title="B")
    assert content_url(FEED, "s", one, Counter()) == content_url(FEED, "s", edited, Counter())
    shared = shared_guids([one, edited])
    assert content_url(FEED, "s", one, shared) != content_url(FEED, "s", edited, shared)


@pytest.mark.parametrize("url", [FEED, f"{FEED}#entry-1", f"{FEED}#entry-{'x' * 24}", ""])
def test_other_addresses_have_no_content_key(url: str) -> None:
    assert content_key(url) is None
