"""Each shape of site parses to what the world shows, and its pages carry the whole text."""

from __future__ import annotations

import io
import json
from typing import Any

import feedparser
import httpx
import pytest
from lxml import etree, html

from monitor.newsroom.server import Newsroom

pytestmark = pytest.mark.network

NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def _feed(client: httpx.Client, url: str) -> Any:
    parsed = feedparser.parse(io.BytesIO(client.get(url).content), sanitize_html=False)
    assert not parsed.bozo
    return parsed


def _xml(client: httpx.Client, url: str) -> etree._Element:
    response = client.get(url)
    assert response.status_code == 200
    return etree.fromstring(response.content)


def _paragraphs(page: html.HtmlElement, xpath: str) -> tuple[str, ...]:
    found = page.xpath(xpath)
    return tuple(text for p in found if (text := p.text_content().strip()))


def _base(room: Newsroom, host: str) -> str:
    return room.sites[host].base


def test_the_wordpress_feed_has_a_window_of_ten_and_pages(
    room: Newsroom, client: httpx.Client
) -> None:
    base = _base(room, "steppe-times")
    pages = [_feed(client, f"{base}/feed/")]
    pages += [_feed(client, f"{base}/feed/?paged={number}") for number in (2, 3)]
    links = [entry.link for page in pages for entry in page.entries]
    shown = [one.article.id for one in room.world.visible("steppe-times", room.clock.now())]
    assert [len(page.entries) for page in pages] == [10, 10, 4]
    assert links == [room.url_of(article) for article in shown]
    assert client.get(f"{base}/feed/?paged=4").status_code == 404
    assert client.get(f"{base}/feed/?paged=x").status_code == 404


def test_the_wordpress_item_tells_title_date_and_the_beginning(
    room: Newsroom, client: httpx.Client
) -> None:
    entry = _feed(client, f"{_base(room, 'steppe-times')}/feed/").entries[0]
    truth = room.truth("st-901")
    assert entry.title == truth.title
    assert entry.published == "Sat, 21 Mar 2026 05:30:00 +0000"
    assert truth.url.endswith("/2026/03/library-opens-night-reading-room/")
    assert entry.summary.startswith(truth.paragraphs[0])
    assert len(entry.summary) <= 590


def test_the_wordpress_page_has_the_text_and_much_around_it(
    room: Newsroom, client: httpx.Client
) -> None:
    page = html.fromstring(client.get(room.url_of("st-901")).content)
    body = "//div[@class='post']//p[not(contains(@class, 'wp-caption-text'))]"
    assert _paragraphs(page, body) == room.truth("st-901").paragraphs
    assert page.xpath("//p[@class='wp-caption-text']")
    assert page.xpath("string(//p[@class='byline'])").endswith("on 21 March 2026")
    assert len(page.xpath("//div[@class='related']//a")) == 5
    assert client.get(room.url_of("st-901").rstrip("/")).status_code == 301


def test_the_news_sitemap_lists_the_last_two_days(room: Newsroom, client: httpx.Client) -> None:
    url = f"{_base(room, 'steppe-times')}/news-sitemap.xml"
    assert len(list(_xml(client, url).iter(f"{SITEMAP}loc"))) == 24
    room.advance(hours=46)
    links = [loc.text for loc in _xml(client, url).iter(f"{SITEMAP}loc")]
    assert room.url_of("st-901") in links
    assert room.url_of("st-022") not in links


def test_continental_announces_each_language_at_its_own_host(
    room: Newsroom, client: httpx.Client
) -> None:
    room.advance(hours=2)
    for host, article in (("continental-en", "co-901"), ("continental-fr", "co-902")):
        base, language = _base(room, host), host[-2:]
        entry = _feed(client, f"{base}/rss?level=theme&name=news").entries[0]
        assert entry.link.startswith(f"{room.url_of(article)}?utm_source=")
        assert entry.title == room.truth(article).title
        news = _xml(client, f"{base}/sitemaps/{language}/latest-news.xml")
        assert [loc.text for loc in news.iter(f"{SITEMAP}loc")] == [room.url_of(article)]
        assert [one.text for one in news.iter(f"{NEWS}language")] == [language]
    assert not _feed(client, f"{_base(room, 'continental-ru')}/rss").entries


def test_the_archive_behind_the_sitemap_index_holds_everything(
    room: Newsroom, client: httpx.Client
) -> None:
    room.advance(hours=24 * 40)
    base = _base(room, "continental-en")
    index = _xml(client, f"{base}/sitemaps/en/articles.xml")
    children = [str(loc.text) for loc in index.iter(f"{SITEMAP}loc")]
    links = [loc.text for child in children for loc in _xml(client, child).iter(f"{SITEMAP}loc")]
    assert links == [room.url_of("co-901")]
    assert not list(_xml(client, f"{base}/sitemaps/en/latest-news.xml").iter(f"{SITEMAP}loc"))


def test_the_continental_page_says_it_in_json_ld_in_tags_and_in_paragraphs(
    room: Newsroom, client: httpx.Client
) -> None:
    truth = room.truth("co-901")
    page = html.fromstring(client.get(truth.url).content)
    graph = json.loads(page.xpath("string(//script[@type='application/ld+json'])"))["@graph"]
    assert graph[0]["articleBody"] == " ".join(truth.paragraphs)
    assert graph[0]["author"] == [{"@type": "Person", "name": "Anna Weber"}]
    stamp = "//meta[@property='article:published_time']/@content"
    assert page.xpath(stamp) == [graph[0]["datePublished"]] == ["2026-03-21 05:00:00 +01:00"]
    assert "21/03/2026 - 05:00" in page.xpath("string(//time)")
    assert _paragraphs(page, "//div[contains(@class, 'js-article-content')]/p") == truth.paragraphs
    assert page.xpath("//div[@class='c-ad']")


