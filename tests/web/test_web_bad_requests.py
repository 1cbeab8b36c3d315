"""Addresses that nobody should write get a page that says what is wrong, never an error."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.web.messages import LANGUAGES
from tests.web.conftest import Client


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("q=%22open", "quotation mark"),
        ("q=%00", "control character"),
        ("q=a%00b", "control character"),
        ("q=%2B%2B", "no word"),
        ("q=-only", "leave out"),
        (f"q={'word+' * 2000}", "too long"),
        ("since=xx", "“From”: “xx”"),
        ("until=2025-02-30", "“To”: “2025-02-30”"),
        ("since=2025-10-09&until=2025-10-01", "ends before it begins"),
        ("until=9999-12-31", "“To”"),
        ("topic=unknown", "“Topic”"),
        ("source=unknown", "“Source”"),
        ("language=english", "“Language”"),
        ("sort=random", "“Order”"),
        ("limit=1000000000", "from 1 to 100"),
        ("limit=0", "from 1 to 100"),
        ("limit=-5", "from 1 to 100"),
        ("limit=%D9%A3", "from 1 to 100"),  # a digit, but of another script
        ("page=1000000000", "from 1 to 500"),
        ("page=99999999999999999999999999", "from 1 to 500"),
        ("page=501", "from 1 to 500"),
        ("topic=%00", "control character"),
        ("ui=xx", "“xx”"),
    ],
)
def test_the_page_says_what_is_wrong(client: Client, query: str, says: str) -> None:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 400
    page = LexborHTMLParser(answer.text)
    notice = page.css_first("[role=alert]")
    assert notice is not None
    assert says in notice.text()
    assert page.css_first("form.search") is not None
    assert not page.css(".found")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("query", ["q=%22open", "since=xx", "limit=1000", "sort=up", "q=%00"])
def test_it_says_so_in_every_language(client: Client, language: str, query: str) -> None:
    answer = client.get(f"/?{query}&ui={language}")
    assert answer.status_code == 400
    notice = LexborHTMLParser(answer.text).css_first("[role=alert] li")
    assert notice is not None
    english = LexborHTMLParser(client.get(f"/?{query}&ui=en").text).css_first("[role=alert] li")
    assert english is not None
    assert (notice.text() == english.text()) == (language == "en")


@pytest.mark.parametrize(
    "query",
    [
        'a" OR 1=1 --"',
        "NEAR(",
        "title:x AND *",
        "{{7*7}} ${7*7}",
        "id:[* TO 5]",
        "\\ / ^ ~ ? !",
        "🙂 ok",
        "a\u202eb",
        "e\u0301" * 400,
        "()" * 300 + "x",
    ],
)
def test_operators_of_search_engines_are_plain_characters(client: Client, query: str) -> None:
    answer = client.get(f"/?q={quote(query)}")
    assert answer.status_code in (200, 400)
    value = LexborHTMLParser(answer.text).css_first("#q")
    assert value is not None
    assert value.attributes["value"] == query.strip()


@pytest.mark.parametrize(
    "query",
    [
        "",
        "unknown=1&utm_source=x",
        "q=&topic=&source=&language=&since=&until=&sort=",
        "q=++",
        "%ff=%fe",
    ],
)
def test_empty_and_unknown_fields_are_no_search(client: Client, query: str) -> None:
    answer = client.get(f"/?{query}")
    assert answer.status_code == 200
    assert LexborHTMLParser(answer.text).css_first("#live") is not None


@pytest.mark.parametrize("query", ["q=%ff%fe", "since=0001-01-01", "language=uk", "q=a&q=forum"])
def test_odd_but_readable_addresses_are_searched(client: Client, query: str) -> None:
    assert client.get(f"/?{query}").status_code in (200, 400)


@pytest.mark.parametrize(
    "path",
    [
        "/articles/0",
        "/articles/999",
        "/articles/-1",
        "/articles/x",
        "/articles/1.0",
        "/articles/%D9%A1",
        "/articles/9999999999999999999999",
        "/articles/1%00",
        "/articles/",
        "/articles/1/",
        "/static/x/..%2f..%2fapp.py",
        "/static/x/site.py",
        "http://monitor.test//evil.example/",
        "/healthz/",
        "/%3Cscript%3Ealert(1)%3C/script%3E",
    ],
)
def test_what_is_not_there_is_404_in_the_same_look(client: Client, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    page = LexborHTMLParser(answer.text)
    assert page.css_first("header .brand") is not None
    assert page.css_first("h1") is not None
    assert "<script>alert" not in answer.text
    links = [each.attributes["href"] or "" for each in page.css("a[href]")]
    assert not [each for each in links if each.startswith(("//", "http"))]
