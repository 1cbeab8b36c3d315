"""The first page: the latest articles, the state of the sources, and an archive without any."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from selectolax.lexbor import LexborHTMLParser

from monitor.model import Failure, Poll, PollStatus, Reason, Validators
from storage.repositories import channels
from tests.web.conftest import CATALOG, ENGLISH, NOW, Archive, Client, Ids


def front(client: Client, address: str = "/?ui=en") -> LexborHTMLParser:
    answer = client.get(address)
    assert answer.status_code == 200
    return LexborHTMLParser(answer.text)


def texts(page: LexborHTMLParser, selector: str) -> list[str]:
    return [" ".join(each.text().split()) for each in page.css(selector)]


def poll(archive: Archive, source: str, *, failures: int = 0, new: int = 3) -> None:
    """Write polls of a source's channel into the log, as a pass would."""
    key = (source, CATALOG.sources[source].channels[0].url)
    failure = Failure("fetch.timeout", "The site did not answer <in> 30 s")
    with archive.database.write() as connection:
        channels.register(connection, [key])
        for number in range(max(failures, 1)):
            (state,) = channels.load(connection, [key])
            done = Poll(
                started_at=NOW - timedelta(minutes=20 - number),
                elapsed=timedelta(seconds=1),
                status=PollStatus.FAILED if failures else PollStatus.OK,
                http=None if failures else 200,
                size=100,
                found=10,
                new=new,
                next_poll_at=NOW + timedelta(minutes=7),
                plan_reason="every 15 min: 3 of 10 entries were new",
                plan=Reason("share", {"pause": 900, "new": 3, "found": 10}),
                interval=timedelta(minutes=15),
                failure=failure if failures else None,
            )
            channels.record(connection, state, done, validators=Validators(), body_hash=None)


def test_topics_with_articles_come_first_the_newest_on_top(client: Client) -> None:
    page = front(client)
    assert texts(page, ".group h3") == [
        "The forum 1 article",
        "AI law 2 articles",
        "Under no topic 1 article",
    ]
    assert texts(page, ".without span") == ["Payments"]


def test_an_article_shows_where_and_when_and_how_it_begins(client: Client, ids: Ids) -> None:
    item = front(client).css_first(".group .item")
    assert item is not None
    link = item.css_first("a.title")
    assert link is not None
    assert link.text() == ENGLISH.title
    assert link.attributes["href"] == f"/articles/{ids.english}?ui=en"
    assert link.attributes["lang"] == "en"
    meta = item.css_first(".meta")
    assert meta is not None
    assert " ".join(meta.text().split()) == "Steppe Tribune EN 1 h ago"
    snippet = item.css_first(".snippet")
    assert snippet is not None
    assert snippet.text().startswith("Startups from forty countries")


def test_a_copy_is_not_shown_beside_the_first_one(client: Client) -> None:
    assert texts(front(client), ".group .title").count(ENGLISH.title) == 1


def test_a_topic_shows_a_few_and_counts_all(empty: Archive) -> None:
    for number in range(6):
        article = replace(
            ENGLISH,
            url=f"https://steppe.example/{number}",
            title=f"The forum, day {number}",
            text=f"Day {number}.",
            published=NOW - timedelta(hours=number),
        )
        empty.store(article, topics={"forum": "The forum"})
    page = front(empty.client())
    assert texts(page, ".group h3") == ["The forum 6 articles"]
    assert texts(page, ".group .title") == [f"The forum, day {number}" for number in range(3)]


def test_a_date_in_the_future_is_not_believed(empty: Archive) -> None:
    empty.store(replace(ENGLISH, published=NOW + timedelta(days=30)))
    assert "2 h ago" in texts(front(empty.client()), ".group .meta")[0]


def test_sources_tell_how_they_do_in_words(archive: Archive) -> None:
    poll(archive, "steppe")
    poll(archive, "river", failures=3)
    page = front(archive.client())
    assert texts(page, ".sources .state") == ["failing", "in order"]
    failing, steady = page.css(".sources > ul > li")
    assert "The last 3 readings failed: The site did not answer <in> 30 s" in failing.text()
    words = " ".join(steady.text().split())
    assert "2 articles · read 20 min ago" in words
    assert "next in 7 min (every 15\u00a0min: 3 of 10 entries were new)" in steady.text()
    assert texts(page, ".summary .failing") == ["1 source cannot be read"]
    assert texts(page, "#switched-off li") == ["The Quiet Gazette"]


def test_one_failure_is_not_yet_an_alarm(archive: Archive) -> None:
    poll(archive, "river", failures=1)
    page = front(archive.client())
    assert texts(page, ".sources .state") == ["unsteady", "not read yet"]
    assert not page.css(".summary .failing")


def test_a_source_that_a_worker_holds_is_being_read(archive: Archive) -> None:
    poll(archive, "steppe")
    with archive.database.write() as connection:
        (state,) = channels.load(connection, [("steppe", "https://steppe.example/feed")])
        until = NOW + timedelta(minutes=5)
        channels.claim(connection, [state.id], owner="a", now=NOW, until=until)
    assert texts(front(archive.client()), ".sources .state") == ["not read yet", "being read"]


def test_an_archive_that_was_never_filled_says_what_to_do(empty: Archive) -> None:
    page = front(empty.client())
    assert texts(page, ".empty h2") == ["The archive is empty"]
    assert texts(page, ".empty code") == ["monitor poll"]
    assert texts(page, ".sources .state") == ["not read yet"] * 2


def test_a_first_pass_says_that_it_is_under_way(empty: Archive) -> None:
    with empty.database.write() as connection:
        channels.register(connection, [("steppe", "https://steppe.example/feed")])
        (state,) = channels.load(connection, [("steppe", "https://steppe.example/feed")])
        until = NOW + timedelta(minutes=5)
        channels.claim(connection, [state.id], owner="a", now=NOW, until=until)
    page = front(empty.client())
    assert "under way" in texts(page, ".empty p")[0]
    assert not page.css(".empty code")


def test_a_pass_that_stored_nothing_points_to_the_reasons(empty: Archive) -> None:
    poll(empty, "steppe", failures=1)
    page = front(empty.client())
    assert "nothing was stored" in texts(page, ".empty p")[0]
    assert texts(page, ".empty code") == ["monitor poll --all"]


def test_the_fragment_is_the_live_part_and_silent_until_it_changes(archive: Archive) -> None:
    client = archive.client()
    live = front(client, "/?ui=ru").css_first("#live")
    assert live is not None
    address, tag = live.attributes["data-live"] or "", live.attributes["data-tag"] or ""
    assert address == "/fragments/latest?ui=ru"
    same = client.get(address, {"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    archive.store(replace(ENGLISH, url="https://steppe.example/new", title="Something new"))
    changed = client.get(address, {"If-None-Match": tag})
    assert changed.status_code == 200
    assert "Something new" in changed.text
    assert changed.headers["etag"] != tag
    assert "<html" not in changed.text
