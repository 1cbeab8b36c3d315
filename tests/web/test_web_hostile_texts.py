"""Whatever a publisher writes is text: nothing of it becomes an element, a script or a link."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.model import Article
from monitor.web.addresses import outside_link
from tests.web.conftest import NOW, Archive

CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "</title><script>alert(1)</script>",
    "</p></article></main><iframe src=javascript:alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<style>body{display:none}</style>",
    "<!-- --><base href=https://evil.example/>",
    "{{ 7*7 }} {% raw %} {{ view.site }}",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<math><mtext></form><form><svg><textarea><path id='</textarea><img onerror=alert(1) src=1>'>",
    "\u202egnp.exe",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "file:///etc/passwd",
    "//evil.example/",
    "/local",
    "",
    "https://",
    "https:///path",
    "https://a.example/\nSet-Cookie: x",
    "java\tscript:alert(1)",
    "https://a.example\\@b.example/",
    "https://a.example:0/",
    "https://a.example:port/",
    "https://[::1",
)


@pytest.mark.parametrize("hostile", CORPUS)
def test_text_of_publishers_stays_text(empty: Archive, hostile: str) -> None:
    article = Article(
        url=f"https://steppe.example/{hostile}",
        title=f"wheat {hostile}",
        text=f"wheat {hostile}\n\nwheat again {hostile}",
        language='en" onclick="alert(1)',
        authors=(hostile,),
        section=hostile,
        reason=hostile,
        text_from=hostile,
        published_from=hostile,
        published=NOW,
        languages={hostile: "https://a.example/"},
    )
    stored = empty.store(article, topics={"forum": "wheat"})
    other = empty.store(Article(f"{article.url}2", article.title, article.text, "fr"))
    empty.link_copies(stored, other)
    client = empty.client()
    for address in ("/", "/?q=wheat", f"/articles/{stored}", f"/articles/{other}"):
        answer = client.get(address)
        assert answer.status_code == 200
        page = LexborHTMLParser(answer.text)
        assert_inert(page)
        shown = page.css_first("h1" if "articles" in address else ".title")
        assert shown is not None
        assert " ".join(shown.text().split()) == " ".join(article.title.split())
    paragraphs = LexborHTMLParser(client.get(f"/articles/{stored}").text).css(".text p")
    assert [each.text() for each in paragraphs] == article.text.split("\n\n")


@pytest.mark.parametrize("hostile", CORPUS)
def test_what_an_address_says_stays_text(empty: Archive, hostile: str) -> None:
    for field in ("q", "topic", "source", "language", "since", "sort", "limit", "page", "ui"):
        answer = empty.client().get(f"/?{urlencode({field: hostile})}")
        assert answer.status_code in (200, 400)
        assert_inert(LexborHTMLParser(answer.text))


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_is_no_web_page_is_shown_and_not_linked(
    empty: Archive, address: str
) -> None:
    assert outside_link(address) is None
    stored = empty.store(Article(url=address, title="Wheat", text="Wheat.", language="en"))
    answer = empty.client().get(f"/articles/{stored}")
    assert answer.status_code == 200
    assert_inert(LexborHTMLParser(answer.text))
    assert not LexborHTMLParser(answer.text).css("a[rel='noopener noreferrer']")


@pytest.mark.parametrize(
    "address",
    ["https://a.example/", "http://a.example:8080/x?y=1#z", "https://қазақ.example/жаңалық"],
)
def test_a_web_page_is_linked(address: str) -> None:
    assert outside_link(address) == address


def assert_inert(page: LexborHTMLParser) -> None:
    """One script, ours; no handler, no frame, no style; links of http(s) or our own."""
    scripts = [each.attributes for each in page.css("script")]
    assert len(scripts) == 1
    assert (scripts[0]["src"] or "").startswith("/static/")
    assert not page.css("iframe, object, embed, style, base, svg, math, form form, textarea")
    assert all((each.attributes["src"] or "").startswith("/static/") for each in page.css("img"))
    for node in page.css("*"):
        names = set(node.attributes)
        assert not {name for name in names if name.startswith("on") or name == "style"}
        href = node.attributes.get("href")
        assert href is None or href.startswith(("/", "?", "#", "https://", "http://")), href
        assert href is None or not href.startswith("//")
