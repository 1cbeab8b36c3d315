"""The piece of a text that shows why it was found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.search.query import parse_words
from storage.search.snippets import WORDS, snippet
from storage.search.terms import query_terms


def _wanted(typed: str) -> set[str]:
    return {
        term
        for clause in parse_words(typed)
        for alternative in query_terms(clause.words)
        for term in alternative
    }


def _marked(text: str, language: str, typed: str) -> list[str]:
    piece = snippet(text, language, _wanted(typed))
    return [piece.text[start:end] for start, end in piece.found]


@pytest.mark.parametrize(
    ("language", "text", "typed", "marked"),
    [
        ("en", "Two bridges were built.", "bridge", ["bridges"]),
        (
            "fr",
            "«\u00a0L’IA et les données publiques\u00a0»",
            "l'ia donnée",
            ["L", "IA", "données"],
        ),
        ("ru", "Развитие искусственного интеллекта", "интеллект", ["интеллекта"]),
        ("kk", "Жасанды интеллектіні дамыту", "интеллект", ["интеллектіні"]),
        ("kk", "Бұл Қазақстанда болды", "казакстан", ["Қазақстанда"]),
        ("en", "\U0001f680 Astana \U0001f1f0\U0001f1ff and Astana", "astana", ["Astana", "Astana"]),
        ("en", "one\n\ntwo\tbridges", "bridge", ["bridges"]),
    ],
)
def test_what_was_found_is_marked(language: str, text: str, typed: str, marked: list[str]) -> None:
    assert _marked(text, language, typed) == marked


def test_a_short_text_is_shown_whole() -> None:
    text = "\n «Қазақстан» бірінші. "
    assert snippet(text, "kk", _wanted("қазақстан")).text == "«Қазақстан» бірінші."


def test_the_window_stands_where_most_of_the_words_are() -> None:
    filler = " ".join(["filler"] * 60)
    text = f"Satellite first. {filler} a satellite over a bridge. {filler}"
    piece = snippet(text, "en", _wanted("satellite bridge"))
    assert [piece.text[start:end] for start, end in piece.found] == ["satellite", "bridge"]
    assert piece.text.startswith("… ")
    assert piece.text.endswith(" …")
    assert len(piece.text.removeprefix("… ").removesuffix(" …").split()) == WORDS


def test_a_hit_in_the_title_alone_shows_the_beginning() -> None:
    text = " ".join(f"word{number}" for number in range(100))
    piece = snippet(text, "en", _wanted("headline"))
    assert piece.text.startswith("word0 word1 ")
    assert piece.text.endswith(" …")
    assert piece.found == ()


@pytest.mark.parametrize("text", ["", "   ", "!?", "\n"])
def test_a_text_without_words(text: str) -> None:
    assert snippet(text, "en", {"en:word"}).text == text.strip()


@given(
    st.text(st.sampled_from("abж қІіé\u0301'’-.\n\t\u00ad\U0001f680«»"), max_size=400),
    st.sampled_from(["en", "fr", "ru", "kk", "uk"]),
)
def test_offsets_are_those_of_words(text: str, language: str) -> None:
    piece = snippet(text, language, _wanted("a ab b ж é a-b"))
    last = 0
    for start, end in piece.found:
        assert last <= start < end <= len(piece.text)
        assert piece.text[start].isalnum()
        assert not piece.text[start:end].isspace()
        last = end
    assert "\n" not in piece.text
