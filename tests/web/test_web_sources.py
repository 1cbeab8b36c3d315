"""The pages of the sources, the API and the feed of alarms tell one and the same."""

from __future__ import annotations

import json
from datetime import timedelta
from xml.etree import ElementTree

import pytest
from selectolax.lexbor import LexborHTMLParser, LexborNode

from monitor.model import Alarm, Entry
from monitor.pipeline.reconcile import Known, Look, Seen, compare
from storage.repositories import alarms, entries, reconciliations
from storage.repositories.entries import Addressed
from tests.web.conftest import NOW, Archive, Client
from tests.web.test_web_front import poll

ATOM = "{http://www.w3.org/2005/Atom}"
MISSED = "https://steppe.example/missed"


@pytest.fixture
def busy(archive: Archive) -> Archive:
    """The Steppe Tribune was read; its river cannot be; one article had been missed."""
    poll(archive, "steppe")
    poll(archive, "river", failures=4)
    look = Look("https://steppe.example/feed", "feed", "en", NOW, (Seen("missed", MISSED, None),))
    known: dict[str, Known] = {}
    with archive.database.write() as connection:
        added = Addressed(Entry(MISSED), "missed", "steppe.example")
        entries.keep(connection, "steppe", None, [added], NOW - timedelta(hours=1))
        id_ = reconciliations.begin(
            connection, "steppe", NOW, owner="me", is_gone=lambda owner: False
        )
        assert id_ is not None
        reconciliations.finish(connection, id_, [look], compare([look], known), NOW)
        alarm = Alarm("failing", "river", 1, "River: <b>4 failed", {"url": "u", "failures": 4})
        alarms.raise_once(connection, alarm, NOW - timedelta(hours=2))
    return archive


def one(card: LexborNode, selector: str) -> LexborNode:
    found = card.css_first(selector)
    assert found is not None
    return found


def read(client: Client, path: str) -> LexborHTMLParser:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text[:300]
    return LexborHTMLParser(answer.text)


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk"])
def test_every_source_is_on_the_page(busy: Archive, language: str) -> None:
    page = read(busy.client(), f"/sources?ui={language}")
    cards = page.css(".card")
    assert [one(card, ".line a").text() for card in cards] == [
        "River Herald",
        "Steppe Tribune",
    ]
    assert [one(card, ".state").attributes["class"] for card in cards] == [
        "state failing",
        "state ok",
    ]
    assert one(cards[0], ".trouble").text().startswith("River Herald: u")
    assert page.css_first('a[href^="/sources/quiet"]') is not None


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk"])
def test_a_source_says_what_it_lacks(busy: Archive, language: str) -> None:
    page = read(busy.client(), f"/sources/steppe?ui={language}")
    assert MISSED in {each.text() for each in page.css(".address a")}
    assert page.css_first("#unstored") is not None
    river = read(busy.client(), f"/sources/river?ui={language}")
    assert len(river.css(".trouble")) == 2


def test_what_is_not_there(busy: Archive) -> None:
    assert busy.client().get("/sources/nowhere").status_code == 404
    answer = busy.client().get("/api/v1/sources/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() | {"detail": ""} == {
        "type": "about:blank",
        "status": 404,
        "title": "There is no such source",
        "detail": "",
    }
    unknown = busy.client().get("/api/v1/nothing")
    assert (unknown.status_code, unknown.json()["status"]) == (404, 404)
    sent = busy.client().request("POST", "/api/v1/status")
    assert (sent.status_code, sent.json()["status"]) == (405, 405)


def test_the_api_has_what_status_prints(busy: Archive) -> None:
    client = busy.client()
    status = client.get("/api/v1/status").json()
    assert status["needs_a_person"] is True
    [river, steppe] = status["sources"]
    assert client.get("/api/v1/sources").json() == {"sources": [river, steppe]}
    assert (river["health"], river["channels"][0]["code"]) == ("failing", "fetch.timeout")
    assert steppe["week"] == {"announced": 1, "stored": 0}
    assert steppe["lag"] == {"articles": 0, "p50_seconds": None, "p95_seconds": None}
    assert steppe["reconciliation"]["never_seen"] == 1
    one = client.get("/api/v1/sources/steppe").json()
    assert one["reconciliation"]["urls"][0]["url"] == MISSED
    assert {**one, "reconciliation": None} == {**steppe, "reconciliation": None}


def test_who_asks_for_alarms_gets_each_once(busy: Archive) -> None:
    client = busy.client()
    first = client.get("/api/v1/alarms").json()
    assert [each["what"] for each in first["events"]] == ["raised"]
    assert client.get(f"/api/v1/alarms?since={first['next']}").json()["events"] == []
    with busy.database.write() as connection:
        [raised] = alarms.open_alarms(connection)
        alarms.clear(connection, raised.id, NOW)
        alarms.clear(connection, raised.id, NOW)
        alarms.raise_once(connection, raised.alarm, NOW)
        alarms.raise_once(connection, raised.alarm, NOW)
    told = []
    cursor = first["next"]
    for _ in range(3):
        answer = client.get(f"/api/v1/alarms?since={cursor}&limit=1").json()
        told += [each["what"] for each in answer["events"]]
        cursor = answer["next"]
    assert told == ["cleared", "raised"]
    lately = client.get("/api/v1/alarms?since=2025-10-08T11:00:00Z").json()
    assert [each["what"] for each in lately["events"]] == ["cleared", "raised"]


@pytest.mark.parametrize("query", ["since=yesterday", "limit=0", "limit=x", "limit=501"])
def test_an_address_that_cannot_be_read(busy: Archive, query: str) -> None:
    answer = busy.client().get(f"/api/v1/alarms?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text)["detail"]


def test_alarms_are_a_feed(busy: Archive) -> None:
    with busy.database.write() as connection:
        [raised] = alarms.open_alarms(connection)
        alarms.clear(connection, raised.id, NOW)
        alarms.raise_once(connection, Alarm("new", "steppe", None, "Bad \x0b & <b>"), NOW)
    answer = busy.client().get("/alarms.xml?ui=fr")
    assert answer.headers["content-type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(answer.content)
    titles = [each.findtext(f"{ATOM}title") for each in root.iter(f"{ATOM}entry")]
    assert titles == [
        "Bad   & <b>",
        "terminée : River Herald: u : échecs à la suite : 4",
        "River Herald: u : échecs à la suite : 4",
    ]
    ids = [each.text for each in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids)) == 4
    links = [each.attrib["href"] for each in root.iter(f"{ATOM}link")]
    assert links[1] == "/sources/steppe?ui=fr"


def test_a_feed_without_alarms(archive: Archive) -> None:
    root = ElementTree.fromstring(archive.client().get("/alarms.xml").content)
    assert list(root.iter(f"{ATOM}entry")) == []
