"""The other ways in and out: WARC, OPML, RSS, Parquet."""

from __future__ import annotations

import gzip
import io
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.catalog import load_catalog
from monitor.newsroom.server import Newsroom
from tests.cli.conftest import Cli

TEXT = (
    "The council of the town opened the bridge on Monday, a year after its foundation was laid, "
    "and two thousand people walked across it before noon."
)
PAGE = (
    "<html lang='en'><head><title>{title}</title></head><body><article><h1>{title}</h1>"
    f"<p>{TEXT}</p><p>The mayor said that number {{number}} comes next, and that the school will "
    "have to wait until spring, because its roof needs more money than the town has.</p>"
    "</article></body></html>"
)


def page(number: int) -> bytes:
    return PAGE.format(title=f"Bridge number {number} is open", number=number).encode()


def warc(*records: dict[str, Any], packed: bool = True) -> bytes:
    """A file of responses; each with `url` and `body`, and what differs from the usual."""
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("news.warc.gz", {"software": "test"}))
    for given in records:
        headers = [("Content-Type", given.get("type", "text/html; charset=utf-8"))]
        headers += given.get("headers", [])
        writer.write_record(
            writer.create_warc_record(
                given["url"],
                given.get("record", "response"),
                payload=io.BytesIO(given["body"]),
                length=len(given["body"]),
                http_headers=StatusAndHeaders(
                    given.get("status", "200 OK"), headers, protocol="HTTP/1.1"
                ),
                warc_headers_dict={"WARC-Date": given.get("date", "2025-10-02T09:30:00Z")},
            )
        )
    return out.getvalue()


ONE = {"url": "https://example.org/news/1", "body": page(1)}
OTHER = {"url": "https://other.example/news/2", "body": page(2)}


@pytest.mark.parametrize("packed", [True, False])
def test_a_warc_file_is_read(packed: bool, cli: Cli) -> None:
    """Pages of a source go to it, others are imported; what is no article leaves no trace."""
    file = "news.warc.gz" if packed else "news.warc"
    passed_over = [
        {"url": "https://example.org/gone", "body": b"", "status": "404 Not Found"},
        {"url": "https://example.org/a.pdf", "body": b"%PDF", "type": "application/pdf"},
        {"url": "https://example.org/big", "body": b"<p>" + b"x" * 6_000_000},
        {"url": "dns:example.org", "body": b"<p>1.2.3.4</p>"},
        {"url": "https://example.org/r", "body": b"", "record": "revisit"},
    ]
    empty = {"url": "https://example.org/empty", "body": b"<html><body></body></html>"}
    zipped = {
        "url": "https://example.org/news/3",
        "body": gzip.compress(page(3)),
        "headers": [("Content-Encoding", "gzip")],
    }
    cli.folder.joinpath(file).write_bytes(
        warc(ONE, *passed_over, OTHER, empty, zipped, packed=packed)
    )
    tally = cli.record("import", file, "--json")
    counted = {key: tally[key] for key in ("read", "stored", "updated", "known", "no_article")}
    assert counted == {"read": 4, "stored": 3, "updated": 0, "known": 0, "no_article": 1}
    stored = {each["url"]: each for each in cli.lines("export")}
    assert {url: each["source"] for url, each in stored.items()} == {
        "https://example.org/news/1": "example",
        "https://other.example/news/2": "imported",
        "https://example.org/news/3": "example",
    }
    first = stored["https://example.org/news/1"]
    assert first["title"] == "Bridge number 1 is open"
    assert first["text"].startswith(TEXT)
    assert first["first_seen"] == "2025-10-02T09:30:00+00:00"
    assert [each["title"] for each in cli.lines("search", "bridge", "--json")]
    again = cli.record("import", file, "--json")
    assert (again["stored"], again["known"]) == (0, 3)
    assert cli.lines("quarantine", "--json") == []


def test_an_older_page_does_not_replace_a_newer_reading(cli: Cli) -> None:
    new = ONE | {"body": page(9), "date": "2025-10-05T00:00:00Z"}
    for name, record in {"first": ONE, "newer": new, "older": ONE}.items():
        cli.folder.joinpath(f"{name}.warc.gz").write_bytes(warc(record))
    assert cli.record("import", "first.warc.gz", "--json")["stored"] == 1
    assert cli.record("import", "newer.warc.gz", "--json")["updated"] == 1
    assert cli.record("import", "older.warc.gz", "--json")["known"] == 1
    [article] = cli.lines("export")
    assert (article["title"], article["versions"]) == ("Bridge number 9 is open", 2)


