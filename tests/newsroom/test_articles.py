"""The newsroom's texts are ground truth for other tests, so their labels and links are checked."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from monitor import newsroom

FOLDER = Path(newsroom.__file__).parent / "articles"
LANGUAGES = {
    "steppe-times": {"en"},
    "continental": {"en", "fr", "ru"},
    "palace": {"en", "ru", "kk"},
    "bulletin": {"ru", "kk"},
}
TOPICS = {
    "digital-bridge",
    "ai-policy",
    "ai-law",
    "ai-ministry",
    "alem-ai",
    "ai-education",
    "ai-adoption",
    "digital-state",
    "e-government",
    "it-sector",
    "crypto-blockchain",
    "alatau-city",
    "connectivity",
    "cashless-payments",
    "cybersecurity",
    "regional-cooperation",
}
REQUIRED = {
    "id": str,
    "site": str,
    "language": str,
    "slug": str,
    "title": str,
    "summary": str,
    "authors": list,
    "section": str,
    "topics": list,
    "minutes": int,
    "text": str,
}
OPTIONAL = {"story", "copy_of", "corrections"}
CYRILLIC = re.compile(r"[\u0400-\u04ff]")
LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
KAZAKH_ONLY = re.compile(r"[әғқңөұүһі]", re.IGNORECASE)
FRENCH_ONLY = re.compile(r"[àâçèéêëîïôùûœ]", re.IGNORECASE)

Article = dict[str, Any]
PATHS = sorted(FOLDER.glob("*/*.toml"))
ARTICLES: list[Article] = [tomllib.loads(path.read_text(encoding="utf-8")) for path in PATHS]
BY_ID = {article["id"]: article for article in ARTICLES}
COPIES = [article for article in ARTICLES if "copy_of" in article]
CORRECTED = [article for article in ARTICLES if "corrections" in article]


def _each(articles: list[Article]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("article", articles, ids=lambda article: article["id"])


def _words(text: str) -> int:
    return len(text.split())


def test_there_are_twenty_articles_in_each_language() -> None:
    counts = Counter(article["language"] for article in ARTICLES)
    assert counts == {"en": 20, "fr": 20, "ru": 20, "kk": 20}


def test_ids_are_unique() -> None:
    assert len(BY_ID) == len(ARTICLES)


def test_slugs_are_unique_on_a_site() -> None:
    assert len({(article["site"], article["slug"]) for article in ARTICLES}) == len(ARTICLES)


def test_a_file_is_named_after_its_language_and_slug() -> None:
    expected = [(article["language"], article["slug"]) for article in ARTICLES]
    assert [(path.parent.name, path.stem) for path in PATHS] == expected


@_each(ARTICLES)
def test_fields_have_the_right_shape(article: Article) -> None:
    kinds = {name: type(article.get(name)) for name in REQUIRED}
    assert kinds == REQUIRED
    assert set(article) <= set(REQUIRED) | OPTIONAL
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article["slug"])
    assert all(article[name].strip() for name in ("title", "summary", "section", "text"))
    assert -2880 <= article["minutes"] <= 1440


@_each(ARTICLES)
def test_the_site_publishes_in_that_language(article: Article) -> None:
    assert article["language"] in LANGUAGES[article["site"]]


@_each(ARTICLES)
def test_topics_are_known_and_few(article: Article) -> None:
    assert set(article["topics"]) <= TOPICS
    assert len(article["topics"]) == len(set(article["topics"])) <= 3


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk"])
def test_every_topic_occurs_in_every_language(language: str) -> None:
    found = {topic for a in ARTICLES if a["language"] == language for topic in a["topics"]}
    assert found == TOPICS


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk"])
def test_every_language_has_articles_about_other_things(language: str) -> None:
    others = [a for a in ARTICLES if a["language"] == language and not a["topics"]]
    assert len(others) >= 6


@_each(ARTICLES)
def test_texts_are_long_enough(article: Article) -> None:
    # Official items may be short; everywhere else a reader, and an extractor, gets a real article.
    least = 60 if article["site"] == "palace" else 150
    assert least <= _words(article["text"]) <= 450


@_each(ARTICLES)
def test_text_is_written_in_the_alphabet_of_its_language(article: Article) -> None:
    text = article["title"] + article["text"]
    cyrillic, latin = len(CYRILLIC.findall(text)), len(LATIN.findall(text))
    kazakh, french = len(KAZAKH_ONLY.findall(text)), len(FRENCH_ONLY.findall(text))
    # Of a hundred letters, 12 to 17 are Kazakh's own here, and 3 to 5 carry French accents.
    if article["language"] in ("ru", "kk"):
        assert cyrillic > 5 * latin
        assert (kazakh > cyrillic / 10) == (article["language"] == "kk")
        assert kazakh == 0 or article["language"] == "kk"
    else:
        assert cyrillic == 0
        assert (french > latin / 50) == (article["language"] == "fr")


def test_only_copies_repeat_a_text() -> None:
    texts = Counter(article["text"] for article in ARTICLES if "copy_of" not in article)
    assert max(texts.values()) == 1


def test_there_are_four_copies_two_behind_an_agency_line() -> None:
    verbatim = [a for a in COPIES if a["text"] == BY_ID[a["copy_of"]]["text"]]
    assert (len(COPIES), len(verbatim)) == (4, 2)


@_each(COPIES)
def test_a_copy_repeats_an_earlier_article_of_another_site(article: Article) -> None:
    original = BY_ID[article["copy_of"]]
    assert "copy_of" not in original
    assert article["site"] != original["site"]
    assert article["minutes"] > original["minutes"]
    assert article["title"] != original["title"]
    assert article["text"].endswith(original["text"])
    for name in ("language", "topics"):
        assert article[name] == original[name]
    assert article.get("story") == original.get("story")


def test_three_articles_are_corrected_later() -> None:
    assert len(CORRECTED) == 3


@_each(CORRECTED)
def test_a_correction_changes_the_text(article: Article) -> None:
    for correction in article["corrections"]:
        assert set(correction) <= {"minutes", "title", "text"}
        assert correction["minutes"] > 0
        assert correction["text"] != article["text"]
        assert _words(correction["text"]) >= 60


def test_four_stories_are_told_in_every_language() -> None:
    told: dict[str, set[str]] = {}
    for article in ARTICLES:
        if "story" in article:
            told.setdefault(article["story"], set()).add(article["language"])
    assert told == {
        story: {"en", "fr", "ru", "kk"}
        for story in ("ai-council", "forum-opening", "ai-law", "astana-win")
    }


def test_telegrams_differ_in_one_word_only() -> None:
    telegrams = [a["text"].split() for a in ARTICLES if a["slug"].startswith("telegramma-")]
    assert len(telegrams) == 3
    for one, other in combinations(telegrams, 2):
        assert len(one) == len(other)
        assert sum(a != b for a, b in zip(one, other, strict=True)) == 1


def test_three_fifths_are_out_before_the_world_starts() -> None:
    assert sum(article["minutes"] <= 0 for article in ARTICLES) == 48
