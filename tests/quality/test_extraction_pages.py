"""Floors for extraction, on pages written for the project in the shapes of real ones.

The texts are the newsroom's, the layouts `extraction/*.html`, and what stands around the text
`extraction/clutter.toml`. A floor may not be lowered silently: it must lie close below what is
measured, so that whoever makes extraction worse has to say so in `extraction/floors.toml`.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from html import escape
from pathlib import Path
from statistics import mean
from string import Template

import pytest

from config.catalog import load_catalog
from config.shipped import shipped_config
from monitor.model import Article, Failure
from monitor.newsroom.load import load_articles
from monitor.pipeline.extract_article import extract_article

FOLDER = Path(__file__).parent / "extraction"
CLUTTER = tomllib.loads((FOLDER / "clutter.toml").read_text("utf-8"))
FLOORS = tomllib.loads((FOLDER / "floors.toml").read_text("utf-8"))
TEXTS = {
    "en": ("ai-council-first-meeting", "concrete-bridge-over-irtysh-opens"),
    "fr": ("administration-en-ligne-classement-onu", "grippe-vaccination-pharmacies-retard"),
    "ru": ("burany-na-severe-zakryty-trassy", "shkoly-uroki-iskusstvennogo-intellekta"),
    "kk": ("digital-bridge-forumynyn-ashyluy", "telegram-alayaqtar-dauys-beru-siltemesi"),
}
LANGUAGES = {"astana-times": ("en",), "euronews": ("en", "fr", "ru"), "akorda": ("ru", "kk", "en")}
SLACK = 0.01
"""How far a floor may lie below what is measured."""
_SOURCE = re.compile(r"<!-- source: ([\w-]+)(, lead: yes)?")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Page:
    """One page: its bytes, and the paragraphs that a reader would call its text."""

    layout: str
    source: str
    language: str
    title: str
    html: bytes
    text: tuple[str, ...]


def pages() -> Iterator[Page]:
    articles = {one.slug: one for one in load_articles(datetime(2026, 1, 6, tzinfo=UTC))}
    for file in sorted(FOLDER.glob("*.html")):
        template = file.read_text("utf-8")
        named = _SOURCE.search(template)
        source = named[1] if named else "general"
        for language in LANGUAGES.get(source, tuple(TEXTS)):
            for slug in TEXTS[language]:
                article = articles[slug]
                version = article.versions[0]
                has_lead = bool(named and named[2])
                yield page(
                    file.stem, source, language, version.title, article.summary,
                    version.paragraphs,
                    template=template, has_lead=has_lead,
                )  # fmt: skip


def page(
    layout: str,
    source: str,
    language: str,
    title: str,
    lead: str,
    paragraphs: tuple[str, ...],
    *,
    template: str,
    has_lead: bool,
) -> Page:
    words: dict[str, str] = CLUTTER[language]
    half = len(paragraphs) // 2
    items = words["items"].split("|")
    rich = f"<h2>{words['heading']}</h2><ul>{_tags('li', items)}</ul>"
    rich += f"<blockquote><p>{words['said']}</p></blockquote>"
    first, rest = paragraphs[:half], paragraphs[half:]
    text = (*first, words["heading"], *items, words["said"], *rest)
    cards = "".join(
        f"<div class='card'><h3><a href='/n/{n}'>{one}</a></h3><p>{words['teaser']}</p></div>"
        for n, one in enumerate(words["related"].split("|"))
    )
    links = _links(words["related"])
    filled = Template(template).substitute(
        {key: value for key, value in words.items() if key not in ("related", "menu")},
        language=language,
        title=escape(title),
        lead=escape(lead),
        lead_json=json.dumps(lead, ensure_ascii=False),
        text_json=json.dumps("  ".join(text), ensure_ascii=False),
        text=_tags("p", first) + rich + _tags("p", rest),
        text_half=_tags("p", first) + rich,
        text_rest=_tags("p", rest),
        justified=_tags("p", first, " style='text-align: justify'")
        + rich
        + "<p>&nbsp;</p>"
        + _tags("p", rest, " style='text-align: justify'"),
        broken="<br><br>".join(escape(one) for one in text),
        boxes="".join(f"<section class='s2'><p>{escape(one)}</p></section>" for one in text),
        quote=escape(re.split(r"(?<=[.!?])\s", paragraphs[1])[0]),
        menu=_links(words["menu"]),
        related=links,
        cards=cards,
        discussion="".join(
            f"<div class='comment'><b>Reader {n}</b><p>{words['comment']} {n}.</p></div>"
            for n in range(12)
        ),
    )
    expected = (lead, *text) if has_lead else text
    return Page(layout, source, language, title, filled.encode(), expected)


def _tags(tag: str, texts: tuple[str, ...] | list[str], attributes: str = "") -> str:
    return "".join(f"<{tag}{attributes}>{escape(one)}</{tag}>\n" for one in texts)


def _links(names: str) -> str:
    links = (f"<li><a href='/s/{n}'>{one}</a></li>" for n, one in enumerate(names.split("|")))
    return f"<ul>{''.join(links)}</ul>"


def words_of(text: str) -> Counter[str]:
    return Counter(_WORD.findall(text.casefold()))


def f1(expected: str, found: str) -> float:
    wanted, got = words_of(expected), words_of(found)
    return 2 * (wanted & got).total() / max(1, wanted.total() + got.total())


PAGES = tuple(pages())
SOURCES = load_catalog(shipped_config()).sources


@cache
def read(index: int) -> Article | Failure:
    one = PAGES[index]
    hosts = {"akorda": "www.akorda.kz", "euronews": "www.euronews.com"}
    host = hosts.get(one.source, "astanatimes.com" if one.source == "astana-times" else "a.example")
    return extract_article(
        one.html, url=f"https://{host}/2026/a-page", source=SOURCES.get(one.source)
    )


def score(index: int) -> float:
    found = read(index)
    return f1(" ".join(PAGES[index].text), found.text) if isinstance(found, Article) else 0.0


def scores(**where: str) -> dict[str, float]:
    return {
        f"{one.layout} {one.language} {one.title[:30]}": score(index)
        for index, one in enumerate(PAGES)
        if all(getattr(one, key) == value for key, value in where.items())
    }


def test_there_are_pages_of_every_kind() -> None:
    assert len(PAGES) >= 24
    assert {one.language for one in PAGES} == set(TEXTS)
    assert {one.source for one in PAGES} == {*LANGUAGES, "general"}


@pytest.mark.parametrize("kind", ["language", "source", "layout"])
def test_the_text_is_read_at_least_as_well_as_it_was(kind: str) -> None:
    for name, floor in FLOORS[kind].items():
        measured = scores(**{kind: name})
        assert measured, f"no page of {kind} {name}"
        found = mean(measured.values())
        worst = sorted(measured.items(), key=lambda one: one[1])[:3]
        assert found >= floor, f"{kind} {name}: {found:.4f} is below the floor {floor}: {worst}"
        assert found - floor <= SLACK, f"{kind} {name}: {found:.4f}; raise the floor {floor}"


def test_every_kind_has_a_floor() -> None:
    for kind in ("language", "source", "layout"):
        assert set(FLOORS[kind]) == {getattr(one, kind) for one in PAGES}


@pytest.mark.parametrize("index", range(len(PAGES)), ids=lambda n: f"{PAGES[n].layout}-{n}")
def test_the_title_is_exact_and_paragraphs_stay_apart(index: int) -> None:
    found = read(index)
    assert isinstance(found, Article), found
    assert found.title == PAGES[index].title
    assert found.text.count("\n") >= len(PAGES[index].text) // 2
    assert found.reason


def test_nothing_is_lost_at_either_end() -> None:
    for index, one in enumerate(PAGES):
        found = read(index)
        assert isinstance(found, Article), one.layout
        assert one.text[0][:60] in found.text, (one.layout, one.language)
        assert one.text[-1][-60:] in found.text, (one.layout, one.language)


CLUTTERING = ("cookies", "newsletter", "comment", "teaser", "caption", "footer", "follow", "bio")


def test_what_stands_around_the_text_is_left_out() -> None:
    for index, one in enumerate(PAGES):
        found = read(index)
        assert isinstance(found, Article), one.layout
        for name in CLUTTERING:
            said = CLUTTER[one.language][name]
            assert said not in found.text, (one.layout, one.language, name)
