"""What a site says about itself, and where older pages of a feed may be."""

from __future__ import annotations

import pytest

from monitor.pipeline.discover_site import (
    SiteHints,
    declared_sitemaps,
    paged_addresses,
    routes,
    site_hints,
)


@pytest.mark.parametrize(
    ("page", "hints"),
    [
        ("<title>No name</title>", SiteHints()),
        ('<meta property="og:site_name" content=" The  Wire ">', SiteHints("The Wire")),
        ('<meta name="application-name" content="Wire">', SiteHints("Wire")),
        ('<link rel="https://api.w.org/" href="/wp-json/">', SiteHints(wordpress=True)),
        ('<meta name="generator" content="WordPress 6.9">', SiteHints(wordpress=True)),
        ('<script src="/wp-content/themes/a.js"></script>', SiteHints(wordpress=True)),
        ('<meta name="generator">', SiteHints()),
        ("", SiteHints()),
    ],
)
def test_hints(page: str, hints: SiteHints) -> None:
    assert site_hints(page.encode()) == hints


def test_sitemaps_of_robots_txt() -> None:
    robots = (
        "User-agent: *\nDisallow: /x\nSitemap: https://a.example/sitemap.xml\n"
        "sitemap:/news-sitemap.xml\n# Sitemap: https://a.example/no.xml\nSitemap: ftp://a/b\n"
        "Sitemap: https://a.example/sitemap.xml\n"
    )
    assert declared_sitemaps(robots, base="https://a.example/robots.txt") == (
        "https://a.example/news-sitemap.xml",
        "https://a.example/sitemap.xml",
    )


def test_addresses_of_older_pages() -> None:
    assert paged_addresses("https://a.example/feed/") == (
        "https://a.example/feed/?paged={page}",
        "https://a.example/feed/?page={page}",
        "https://a.example/feed/page/{page}/",
    )
    assert paged_addresses("https://a.example/?feed=rss2")[0] == (
        "https://a.example/?feed=rss2&paged={page}"
    )
    assert routes("https://a.example/en/news", ("/feed/",)) == ("https://a.example/feed/",)
