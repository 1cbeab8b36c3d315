"""Bulletin: Atom in UTF-8 for Kazakh, RSS and pages in windows-1251 for Russian, plain pages."""

from __future__ import annotations

from datetime import datetime

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import (
    ALMATY,
    Contents,
    Setting,
    document,
    not_found,
    plain,
)
from monitor.newsroom.world import Article, Shown

WINDOW = 15
_CHARSETS = {"kk": "utf-8", "ru": "windows-1251"}
_LABELS = {"kk": ("Басты бет", "Авторы"), "ru": ("Главная", "Автор")}


class Bulletin:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._contents = Contents.of(self, setting.articles())

    def path_of(self, article: Article) -> str:
        return f"/{article.language}/news/{article.slug}.html"

    def answer(self, request: Request, now: datetime) -> Answer:
        path = request.path
        if path == "/kk/atom.xml":
            return self._feed("bulletin_atom.xml", "kk", "application/atom+xml", now)
        if path == "/ru/rss.xml":
            return self._feed("bulletin_rss.xml", "ru", "application/rss+xml", now)
        if path == "/robots.txt":
            return plain("User-agent: *\nDisallow:\n")
        if path == "/":
            return self._home(now)
        shown = self._contents.find(path, now)
        return self._page(shown, now) if shown else not_found(self._setting.title)

    def _feed(self, template: str, language: str, content_type: str, now: datetime) -> Answer:
        """No charset in the header: only the XML declaration tells."""
        shown = self._setting.visible(now, language)[:WINDOW]
        modified = self._setting.modified(now)
        entries = [(self._link(one), one) for one in shown]
        text = render(template, setting=self._setting, entries=entries, modified=modified)
        body = _encode(text, language)
        return document(body, "feed", shown, content_type=content_type, modified=modified)

    def _home(self, now: datetime) -> Answer:
        shown = self._setting.visible(now)[:WINDOW]
        base = self._setting.base
        feeds = [
            ("application/atom+xml", f"{base}/kk/atom.xml"),
            ("application/rss+xml", f"{base}/ru/rss.xml"),
        ]
        links = [(self._link(one), one.title) for one in shown]
        text = render("home.html", setting=self._setting, lang="kk", links=links, feeds=feeds)
        return document(text, "other", modified=self._setting.modified(now))

    def _page(self, shown: Shown, now: datetime) -> Answer:
        language = shown.article.language
        text = render(
            "bulletin_page.html",
            setting=self._setting,
            charset=_CHARSETS[language],
            labels=_LABELS[language],
            shown=shown,
            link=self._link(shown),
            day=f"{shown.article.published.astimezone(ALMATY):%d.%m.%Y, %H:%M}",
        )
        body = _encode(text, language)
        modified = self._setting.modified(now)
        return document(body, "page", [shown], content_type="text/html", modified=modified)

    def _link(self, shown: Shown) -> str:
        return self._setting.base + self.path_of(shown.article)


def _encode(text: str, language: str) -> bytes:
    return text.encode(_CHARSETS[language], errors="xmlcharrefreplace")
