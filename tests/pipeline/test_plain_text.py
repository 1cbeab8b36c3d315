"""Markup to the text that a reader sees."""

from __future__ import annotations

import pytest

from monitor.pipeline.plain_text import LONGEST_TEXT, plain_text, title_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("One\ntwo", "One two"),
        ("One\n\ntwo", "One\n\ntwo"),
        ("<p>One</p> <p>two<br>three</p>", "One\n\ntwo\n\nthree"),
        ("A<b>B</b>C &amp;amp; &nbsp;d", "ABC &amp; d"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("<!-- no -->x<script>if (a<b) y()</script><style>p{}</style>z", "x z"),
        ('<img alt="a > b" src=x>text', "text"),
        ("<ul><li>a<li>b</ul>", "a\n\nb"),
        ("x<script>never closed", "x"),
        ('<p title="never closed>x</p>y', "x\n\ny"),
    ],
)
def test_paragraphs(markup: str, text: str) -> None:
    assert plain_text(markup) == text


def test_a_text_is_cut_at_one_mebibyte() -> None:
    assert len(plain_text("word " * LONGEST_TEXT)) == LONGEST_TEXT


def test_a_title_may_be_no_markup() -> None:
    assert title_text("a &lt;b&gt; <i>c</i>\n d", markup=False) == "a &lt;b&gt; <i>c</i> d"
    assert title_text("a &lt;b&gt; <i>c</i><br/>d") == "a <b> c d"
