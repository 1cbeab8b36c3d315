"""The search form and its results: what is found, marked, filtered and paged through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.web.conftest import ENGLISH, KAZAKH, NOW, RUSSIAN, Archive, Client, Ids


def search(client: Client, **parameters: str) -> LexborHTMLParser:
    answer = client.get(f"/?{urlencode(parameters)}")
    assert answer.status_code == 200, answer.text
    return LexborHTMLParser(answer.text)


def titles(page: LexborHTMLParser) -> list[str]:
    return [each.text() for each in page.css(".found h2")]


def marks(page: LexborHTMLParser, within: str) -> list[str]:
    return [each.text() for each in page.css(f"{within} mark")]


def one(page: LexborHTMLParser, selector: str) -> LexborNode:
    found = page.css(selector)
    assert len(found) == 1, f"{len(found)} of {selector}"
    return found[0]


@pytest.mark.parametrize(
    ("words", "language", "marked"),
    [
        ("startup", "en", "startups"),
        ("entreprise", "fr", "entreprises"),
        ("искусственный", "ru", "искусственном"),
        ("система", "ru", "системы"),
        ("банк", "kk", "банктің"),
        ("дүкендерге", "kk", "Дүкендердің"),
    ],
)
def test_another_form_of_the_word_is_found_and_marked_whole(
    client: Client, words: str, language: str, marked: str
) -> None:
    page = search(client, q=words, language=language)
    assert len(titles(page)) == (2 if language == "en" else 1)  # the English one has a copy
    assert marked in marks(page, ".found .item")


def test_marking_changes_no_character_of_title_and_text(client: Client) -> None:
    page = search(client, q="закон граждан")
    assert titles(page) == [RUSSIAN.title]
    assert marks(page, ".found h2") == ["закон"]
    snippet = one(page, ".found .snippet")
    assert snippet.text().startswith("… ")
    assert RUSSIAN.text.replace("\n", " ").endswith(snippet.text().removeprefix("… "))
    assert marks(page, ".found .snippet") == ["граждан"]


def test_a_title_and_its_snippet_say_their_language(client: Client) -> None:
    page = search(client, q="төлем", ui="en")
    assert titles(page) == [KAZAKH.title]
    assert one(page, ".found h2 a").attributes["lang"] == "kk"
    assert one(page, ".found .snippet").attributes["lang"] == "kk"
    assert one(page, "html").attributes["lang"] == "en"


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"topic": "ai-law"}, ["Сенат", "Les députés"]),
        ({"source": "river", "sort": "date"}, ["The forum", "Сенат", "Les députés"]),
        ({"language": "kk"}, ["Дүкендердің"]),
        ({"language": "kz"}, ["Дүкендердің"]),
        ({"since": "2025-10-07", "until": "2025-10-07"}, ["Сенат"]),
        ({"until": "2025-10-06"}, ["Les députés"]),
        ({"topic": "ai-law", "language": "fr", "q": "loi"}, ["Les députés"]),
    ],
)
def test_filters_limit_what_is_found(
    client: Client, filters: dict[str, str], expected: list[str]
) -> None:
    found = titles(search(client, **filters))
    assert len(found) == len(expected)
    assert all(title.startswith(start) for title, start in zip(found, expected, strict=True))


def test_the_form_holds_what_the_address_says(client: Client) -> None:
    asked = {"q": '"haut risque"', "topic": "ai-law", "source": "river", "since": "2025-10-01"}
    page = search(client, **asked, sort="date", ui="fr")
    assert one(page, "#q").attributes["value"] == '"haut risque"'
    assert one(page, "#since").attributes["value"] == "2025-10-01"
    chosen = [each.attributes["value"] for each in page.css("option[selected]")]
    assert chosen == ["ai-law", "river", "date"]
    assert one(page, "input[name=ui]").attributes["value"] == "fr"


def test_a_copy_names_and_links_the_first_one(client: Client, ids: Ids) -> None:
    page = search(client, q="startups", source="river")
    link = one(page, ".copy a")
    assert link.attributes["href"] == f"/articles/{ids.english}"
    assert link.text() == ENGLISH.title
    assert "Steppe Tribune" in one(page, ".copy").text()


@pytest.fixture
def many(empty: Archive) -> Client:
    for number in range(25):
        article = replace(
            ENGLISH,
            url=f"https://steppe.example/{number}",
            title=f"Report number {number}",
            text=f"Wheat report {number}.",
            published=NOW - timedelta(days=number),
        )
        empty.store(article)
    return empty.client()


def test_pages_hold_everything_once_in_order(many: Client) -> None:
    seen, address = [], "/?q=wheat&sort=date&limit=10&ui=ru"
    for _ in range(5):
        page = LexborHTMLParser(many.get(address).text)
        assert "25" in one(page, "h1").text()
        seen += titles(page)
        following = page.css_first("a[rel=next]")
        if following is None:
            break
        address = following.attributes["href"] or ""
        assert "ui=ru" in address
    assert seen == [f"Report number {number}" for number in range(25)]


def test_a_page_beyond_the_last_says_so_and_leads_back(many: Client) -> None:
    page = search(many, q="wheat", page="9")
    assert not titles(page)
    assert one(page, ".widen a").attributes["href"] == "/?q=wheat"


def test_no_result_says_how_to_find_more(client: Client) -> None:
    page = search(client, q="unheard", topic="ai-law", ui="fr")
    assert one(page, "h1").text() == "Aucun résultat"
    assert [each.attributes["href"] for each in page.css(".widen a")] == [
        "/?q=unheard&ui=fr",
        "/?sort=date&ui=fr",
    ]


def test_what_is_stored_later_is_found_without_a_restart(archive: Archive) -> None:
    client = archive.client()
    assert not titles(search(client, q="glacier"))
    archive.store(replace(ENGLISH, url="https://steppe.example/ice", text="A glacier has melted."))
    assert titles(search(client, q="glacier")) == [ENGLISH.title]
