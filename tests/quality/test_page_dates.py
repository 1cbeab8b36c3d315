"""Dates on whole pages: right or absent, never wrong; floors that may not be lowered silently.

Every page is made here around a moment that is known, with the decoys of real ones: other
articles' dates, dates in the text, copyright years, dates of events, dates of changes.
"""

# ruff: noqa: E501
from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from config.source import Channel, Source
from monitor.model import Article
from monitor.pipeline.extract_article import extract_article

ALMATY = ZoneInfo("Asia/Almaty")
NOW = datetime(2026, 7, 9, 11, 40, 20, tzinfo=UTC)
MOMENTS = (
    datetime(2026, 1, 6, 13, 55, 27, tzinfo=ALMATY),
    datetime(2025, 10, 2, 9, 5, 8, tzinfo=ALMATY),
    datetime(2026, 7, 9, 15, 10, 42, tzinfo=ALMATY),
)
EN = "January February March April May June July August September October November December"
FR = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
RU = "января февраля марта апреля мая июня июля августа сентября октября ноября декабря"
KK = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
MONTHS = {"en": EN.split(), "fr": FR.split(), "ru": RU.split(), "kk": KK.split()}

TEXTS = {
    "en": (
        "Village schools get fast internet",
        "The ministry said on 3 March 2021 that every village school would be online within years.",
        "The programme began on 14/02/2019 and is the largest of its kind, officials recall.",
        "Teachers who took part say that lessons have changed more than they had expected.",
    ),
    "fr": (
        "Les écoles rurales reçoivent la fibre",
        "Le ministère avait promis le 3 mars 2021 de raccorder toutes les écoles du pays.",
        "Le programme, lancé le 14/02/2019, est le plus vaste du genre, rappellent les autorités.",
        "Les enseignants disent que leurs cours ont changé plus qu’ils ne l’avaient imaginé.",
    ),
    "ru": (
        "Сельские школы получили быстрый интернет",
        "Министерство 3 марта 2021 года обещало подключить все сельские школы страны.",
        "Программа началась 14.02.2019 и остаётся крупнейшей в своём роде, напоминают власти.",
        "Учителя говорят, что уроки изменились сильнее, чем они ожидали в начале работы.",
    ),
    "kk": (
        "Ауыл мектептеріне жылдам интернет келді",
        "Министрлік 2021 жылғы 3 наурызда барлық ауыл мектебін қосуға уәде берген болатын.",
        "Бағдарлама 14.02.2019 күні басталды және өз саласындағы ең ірісі болып қалып отыр.",
        "Мұғалімдердің айтуынша, сабақтар олар күткеннен де қатты өзгерген екен.",
    ),
}
LABELS = {
    "en": ("Published", "Updated"),
    "fr": ("Publié le", "Mis à jour le"),
    "ru": ("Опубликовано", "Обновлено"),
    "kk": ("Жарияланды", "Жаңартылды"),
}


@dataclass(frozen=True)
class Case:
    name: str
    html: bytes
    url: str
    expected: datetime | None
    precision: str | None
    must: bool = True  # False: absent is as good


def words(moment: datetime, language: str) -> str:
    month = MONTHS[language][moment.month - 1]
    return {
        "en": f"{moment.day} {month} {moment.year}",
        "fr": f"{moment.day} {month} {moment.year}",
        "ru": f"{moment.day} {month} {moment.year} года",
        "kk": f"{moment.year} жылғы {moment.day} {month}",
    }[language]


def page(
    language: str, *, head: str = "", above: str = "", below: str = "", end: str = ""
) -> bytes:
    title, *paragraphs = TEXTS[language]
    text = "".join(f"<p>{one}</p>" for one in paragraphs)
    side = "".join(
        f"<li><a href='/n/{number}'>{title} — {number}</a><span class='date'>"
        f"{words(datetime(2024, number, 11, tzinfo=UTC), language)}</span></li>"
        for number in range(1, 6)
    )
    return (
        f"<html lang='{language}'><head><title>{title} | Steppe</title>{head}</head><body>"
        f"<div class='top'>{words(NOW, language)}</div><nav><a href='/a'>A</a></nav><main>"
        f"<h1>{title}</h1>{above}<div class='content'>{text}</div>{below}</main>"
        f"<aside><h3>x</h3><ul class='latest'>{side}</ul></aside>{end}"
        f"<footer>© 2015–2026 Steppe</footer></body></html>"
    ).encode()


