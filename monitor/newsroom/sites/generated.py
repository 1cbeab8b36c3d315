"""Generated sites: a feed and its pages, with the habits that the site was given."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import Contents, Setting, document, moved, not_found, plain
from monitor.newsroom.world import Article, Shown

_WITHOUT_LINK = ("guid-only", "text-only")
_NUMBERED = re.compile(r"(.*)-v(\d+)")


def _without_number(path: str) -> tuple[str, int]:
    """What an address was before its article was corrected, and the number of the correction."""
    found = _NUMBERED.fullmatch(path)
    return (found[1], int(found[2])) if found else (path, 1)


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
        path, number = _without_number(request.path)
        shown = self._contents.find(path, now)
        if shown is None or number not in (1, shown.version.number):
            return not_found(self._setting.title)
        if self._address(shown) != request.path:
            if self._habits.slugs == "gone":
                return not_found(self._setting.title)
            return moved(self._link(shown))
        return self._page(shown, now)

    def _feed(self, now: datetime) -> Answer:
        shown = self._setting.visible(now)[: self._habits.window]
        entries = [(self._announced(one), one) for one in shown]
        text = render(
            "generated_rss.xml",
            setting=self._setting,
            charset=self._habits.charset,
            entries=entries,
            guids=[self._guid(one, place) for place, one in enumerate(shown, start=1)],
            with_link=self._habits.identity not in _WITHOUT_LINK,
            date_of=self._date_of,
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
            date_of=self._date_of,
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
        return self._setting.base + self._address(shown)

    def _address(self, shown: Shown) -> str:
        path, number = self.path_of(shown.article), shown.version.number
        return path if number == 1 or self._habits.slugs == "fixed" else f"{path}-v{number}"

    def _guid(self, shown: Shown, place: int) -> str | None:
        identity = self._habits.identity
        if identity == "churn":
            return f"{shown.article.id}-{next(self._loads)}"
        if identity == "shared":
            return self._setting.title
        if identity == "position":
            return f"item-{place}"
        return shown.article.id if identity in ("guid", "guid-only") else None

    def _date_of(self, article: Article) -> datetime | None:
        if self._habits.dates == "none":
            return None
        ahead = timedelta(days=365 if self._habits.dates == "future" else 0)
        return article.published + ahead

    def _validated(self, answer: Answer, now: datetime) -> Answer:
        modified = self._setting.modified(now)
        return replace(answer, modified=modified, validators=self._habits.validators)

    def _encode(self, text: str) -> bytes:
        return text.encode(self._habits.charset, errors="xmlcharrefreplace")
