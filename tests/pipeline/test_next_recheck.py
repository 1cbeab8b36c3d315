"""When a stored article's page is looked at again: thinning out with age, never for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.pipeline.next_recheck import MOST_CHECKS, next_look_for_gone, next_recheck

BORN = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_looks_thin_out_and_end() -> None:
    now, ages, checks = BORN, [], 0
    while (following := next_recheck(BORN, BORN, now, checks, False)) is not None:
        now, checks = following, checks + 1
        ages.append((now - BORN) / HOUR)
    assert ages == [1, 6, 24, 72, 168]


@pytest.mark.parametrize(
    ("published", "seen", "after"),
    [
        (BORN, 30 * HOUR, 72 * HOUR),  # found late: what lies behind is not made up for
        (None, 30 * HOUR, 31 * HOUR),  # without a date its age is how long it is known
        (BORN + 5 * HOUR, 2 * HOUR, 3 * HOUR),  # a date ahead of the first sight is not believed
        (BORN - 400 * HOUR, 0 * HOUR, None),  # from the archive: too old to be watched
    ],
)
def test_ages_count_from_publication_or_first_sight(
    published: datetime | None, seen: timedelta, after: timedelta | None
) -> None:
    first_seen = BORN + seen
    found = next_recheck(published, first_seen, first_seen, 0, False)
    assert found == (None if after is None else BORN + after)


def test_what_was_changed_is_looked_at_sooner() -> None:
    now = BORN + 30 * HOUR
    assert next_recheck(BORN, BORN, now, 3, True) == now + HOUR
    late = BORN + 500 * HOUR
    assert next_recheck(BORN, BORN, late, 5, True) == late + HOUR
    assert next_recheck(BORN, BORN, late, MOST_CHECKS, True) is None


def test_a_page_that_is_gone_is_asked_for_again_and_then_on_three_days() -> None:
    pauses = []
    gone = 1
    while (following := next_look_for_gone(BORN, gone)) is not None:
        pauses.append((following - BORN) / HOUR)
        gone += 1
    assert pauses == [6, 24, 24, 24]