def ld(**fields: object) -> str:
    node = {"@context": "https://schema.org", "@type": "NewsArticle", **fields}
    return f"<script type='application/ld+json'>{json.dumps(node)}</script>"


def meta(name: str, value: str) -> str:
    return f"<meta property='{name}' content='{value}'>"


def day(moment: datetime) -> datetime:
    return moment.replace(hour=0, minute=0, second=0)


def minute(moment: datetime) -> datetime:
    return moment.replace(second=0)


def machine(moment: datetime) -> Iterator[tuple[str, str, datetime, str]]:
    """Head elements: name, markup, truth, precision."""
    iso, east = moment.isoformat(), moment.astimezone(timezone(timedelta(hours=1)))
    later = (moment + timedelta(days=2)).isoformat()
    yield "ld", ld(datePublished=iso, dateModified=later), moment, "second"
    yield (
        "ld-utc",
        ld(datePublished=f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),
        moment,
        "second",
    )
    yield "ld-naive", ld(datePublished=f"{moment:%Y-%m-%dT%H:%M:%S}"), moment, "second"
    yield "ld-minute", ld(datePublished=f"{moment:%Y-%m-%dT%H:%M%z}"), minute(moment), "minute"
    yield "ld-day", ld(datePublished=f"{moment:%Y-%m-%d}"), day(moment), "day"
    yield (
        "ld-event",
        ld(datePublished=iso)
        + (
            '<script type=\'application/ld+json\'>{"@type": "Event", "name": "Forum", '
            '"startDate": "2026-03-04T10:00:00+05:00"}</script>'
        ),
        moment,
        "second",
    )
    graph = {
        "@graph": [
            {"@type": "WebSite", "name": "Steppe"},
            {"@type": "NewsArticle", "datePublished": iso, "headline": "x"},
        ]
    }
    yield (
        "ld-graph",
        f"<script type='application/ld+json'>{json.dumps(graph)}</script>",
        moment,
        "second",
    )
    for name in ("article:published_time", "og:article:published_time", "pubdate", "date",
                 "publish-date", "DC.date.issued", "datePublished", "parsely-pub-date"):  # fmt: skip
        yield f"meta-{name}", meta(name, iso), moment, "second"
    yield (
        "meta-space",
        meta("article:published_time", f"{east:%Y-%m-%d %H:%M:%S} +01:00"),
        moment,
        "second",
    )
    yield (
        "meta-epoch",
        meta("article:published_time", str(int(moment.timestamp()))),
        moment,
        "second",
    )
    rfc = f"{moment:%a, %d %b %Y %H:%M:%S} GMT+5"
    yield "meta-rfc", meta("article:published_time", rfc), moment, "second"
    yield (
        "meta-over-modified",
        meta("article:modified_time", later) + meta("article:published_time", iso), moment, "second",
    )  # fmt: skip


def visible(moment: datetime, language: str) -> Iterator[tuple[str, str, datetime, str]]:
    """Markup under the headline: name, markup, truth, precision."""
    written, changed = words(moment, language), words(moment + timedelta(days=3), language)
    published, updated = LABELS[language]
    clock = f"{moment:%H:%M}"
    yield "span", f"<span class='date'>{written}</span>", day(moment), "day"
    yield "p", f"<p>{written}</p>", day(moment), "day"
    yield "clock", f"<div class='meta'>{written}, {clock}</div>", minute(moment), "minute"
    yield "two", f"<div><span>{written}</span><span>{clock}</span></div>", minute(moment), "minute"
    yield "label", f"<div>{published}: {written}</div>", day(moment), "day"
    yield "label-clock", f"<div>{published} {written}, {clock}</div>", minute(moment), "minute"
    yield (
        "both", f"<div>{published}: {written}, {clock} {updated}: {changed}, 08:00</div>",
        minute(moment), "minute",
    )  # fmt: skip
    yield (
        "both-apart",
        f"<div>{updated}: {changed}</div><div>{published}: {written}</div>", day(moment), "day",
    )  # fmt: skip
    yield "author", f"<div class='byline'>Aida Sample · {written}</div>", day(moment), "day"
    yield ("time", f"<time datetime='{moment.isoformat()}'>{written}</time>", moment, "second")
    yield "read", f"<div class='info'>{written} · {clock} · 3 min</div>", minute(moment), "minute"
    yield "slash", f"<div>{moment:%d/%m/%Y - %H:%M} GMT+5</div>", minute(moment), "minute"
    yield "no-break", f"<span>{written.replace(' ', chr(160))}</span>", day(moment), "day"
    yield (
        "dots",
        f"<div class='news-date'>{moment:%d.%m.%Y} {clock}</div>",
        minute(moment),
        "minute",
    )


