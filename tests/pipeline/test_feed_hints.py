"""How often a feed asks to be read."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Announced, Hints
from monitor.pipeline.parse_feed import parse_feed

_ITEM = "<item><title>One</title><link>https://n.example/1</link></item>"
HOUR = timedelta(hours=1)


def hints(head: str, *, tail: str = "", item: str = _ITEM) -> Hints:
    document = (
        '<rss version="2.0" xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">'
        f"<channel><title>T</title>{head}{item}{tail}</channel></rss>"
    )
    found = parse_feed(document.encode(), url="https://n.example/feed", zone=ZoneInfo("UTC"))
    assert isinstance(found, Announced)
    assert found.ttl == found.hints.ttl
    return found.hints


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("", None),
        ("<ttl>60</ttl>", 60),
        ("<ttl><![CDATA[ 60 ]]></ttl>", 60),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>often</ttl>", None),
        ("<ttl>999999</ttl>", 7 * 24 * 60),
        ("<!-- <ttl>60</ttl> -->", None),
        ("<description><![CDATA[write <ttl>60</ttl>]]></description>", None),
    ],
)
def test_ttl(head: str, minutes: int | None) -> None:
    assert hints(head).ttl == (None if minutes is None else timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("head", "pause"),
    [
        ("<sy:updatePeriod>\n\thourly\t</sy:updatePeriod>", HOUR),
        (
            "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency> 4 </sy:updateFrequency>",
            HOUR / 4,
        ),
        ("<sy:updateFrequency>2</sy:updateFrequency>", 12 * HOUR),
        ("<sy:updatePeriod>Daily</sy:updatePeriod>", 24 * HOUR),
        ("<sy:updatePeriod>weekly</sy:updatePeriod>", 7 * 24 * HOUR),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>",
            None,
        ),
    ],
)
def test_the_syndication_module(head: str, pause: timedelta | None) -> None:
    assert hints(head).update_every == pause


def test_all_skipped_hours_and_days_count_wherever_they_stand() -> None:
    night = "".join(f"<hour>{hour}</hour>" for hour in (22, 23, 24, 1, 99, "x"))
    days = "<day>Saturday</day><day> sun </day><day>Holiday</day>"
    found = hints(f"<skipHours>{night}</skipHours>", tail=f"<skipDays>\n{days}</skipDays>")
    assert found.skip_hours == {22, 23, 0, 1}
    assert found.skip_days == {5, 6}


def test_whoever_skips_everything_skips_nothing() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(
        f"<day>{day}</day>"
        for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    )
    assert hints(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>") == Hints()


def test_an_entry_hints_at_nothing() -> None:
    item = _ITEM.replace("</item>", "<ttl>60</ttl></item>")
    assert hints("", item=item) == Hints()


def test_a_broken_feed_keeps_its_hints() -> None:
    item = f"<item><title>Open</item>{_ITEM}"
    found = hints("<ttl>60</ttl><skipDays><day>Monday</day></skipDays>", item=item)
    assert found == Hints(ttl=HOUR, skip_days=frozenset((0,)))
