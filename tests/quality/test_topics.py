"""How well the shipped topics find their articles, in each of the four languages.

Precision and recall are micro-averages over (article, topic) pairs. Five sets, in the order of
how much they prove: articles written when the terms stood (`topics_unseen.toml`), articles that no
term has seen (half of `topics_blind.toml`), articles written before the terms were
(`topics_heldout.toml`, which has the figures of the first reading), the bundled newsroom's labelled
ones, and the topics' own examples, which must all hold.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from config.catalog import load_catalog
from config.shipped import shipped_config
from config.topic import Example, Topic
from monitor import newsroom
from monitor.pipeline.match_topics import Matcher, build_matcher

LANGUAGES = ("en", "fr", "ru", "kk")
HELD_OUT = Path(__file__).with_name("topics_heldout.toml")
BLIND = Path(__file__).with_name("topics_blind.toml")
UNSEEN = Path(__file__).with_name("topics_unseen.toml")
NEWSROOM = Path(newsroom.__file__).parent / "articles"

TOPIC_IDS = frozenset(
    {
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
)


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article, and the topics that a person gave it."""

    language: str
    title: str
    text: str
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Score:
    """Pairs of article and topic: found rightly, found wrongly, missed (each as a line to read)."""

    right: int
    wrong: tuple[str, ...]
    missed: tuple[str, ...]

    @property
    def precision(self) -> float:
        return self.right / max(1, self.right + len(self.wrong))

    @property
    def recall(self) -> float:
        return self.right / max(1, self.right + len(self.missed))


# Floors of (precision, recall). Measured when they were set, over 81 held-out articles a language
# (59 to 64 pairs of article and topic): en 1.000/0.953, fr 1.000/0.983, ru 0.985/1.000,
# kk 1.000/1.000; over the newsroom's 20 a language (18 to 20 pairs): 1.000/1.000, ru 1.000/0.947.
# Each floor leaves room for about one mistake more. The terms were made wider after each batch of
# these articles, so for unseen ones expect the first readings listed in topics_heldout.toml.
HELD_OUT_FLOORS = {
    "en": (0.98, 0.93),
    "fr": (0.98, 0.96),
    "ru": (0.96, 0.98),
    "kk": (0.98, 0.98),
}
# A second set, of which terms have seen the even numbers only; what they were first read with is
# precision 0.936 and recall 0.726. Measured on the odd numbers when the floors were set: en
# 0.975/0.867, fr 0.925/0.860, ru 0.927/0.905, kk 0.919/0.791; 2 of 168 articles without topics got
# one. Their totals, not their texts, were looked at while terms were made wider.
BLIND_FLOORS = {
    "en": (0.96, 0.85),
    "fr": (0.91, 0.84),
    "ru": (0.91, 0.89),
    "kk": (0.90, 0.77),
}
# The first reading of a third set, each floor with room for one mistake more.
UNSEEN_FLOORS = {
    "en": (0.87, 0.90),
    "fr": (0.93, 0.96),
    "ru": (0.90, 0.96),
    "kk": (0.93, 0.96),
}
TAGGED_AT_MOST = 0.02
NEWSROOM_FLOORS = {
    "en": (0.94, 0.94),
    "fr": (0.94, 0.94),
    "ru": (0.94, 0.94),
    "kk": (0.94, 0.94),
}


@cache
def shipped_topics() -> dict[str, Topic]:
    return dict(load_catalog(shipped_config()).topics)


@cache
def shipped_matcher() -> Matcher:
    topics = tuple(shipped_topics().values())
    return build_matcher(topics, load_catalog(shipped_config()).words)


def found_topics(title: str, text: str, language: str) -> frozenset[str]:
    return frozenset(match.topic for match in shipped_matcher().match(title, text, language))


def read_labelled(table: dict[str, object]) -> Labelled:
    topics = table["topics"]
    assert isinstance(topics, list)
    return Labelled(
        str(table["language"]), str(table["title"]), str(table["text"]), frozenset(topics)
    )


@cache
def held_out() -> tuple[Labelled, ...]:
    tables = tomllib.loads(HELD_OUT.read_text(encoding="utf-8"))["articles"]
    return tuple(read_labelled(table) for table in tables)


