"""The Steppe Times: WordPress, a feed with a window of ten and paging; bodies on pages only."""

from __future__ import annotations

import zlib
from datetime import datetime

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render, shorten
from monitor.newsroom.sites.shape import (
    ALMATY,
    RSS,
    XML,
    Contents,
    Setting,
    day_of,
    document,
    moved,
    not_found,
    page_of,
    plain,
    recent,
)
from monitor.newsroom.world import Article, Shown

WINDOW = 10
_EXCERPT = 590  # characters; enough to tell what it is about, too little to do without the page

_ROBOTS = """User-agent: *
Disallow: /wp-admin/
Allow: /wp-admin/admin-ajax.php

Sitemap: {base}/news-sitemap.xml
"""


class WordPress:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._contents = Contents.of(self, setting.articles())

    def path_of(self, article: Article) -> str:
        return f"{article.published.astimezone(ALMATY):/%Y/%m}/{article.slug}/"

    def answer(self, request: Request, now: datetime) -> Answer:
        path = request.path
        if path == "/feed/":
            return self._feed(request, now)
        if path == "/news-sitemap.xml":
            return self._sitemap(now)
        if path == "/robots.txt":
            return plain(_ROBOTS.format(base=self._setting.base))
        if path == "/":
            return self._home(now)
        shown = self._contents.find(path, now)
        if shown is not None:
            return self._page(shown, now)
        if path == "/feed" or self._contents.find(f"{path}/", now) is not None:
            return moved(f"{self._setting.base}{path}/")
        return not_found(self._setting.title)

    def _feed(self, request: Request, now: datetime) -> Answer:
        shown = page_of(self._setting.visible(now), request.number("paged"), WINDOW)
        modified = self._setting.modified(now)
        if not shown and "paged" in request.query:
            return not_found(self._setting.title)
        items = [
            {
                "shown": one,
                "link": self._link(one),
                "guid": f"{self._setting.base}/?p={post_number(one.article)}",
                "excerpt": shorten(" ".join(one.paragraphs), _EXCERPT),
            }
            for one in shown
        ]
        text = render("wordpress_feed.xml", setting=self._setting, items=items, modified=modified)
        return document(text, "feed", shown, content_type=RSS, modified=modified)

    def _sitemap(self, now: datetime) -> Answer:
        shown = recent(self._setting.visible(now), now)
        entries = [(self._link(one), one) for one in shown]
        text = render("news_sitemap.xml", name=self._setting.title, entries=entries)
        modified = self._setting.modified(now)
        return document(text, "sitemap", shown, content_type=XML, modified=modified)

    def _home(self, now: datetime) -> Answer:
        shown = self._setting.visible(now)[:WINDOW]
        links = [(self._link(one), one.title) for one in shown]
        feeds = [("application/rss+xml", f"{self._setting.base}/feed/")]
        text = render("home.html", setting=self._setting, lang="en", links=links, feeds=feeds)
        return document(text, "other", modified=self._setting.modified(now))

    def _page(self, shown: Shown, now: datetime) -> Answer:
        others = [one for one in self._setting.visible(now) if one.article.id != shown.article.id]
        related = [(self._link(one), one.title) for one in others[:5]]
        text = render(
            "wordpress_page.html",
            setting=self._setting,
            shown=shown,
            link=self._link(shown),
            number=post_number(shown.article),
            day=day_of(shown.article.published.astimezone(ALMATY)),
            related=related,
        )
        return document(text, "page", [shown], modified=self._setting.modified(now))

    def _link(self, shown: Shown) -> str:
        return self._setting.base + self.path_of(shown.article)


def post_number(article: Article) -> int:
    return 10_000 + zlib.crc32(article.id.encode()) % 90_000
