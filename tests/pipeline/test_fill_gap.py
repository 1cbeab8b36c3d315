"""How a gap stands after each document."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Failure, Fate, Gap, GapState, Place
from monitor.pipeline.fill_gap import (
    PAGES_IN_ALL,
    Document,
    after_document,
    after_failure,
    closed_by,
    started_with,
    without_backfill,
)

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
PAGED, SITEMAP = "https://n.example/feed?paged={page}", "https://n.example/archive.xml"
GAP = Gap(
    id=1,
    channel_id=1,
    opened_at=NOW,
    known_until=NOW - timedelta(hours=30),
    last_read_at=NOW - timedelta(hours=29),
    backfill=PAGED,
)


def document(page: int = 1, **given: object) -> Document:
    return replace(Document(Place(page)), **given)  # type: ignore[arg-type]


def test_a_page_that_reaches_what_was_known_fills_it() -> None:
    gap = after_document(GAP, document(1, found=0), NOW)
    assert (gap.state, gap.place, gap.pages_read) == (GapState.OPEN, Place(1), 1)
    gap = after_document(gap, document(2, found=10), NOW)
    gap = after_document(gap, document(3, found=4, older=True), NOW)
    assert (gap.state, gap.filled_at) == (GapState.FILLED, NOW)
    assert (gap.pages_read, gap.entries_found, gap.note) == (3, 14, None)


def test_pages_that_end_before_are_not_enough() -> None:
    gap = after_document(GAP, document(5, ended="the pages end at 4"), NOW)
    assert gap.state is GapState.UNFILLABLE
    assert gap.note == "the pages end at 4, and nothing on them had been known before the gap"


@pytest.mark.parametrize("backfill", [PAGED, SITEMAP])
def test_the_bound(backfill: str) -> None:
    gap = replace(GAP, backfill=backfill, pages_read=PAGES_IN_ALL - 2)
    gap = after_document(gap, document(found=1), NOW)
    assert gap.state is GapState.OPEN
    gap = after_document(gap, document(found=1), NOW)
    assert gap.state is GapState.BOUNDED
    assert str(PAGES_IN_ALL) in (gap.note or "")


def test_a_sitemap_fills_it_when_both_ends_were_met_and_all_is_read() -> None:
    gap = after_document(replace(GAP, backfill=SITEMAP), document(older=True), NOW)
    assert gap.state is GapState.OPEN
    gap = after_document(gap, document(newer=True), NOW)
    assert gap.state is GapState.OPEN
    assert after_document(gap, document(ended="read"), NOW).state is GapState.FILLED


def test_a_sitemap_that_lags_behind_is_read_again_for_days() -> None:
    gap, moment, pauses = replace(GAP, backfill=SITEMAP), NOW, []
    while gap.state is GapState.OPEN:
        gap = after_document(gap, document(older=True, ended="read"), moment)
        if gap.state is GapState.OPEN:
            assert gap.next_attempt_at is not None
            pauses.append(gap.next_attempt_at - moment)
            moment = gap.next_attempt_at
    assert pauses == [timedelta(minutes=5), *(timedelta(hours=hours) for hours in (1, 6, 24))]
    assert gap.state is GapState.UNFILLABLE
    assert gap.note == "the sitemap does not list what the channel shows now"


def test_failures_are_waited_for_and_never_given_up() -> None:
    gap = replace(GAP, place=Place(7))
    pauses = []
    for _ in range(6):
        gap = after_failure(gap, Failure("http.5xx", "trouble"), NOW)
        assert gap.next_attempt_at is not None
        pauses.append((gap.next_attempt_at - NOW) / timedelta(hours=1))
    assert pauses[1:] == [1, 6, 24, 24, 24]
    assert (gap.state, gap.place, gap.note) == (GapState.OPEN, Place(7), "trouble")
    assert after_document(gap, document(8), NOW).attempts == 0


def test_what_is_forbidden_is_not_asked_again() -> None:
    gap = after_failure(GAP, Failure("robots.denied", "forbidden", Fate.SKIP), NOW)
    assert (gap.state, gap.note) == (GapState.UNFILLABLE, "forbidden")


def test_another_backfill_begins_anew() -> None:
    given_up = replace(GAP, state=GapState.UNFILLABLE, place=Place(9), pages_read=9, note="no")
    assert started_with(given_up, PAGED) is given_up
    anew = started_with(given_up, SITEMAP)
    assert (anew.state, anew.backfill, anew.place) == (GapState.OPEN, SITEMAP, Place())
    assert (anew.pages_read, anew.note) == (0, None)


def test_without_a_backfill() -> None:
    gap = without_backfill(replace(GAP, backfill=None))
    assert gap.state is GapState.UNFILLABLE
    gap = closed_by(gap, "https://n.example/news.xml", NOW)
    assert (gap.state, gap.filled_at) == (GapState.FILLED, NOW)
    assert "https://n.example/news.xml" in (gap.note or "")
