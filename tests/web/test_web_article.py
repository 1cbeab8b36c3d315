"""The page of one article: its text, its origins, its evidence, its copies and versions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from config.entity import Entity
from monitor.model import Article, Mention
from monitor.pipeline.find_duplicates import fingerprint
from storage.repositories import articles, judgements
from tests.web.conftest import ENGLISH, FRENCH, NOW, RUSSIAN, Archive, Client, Ids


def read(client: Client, article: int, language: str = "en") -> LexborHTMLParser:
    answer = client.get(f"/articles/{article}?ui={language}")
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(each.text().split()) for each in page.css(selector)]


def test_text_stands_in_its_paragraphs_and_says_its_language(client: Client, ids: Ids) -> None:
    page = read(client, ids.russian)
    assert [each.text() for each in page.css(".text p")] == RUSSIAN.text.split("\n\n")
    text = page.css_first(".text")
    assert text is not None
    assert text.attributes["lang"] == "ru"
    assert texts(page, "h1") == [RUSSIAN.title]


@pytest.mark.parametrize(
    ("which", "words"),
    [("english", "The forum"), ("french", "haut risque"), ("russian", "оценивают граждан")],
)
def test_the_words_that_decided_are_marked_and_led_to(
    client: Client, ids: Ids, which: str, words: str
) -> None:
    page = read(client, getattr(ids, which))
    (mark,) = page.css("mark")
    assert mark.text() == words
    (link,) = page.css(".evidence a")
    assert link.text() == words
    assert link.attributes["href"] == f"#{mark.attributes['id']}"
    (topic,) = page.css(".judged .topic")
    assert mark.attributes["title"] == topic.text()


def test_evidence_that_no_longer_stands_there_is_listed_and_not_marked(
    archive: Archive, ids: Ids
) -> None:
    revised = replace(RUSSIAN, text="Текст исправлен. Он запрещает системы другого рода.")
    with archive.database.write() as connection:
        articles.store(
            connection,
            revised,
            source="river",
            fingerprint=fingerprint(revised.text),
            keys=[revised.url],
            now=NOW,
            known_as=ids.russian,
        )
    page = read(archive.client(), ids.russian)
    assert not page.css("mark")
    assert texts(page, ".evidence") == ["оценивают граждан"]
    assert not page.css(".evidence a")
    assert "2 versions" in " ".join(texts(page, "dd"))


def test_origins_are_told_in_the_language_of_the_page(client: Client, ids: Ids) -> None:
    english = " ".join(texts(read(client, ids.english), "dl"))
    assert "8 Oct 2025, 11:00 UTC stated in the page’s data (JSON-LD)" in english
    assert "the feed the channel carries more text than the page" in english
    assert "First seen 8 Oct 2025, 10:00 UTC" in " ".join(
        texts(read(client, ids.english), "dt, dd")
    )
    russian = " ".join(texts(read(client, ids.russian, "ru"), "dl"))
    assert "7 окт. 2025 г., 12:00 UTC из анонса канала" in russian


def test_an_article_without_a_date_says_so(client: Client, ids: Ids) -> None:
    assert "no date was found" in texts(read(client, ids.kazakh), "dd")


def test_the_original_is_linked_without_telling_it_where_from(client: Client, ids: Ids) -> None:
    (button,) = read(client, ids.french).css("a.button")
    assert button.attributes["href"] == FRENCH.url
    assert button.attributes["rel"] == "noopener noreferrer"


def test_copies_and_the_first_one_name_each_other(client: Client, ids: Ids) -> None:
    (copy,) = read(client, ids.english).css(".copies a")
    assert copy.attributes["href"] == f"/articles/{ids.copy}?ui=en"
    page = read(client, ids.copy)
    (first,) = page.css(".copies a")
    assert first.attributes["href"] == f"/articles/{ids.english}?ui=en"
    assert "the first" in texts(page, ".copies .meta")[0]
    assert "No copy is known." in texts(read(client, ids.french), ".about .meta")


def test_versions_in_other_languages_are_linked(empty: Archive) -> None:
    languages = {"ru": "https://steppe.example/ru/1", "fr": "javascript:alert(1)"}
    stored = empty.store(replace(ENGLISH, languages=languages))
    page = read(empty.client(), stored)
    links = {each.text(): each.attributes["href"] for each in page.css("dd a")}
    assert links["Russian"] == languages["ru"]
    assert "French" not in links


def test_the_barest_article_still_makes_a_page(empty: Archive) -> None:
    stored = empty.store(Article(url="https://a.example/x", title=" ", text="", language="xx"))
    page = read(empty.client(), stored)
    assert texts(page, "h1") == ["https://a.example/x"]
    listed = LexborHTMLParser(empty.client().get("/").text)
    assert texts(listed, "a.title") == ["https://a.example/x"]


def test_windows_line_ends_and_blank_lines_with_spaces_separate_paragraphs(
    empty: Archive,
) -> None:
    stored = empty.store(replace(ENGLISH, text="One.\r\n\r\nTwo.\n \t\n\n\nThree.\n"))
    assert texts(read(empty.client(), stored), ".text p") == ["One.", "Two.", "Three."]


def test_evidence_over_several_topics_shares_its_marks(empty: Archive) -> None:
    article = replace(ENGLISH, published=NOW - timedelta(days=3))
    topics = {"forum": "forty countries met", "ai-law": "countries met in the capital"}
    page = read(empty.client(), empty.store(article, topics=topics))
    (mark,) = page.css("mark")
    assert mark.text() == "forty countries met in the capital"
    assert {each.attributes["href"] for each in page.css(".evidence a")} == {
        f"#{mark.attributes['id']}"
    }
    assert mark.attributes["title"] in ("The forum, AI law", "AI law, The forum")


def test_an_article_as_json_has_its_evidence(client: Client, ids: Ids) -> None:
    record = client.get(f"/api/v1/articles/{ids.english}").json()
    assert record["id"] == str(ids.english)
    [evidence] = record["topics"][0]["evidence"]
    words = record["title"] if evidence["field"] == "title" else record["text"]
    assert words[evidence["start"] : evidence["end"]] == evidence["words"]
    assert record["corrections"] == []
    for unknown in ("0", "nine", "9" * 30):
        answer = client.get(f"/api/v1/articles/{unknown}")
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"


def test_whom_an_article_names_is_said_in_the_readers_language(archive: Archive, ids: Ids) -> None:
    entity = Entity(kind="person", name={"en": "Pavel Durov", "ru": "Павел Дуров"})
    with archive.database.write() as connection:
        judgements.save(connection, ids.english, [], [Mention("durov", 2, ())])
    named = replace(archive, catalog=replace(archive.catalog, entities={"durov": entity}))
    assert "Павел Дуров (2)" in named.client().get(f"/articles/{ids.english}?ui=ru").text
    assert "Pavel Durov (2)" in named.client().get(f"/articles/{ids.english}?ui=kk").text
