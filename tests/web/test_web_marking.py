"""Marking cuts texts and never changes them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.marking import Span, merge, paragraphs, pieces, term_spans
from storage.search.terms import query_terms

spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(0, 60)).map(lambda each: Span(min(each), max(each))),
    max_size=8,
)


@given(text=st.text(max_size=50), marked=spans)
def test_the_pieces_are_the_text(text: str, marked: list[Span]) -> None:
    cut = pieces(text, marked)
    assert "".join(each.text for each in cut) == text
    assert all(text[each.start : each.start + len(each.text)] == each.text for each in cut)
    inside = {at for span in marked for at in range(span.start, min(span.end, len(text)))}
    shown = {
        at for each in cut if each.marked for at in range(each.start, each.start + len(each.text))
    }
    assert shown == inside


@given(text=st.text(alphabet="aә \n", max_size=50), marked=spans)
def test_paragraphs_lose_blank_lines_only(text: str, marked: list[Span]) -> None:
    cut = paragraphs(text, marked)
    joined = "".join(each.text for paragraph in cut for each in paragraph)
    assert "".join(joined.split()) == "".join(text.split())
    for paragraph in cut:
        for each in paragraph:
            assert text[each.start : each.start + len(each.text)] == each.text


def test_overlapping_spans_become_one_with_the_notes_of_both() -> None:
    assert merge([Span(4, 9, ("b",)), Span(0, 5, ("a",)), Span(9, 10)]) == [
        Span(0, 9, ("a", "b")),
        Span(9, 10),
    ]


def test_words_are_found_by_what_was_searched_for() -> None:
    wanted = {term for each in query_terms("жасанды интеллект") for term in each}
    text = "«Жасанды интеллектінің» қатесі 🙂 және жасанды талшық"
    found = [text[span.start : span.end] for span in term_spans(text, "kk", wanted)]
    assert found == ["Жасанды", "интеллектінің", "жасанды"]
    assert term_spans(text, "kk", frozenset()) == []
