"""Paragraphs that a source repeats are its own, and no part of any article."""

from __future__ import annotations

import pytest

from monitor.pipeline.page_repeated import Repeated, paragraph_digests, without_repeated

BODY = [
    f"The council spoke about plan number {n} and put it off until the spring." for n in range(9)
]
FOOTER = "Follow our channel in the messenger, so that you miss nothing of importance."


def text(*paragraphs: str) -> str:
    return "\n\n".join(paragraphs)


def known(articles: int, of: int) -> dict[str, Repeated]:
    [digest] = paragraph_digests(FOOTER)
    return {digest: Repeated(articles, of)}


def test_only_the_ends_of_a_text_are_learned() -> None:
    learned = paragraph_digests(text(*BODY))
    assert len(learned) == 8
    assert set(paragraph_digests(BODY[2])) & set(learned) == set()
    assert set(paragraph_digests(BODY[0])) <= set(learned)
    assert set(paragraph_digests(BODY[-1])) <= set(learned)


def test_typography_makes_no_difference_and_short_lines_are_not_learned() -> None:
    assert paragraph_digests("“Follow  our CHANNEL in the app”!") == paragraph_digests(
        '"Follow our channel in the app"'
    )
    assert paragraph_digests("Astana, 5 May") == ()
    assert paragraph_digests(text(FOOTER, FOOTER)) == paragraph_digests(FOOTER)


@pytest.mark.parametrize(
    ("articles", "of", "is_boilerplate"),
    [(5, 5, True), (4, 4, False), (30, 200, True), (5, 40, False), (20, 1000, False)],
)
def test_what_many_articles_have_is_boilerplate(
    articles: int, of: int, is_boilerplate: bool
) -> None:
    assert Repeated(articles, of).is_boilerplate is is_boilerplate


def test_it_is_left_out_wherever_it_stands() -> None:
    whole = text(BODY[0], FOOTER, *BODY[1:], FOOTER)
    assert without_repeated(whole, known(9, 9)) == (text(*BODY), 2)
    assert without_repeated(whole, known(3, 9)) == (whole, 0)
    assert without_repeated(whole, {}) == (whole, 0)


def test_a_text_that_is_mostly_repeated_stays_whole() -> None:
    notice = text("The rate is 512.", FOOTER)
    assert without_repeated(notice, known(9, 9)) == (notice, 0)
