"""The Palace: listings only, in three languages; its article pages carry no date of their own."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import replace
from datetime import datetime
from itertools import count

from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.render import render
from monitor.newsroom.sites.shape import (
    ALMATY,
    MONTHS,
    Contents,
    Setting,
    document,
    not_found,
    page_of,
    plain,
)
from monitor.newsroom.world import Article, Shown

PAGE_SIZE = 10
# The site labels Kazakh with the country's code, in its paths and in <html lang>.
_CODES = {"kk": "kz", "ru": "ru", "en": "en"}
_NAMES = {
    "kk": ("Сарайдың ресми сайты", "Жаңалықтар", "Құжаттар"),
    "ru": ("Официальный сайт Дворца", "Новости", "Документы"),
    "en": ("Official website of the Palace", "News", "Documents"),
}
_MONTHS_RU = (
    *("января", "февраля", "марта", "апреля", "мая", "июня", "июля"),
    *("августа", "сентября", "октября", "ноября", "декабря"),
)
_MONTHS_KK = (
    *("қаңтар", "ақпан", "наурыз", "сәуір", "мамыр", "маусым", "шілде"),
    *("тамыз", "қыркүйек", "қазан", "қараша", "желтоқсан"),
)


def written_day(moment: datetime, language: str) -> str:
    """21 марта 2026 года · 2026 жылғы 12 маусым · March 21, 2026, in the time of Almaty."""
    local = moment.astimezone(ALMATY)
    month = local.month - 1
    if language == "ru":
        return f"{local.day} {_MONTHS_RU[month]} {local.year} года"
    if language == "kk":
        return f"{local.year} жылғы {local.day} {_MONTHS_KK[month]}"
    return f"{MONTHS[month]} {local.day}, {local.year}"


class Palace:
    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._loads = count(1)
        self._contents = Contents.of(self, setting.articles())
        self._listings = {f"/{code}/events": language for language, code in _CODES.items()}

    def path_of(self, article: Article) -> str:
        number = 100_000 + zlib.crc32(article.id.encode()) % 900_000
        return f"/{_CODES[article.language]}/{article.slug}-{number}"

    def answer(self, request: Request, now: datetime) -> Answer:
        path = request.path
        if path in self._listings:
            return self._listing(request, self._listings[path], now)
        if path == "/robots.txt":
            return plain("User-agent: *\nDisallow: /search\n")
        if path == "/":
            return Answer(status=302, headers=(("Location", "/kz/events"),))
        shown = self._contents.find(path, now)
        return self._page(shown, now) if shown else not_found(self._setting.title)

    def _listing(self, request: Request, language: str, now: datetime) -> Answer:
        """A page past the last one is a listing without cards, and a 200."""
        everything = self._setting.visible(now, language)
        number = request.number("page")
        shown = page_of(everything, number, PAGE_SIZE)
        pages = range(1, max(1, -(-len(everything) // PAGE_SIZE)) + 1)
        text = self._render("palace_listing.html", language, now, cards=shown, pages=pages)
        return replace(document(text, "listing", shown), validators="none")

    def _page(self, shown: Shown, now: datetime) -> Answer:
        language = shown.article.language
        everything = self._setting.visible(now, language)
        others = [one for one in everything if one.article.id != shown.article.id][:3]
        link = self._setting.base + self.path_of(shown.article)
        text = self._render(
            "palace_page.html", language, now, shown=shown, link=link, sidebar=others
        )
        return replace(document(text, "page", [shown]), validators="none")

    def _render(self, template: str, language: str, now: datetime, **values: object) -> str:
        # What changes at each load, on a page that has not changed.
        token = hashlib.sha256(f"{self._setting.base}{next(self._loads)}".encode()).hexdigest()[:40]
        return render(
            template,
            setting=self._setting,
            lang=_CODES[language],
            codes=_CODES.values(),
            names=_NAMES[language],
            token=token,
            loaded=f"{now.astimezone(ALMATY):%Y-%m-%d %H:%M:%S}",
            path_of=self.path_of,
            written_day=written_day,
            **values,
        )
