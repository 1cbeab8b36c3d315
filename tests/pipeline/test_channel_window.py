"""What the dates and the news of one reading say about a channel's pace."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Announced, Entry
from monitor.pipeline.channel_window import Window, observe

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


def feed(dates: Sequence[datetime | None]) -> Announced:
    return Announced(
        tuple(
            Entry(f"https://n.example/{number}", published=date)
            for number, date in enumerate(dates)
        )
    )


def ago(*pauses: timedelta) -> Announced:
    return feed([NOW - pause for pause in pauses])


def seen(
    announced: Announced,
    *,
    new: int = 0,
    wanted: int | None = None,
    last: datetime | None = NOW - 10 * MINUTE,
) -> Window:
    count = len(announced.entries) if wanted is None else wanted
    return observe(announced, wanted=count, new=new, now=NOW, last_read_at=last)


def test_what_is_seen() -> None:
    window = seen(ago(HOUR, 3 * HOUR, 2 * HOUR), new=1)
    assert (window.entries, window.wanted, window.new) == (3, 3, 1)
    assert (window.newest, window.oldest) == (NOW - HOUR, NOW - 3 * HOUR)
    assert window.overlap
    assert not window.first
    assert seen(ago(HOUR), new=1, last=None).first


def test_even_traffic_turns_over_in_as_many_steps_as_entries() -> None:
    steps = [NOW - 7 * SECOND - number * 20 * MINUTE for number in range(10)]
    turnover = seen(feed(steps)).turnover
    assert turnover is not None
    assert 200 * MINUTE <= turnover <= 202 * MINUTE


def test_the_busiest_run_counts_and_is_forgotten_by_and_by() -> None:
    def after(silence: timedelta) -> timedelta:
        burst = [silence + number * MINUTE for number in range(4)]
        calm = [silence + number * HOUR for number in range(1, 7)]
        turnover = seen(ago(*burst, *calm)).turnover
        assert turnover is not None
        return turnover

    assert after(timedelta(0)) <= 14 * MINUTE
    silences = [timedelta(0), 10 * MINUTE, HOUR, 5 * HOUR, timedelta(days=2)]
    assert [after(one) for one in silences] == sorted(after(one) for one in silences)
    assert after(timedelta(days=2)) > 5 * HOUR


def test_dates_without_a_time_are_no_burst_at_midnight() -> None:
    midnight = datetime(2026, 5, 5, tzinfo=UTC)
    turnover = seen(feed([midnight] * 8 + [midnight - timedelta(days=1)] * 2)).turnover
    assert turnover is not None
    assert turnover > 20 * HOUR


def test_without_dates_the_news_since_the_last_reading_count() -> None:
    undated = feed([None] * 10)
    assert seen(undated).turnover is None
    paces = [seen(undated, new=count).turnover for count in (1, 2, 5, 10)]
    known = [pace for pace in paces if pace is not None]
    assert known == sorted(known, reverse=True)
    # Never slower than what was counted: half of the window in ten minutes.
    assert known[2] <= 20 * MINUTE
    assert seen(undated, new=10, last=None).turnover is None


def test_a_window_of_one_is_judged_by_its_age() -> None:
    assert seen(ago(30 * MINUTE)).turnover == 30 * MINUTE


def test_dates_in_the_future_are_not_believed() -> None:
    window = seen(ago(-5 * HOUR, -5 * MINUTE, HOUR))
    assert (window.newest, window.oldest) == (NOW, NOW - HOUR)


@pytest.mark.parametrize(
    ("announced", "wanted", "new", "last", "overlap"),
    [
        (feed([None] * 5), 5, 4, NOW - HOUR, True),  # one is known
        (feed([None] * 5), 5, 5, NOW - HOUR, False),
        (feed([None] * 5), 5, 5, None, True),  # the first reading
        (feed([]), 0, 0, NOW - HOUR, True),
        (ago(2 * HOUR, 3 * HOUR), 2, 2, NOW - HOUR, False),  # dated back, but unknown
        # Entries that no rule keeps: their dates tell.
        (ago(MINUTE, 2 * HOUR, 3 * HOUR), 1, 1, NOW - HOUR, True),
        (ago(MINUTE, 2 * MINUTE, 3 * MINUTE), 1, 1, NOW - HOUR, False),
        (ago(MINUTE, 2 * MINUTE, 3 * MINUTE), 0, 0, NOW - HOUR, False),
        (ago(2 * HOUR, 2 * MINUTE, 3 * MINUTE), 1, 1, NOW - HOUR, False),  # it may be the new one
        (feed([None] * 3), 1, 1, NOW - HOUR, False),
        (feed([None] * 3), 0, 0, NOW - HOUR, True),
    ],
)
def test_whether_the_window_reaches_back_to_the_last_one(
    announced: Announced, wanted: int, new: int, last: datetime | None, overlap: bool
) -> None:
    assert seen(announced, wanted=wanted, new=new, last=last).overlap is overlap


_DATES = st.lists(
    st.none() | st.timedeltas(-HOUR, timedelta(days=9000)).map(lambda pause: NOW - pause),
    max_size=40,
)


@given(_DATES, st.integers(0, 40), st.none() | st.timedeltas(-HOUR, timedelta(days=900)))
def test_any_dates_make_a_sound_window(
    dates: list[datetime | None], new: int, since: timedelta | None
) -> None:
    last = None if since is None else NOW - since
    window = seen(feed(dates), new=min(new, len(dates)), last=last)
    assert window.turnover is None or window.turnover >= timedelta(0)
    if window.newest and window.oldest:
        assert window.oldest <= window.newest <= NOW
