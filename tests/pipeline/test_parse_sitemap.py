"""Sitemaps: news, plain, index, text, gzipped, cut off."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Announced, Entry, Failure
from monitor.pipeline.parse_sitemap import parse_sitemap

URL = "https://news.example/sitemaps/latest.xml"
SPACES = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
    'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" '
    'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
)
NEWS = (
    f'<?xml version="1.0" encoding="UTF-8"?><urlset {SPACES}>'
    "<url><loc>https://news.example/ru/1?a=1&amp;b=2</loc><lastmod>2026-05-06</lastmod><news:news>"
    "<news:publication><news:name>N</news:name><news:language>ru</news:language></news:publication>"
    "<news:publication_date>2026-05-05 09:00:00 +02:00</news:publication_date>"
    "<news:title>Центр &amp; школа</news:title></news:news>"
    "<image:image><image:loc>https://news.example/i.jpg</image:loc></image:image></url>"
    "<url><loc>\n /2 \n</loc></url><url><loc>javascript:void(0)</loc></url></urlset>"
)


def read(body: str | bytes, zone: str = "UTC") -> Announced | Failure:
    raw = body.encode() if isinstance(body, str) else body
    return parse_sitemap(raw, url=URL, zone=ZoneInfo(zone))


def announced(body: str | bytes) -> Announced:
    found = read(body)
    assert isinstance(found, Announced), found
    return found


@pytest.mark.parametrize("packed", [False, True])
def test_news(packed: bool) -> None:
    found = announced(gzip.compress(NEWS.encode()) if packed else NEWS)
    assert found.entries == (
        Entry(
            url="https://news.example/ru/1?a=1&b=2",
            title="Центр & школа",
            published=datetime(2026, 5, 5, 7, tzinfo=UTC),
            published_raw="2026-05-05 09:00:00 +02:00",
            language="ru",
            modified=datetime(2026, 5, 6, tzinfo=UTC),
        ),
        Entry(url="https://news.example/2"),
    )
    assert found.complete
    assert "entry.bad_link" in found.warnings


def test_an_index_lists_its_newest_children_first() -> None:
    found = announced(
        f"<sitemapindex {SPACES}>"
        "<sitemap><loc>https://news.example/s1.xml</loc><lastmod>2026-01-01</lastmod></sitemap>"
        "<sitemap><loc>s0.xml</loc></sitemap>"
        "<sitemap><loc>https://news.example/s2.xml.gz</loc>"
        "<lastmod>2026-05-05T10:00:00+05:00</lastmod></sitemap></sitemapindex>"
    )
    assert found.more == (
        "https://news.example/s2.xml.gz",
        "https://news.example/s1.xml",
        "https://news.example/sitemaps/s0.xml",
    )
    assert found.entries == ()


@pytest.mark.parametrize("body", [NEWS[:-60], gzip.compress(NEWS.encode())[:-20]])
def test_a_sitemap_that_breaks_off(body: str | bytes) -> None:
    found = announced(body)
    assert not found.complete
    assert found.entries[0].title == "Центр & школа"


def test_without_namespace_with_a_prefix_and_not_well_formed() -> None:
    bare = "<urlset><url><loc>https://news.example/1?a&b</loc></url><url><loc>/2</url></urlset>"
    assert [entry.url for entry in announced(bare).entries] == [
        "https://news.example/1?a&b",
        "https://news.example/2",
    ]
    prefixed = '<s:urlset xmlns:s="urn:s"><s:url><s:loc>/3</s:loc></s:url></s:urlset>'
    assert announced(prefixed).entries[0].url == "https://news.example/3"


def test_plain_text() -> None:
    found = announced("https://news.example/1\r\nhttps://news.example/2\n\nnonsense:\n")
    assert [entry.url[-1] for entry in found.entries] == ["1", "2"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "http.empty"),
        ("<html><title>Not found</title></html>", "parse.not_sitemap"),
        ("<rss><channel/></rss>", "parse.not_sitemap"),
        ("nothing", "parse.not_sitemap"),
        ('<!DOCTYPE u [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><urlset>&b;</urlset>', "parse.bomb"),
        (gzip.compress(b"<urlset>" + b" " * 60_000_000), "parse.bomb"),
    ],
)
def test_failures(body: str | bytes, code: str) -> None:
    found = read(body)
    assert isinstance(found, Failure)
    assert found.code == code


def test_no_file_is_read_for_an_entity() -> None:
    body = (
        '<!DOCTYPE urlset [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        "<urlset><url><loc>https://news.example/&x;</loc></url></urlset>"
    )
    found = announced(body)
    assert (found.entries[0].url, found.warnings) == ("https://news.example/", ("sec.doctype",))
