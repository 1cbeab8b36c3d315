"""Generated sites: what announces articles, and their pages, with the habits the site was given."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import (
    XML,
    Contents,
    Setting,
    document,
    moved,
    not_found,
    plain,
)
from monitor.newsroom.world import AnnouncedBy, Article, Shown

_WITHOUT_LINK = ("guid-only", "text-only")
_NEW_AT_EACH_LOAD = ("none", "churn")
_ANNOUNCING: Mapping[str, AnnouncedBy] = {
    "/feed.xml": "feed",
    "/sitemap.xml": "sitemap",
    "/latest": "listing",
}
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
        self._written: dict[AnnouncedBy, tuple[Sequence[Shown], Answer]] = {}
        self._contents = Contents.of(self, setting.articles())

    def path_of(self, article: Article) -> str:
        return f"/news/{article.slug}"

    def answer(self, request: Request, now: datetime) -> Answer:
        announcing = _ANNOUNCING.get(request.path)
        if announcing == self._habits.announced_by:
            return self._announcing(announcing, now)
        if request.path == "/robots.txt":
            return plain(self._habits.robots)
        path, number = _without_number(request.path)
        shown = self._contents.find(path, now)
        if shown is None or number not in (1, shown.version.number):
            return not_found(self._setting.title)
        if self._address(shown) != request.path:
            if self._habits.slugs == "gone":
                return not_found(self._setting.title)
            return moved(self._link(shown))
        return self._page(shown, now)

    def _announcing(self, kind: AnnouncedBy, now: datetime) -> Answer:
        """The same bytes as long as the same is shown, unless each load is another by habit."""
        shown = self._setting.visible(now)[: self._habits.window]
        written = self._written.get(kind)
        if written is None or written[0] != shown or self._habits.identity in _NEW_AT_EACH_LOAD:
            written = shown, _WRITE[kind](self, shown)
            self._written[kind] = written
        return self._validated(written[1], now)

    def _sitemap(self, shown: Sequence[Shown]) -> Answer:
        entries = [(self._announced(one), one) for one in shown]
        text = render("news_sitemap.xml", name=self._setting.title, entries=entries)
        return document(text, "sitemap", shown, content_type=XML)

    def _listing(self, shown: Sequence[Shown]) -> Answer:
        entries = [(self._announced(one), one) for one in shown]
        text = render("generated_listing.html", setting=self._setting, entries=entries)
        return document(text, "listing", shown)

    def _feed(self, shown: Sequence[Shown]) -> Answer:
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
        return document(self._encode(text), "feed", shown, content_type="application/rss+xml")

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


_WRITE = {
    "feed": Generated._feed,
    "sitemap": Generated._sitemap,
    "listing": Generated._listing,
}
