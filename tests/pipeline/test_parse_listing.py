"""Listings: HTML pages of links, read with a channel's selectors."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from config.source import Channel
from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.parse_listing import parse_listing

URL = "https://office.example/kz/events"
ALMATY = ZoneInfo("Asia/Almaty")
PAGE = """<!doctype html><html lang="kz"><head><title>Оқиғалар</title></head><body>
<nav><a href="/kz">Басты бет</a></nav>
<div class="card"><h5>2026 жылғы 12 маусым</h5>
  <h3><a href="/kz/events/1">Жаңа <b>орталық</b>&nbsp;&amp; мектеп</a></h3><p>Қысқаша.</p></div>
<div class="card"><h5><time datetime="2026-06-11T09:00:00+05:00">кеше</time></h5>
  <h3><a href="events/2?utm_source=x">Екінші</a></h3></div>
<div class="card"><h5>бүгін</h5><h3><a href="javascript:void(0)">Ештеңе</a></h3></div>
<div class="card"><h3><a href="/kz/events/1">Тағы да</a></h3></div>
</body></html>"""


def read(body: str | bytes, **selectors: str) -> Announced | Failure:
    options: dict[str, Any] = {"item": ".card", "link": "h3 a", "date": "h5", **selectors}
    channel = Channel(kind="listing", url=URL, **options)
    raw = body.encode() if isinstance(body, str) else body
    return parse_listing(raw, url=URL, channel=channel, zone=ALMATY)


def announced(body: str | bytes, **selectors: str) -> Announced:
    found = read(body, **selectors)
    assert isinstance(found, Announced), found
    return found


def test_items_with_all_selectors() -> None:
    found = announced(PAGE, title="h3", summary="p")
    assert found.entries == (
        Entry(
            url="https://office.example/kz/events/1",
            title="Жаңа орталық & мектеп",
            summary="Қысқаша.",
            published=datetime(2026, 6, 11, 19, tzinfo=UTC),
            published_raw="2026 жылғы 12 маусым",
            language="kk",
        ),
        Entry(
            url="https://office.example/kz/events/2?utm_source=x",
            title="Екінші",
            published=datetime(2026, 6, 11, 4, tzinfo=UTC),
            published_raw="2026-06-11T09:00:00+05:00",
            language="kk",
        ),
    )
    assert found.complete


def test_the_language_of_the_channel_goes_before_the_page() -> None:
    assert announced(PAGE, language="ru").entries[0].language == "ru"


def test_the_link_may_be_the_item_in_it_or_around_it() -> None:
    channel = Channel(kind="listing", url=URL, item=".card h3 a")
    inner = parse_listing(PAGE.encode(), url=URL, channel=channel, zone=ALMATY)
    assert isinstance(inner, Announced)
    assert len(inner.entries) == 2
    around = '<body><a href="/1"><div class="card"><h3>Тақырып</h3></div></a></body>'
    (entry,) = announced(around, link="h3", title="h3").entries
    assert (entry.url, entry.title) == ("https://office.example/1", "Тақырып")


def test_the_base_of_the_page_counts() -> None:
    page = PAGE.replace("<head>", '<head><base href="https://other.example/x/">')
    assert announced(page).entries[1].url == "https://other.example/x/events/2?utm_source=x"


def test_kazakh_in_its_old_charset() -> None:
    page = PAGE.replace("<head>", '<head><meta charset="windows-1251">').encode("kz1048")
    found = announced(page)
    assert found.entries[0].title == "Жаңа орталық & мектеп"
    assert "charset.kz1048" in found.warnings


def test_a_page_that_breaks_off_is_not_complete() -> None:
    assert not announced(PAGE[: PAGE.index('<div class="card"><h5>бүгін')]).complete


@pytest.mark.parametrize(
    ("body", "selectors", "code", "named"),
    [
        ("", {}, "http.empty", ""),
        (PAGE, {"item": ".gone"}, "parse.no_items", ".gone"),
        (PAGE, {"link": "h4 a"}, "parse.no_links", "h4 a"),
        ("<html><title>Sign in</title></html>", {}, "parse.no_items", "Sign in"),
    ],
)
def test_failures_name_the_selector(
    body: str, selectors: dict[str, str], code: str, named: str
) -> None:
    found = read(body, **selectors)
    assert isinstance(found, Failure)
    assert (found.code, found.fate) == (code, Fate.RETRY)
    assert named in found.detail
