"""Kazakh in Latin letters reads as the Cyrillic it stands for."""

from __future__ import annotations

import pytest

from config.catalog import load_catalog
from config.shipped import shipped_config
from monitor.pipeline.kazakh_latin import cyrillic_of
from monitor.pipeline.match_topics import build_matcher
from monitor.pipeline.words import fold

# Cyrillic, the alphabet of 2018, that of 2021.
WORDS = [
    ("жасанды", "jasandy", "jasandy"),
    ("заң", "zań", "zañ"),
    ("тәуекелді", "táýekeldi", "täuekeldi"),
    ("жүйелерді", "júıelerdi", "jüielerdi"),
    ("Мәжіліс", "Májilis", "Mäjilis"),
    ("Қазақстан", "Qazaqstan", "Qazaqstan"),
    ("Тоқаев", "Toqaev", "Toqaev"),
    ("технология", "tehnologıa", "tehnologia"),
    ("экономика", "ekonomıka", "ekonomika"),
    ("электрондық", "elektrondyq", "elektrondyq"),
    ("цифрлық", "sıfrlyq", "sifrlyq"),
    ("үкімет", "úkimet", "ükimet"),
    ("шешім", "sheshim", "şeşim"),
    ("төраға", "tóraǵa", "törağa"),
    ("интернет", "ınternet", "internet"),
]


@pytest.mark.parametrize(("cyrillic", "of_2018", "of_2021"), WORDS)
def test_both_alphabets_fold_to_the_same(cyrillic: str, of_2018: str, of_2021: str) -> None:
    assert cyrillic_of(of_2018) == fold(cyrillic)
    assert cyrillic_of(of_2021) == fold(cyrillic)


@pytest.mark.parametrize("word", ["заң", "2025", "AI2", "日本", ""])
def test_other_words_are_not_read(word: str) -> None:
    assert cyrillic_of(word) is None


@pytest.mark.parametrize(
    "title",
    [
        "Qazaqstanda jasandy intellekt týraly zań qabyldandy",
        "Qazaqstanda jasandy intellekt turaly zañ qabyldandy",
        "Qazaqstanda JI turaly zan qabyldandy",
        "Казакстанда жасанды интеллект туралы зан кабылданды",
    ],
)
def test_topics_are_found_in_every_way_of_writing_kazakh(title: str) -> None:
    catalog = load_catalog(shipped_config())
    matcher = build_matcher(tuple(catalog.topics.values()), catalog.words, catalog.entities)
    judged = matcher.judge(title, "", "kk")
    [law] = [match for match in judged.matches if match.topic == "ai-law"]
    assert all(title[each.start : each.end] == each.words for each in law.evidence)
    assert "kazakh-republic" in {mention.entity for mention in judged.mentions}
