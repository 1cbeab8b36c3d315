"""Continental: one host for each language, RSS with decorated links, news and archive sitemaps."""

from __future__ import annotations

import zlib
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import (
    RSS,
    XML,
    Contents,
    Setting,
    document,
    not_found,
    plain,
    recent,
)
from monitor.newsroom.world import Article, Shown

WINDOW = 30
_PARIS = ZoneInfo("Europe/Paris")
_UTM = "utm_source=rss&utm_medium=feed&utm_campaign=news"
_LABELS = {
    "en": ("Published on", "By", "Advertisement", "Share this article", "You might also like"),
    "fr": ("Publié le", "Par", "Publicité", "Partager cet article", "À lire aussi"),
    "ru": ("Опубликовано", "Автор", "Реклама", "Поделиться", "Читайте также"),
}
_ROBOTS = """User-agent: *
Disallow: /api/

Sitemap: {base}/sitemaps/{lang}/latest-news.xml
Sitemap: {base}/sitemaps/{lang}/articles.xml
"""


def _stamp(moment: datetime) -> str:
    """2026-01-06 13:55:27 +01:00"""
    text = f"{moment.astimezone(_PARIS):%Y-%m-%d %H:%M:%S %z}"
    return f"{text[:-2]}:{text[-2:]}"


class Continental:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._language = setting.host.languages[0]
        self._contents = Contents.of(self, setting.articles())

    def path_of(self, article: Article) -> str:
        return f"{article.published.astimezone(_PARIS):/%Y/%m/%d}/{article.slug}"

    def answer(self, request: Request, now: datetime) -> Answer:
        path, sitemaps = request.path, f"/sitemaps/{self._language}/"
        if path == "/rss":
            return self._rss(request, now)
        if path == f"{sitemaps}latest-news.xml":
            return self._latest(now)
        if path == f"{sitemaps}articles.xml":
            return self._index(now)
        if path.startswith(f"{sitemaps}articles-"):
            return self._archive(path.removeprefix(f"{sitemaps}articles-"), now)
        if path == "/robots.txt":
            return plain(_ROBOTS.format(base=self._setting.base, lang=self._language))
        if path == "/":
            return self._home(now)
        shown = self._contents.find(path, now)
        return self._page(shown, now) if shown else not_found(self._setting.title)

    def _rss(self, request: Request, now: datetime) -> Answer:
        """`name` narrows to a section, of a theme as of a vertical; "news" is all of them."""
        name = request.query.get("name", "news")
        shown = [
            one
            for one in self._setting.visible(now)
            if name == "news" or one.article.section.lower() == name.lower()
        ][:WINDOW]
        items = [(f"{self._link(one)}?{_UTM}", self._link(one), one) for one in shown]
        text = render(
            "continental_rss.xml", setting=self._setting, lang=self._language, items=items
        )
        return document(text, "feed", shown, content_type=RSS, modified=self._setting.modified(now))

    def _latest(self, now: datetime) -> Answer:
        shown = recent(self._setting.visible(now), now)
        entries = [(self._link(one), one) for one in shown]
        return self._sitemap(
            render("news_sitemap.xml", name=self._setting.title, entries=entries), shown, now
        )

    def _index(self, now: datetime) -> Answer:
        months: dict[str, datetime] = {}
        for one in self._setting.visible(now):
            month = self._month(one)
            months[month] = max(months.get(month, one.version.at), one.version.at)
        prefix = f"{self._setting.base}/sitemaps/{self._language}/articles-"
        entries = [(f"{prefix}{month}.xml", at) for month, at in months.items()]
        return self._sitemap(render("sitemap_index.xml", entries=entries), (), now)

    def _archive(self, name: str, now: datetime) -> Answer:
        month = name.removesuffix(".xml")
        shown = tuple(one for one in self._setting.visible(now) if self._month(one) == month)
        if not shown:
            return not_found(self._setting.title)
        entries = [(self._link(one), one) for one in shown]
        return self._sitemap(render("archive_sitemap.xml", entries=entries), shown, now)

    def _home(self, now: datetime) -> Answer:
        shown = self._setting.visible(now)[:WINDOW]
        links = [(self._link(one), one.title) for one in shown]
        feeds = [("application/rss+xml", f"{self._setting.base}/rss?level=theme&name=news")]
        text = render(
            "home.html", setting=self._setting, lang=self._language, links=links, feeds=feeds
        )
        return document(text, "other", modified=self._setting.modified(now))

    def _page(self, shown: Shown, now: datetime) -> Answer:
        others = [one for one in self._setting.visible(now) if one.article.id != shown.article.id]
        published = shown.article.published.astimezone(_PARIS)
        text = render(
            "continental_page.html",
            setting=self._setting,
            lang=self._language,
            shown=shown,
            link=self._link(shown),
            event=zlib.crc32(shown.article.id.encode()) % 9_000_000,
            stamp=_stamp(published),
            changed=_stamp(shown.version.at),
            day=f"{published:%d/%m/%Y - %H:%M}",
            machine_day=f"{published:%Y-%m-%d}",
            labels=_LABELS[self._language],
            alternates=self._alternates(shown, now),
            related=[(self._link(one), one.title) for one in others[:4]],
        )
        return document(text, "page", [shown], modified=self._setting.modified(now))

    def _alternates(self, shown: Shown, now: datetime) -> list[tuple[str, str]]:
        """The language editions of the same story on this site, this one included."""
        story, site = shown.article.story, self._setting.host.site
        if story is None:
            return [(self._language, self._link(shown))]
        found = {}
        for other in self._setting.world.visible(site.id, now):
            if other.article.story == story and other.article.copy_of is None:
                base = self._setting.addresses[site.host_of(other.article.language).name]
                found[other.article.language] = base + self.path_of(other.article)
        found[self._language] = self._link(shown)
        return sorted(found.items())

    def _sitemap(self, text: str, shown: tuple[Shown, ...], now: datetime) -> Answer:
        modified = self._setting.modified(now)
        return document(text, "sitemap", shown, content_type=XML, modified=modified)

    def _month(self, shown: Shown) -> str:
        return f"{shown.article.published.astimezone(_PARIS):%Y-%m}"

    def _link(self, shown: Shown) -> str:
        return self._setting.base + self.path_of(shown.article)
