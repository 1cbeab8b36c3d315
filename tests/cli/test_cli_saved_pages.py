"""Pages and feeds that lie in files, compressed or not."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from tests.cli.conftest import Cli

PAGE = """<html lang="en"><head><title>Fibre reaches Ulytau | The Herald</title>
<link rel="canonical" href="https://herald.example/2026/03/fibre/"></head><body><article>
<h1>Fibre reaches Ulytau</h1>
<p>A fibre line of 740 kilometres has connected sixty-four villages of the region to broadband
internet, the operator said on Friday after two summers of work along the road.</p>
<p>The monthly fee is 5,500 tenge; schools and medical posts were connected first, and the last
villages follow in the autumn when the ground is dry enough for the machines.</p>
</article></body></html>"""
FEED = """<rss version="2.0"><channel><title>Herald</title><item><title>Fibre</title>
<link>https://herald.example/2026/03/fibre/</link></item></channel></rss>"""


@pytest.mark.parametrize("compressed", [False, True])
def test_a_saved_page_names_its_own_address(cli: Cli, compressed: bool) -> None:
    file = cli.folder / ("page.html.gz" if compressed else "page.html")
    file.write_bytes(gzip.compress(PAGE.encode()) if compressed else PAGE.encode())
    [record] = cli.lines("extract", str(file), "--json")
    assert record["error"] is None
    assert record["file"] == str(file)
    assert record["url"] == "https://herald.example/2026/03/fibre/"
    assert record["title"] == "Fibre reaches Ulytau"
    assert record["text"].startswith("A fibre line of 740 kilometres")


def test_a_page_with_its_address_given(cli: Cli) -> None:
    file = cli.folder / "page.html"
    file.write_text(PAGE)
    [record] = cli.lines("extract", str(file), "--url", "https://other.example/a/", "--json")
    assert record["url"] == "https://other.example/a/"


def test_a_compressed_feed(cli: Cli) -> None:
    file = cli.folder / "feed.xml.gz"
    file.write_bytes(gzip.compress(FEED.encode()))
    [record] = cli.lines("feed", str(file), "--json")
    assert record["url"] == "https://herald.example/2026/03/fibre/"


def test_a_bomb_in_a_file_is_named(cli: Cli, tmp_path: Path) -> None:
    file = tmp_path / "bomb.html.gz"
    file.write_bytes(gzip.compress(bytes(20_000_000)))
    ended = cli.run("extract", str(file))
    assert ended.code == 1
    assert "bomb.html.gz holds more than" in ended.out


SITEMAP = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<url><loc>https://herald.example/2026/03/fibre/</loc></url></urlset>"""


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("жаңа лента.xml", FEED.encode()),
        ("-feed", FEED.encode()),
        ("http:feed.xml", FEED.encode()),
        ("wide.xml", FEED.encode("utf-16")),
        ("sitemap.xml", SITEMAP.encode("utf-16")),
        ("late.xml", SITEMAP.replace("<urlset", f"<!--{'-  ' * 900}--><urlset").encode()),
        ("quoted.xml", f"<!-- <urlset> -->{FEED}".encode()),
    ],
)
def test_feeds_under_any_name_and_in_any_charset(cli: Cli, name: str, data: bytes) -> None:
    (cli.folder / name).write_bytes(data)
    [record] = cli.lines("feed", "--json", "--", name)
    assert record["url"] == "https://herald.example/2026/03/fibre/"
