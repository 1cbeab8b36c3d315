"""Which documents of a backfill are read, and what they say about time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Announced, Entry, Failure
from monitor.pipeline.walk_backfill import (
    all_older,
    children_to_read,
    is_older,
    is_optional,
    is_paged,
    is_past_the_end,
    page_address,
)

SINCE = datetime(2026, 5, 5, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_pages() -> None:
    assert is_paged("https://n.example/{page}/feed")
    assert not is_paged("https://n.example/archive.xml")
    assert page_address("https://n.example/{page}/?p={page}", 12) == "https://n.example/12/?p=12"


@pytest.mark.parametrize("status", [400, 404, 410])
def test_a_page_that_is_not_there_is_the_end_unless_it_is_the_first(status: int) -> None:
    failure = Failure(f"http.{status}", "", status=status)
    assert is_past_the_end(failure, 2)
    assert not is_past_the_end(failure, 1)
    assert is_optional(failure, 1)
    assert not is_optional(failure, 2)


def test_trouble_is_not_the_end() -> None:
    for failure in (Failure("http.5xx", "", status=503), Failure("fetch.timeout", "")):
        assert not is_past_the_end(failure, 9)
        assert not is_optional(failure, 1)
    assert is_past_the_end(Failure("parse.no_items", ""), 9)
    assert not is_past_the_end(Failure("parse.not_feed", ""), 9), "a login page is no end"


def test_children_that_reach_into_the_time() -> None:
    dates = (SINCE + DAY, SINCE - HOUR, None, SINCE - 2 * DAY)
    index = Announced(more=("a", "b", "c", "d"), more_modified=dates)
    assert children_to_read(index, SINCE) == ("a", "b", "c")


def test_dates_that_cannot_be_true_leave_the_newest() -> None:
    old = SINCE - 100 * DAY
    index = Announced(more=("a", "b", "c", "d"), more_modified=(old,) * 4)
    assert children_to_read(index, SINCE) == ("a", "b", "c")
    assert children_to_read(Announced(more=("a", "b")), SINCE) == ("a", "b")


def test_older() -> None:
    assert is_older(Entry("u", published=SINCE - HOUR), SINCE)
    assert not is_older(Entry("u", published=SINCE), SINCE)
    assert is_older(Entry("u", modified=SINCE - HOUR), SINCE)
    assert not is_older(Entry("u"), SINCE)


def test_a_page_on_which_everything_is_older() -> None:
    long_ago, undated = Entry("u", published=SINCE - 2 * DAY), Entry("v")
    assert all_older([long_ago, undated], SINCE)
    assert not all_older([long_ago, Entry("w", published=SINCE - HOUR)], SINCE), "within a day"
    assert not all_older([undated], SINCE)
    assert not all_older([], SINCE)
