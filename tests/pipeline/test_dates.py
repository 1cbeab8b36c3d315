"""Dates as feeds, pages and people write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.dates import is_plausible, parse_date

ALMATY = ZoneInfo("Asia/Almaty")
PARIS = ZoneInfo("Europe/Paris")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Tue, 05 May 2026 09:15:00 +0500", utc(2026, 5, 5, 4, 15)),
        ("5 May 26 09:15 GMT", utc(2026, 5, 5, 9, 15)),
        ("Tue,05 May 2026 9:5:7 GMT+9", utc(2026, 5, 5, 0, 5, 7)),
        ("Tue, 05 May 2026 09:15:00 MSK", utc(2026, 5, 5, 6, 15)),
        ("Tue, 05 May 2026 09:15:00 EST", utc(2026, 5, 5, 14, 15)),
        ("Tue, 05 May 2026 09:15:00 ALMT", utc(2026, 5, 5, 4, 15)),
        ("Sat, 06 May 2023 09:15:00 ALMT", utc(2023, 5, 6, 3, 15)),
        (
            "Tue May 05 2026 09:15:00 GMT+0200 (Central European Summer Time)",
            utc(2026, 5, 5, 7, 15),
        ),
        ("Tue May  5 09:15:00 EST 2026", utc(2026, 5, 5, 14, 15)),
        ("2026-05-05T09:15:00Z", utc(2026, 5, 5, 9, 15)),
        ("2026-05-05T09:15:00.123+02:00", utc(2026, 5, 5, 7, 15)),
        ("2026-05-05 09:15:00 +02:00", utc(2026, 5, 5, 7, 15)),
        ("2026-05-05T09:15:00−0300", utc(2026, 5, 5, 12, 15)),
        ("20260505T091500Z", utc(2026, 5, 5, 9, 15)),
        ("1777972500", utc(2026, 5, 5, 9, 15)),
        ("1777972500000", utc(2026, 5, 5, 9, 15)),
        ("Tue, 05 May 2026 24:00:00 +0000", utc(2026, 5, 6)),
        ("2016-12-31T23:59:60Z", utc(2017, 1, 1)),
        ("5 мая 2026, 09:15 (МСК)", utc(2026, 5, 5, 6, 15)),
        ("Вторник, 5 мая 2026г., 09:15 (GMT+5)", utc(2026, 5, 5, 4, 15)),
        ("May 5, 2026 9:15am UTC +05:00", utc(2026, 5, 5, 4, 15)),
    ],
)
def test_dates_with_a_zone(raw: str, expected: datetime) -> None:
    assert parse_date(raw, PARIS) == expected


@pytest.mark.parametrize(
    "raw",
    [
        "2026-06-05",
        "2026/6/5",
        "20260605",
        "05.06.2026",
        "5/6/2026",
        "05-06-26",
        "June 5, 2026",
        "Friday, June 5th, 2026",
        "5 Jun. 2026",
        "5 juin 2026",
        "Publié le vendredi 5 juin 2026",
        "ven. 5 juin 2026",
        "5 июня 2026 года",
        "Пятница, 5 июня 2026 г.",
        "5-е июня 2026",
        "5 июня 2026г.",
        "5-маусым, 2026ж.",
        "2026 жылғы 5 маусым",
        "2026 жылдың 5 маусымы",
        "5 маусым 2026 ж.",
        "жұма, 5 маусым 2026",
    ],
)
def test_a_day_alone_is_midnight_in_the_zone_of_the_source(raw: str) -> None:
    assert parse_date(raw, ALMATY) == utc(2026, 6, 4, 19)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-06-05T14:30",
        "05.06.2026 14:30",
        "14:30, 5 июня 2026",
        "5 июня 2026 года в 14:30",
        "5 июня 2026 в 14.30",
        "5 juin 2026 à 14 h 30",
        "5 juin 2026 à 14h30 min",
        "June 5, 2026 at 2:30 p.m.",
        "2026 ж. 5 маусым, сағат 14:30",
        "05/06/2026 - 14:30",
    ],
)
def test_a_time_without_a_zone_is_read_in_the_zone_of_the_source(raw: str) -> None:
    assert parse_date(raw, ALMATY) == utc(2026, 6, 5, 9, 30)


@pytest.mark.parametrize(
    ("raw", "month"),
    [
        *((f"11 {name} 2025", 8) for name in ("août", "aout", "августа", "авг", "тамыз", "Aug")),
        *((f"11 {name} 2025", 12) for name in ("déc.", "décembre", "дек.", "желтоқсан", "желт.")),
        ("1er février 2025", 2),
        ("mar. 11 févr. 2025", 2),
        ("12 ҚАРАША 2025", 11),
    ],
)
def test_months_in_four_languages(raw: str, month: int) -> None:
    found = parse_date(raw, ZoneInfo("UTC"))
    assert found is not None
    assert found.month == month


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "2026-02-30",
        "31.04.2026",
        "13/13/2026",
        "13/21/2026",
        "2026-05",
        "2026",
        "5 мая",
        "09:15",
        "сегодня, 09:15",
        "вчера",
        "hier",
        "2 hours ago",
        "0001-01-01T00:00:00Z",
        "Mon, 30 Nov -0001 00:00:00 +0000",
        "2026-05-05T25:00:00Z",
        "2026-05-05T24:00:01Z",
        "2026-05-05T09:61:00Z",
        "2026-05-05T09:15:00+99:00",
        "Tue, 05 May 2026 09:15:00 XYZT",
        "5 May 2026 Astana",
        "release 2.3.2026",
        "5 May 2026 and 6 May 2026",
        "x" * 5000,
    ],
)
def test_what_is_no_certain_date_is_none(raw: str) -> None:
    assert parse_date(raw, ALMATY) is None


def test_at_most_ten_minutes_ahead() -> None:
    now = utc(2026, 5, 5, 12)
    assert is_plausible(now + timedelta(minutes=10), now)
    assert not is_plausible(now + timedelta(minutes=11), now)


@given(st.text(max_size=60))
def test_any_text_is_a_date_in_utc_or_none(raw: str) -> None:
    found = parse_date(raw, ALMATY)
    assert found is None or (found.tzinfo is UTC and 1989 <= found.year <= 2101)


@given(st.integers(min_value=631238400, max_value=4102358400))
def test_what_we_write_we_read(seconds: int) -> None:
    moment = datetime.fromtimestamp(seconds, UTC)
    assert parse_date(moment.isoformat(), ALMATY) == moment
    assert parse_date(moment.strftime("%d.%m.%Y %H:%M:%S UTC"), ALMATY) == moment