def test_alternates_link_the_editions_of_a_story_once_they_are_there(
    room: Newsroom, client: httpx.Client
) -> None:
    def alternates() -> dict[str, str]:
        page = html.fromstring(client.get(room.url_of("co-901")).content)
        links = page.xpath("//link[@hreflang and @hreflang != 'x-default']")
        return {link.get("hreflang", ""): link.get("href", "") for link in links}

    assert alternates() == {"en": room.url_of("co-901")}
    room.advance(hours=1)
    assert alternates() == {"en": room.url_of("co-901"), "fr": room.url_of("co-902")}


@pytest.mark.parametrize(
    ("code", "article", "day"),
    [
        ("kz", "pa-901", "2026 жылғы 21 наурыз"),
        ("ru", "pa-902", "21 марта 2026 года"),
        ("en", "pa-903", "March 21, 2026"),
    ],
)
def test_the_palace_lists_its_articles_with_a_written_day(
    room: Newsroom, client: httpx.Client, code: str, article: str, day: str
) -> None:
    listing = html.fromstring(client.get(f"{_base(room, 'palace')}/{code}/events").content)
    listing.make_links_absolute(f"{_base(room, 'palace')}/{code}/events")
    cards = listing.xpath("//div[contains(@class, 'card ')]")
    assert [card.xpath("string(.//h3/a/@href)") for card in cards] == [room.url_of(article)]
    assert cards[0].xpath("string(.//h5)") == day
    assert cards[0].xpath("string(.//h3/a)") == room.truth(article).title
    past = client.get(f"{_base(room, 'palace')}/{code}/events?page=9")
    assert past.status_code == 200
    assert 'class="card' not in past.text


def test_a_palace_page_has_no_date_and_changes_at_each_load(
    room: Newsroom, client: httpx.Client
) -> None:
    truth = room.truth("pa-901")
    first, second = (client.get(truth.url) for _ in range(2))
    page = html.fromstring(first.content)
    assert page.get("lang") == "kz"
    assert _paragraphs(page, "//article//p") == truth.paragraphs
    assert page.xpath("string(//h2)") == truth.title
    assert page.xpath("string(//meta[@property='og:title']/@content)").startswith(
        truth.title + " —"
    )
    assert "жылғы" not in first.text
    assert first.text != second.text
    assert first.text.rstrip().endswith("-->")
    assert "etag" not in first.headers
    assert truth.day_only


def test_bulletin_speaks_atom_in_utf_8_and_rss_in_windows_1251(
    room: Newsroom, client: httpx.Client
) -> None:
    base = _base(room, "bulletin")
    atom = _feed(client, f"{base}/kk/atom.xml")
    rss = _feed(client, f"{base}/ru/rss.xml")
    assert (atom.version, rss.version) == ("atom10", "rss20")
    assert [entry.title for entry in atom.entries] == ["Көпір жұмаға дейін жабық"]
    assert [entry.title for entry in rss.entries] == ["Мост закрыт — объезд через площадь"]
    assert [entry.link for entry in rss.entries] == [room.url_of("bu-901")]
    assert rss.encoding == "windows-1251"
    for article in ("bu-901", "bu-902"):
        response = client.get(room.url_of(article))
        assert response.headers["content-type"] == "text/html"
        page = html.fromstring(response.content)
        assert _paragraphs(page, "//div[@class='text']/p") == room.truth(article).paragraphs


def test_a_generated_site_keeps_its_habits(room: Newsroom, client: httpx.Client) -> None:
    base = _base(room, "g001")
    first, second = (_feed(client, f"{base}/feed.xml") for _ in range(2))
    shown = [one.article.id for one in room.world.visible("g001", room.clock.now())]
    assert len(shown) == 4
    assert len(first.entries) == 3
    assert all(article in entry.title for article, entry in zip(shown, first.entries, strict=False))
    assert first.entries[0].link != second.entries[0].link
    assert "id" not in first.entries[0]
    tag = client.get(f"{base}/feed.xml").headers["etag"]
    room.advance(hours=1)
    assert client.get(f"{base}/feed.xml", headers={"If-None-Match": tag}).status_code == 304
    page = html.fromstring(client.get(room.url_of(shown[0])).content)
    assert _paragraphs(page, "//article/p") == room.truth(shown[0]).paragraphs
    assert "etag" not in client.get(f"{_base(room, 'g002')}/feed.xml").headers


def test_robots_and_homes_are_there(room: Newsroom, client: httpx.Client) -> None:
    assert "Disallow: /api/" in client.get(f"{_base(room, 'continental-fr')}/robots.txt").text
    for host in room.sites:
        assert client.get(f"{_base(room, host)}/robots.txt").status_code == 200
        assert client.get(f"{_base(room, host)}/no/such/page").status_code == 404
    home = html.fromstring(client.get(f"{_base(room, 'steppe-times')}/").content)
    feed = home.xpath("string(//link[@type='application/rss+xml']/@href)")
    assert len(_feed(client, feed).entries) == 10
