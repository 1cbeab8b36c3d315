"""Saved pages beside what a reader would say is in them (`pages/`), and the faults of pages."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from config.source import Channel, ExtractRules, Source
from monitor.model import Article, Entry, Failure, Fate
from monitor.pipeline.extract_article import extract_article

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))
PROSE = "The committee met on Monday and agreed on a plan that nobody had expected to pass. " * 6


def expected_of(page: Path) -> dict[str, Any]:
    expected: dict[str, Any] = json.loads(page.with_suffix(".json").read_text("utf-8"))
    return expected


ARTICLES = [page for page in PAGES if "error" not in expected_of(page)]
REFUSED = [page for page in PAGES if "error" in expected_of(page)]


def article(value: Article | Failure) -> Article:
    assert isinstance(value, Article), value
    return value


def failure(value: Article | Failure) -> Failure:
    assert isinstance(value, Failure), value
    return value


def source_with(**rules: str) -> Source:
    return Source(
        id="steppe",
        name="Steppe",
        homepage="https://steppe.example/",
        language="en",
        timezone="Asia/Almaty",
        channels=(Channel(kind="feed", url="https://steppe.example/feed/"),),
        extract=ExtractRules.model_validate(rules),
    )


def html(body: str, head: str = "") -> bytes:
    return f"<html><head>{head}</head><body>{body}</body></html>".encode()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_saved_page(page: Path) -> None:
    expected = expected_of(page)
    found = extract_article(page.read_bytes(), url=expected["url"], content_type="text/html")
    if "error" in expected:
        assert failure(found).code == expected["error"]
        return
    read = article(found)
    assert read.text == "\n\n".join(expected["text"])
    published = expected["published"] and datetime.fromisoformat(expected["published"])
    for name in ("title", "language", "published_from", "url"):
        assert getattr(read, name) == expected[name], name
    assert read.published == published
    for name in ("authors", "tags"):
        if name in expected:
            assert getattr(read, name) == tuple(expected[name]), name
    if "languages" in expected:
        assert read.languages == expected["languages"]
    assert read.text_from == expected.get("text_from", read.text_from)
    assert read.reason


@pytest.mark.parametrize("page", ARTICLES, ids=lambda page: page.stem)
def test_saved_page_from_another_address(page: Path) -> None:
    """A mirror serves the same page: nothing but the address may change."""
    expected = expected_of(page)
    read = article(extract_article(page.read_bytes(), url="http://127.0.0.1:8099/mirror/1"))
    assert read.url == "http://127.0.0.1:8099/mirror/1"
    assert read.title == expected["title"]
    assert read.text == "\n\n".join(expected["text"])


@pytest.mark.parametrize("page", REFUSED, ids=lambda page: page.stem)
def test_the_channels_text_stands_in_for_a_page_without_one(page: Path) -> None:
    expected = expected_of(page)
    moment = datetime(2026, 5, 4, 3, 2, tzinfo=UTC)
    entry = Entry(
        expected["url"], title="As announced", summary=f"<p>{PROSE}</p>", published=moment
    )
    read = article(extract_article(page.read_bytes(), url=expected["url"], announced=entry))
    assert (read.title, read.text, read.text_from) == ("As announced", PROSE.strip(), "feed")
    assert (read.published, read.published_from) == (moment, "channel")
    assert expected["error"] in read.reason


def test_other_file_types_are_skipped() -> None:
    pdf = failure(extract_article(b"%PDF-1.7 ...", url="https://a.example/x", content_type=""))
    assert (pdf.code, pdf.fate) == ("extract.type", Fate.SKIP)
    image = extract_article(b"\x00" * 64, url="https://a.example/x", content_type="image/jpeg")
    assert failure(image).code == "extract.type"
    mislabelled = extract_article(
        b"<!doctype html>" + html(f"<h1>T</h1><p>{PROSE}</p>"),
        url="https://a.example/x",
        content_type="image/jpeg",
    )
    assert article(mislabelled).title == "T"


def test_the_front_page_is_not_the_article_that_was_announced() -> None:
    body = html(f"<h1>Today</h1><article><p>{PROSE}</p></article>")
    entry = Entry("https://a.example/2026/05/gone/")
    found = extract_article(body, url="https://a.example/", announced=entry)
    assert failure(found).code == "extract.soft404"


def test_rules_of_the_source_go_first() -> None:
    body = html(
        f"""<h1>Wrong</h1><div class="post"><h2 class="t">Right</h2>
        <p class="by">By Aida Sample in Nation on 2 August 2023</p><p>{PROSE}</p>
        <p class="box">Boxed</p></div><article><p>Another text. {PROSE * 3}</p></article>"""
    )
    source = source_with(body=".post p", title=".t", byline=".by", date=".by", remove=".by, .box")
    read = article(extract_article(body, url="https://steppe.example/x", source=source))
    assert (read.title, read.text, read.text_from) == ("Right", PROSE.strip(), "rule")
    assert read.authors == ("Aida Sample",)
    almaty_midnight = datetime(2023, 8, 1, 18, tzinfo=UTC)  # UTC+6 until 2024
    assert (read.published, read.published_from) == (almaty_midnight, "rule")


def test_a_rule_that_no_longer_matches_does_no_harm() -> None:
    body = html(f"<h1>T</h1><div class='new'><p>{PROSE}</p></div>")
    read = article(
        extract_article(body, url="https://steppe.example/x", source=source_with(body=".old p"))
    )
    assert read.text == PROSE.strip()
    assert "rule found little or nothing" in read.reason


@pytest.mark.parametrize(
    ("head", "origin", "hour"),
    [
        ('<meta property="article:published_time" content="2026-03-01T09:00:00Z">', "meta", 9),
        ('<meta property="article:published_time" content="2026-03-01 09:00:00">', "meta", 4),
        ('<meta property="article:published_time" content="2026-03-01">', "channel", 7),
        ('<meta property="article:modified_time" content="2026-03-01T09:00:00Z">', "channel", 7),
        ('<meta property="article:published_time" content="2026-02-30 09:00">', "channel", 7),
    ],
)
def test_a_page_with_a_time_wins_over_the_channel(head: str, origin: str, hour: int) -> None:
    entry = Entry("https://steppe.example/x", published=datetime(2026, 3, 1, 7, tzinfo=UTC))
    read = article(
        extract_article(
            html(f"<h1>T</h1><p>{PROSE}</p>", head),
            url="https://steppe.example/x",
            source=source_with(),
            announced=entry,
        )
    )
    assert read.published == datetime(2026, 3, 1, hour, tzinfo=UTC)
    assert read.published_from == origin


def test_a_neighbours_json_ld_is_not_read() -> None:
    other = """<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Elsewhere",
    "url": "https://a.example/other", "datePublished": "2020-01-01T00:00:00Z"}</script>"""
    body = html(f"<h1>Here and now</h1><p>{PROSE}</p>", other)
    read = article(extract_article(body, url="https://a.example/here"))
    assert (read.title, read.published) == ("Here and now", None)


def test_json_ld_that_is_a_bomb_costs_only_itself() -> None:
    bomb = '<script type="application/ld+json">' + '{"@graph":[' * 20_000 + "</script>"
    read = article(
        extract_article(html(f"<h1>T</h1><p>{PROSE}</p>", bomb), url="https://a.example/x")
    )
    assert read.text == PROSE.strip()


def test_deep_and_wide_pages_are_read() -> None:
    deep = html("<h1>T</h1>" + "<div>" * 1_500 + f"<p>{PROSE}</p>" + "</div>" * 1_500)
    assert PROSE.strip() in article(extract_article(deep, url="https://a.example/x")).text
    wide = html(f"<h1>T</h1><p>{PROSE}</p>" + "<p>" * 200_000)
    assert PROSE.strip() in article(extract_article(wide, url="https://a.example/x")).text


@pytest.mark.parametrize(
    ("canonical", "address"),
    [
        ("https://a.example/x", "https://a.example/x"),
        ("/y", "https://a.example/y"),
        ("https://a.example/", "https://a.example/x?utm_source=rss"),
        ("https://b.example/x", "https://a.example/x?utm_source=rss"),
        ("javascript:void(0)", "https://a.example/x?utm_source=rss"),
    ],
)
def test_only_an_articles_canonical_address_is_taken(canonical: str, address: str) -> None:
    from monitor.pipeline.canonical_url import canonical_url

    body = html(f"<h1>T</h1><p>{PROSE}</p>", f'<link rel="canonical" href="{canonical}">')
    read = article(extract_article(body, url="https://a.example/x?utm_source=rss"))
    assert read.url == canonical_url(address)


@pytest.mark.parametrize(
    ("title", "h1", "kept"),
    [
        ("One and two &mdash; The Site", "One and two", "One and two"),
        ("One – two – three", "One – two – three", "One – two – three"),
        ("One – two | The Site", "", "One – two"),
        ("The Site | One &amp; two", "One & two", "One & two"),
        ("A &amp;lt;b&amp;gt; in the title", "", "A &lt;b&gt; in the title"),
        ("The council has decided on the new…", "The council has decided on the new road", None),
    ],
)
def test_the_sites_name_is_no_part_of_the_title(title: str, h1: str, kept: str | None) -> None:
    head = f'<title>{title}</title><meta property="og:title" content="{title}">'
    head += '<meta property="og:site_name" content="The Site">'
    heading = f"<h1>{h1.replace('&', '&amp;')}</h1>" if h1 else ""
    read = article(
        extract_article(html(f"{heading}<p>{PROSE}</p>", head), url="https://a.example/x")
    )
    assert read.title == (kept or h1)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from(["", "text/html", "text/html; charset=koi8-r"]))
def test_never_raises_on_bytes(body: bytes, content_type: str) -> None:
    extract_article(body, url="https://a.example/x", content_type=content_type)


TAG_NAMES = "p div article h1 script style title meta li table td a br time form nav template"
TAGS = st.sampled_from(TAG_NAMES.split())
TEXT = st.text(alphabet="ab .<>&\"'\x00\x0b\u2028é\ud7ffқ", max_size=20)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(TAGS, TEXT, st.booleans()), max_size=30))
def test_never_raises_on_broken_markup(parts: list[tuple[str, str, bool]]) -> None:
    markup = "".join(f"<{tag} {text}>{text}{f'</{tag}>' * closed}" for tag, text, closed in parts)
    extract_article(f"<html><p>{PROSE}</p>{markup}".encode(), url="https://a.example/x")


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(ARTICLES), st.data())
def test_nothing_of_a_script_is_in_the_text(page: Path, data: st.DataObject) -> None:
    body = page.read_text("utf-8")
    places = [at for at in range(len(body)) if body.startswith("</p>", at)] or [body.index("<body")]
    at = data.draw(st.sampled_from(places))
    tag = data.draw(st.sampled_from(["script", "style", "template"]))
    marked = f"{body[:at]}<{tag}>WITHIN = 'WITHIN'</{tag}>{body[at:]}"
    read = extract_article(marked.encode(), url=expected_of(page)["url"])
    assert "WITHIN" not in article(read).text
