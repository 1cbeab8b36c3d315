"""The commands that ask publishers, against a newsroom on this machine."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.server import Newsroom
from monitor.workers import discover
from tests.cli.conftest import Cli

pytestmark = pytest.mark.network

PAGE = (
    "<html lang='en'><head><title>The bridge is open</title></head><body><article>"
    "<h1>The bridge is open</h1><p>The council of the town opened the bridge on Monday, a year "
    "after its foundation was laid, and two thousand people walked across it.</p><p>The mayor "
    "said that the water tower comes next, and that the school will have to wait until spring, "
    "because its roof needs more money than the town has.</p></article></body></html>"
)


def test_poll_in_json(cli: Cli, room: Newsroom) -> None:
    record = cli.record("poll", "--json")
    assert {"started", "finished", "sources", "totals"} <= set(record)
    assert record["started"] <= record["finished"]
    assert [each["source"] for each in record["sources"]] == ["g001", "g002"]
    for source in record["sources"]:
        assert {"source", "channels", "stored", "updated", "duplicates", "failed"} <= set(source)
        [channel] = source["channels"]
        assert channel["url"] == f"{room.sites[source['source']].base}/feed.xml"
        said = {key: channel[key] for key in ("status", "http", "found", "new", "error")}
        assert said == {"status": "ok", "http": 200, "found": 3, "new": 3, "error": None}
        assert (source["stored"], source["failed"]) == (3, 0)
    totals = record["totals"]
    assert {key: totals[key] for key in ("stored", "updated", "duplicates", "failed")} == {
        "stored": 6,
        "updated": 0,
        "duplicates": 0,
        "failed": 0,
    }
    again = cli.record("poll", "--all", "--json")
    assert {each["channels"][0]["status"] for each in again["sources"]} == {"unchanged"}
    assert {each["channels"][0]["http"] for each in again["sources"]} == {304}


def test_poll_for_people(cli: Cli, room: Newsroom) -> None:
    room.fail("g002", "/feed.xml", faults.status(503))
    ended = cli.run("poll")
    assert ended.code == 1
    assert "g001: 3 new" in ended.out
    assert "has trouble of its own (503)" in ended.out
    assert "In all: 3 new" in ended.out
    ended = cli.run("poll", "g001", "--all")
    assert ended.code == 0
    assert "unchanged (304)" in ended.out
    assert "g002" not in ended.out
    cli.set("DATABASE_URL", "sqlite:///other.db")
    assert cli.run("poll", "g001").code == 0
    room.heal()
    assert [each["source"] for each in cli.record("poll", "g002", "--json")["sources"]] == ["g002"]
    ended = cli.run("poll", "g003")
    assert (ended.code, "g001, g002" in ended.err) == (2, True)


def test_status_ends_with_one_when_a_channel_fails_for_good(cli: Cli, room: Newsroom) -> None:
    fresh = cli.record("status", "--json")
    assert [each["health"] for s in fresh["sources"] for each in s["channels"]] == ["new", "new"]
    cli.run("poll", "--all")
    well = cli.record("status", "--json")
    assert (well["needs_a_person"], well["articles"], well["waiting"]) == (False, 6, 0)
    room.fail("g002", "*", faults.status(500))
    for _ in range(2):
        cli.run("poll", "--all")
    assert cli.run("status").code == 0
    cli.run("poll", "--all")
    ill = cli.record("status", "--json", code=1)
    [channel] = ill["sources"][1]["channels"]
    assert (channel["health"], channel["failures"], channel["http"]) == ("failing", 3, 500)
    assert "has trouble of its own (500)" in channel["error"]
    ended = cli.run("status")
    assert (ended.code, channel["error"] in ended.out) == (1, True)
    room.heal()
    cli.run("poll", "--all")
    assert cli.run("status").code == 0


def test_sources_check_reads_each_channel_and_stores_nothing(cli: Cli, room: Newsroom) -> None:
    [tried] = cli.lines("sources", "check", "g001", "--json")
    assert (tried["kind"], tried["found"], tried["error"]) == ("feed", 3, None)
    article = next(a for a in room.ledger.must() if room.url_of(a) == tried["sample"]["url"])
    assert tried["sample"]["title"] == room.truth(article).title
    assert not cli.database.exists()
    room.fail("g001", "/news/*", faults.status(404))
    ended = cli.run("sources", "check", "g001")
    assert ended.code == 1
    assert "the first article cannot be read" in ended.out
    room.fail("g002", "/feed.xml", faults.login_page())
    assert "not" in cli.lines("sources", "check", "g002", "--json", code=1)[0]["error"]


def test_sources_add_writes_a_file_that_works(cli: Cli, room: Newsroom) -> None:
    cli.environment.setattr(discover, "SPACING", timedelta(0))
    cli.set("CONFIG_DIR", "mine")
    cli.write("mine/sources/other.toml", (cli.folder / "config/sources/g002.toml").read_text())
    feed = f"{room.sites['g001'].base}/feed.xml"
    dry = cli.record("sources", "add", feed, "--dry-run", "--json")
    assert dry["file"] is None
    assert [file.name for file in Path("mine/sources").iterdir()] == ["other.toml"]
    record = cli.record("sources", "add", feed, "--json")
    assert Path(record["file"]).is_file()
    [channel] = record["channels"]
    assert (channel["kind"], channel["url"], channel["found"]) == ("feed", feed, 3)
    assert len(channel["entries"]) == 3
    assert all(each["published"] and each["title"] for each in channel["entries"])
    assert cli.run("sources", "check", record["id"]).code == 0
    ended = cli.run("sources", "add", f"{room.sites['g001'].base}/feed.xml")
    assert (ended.code, "exists already" in ended.err) == (2, True)
    ended = cli.run("sources", "add", feed, "--dry-run")
    assert (ended.code, "exists already" in ended.err) == (2, True)
    room.fail("g001", "/feed*", faults.status(404))
    article = sorted(room.ledger.published())[0]
    ended = cli.run("sources", "add", room.url_of(article))
    assert (ended.code, "declares none" in ended.err) == (1, True)
    ended = cli.run("sources", "add", "ftp://example.org/")
    assert ended.code == 2


def test_feed_and_extract_of_addresses_and_files(cli: Cli, room: Newsroom) -> None:
    base = room.sites["g001"].base
    announced = cli.lines("feed", f"{base}/feed.xml", "--json")
    assert len(announced) == 3
    keys = {"url", "guid", "title", "summary", "published", "authors"}
    assert all(set(each) == keys for each in announced)
    [made] = cli.lines("extract", announced[0]["url"], "--json")
    contract = [
        "file",
        "url",
        "title",
        "authors",
        "published",
        "language",
        "text",
        "image",
        "error",
    ]
    assert list(made)[: len(contract)] == contract
    assert (made["file"], made["url"], made["error"]) == (None, announced[0]["url"], None)
    assert made["title"] == announced[0]["title"]
    assert not cli.database.exists()

    cli.write("page.html", PAGE)
    cli.write("empty.html", "")
    lines = cli.lines("extract", "page.html", "empty.html", "none.html", "--json", code=1)
    assert [each["file"] for each in lines] == ["page.html", "empty.html", "none.html"]
    assert [each["error"] is None for each in lines] == [True, False, False]
    assert all(list(each)[: len(contract)] == contract for each in lines)
    [made] = cli.lines("extract", "page.html", "--url", "https://example.org/a", "--json")
    assert made["url"] == "https://example.org/a"
    assert cli.run("extract", "page.html", "empty.html", "--url", "https://example.org/").code == 2
    assert cli.run("extract", "page.html", "--url", "file:///etc/passwd").code == 2


def test_feed_of_files(cli: Cli) -> None:
    item = "<item><title>A</title><link>/a</link></item>"
    cli.write("saved.xml", f"<rss version='2.0'><channel>{item}</channel></rss>")
    [entry] = cli.lines("feed", "saved.xml", "--url", "https://example.org/feed", "--json")
    assert (entry["url"], entry["published"]) == ("https://example.org/a", None)
    cli.write("list.html", "<ul><li><a href='/b'>The second one of them</a></li></ul>")
    arguments = ("list.html", "--url", "https://example.org/", "--json")
    [entry] = cli.lines("feed", *arguments, "--kind", "listing", "--item", "li")
    assert entry["url"] == "https://example.org/b"
    for name, words in (("list.html", "feed"), ("none.xml", "cannot be read")):
        ended = cli.run("feed", name)
        assert (ended.code, ended.out) == (1, "")
        assert ended.err.startswith("monitor: ")
        assert name in ended.err
        assert words in ended.err
    assert cli.run("feed", "list.html", "--kind", "listing").code == 2


def test_add_stores_one_article_and_names_what_failed(cli: Cli, room: Newsroom) -> None:
    one, *_, other = sorted(room.ledger.published())
    record = cli.record("add", f"{room.url_of(one)}?utm_source=mail", "--json")
    assert record["url"] == room.url_of(one)
    assert (record["status"], record["error"], record["source"]) == ("new", None, "g001")
    assert cli.record("show", record["id"], "--json")["title"] == room.truth(one).title
    assert cli.record("add", room.url_of(one), "--json")["status"] == "known"
    cli.run("poll", "--all")
    assert len(cli.lines("export")) == 6
    room.fail("g002", "/news/*", faults.status(404))
    ended = cli.run("add", room.url_of(other))
    assert ended.code == 1
    assert room.url_of(other) in ended.out
    assert "404" in ended.out


def test_what_was_added_by_hand_and_failed_waits_for_nobody(cli: Cli, room: Newsroom) -> None:
    """No source polls it, so no pass would ever try it again."""
    (cli.folder / "config" / "sources" / "g002.toml").unlink()
    [article, *_] = [each for each in sorted(room.ledger.published()) if "g002" in each]
    room.fail("g002", "*", faults.status(503))
    assert cli.record("add", room.url_of(article), "--json", code=1)["source"] == "added"
    assert cli.record("status", "--json")["waiting"] == 0
    room.heal()
    assert cli.record("add", room.url_of(article), "--json")["status"] == "new"
    room.fail("g002", "*", faults.status(503))
    cli.record("add", room.url_of(article), "--json", code=1)
    assert [each["url"] for each in cli.lines("export")] == [room.url_of(article)]
    assert cli.run("status").code == 0