@cache
def blind() -> tuple[Labelled, ...]:
    tables = tomllib.loads(BLIND.read_text(encoding="utf-8"))["articles"]
    return tuple(read_labelled(table) for table in tables)


@cache
def unseen() -> tuple[Labelled, ...]:
    tables = tomllib.loads(UNSEEN.read_text(encoding="utf-8"))["articles"]
    return tuple(read_labelled(table) for table in tables)


@cache
def newsroom_articles() -> tuple[Labelled, ...]:
    files = sorted(NEWSROOM.glob("*/*.toml"))
    return tuple(read_labelled(tomllib.loads(file.read_text(encoding="utf-8"))) for file in files)


def score(articles: Iterable[Labelled]) -> Score:
    right, wrong, missed = 0, [], []
    for article in articles:
        found = found_topics(article.title, article.text, article.language)
        right += len(found & article.topics)
        wrong += [f"{topic}: {article.title}" for topic in sorted(found - article.topics)]
        missed += [f"{topic}: {article.title}" for topic in sorted(article.topics - found)]
    return Score(right, tuple(wrong), tuple(missed))


def check_floor(articles: Iterable[Labelled], floor: tuple[float, float]) -> None:
    got = score(articles)
    report = f"precision {got.precision:.3f}, recall {got.recall:.3f}, floors {floor}"
    assert got.precision >= floor[0], f"{report}; wrong: {got.wrong}"
    assert got.recall >= floor[1], f"{report}; missed: {got.missed}"


EXAMPLES = [
    pytest.param(topic, example, id=f"{topic.id}-{example.language}-{number}")
    for topic in shipped_topics().values()
    for number, example in enumerate(topic.examples)
]


@pytest.mark.parametrize(("topic", "example"), EXAMPLES)
def test_an_example_holds(topic: Topic, example: Example) -> None:
    found = found_topics(example.title, example.text, example.language)
    assert (topic.id in found) is example.matches


def test_the_topics_are_the_fixed_ones() -> None:
    assert set(shipped_topics()) == TOPIC_IDS


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic_id", sorted(TOPIC_IDS))
def test_every_topic_has_examples_of_both_kinds_in_every_language(
    topic_id: str, language: str
) -> None:
    kinds = [
        each.matches for each in shipped_topics()[topic_id].examples if each.language == language
    ]
    assert kinds.count(True) >= 3
    assert kinds.count(False) >= 2


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_out_set_holds_every_topic_and_other_news(language: str) -> None:
    articles = [article for article in held_out() if article.language == language]
    assert frozenset().union(*(article.topics for article in articles)) == TOPIC_IDS
    assert len([article for article in articles if not article.topics]) >= len(articles) / 3


@pytest.mark.parametrize("language", LANGUAGES)
def test_held_out_articles_get_their_topics(language: str) -> None:
    articles = [article for article in held_out() if article.language == language]
    check_floor(articles, HELD_OUT_FLOORS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_that_no_term_has_seen(language: str) -> None:
    half = [each for each in blind()[1::2] if each.language == language]
    check_floor(half, BLIND_FLOORS[language])


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_written_after_the_terms(language: str) -> None:
    written = [each for each in unseen() if each.language == language]
    check_floor(written, UNSEEN_FLOORS[language])


def test_articles_without_topics_get_none() -> None:
    without = [each for each in (*blind(), *unseen()) if not each.topics]
    tagged = [each.title for each in without if found_topics(each.title, each.text, each.language)]
    assert len(without) >= 160
    assert len(tagged) <= TAGGED_AT_MOST * len(without), tagged


@pytest.mark.parametrize("language", LANGUAGES)
def test_newsroom_articles_get_their_topics(language: str) -> None:
    articles = [article for article in newsroom_articles() if article.language == language]
    check_floor(articles, NEWSROOM_FLOORS[language])


def test_no_language_falls_behind_another() -> None:
    recalls = {
        language: score(each for each in held_out() if each.language == language).recall
        for language in LANGUAGES
    }
    assert max(recalls.values()) - min(recalls.values()) <= 0.1, recalls
