"""What changed in an article, and that it was withdrawn, as the command line shows it."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer
from monitor.newsroom.faults import Fault
from monitor.newsroom.server import Newsroom
from storage.database import Database
from storage.repositories import articles
from tests.cli.conftest import Cli
from tests.workers.bench import START

LINE = '{{"url": "https://example.org/1", "title": "Bridge", "text": "{text}"}}\n'


def test_show_has_the_words_that_changed(cli: Cli) -> None:
    for text in ("Twenty guests came to the bridge.", "Two hundred guests came to the bridge."):
        cli.write("given.jsonl", LINE.format(text=text))
        cli.run("import", "given.jsonl")
    record = cli.record("show", "1", "--json")
    assert [each["changes"] for each in record["history"]] == [
        [],
        [{"removed": "Twenty", "added": "Two hundred"}],
    ]
    assert (record["withdrawn"], record["notes"]) == (None, [])
    lines = cli.run("show", "1").out.splitlines()
    assert "       - Twenty" in lines
    assert "       + Two hundred" in lines


def test_a_withdrawn_article_is_kept_and_marked(cli: Cli) -> None:
    cli.write("given.jsonl", LINE.format(text="Twenty guests came."))
    cli.run("import", "given.jsonl")
    database = Database(f"sqlite:///{cli.database}")
    with database.write() as connection:
        articles.withdraw(connection, 1, START)
    database.close()
    assert cli.record("show", "1", "--json")["withdrawn"] == "2026-03-21T06:00:00+00:00"
    assert "withdrawn by its publisher" in cli.run("show", "1").out
    [exported] = cli.lines("export")
    assert (exported["withdrawn"], exported["text"]) == (
        "2026-03-21T06:00:00+00:00",
        "Twenty guests came.",
    )


@pytest.mark.network
def test_what_has_no_link_is_exported_and_comes_back_as_one_article(
    cli: Cli, room: Newsroom
) -> None:
    feed = (
        '<rss version="2.0"><channel><title>T</title>'
        "<item><title>One</title><description>The first text of all.</description></item>"
        "<item><title>Two</title><description>The second text of all.</description></item>"
        "<item><title>A headline only</title></item></channel></rss>"
    )
    room.fail("g002", "/feed.xml", faults.status(503))
    room.fail("g001", "/feed.xml", serving(feed))
    cli.run("poll", "g001")
    exported = cli.lines("export")
    assert [each["title"] for each in exported] == ["One", "Two"]
    assert all("/feed.xml#entry-" in each["url"] for each in exported)
    cli.run("export", "-o", "out.jsonl")
    assert cli.record("import", "out.jsonl", "--json")["known"] == 2
    cli.set("DATABASE_URL", "sqlite:///other.db")
    assert cli.record("import", "out.jsonl", "--json")["stored"] == 2
    assert [each["url"] for each in cli.lines("export")] == [each["url"] for each in exported]
    assert Path("out.jsonl").exists()


def serving(text: str) -> Fault:
    answer = Answer(body=text.encode(), content_type="application/rss+xml")
    return lambda request, right: answer