def cases() -> Iterator[Case]:
    url = "https://steppe.example/n/schools"
    for moment, language in product(MOMENTS, TEXTS):
        for name, markup, truth, precision in machine(moment):
            yield Case(
                f"{language}-{name}-{moment:%d}", page(language, head=markup), url, truth, precision
            )
        for name, markup, truth, precision in visible(moment, language):
            yield Case(
                f"{language}-{name}-{moment:%d}",
                page(language, above=markup),
                url,
                truth,
                precision,
            )
        address = f"https://steppe.example/{moment:%Y/%m/%d}/schools"
        yield Case(f"{language}-url-{moment:%d}", page(language), address, day(moment), "day")


CASES = list(cases())
SOURCE = Source(
    id="steppe",
    name="Steppe",
    homepage="https://steppe.example/",
    language="en",
    timezone="Asia/Almaty",
    channels=(Channel(kind="feed", url="https://steppe.example/feed/"),),
)


def read(html: bytes, url: str, **more: object) -> Article:
    found = extract_article(html, url=url, source=SOURCE, fetched_at=NOW, **more)  # type: ignore[arg-type]
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_date_on_a_page_is_right(case: Case) -> None:
    found = read(case.html, case.url)
    assert (found.published, found.published_precision) == (case.expected, case.precision)


def test_there_are_enough_pages() -> None:
    assert len(CASES) >= 350


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "decoy",
    [
        "",
        "<script type='application/ld+json'>{\"@type\": \"Event\", \"startDate\": \"2026-03-04\"}</script>",
        "<meta name='last-modified' content='2026-03-04T10:00:00+05:00'>",
        "<meta property='og:updated_time' content='2026-03-04T10:00:00+05:00'>",
        "<meta property='article:published_time' content='2026-13-04'>",
        "<meta property='article:published_time' content='2027-03-04T10:00:00+05:00'>",
        "<meta property='article:published_time' content='0'>",
    ],
)  # fmt: skip
def test_without_a_date_of_its_own_there_is_none(language: str, decoy: str) -> None:
    found = read(page(language, head=decoy), "https://steppe.example/n/1")
    assert (found.published, found.published_from, found.published_precision) == (None, None, None)


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "above",
    [
        "<div>{label} {written}</div>",
        "<div class='related'><a href='/n/7'>Another article with a longer name</a> {written}</div>",
        "<ul><li><a href='/n/7'>Another article with a longer name</a> <span>{written}</span></li></ul>",
        "<div class='event'>{written}</div>",
        "<p class='lead'>The forum that was first held on {written} in the capital gathered many "
        "people who came from abroad.</p>",
        "<figure><img src='/i.jpg'><figcaption>{written}</figcaption></figure>",
        "<div>© {written}</div>",
    ],
)
def test_a_decoy_under_the_headline_is_not_taken(language: str, above: str) -> None:
    written = words(datetime(2026, 3, 4, tzinfo=UTC), language)
    markup = above.format(written=written, label=LABELS[language][1])
    found = read(page(language, above=markup), "https://steppe.example/n/1")
    assert found.published is None