def test_a_warc_file_that_breaks_off_is_read_up_to_there(cli: Cli) -> None:
    whole = warc(ONE, OTHER)
    start = warc(ONE)
    cli.folder.joinpath("cut.warc.gz").write_bytes(start + whole[len(start) :][:60] + b"\0junk")
    record = cli.record("import", "cut.warc.gz", "--json", code=1)
    assert record["stored"] == 1
    assert record["broken"][0]["file"] == "cut.warc.gz"
    assert record["broken"][0]["reason"]


@pytest.mark.parametrize("name", ["page.warc", "page.warc.gz"])
def test_what_is_no_warc_file_is_refused(name: str, cli: Cli) -> None:
    cli.write(name, "<html>")
    ended = cli.run("import", name)
    assert (ended.code, "WARC" in ended.err) == (2, True)
    assert not cli.database.exists()


@pytest.mark.network
def test_a_warc_export_reads_back(cli: Cli, room: Newsroom) -> None:
    cli.run("poll")
    assert "6 pages" in cli.run("export", "--format", "warc", "-o", "out.warc.gz").err
    kinds, served = [], {}
    with Path("out.warc.gz").open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            kinds.append(record.rec_type)
            if record.rec_type == "response":
                url = record.rec_headers.get_header("WARC-Target-URI")
                served[url] = record.content_stream().read()
                assert record.http_headers.get_statuscode() == "200"
                assert record.http_headers.get_header("Content-Encoding") is None
                assert record.http_headers.get_header("ETag")
                date = record.rec_headers.get_header("WARC-Date")
                assert date.endswith("Z")
    assert kinds == ["warcinfo", *["response"] * 6]
    exported = cli.lines("export")
    assert sorted(served) == sorted(each["url"] for each in exported)
    assert all(each["title"].encode() in served[each["url"]] for each in exported)

    cli.set("DATABASE_URL", "sqlite:///other.db")
    assert cli.record("import", "out.warc.gz", "--json")["stored"] == 6
    keys = ("url", "source", "title", "text", "published", "language")
    assert sorted(tuple(each[key] for key in keys) for each in cli.lines("export")) == sorted(
        tuple(each[key] for key in keys) for each in exported
    )


OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Feeds</title></head><body>
<outline text="Asia"><outline text="Kazakhstan">
  <outline type="rss" text="Steppe &amp; Co" xmlUrl="https://steppe.example/feed"
    htmlUrl="https://steppe.example/" language="ru-RU"/>
  <outline type="rss" text="Steppe sport" xmlUrl="https://steppe.example/sport/feed"/>
