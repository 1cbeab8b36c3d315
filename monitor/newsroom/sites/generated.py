"""Generated sites: a feed and its pages, with the habits that the site was given."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import count

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import Contents, Setting, document, not_found, plain
from monitor.newsroom.world import Article, Shown


class Generated:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._habits = setting.host.site.habits
        self._loads = count(1)
        self._contents = Contents.of(self, setting.articles())

    def path_of(self, article: Article) -> str:
        return f"/news/{article.slug}"

    def answer(self, request: Request, now: datetime) -> Answer:
        if request.path == "/feed.xml":
            return self._feed(now)
        if request.path == "/robots.txt":
            return plain("User-agent: *\nDisallow:\n")
        shown = self._contents.find(request.path, now)
        return self._page(shown, now) if shown else not_found(self._setting.title)

    def _feed(self, now: datetime) -> Answer:
        shown = self._setting.visible(now)[: self._habits.window]
        entries = [(self._announced(one), one) for one in shown]
        text = render(
            "generated_rss.xml",
            setting=self._setting,
            charset=self._habits.charset,
            entries=entries,
            with_guid=self._habits.identity == "guid",
        )
        answer = document(self._encode(text), "feed", shown, content_type="application/rss+xml")
        return self._validated(answer, now)

    def _page(self, shown: Shown, now: datetime) -> Answer:
        charset = self._habits.charset
        text = render(
            "generated_page.html",
            setting=self._setting,
            charset=charset,
            shown=shown,
            link=self._link(shown),
        )
        answer = document(
            self._encode(text), "page", [shown], content_type=f"text/html; charset={charset}"
        )
        return self._validated(answer, now)

    def _announced(self, shown: Shown) -> str:
        if self._habits.identity != "none":
            return self._link(shown)
        return f"{self._link(shown)}?utm_source=wire&utm_content={next(self._loads)}"

    def _link(self, shown: Shown) -> str:
        return self._setting.base + self.path_of(shown.article)

    def _validated(self, answer: Answer, now: datetime) -> Answer:
        modified = self._setting.modified(now)
        return replace(answer, modified=modified, validators=self._habits.validators)

    def _encode(self, text: str) -> bytes:
        return text.encode(self._habits.charset, errors="xmlcharrefreplace")
