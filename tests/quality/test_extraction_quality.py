"""Floors that extraction may not fall below, measured on the saved pages.

Shuffled neighbours are put around each saved text: what the saved pages pin exactly, these pin
on average, so that a change that trades one page for another is seen as such.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from monitor.model import Article
from monitor.pipeline.extract_article import extract_article

PAGES = Path(__file__).parents[1] / "pipeline" / "pages"
SAVED = [page for page in sorted(PAGES.glob("*.json")) if "text" in json.loads(page.read_text())]

LAYOUTS = {
    "article": "<body>{menu}<main><h1>{title}</h1><article>{text}</article></main>{more}</body>",
    "classes": "<body>{menu}<div class='c'><h1>{title}</h1><div class='entry-content'>{text}</div>"
    "</div>{more}</body>",
    "bare": "<body>{menu}<h1>{title}</h1>{text}{more}</body>",
    "table": "<body>{menu}<table><tr><td>{more}</td><td><h1>{title}</h1>{text}</td></tr></table>"
    "</body>",
    "form": "<body><form>{menu}<h1>{title}</h1><div id='content'>{text}</div>{more}</form></body>",
}
MENU = "<ul><li><a href='/a'>News</a></li><li><a href='/b'>Business</a></li></ul>"
MORE = (
    "<aside><h3>Most read</h3><ul><li><a href='/c'>A bridge opens after nine years of work</a></li>"
    "<li><a href='/d'>Wheat harvest is the best in a decade</a></li></ul></aside>"
)


def words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.lower()))


def f1(expected: str, found: str) -> float:
    wanted, got = words(expected), words(found)
    return 2 * (wanted & got).total() / (wanted.total() + got.total())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_text_in_any_layout(layout: str) -> None:
    scores = []
    for page in SAVED:
        expected = json.loads(page.read_text("utf-8"))
        text = "".join(f"<p>{one}</p>" for one in expected["text"])
        body = LAYOUTS[layout].format(menu=MENU, more=MORE, title=expected["title"], text=text)
        found = extract_article(f"<html>{body}</html>".encode(), url="https://a.example/n/1")
        scores.append(
            f1(" ".join(expected["text"]), found.text) if isinstance(found, Article) else 0.0
        )
    assert sum(scores) / len(scores) >= 0.97, dict(
        zip([p.stem for p in SAVED], scores, strict=True)
    )