</outline></outline>
<outline type="rss" text="Known" xmlUrl="http://www.example.org/feed.xml"/>
<outline type="rss" text="Twice" xmlUrl="https://steppe.example/feed"/>
<outline type="rss" text="Bad" xmlUrl="feed:whatever"/>
<outline type="rss" text="Inside" xmlUrl="http://127.0.0.1/feed"/>
<outline text="A link only" htmlUrl="https://nowhere.example/"/>
</body></opml>
"""


def test_an_opml_file_becomes_sources(cli: Cli) -> None:
    before = cli.folder.joinpath("config/sources/example.toml").read_bytes()
    cli.write("feeds.opml", OPML)
    record = cli.record("import", "feeds.opml", "--json", code=1)
    assert record["sources"] == ["steppe-example", "steppe-example-steppe-sport"]
    assert len(record["watched"]) == 2
    assert [each["url"] for each in record["bad"]] == ["feed:whatever", "http://127.0.0.1/feed"]
    assert "stored" not in record
    sources = load_catalog(cli.folder / "config").sources
    steppe = sources["steppe-example"]
    assert (steppe.name, steppe.language, steppe.notes) == (
        "Steppe & Co",
        "ru",
        "Asia / Kazakhstan",
    )
    assert [each.url for each in steppe.channels] == ["https://steppe.example/feed"]
    assert cli.folder.joinpath("config/sources/example.toml").read_bytes() == before
    again = cli.record("import", "feeds.opml", "--json", code=1)
    assert (again["sources"], len(again["watched"])) == ([], 4)


DTD = '<!DOCTYPE opml [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (OPML[:-20], "well-formed"),
        (OPML.replace("<opml", f"{DTD}<opml").replace("Twice", "&b;"), "DTD"),
        ("<rss/>", "opml"),
        ("<opml/>", "body"),
        ("", "well-formed"),
    ],
)
def test_a_broken_list_writes_nothing(content: str, words: str, cli: Cli) -> None:
    cli.write("good.opml", OPML)
    cli.write("feeds.opml", content)
    ended = cli.run("import", "good.opml", "feeds.opml")
    assert (ended.code, "feeds.opml: " in ended.err, words in ended.err) == (2, True, True), ended
    assert [file.name for file in Path("config/sources").iterdir()] == ["example.toml"]


def test_sources_are_exported_and_come_back(cli: Cli) -> None:
    assert cli.run("sources", "export", "-o", "out.opml").code == 0
    printed = cli.run("sources", "export").out
    assert printed == Path("out.opml").read_text("utf-8")
    root = ElementTree.fromstring(printed)
    [outline] = root.iter("outline")
    assert outline.attrib["xmlUrl"] == "https://example.org/feed.xml"
    Path("config/sources/example.toml").unlink()
    cli.write("config/sources/b.toml", B_SOURCE)
    assert cli.record("import", "out.opml", "--json")["sources"] == ["example-org"]
    assert load_catalog(cli.folder / "config").sources["example-org"].name == "Example"


B_SOURCE = """\
name = "B"
homepage = "https://b.example/"
language = "en"
[[channels]]
kind = "feed"
url = "https://b.example/feed.xml"
"""

RECORD = (
    '{"url": "https://example.org/1", "title": "Tea & <coffee>\\u0007", "text": "One & two.",'
    ' "published": "2025-10-02T09:30:00+05:00", "authors": ["A. Writer"]}\n'
    '{"url": "https://example.org/2", "title": "Чай", "text": "Без даты."}\n'
)


def test_an_export_as_rss(cli: Cli) -> None:
    cli.write("given.jsonl", RECORD)
    cli.run("import", "given.jsonl")
    root = ElementTree.fromstring(cli.run("export", "--format", "rss").out)
    assert (root.tag, root.attrib) == ("rss", {"version": "2.0"})
    channel = root.find("channel")
    assert channel is not None
    assert all(channel.findtext(name) for name in ("title", "link", "description"))
    first, second = channel.findall("item")
    assert first.findtext("title") == "Tea & <coffee>"
    assert first.findtext("link") == "https://example.org/1"
    assert first.findtext("pubDate") == "Thu, 02 Oct 2025 09:30:00 +0500"
    assert first.findtext("{http://purl.org/dc/elements/1.1/}creator") == "A. Writer"
    guids = [item.find("guid") for item in (first, second)]
    assert all(guid is not None and guid.attrib == {"isPermaLink": "false"} for guid in guids)
    assert second.findtext("title") == "Чай"
    cli.write("feed.xml", cli.run("export", "--format", "rss").out)
    assert len(cli.lines("feed", "feed.xml", "--json")) == 2


def test_an_export_as_parquet(cli: Cli) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    cli.write("given.jsonl", RECORD)
    cli.run("import", "given.jsonl")
    assert cli.run("export", "--format", "parquet", "-o", "out.parquet").code == 0
    rows = parquet.read_table("out.parquet").to_pylist()
    assert [row["url"] for row in rows] == ["https://example.org/1", "https://example.org/2"]
    assert rows[0]["published"].isoformat() == "2025-10-02T04:30:00+00:00"
    assert (rows[0]["authors"], rows[1]["published"], rows[0]["versions"]) == (
        ["A. Writer"],
        None,
        1,
    )


def test_parquet_without_its_library_says_what_is_missing(cli: Cli) -> None:
    cli.environment.setitem(sys.modules, "pyarrow", None)
    ended = cli.run("export", "--format", "parquet", "-o", "out.parquet")
    assert (ended.code, "pyarrow" in ended.err) == (2, True)
    assert not Path("out.parquet").exists()