def test_contradictions_are_settled_by_rule() -> None:
    url = "https://steppe.example/2026/01/06/schools"
    two = meta("article:published_time", "2026-01-06T13:55:27+05:00")
    byline = "<span class='date'>6 January 2026</span>"
    # two kinds of place agree against a template's date
    found = read(page("en", head=ld(datePublished="2019-01-01T00:00:00Z") + two, above=byline), url)
    assert found.published == datetime(2026, 1, 6, 13, 55, 27, tzinfo=ALMATY)
    # the moment of the fetch is when the page was built
    built = ld(datePublished=NOW.isoformat())
    found = read(page("en", head=built, above=byline), "https://steppe.example/n/1")
    assert found.published == datetime(2026, 1, 6, tzinfo=ALMATY)
    # published after it was changed
    late = ld(datePublished="2026-05-01T10:00:00+05:00", dateModified="2026-01-07T10:00:00+05:00")
    found = read(page("en", head=late, above=byline), "https://steppe.example/n/1")
    assert found.published == datetime(2026, 1, 6, tzinfo=ALMATY)
    # one against one: the machine's
    found = read(
        page("en", head=two, above="<span class='date'>9 January 2026</span>"), "https://a.kz/1"
    )
    assert found.published == datetime(2026, 1, 6, 13, 55, 27, tzinfo=ALMATY)
    # a day and a time that agree
    head = ld(datePublished="2026-01-06")
    found = read(page("en", head=head, above="<div>6 January 2026, 13:55</div>"), "https://a.kz/1")
    assert found.published == datetime(2026, 1, 6, 13, 55, tzinfo=ALMATY)
    assert found.published_from == "json-ld"


@pytest.mark.parametrize(
    ("tag", "head", "above", "month"),
    [
        ("en", "", "<div>03/02/2026</div>", None),
        ("en", "", "<div>10/02/2026</div>", 2),
        ("en-US", "", "<div>02/10/2026</div>", 2),
        ("en-GB", "", "<div>02/03/2026</div>", 3),
        ("en", ld(datePublished="2026-03-02"), "<div>02/03/2026 14:30</div>", 3),
        ("en", ld(datePublished="2026-02-03"), "<div>02/03/2026 14:30</div>", 2),
        (
            "en",
            "",
            "<div>02/03/2026</div><p class='x'>25/12/2025 or so it began, they said.</p>",
            3,
        ),
        (
            "en",
            "",
            "<div>02/03/2026</div><p class='x'>12/25/2025 or so it began, they said.</p>",
            2,
        ),
        ("fr", "", "<div>02/03/2026</div>", 3),
    ],
)
def test_days_and_months_that_can_be_confused(
    tag: str, head: str, above: str, month: int | None
) -> None:
    body = page("en", head=head, above=above).replace(b"lang='en'", f"lang='{tag}'".encode())
    body = body.replace(b"14/02/2019", b"2019")
    found = extract_article(body, url="https://steppe.example/n/1", fetched_at=NOW)
    assert isinstance(found, Article)
    assert (found.published and found.published.month) == month


@pytest.mark.parametrize(
    ("written", "back", "precision"),
    [
        ("Yesterday, 14:30", None, "minute"),
        ("Hier à 14h30", None, "minute"),
        ("Вчера, 14:30", None, "minute"),
        ("Кеше, 14:30", None, "minute"),
        ("2 hours ago", 2, "hour"),
        ("il y a 2 heures", 2, "hour"),
        ("2 часа назад", 2, "hour"),
        ("2 сағат бұрын", 2, "hour"),
    ],
)
def test_relative_dates_need_the_moment_of_the_fetch(
    written: str, back: int | None, precision: str
) -> None:
    body = page("en", above=f"<span class='date'>{written}</span>")
    truth: datetime = datetime(2026, 7, 8, 14, 30, tzinfo=ALMATY)
    if back is not None:
        truth = minute(NOW.astimezone(ALMATY) - timedelta(hours=back))
    found = read(body, "https://steppe.example/n/1")
    assert (found.published, found.published_precision) == (truth, precision)
    unknown = extract_article(body, url="https://steppe.example/n/1", source=SOURCE)
    assert isinstance(unknown, Article)
    assert unknown.published is None
