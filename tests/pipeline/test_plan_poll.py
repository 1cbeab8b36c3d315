"""The pace of a channel, and the patience with a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Failure, Fate, Hints, Reason
from monitor.pipeline.channel_window import Window
from monitor.pipeline.decide_retry import MAX_ATTEMPTS, decide_retry
from monitor.pipeline.plan_poll import LONGEST_PAUSE, Plan, plan_poll, wants_full_read

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PACE: dict[str, Any] = {"now": NOW, "every": 16 * MINUTE, "min_interval": 2 * MINUTE}


def window(turnover: timedelta | None, **facts: Any) -> Window:
    return Window(**{"entries": 10, "wanted": 10, "turnover": turnover, **facts})


def test_a_quiet_channel_keeps_the_longest_pause() -> None:
    plan = plan_poll(**PACE, found=10, new=0, chance=1.0)
    assert (plan.next_at, plan.interval) == (NOW + 16 * MINUTE, 16 * MINUTE)
    assert plan.reason == "every 16 min: 0 of 10 entries were new"


def test_a_third_of_the_time_in_which_the_window_turns_over() -> None:
    plan = plan_poll(**PACE, window=window(12 * MINUTE))
    assert (plan.next_at, plan.interval) == (NOW + 4 * MINUTE, 4 * MINUTE)
    assert plan.reason == "every 4 min: a window of 10 turns over in about 12 min"
    rare = plan_poll(**PACE, window=window(timedelta(hours=11)))
    assert rare.interval == 16 * MINUTE
    assert rare.reason == "every 16 min: a window of 10 turns over in about 11 h"


def test_no_faster_than_allowed_and_the_reason_says_so() -> None:
    plan = plan_poll(**PACE, window=window(MINUTE), chance=0.0)
    assert plan.next_at == NOW + 2 * MINUTE
    assert (
        plan.reason == "every 2 min, the least pause allowed: a window of 10 turns over in "
        "about 1 min"
    )


def test_a_gap_halves_the_pause_at_least() -> None:
    plan = plan_poll(**PACE, window=window(None, overlap=False, new=10))
    assert plan.interval == 8 * MINUTE
    assert plan.reason == "faster: all 10 entries were new, some may have been missed"
    assert plan_poll(**PACE, found=10, new=10).interval <= 8 * MINUTE


def test_faster_at_once_and_slower_by_steps() -> None:
    fast = plan_poll(**PACE, window=window(9 * MINUTE))
    assert fast.interval == 3 * MINUTE
    calm = plan_poll(**PACE, interval=fast.interval, window=window(timedelta(hours=9)))
    assert calm.interval == 4.5 * MINUTE
    assert "slower" in calm.reason
    unchanged = plan_poll(**PACE, interval=4 * MINUTE)
    assert unchanged.interval == 5 * MINUTE
    assert plan_poll(**PACE, interval=15 * MINUTE).interval == 16 * MINUTE


def test_more_new_entries_make_the_pause_shorter() -> None:
    paces = [plan_poll(**PACE, found=10, new=count).interval for count in range(11)]
    assert paces == sorted(paces, reverse=True)
    assert paces[-1] < 4 * MINUTE


def test_one_first_reading_without_dates_is_soon_followed_by_another() -> None:
    plan = plan_poll(**PACE, found=10, new=10, first=True)
    assert plan.interval == 2 * MINUTE
    assert "at first" in plan.reason
    dated = plan_poll(**PACE, window=window(timedelta(hours=9), first=True, new=10))
    assert dated.interval == 16 * MINUTE


def test_failures_slow_down_and_success_resets() -> None:
    waits = [
        plan_poll(**PACE, interval=10 * MINUTE, failures=count).next_at - NOW for count in (1, 2, 9)
    ]
    assert waits == [20 * MINUTE, 30 * MINUTE, 100 * MINUTE]
    failed = plan_poll(**PACE, interval=10 * MINUTE, failures=9_999_999)
    assert failed.next_at - NOW <= LONGEST_PAUSE
    assert failed.interval == 10 * MINUTE


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        (timedelta(hours=2), timedelta(hours=2), timedelta(hours=2, minutes=12)),
        (timedelta(hours=88), LONGEST_PAUSE, LONGEST_PAUSE),
        (timedelta(minutes=-5), 32 * MINUTE, 32 * MINUTE),
    ],
)
def test_retry_after_is_obeyed(asked: timedelta, least: timedelta, most: timedelta) -> None:
    wait = plan_poll(**PACE, failures=1, retry_after=asked).next_at - NOW
    assert least <= wait <= most


@pytest.mark.parametrize(("failures", "days"), [(1, 1), (2, 1), (3, 7), (40, 7)])
def test_what_is_gone_for_good_is_asked_again_every_week(failures: int, days: int) -> None:
    plan = plan_poll(**PACE, failures=failures, gone=True, chance=1.0)
    assert plan.next_at - NOW == timedelta(days=days)
    assert plan.reason == f"gone for good, says the site: asked again in {days} d"


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("pace", "turnover", "asked", "least", "reason"),
    [
        (8, 2 * HOUR, {"ttl": 13 * MINUTE}, 13, "every 13 min: the channel asks for 13 min"),
        (8, 24 * MINUTE, {"fresh_for": 9 * MINUTE, "ttl": MINUTE}, 9, "the site says that nothing"),
        (8, 24 * MINUTE, {"ttl": 20 * MINUTE}, 9.6, "not the 20 min asked for: articles could be"),
        (8, 24 * MINUTE, {"hints": Hints(update_every=HOUR)}, 9.6, "not the 1 h asked for"),
        (16, 2 * HOUR, {"fresh_for": 400 * HOUR}, 16, "a window of 10 turns over in about 2 h"),
        (16, 2 * HOUR, {"fresh_for": 15 * MINUTE}, 15, "a window of 10 turns over in about 2 h"),
        (8, 24 * MINUTE, {"fresh_for": 3 * MINUTE}, 7.2, "a window of 10 turns over"),
    ],
)
def test_what_the_channel_asks_for_comes_after_completeness(
    pace: int, turnover: timedelta, asked: dict[str, Any], least: float, reason: str
) -> None:
    plan = plan_poll(**PACE, interval=pace * MINUTE, window=window(turnover), chance=0.0, **asked)
    assert plan.next_at - NOW == least * MINUTE
    assert reason in plan.reason


def test_courtesy_does_not_change_the_pace_nor_hold_after_a_gap() -> None:
    busy: dict[str, Any] = {**PACE, "interval": 4 * MINUTE, "ttl": 10 * MINUTE}
    assert plan_poll(**busy, window=window(12 * MINUTE)).interval == 4 * MINUTE
    gap = plan_poll(**busy, window=window(None, overlap=False, new=10), chance=1.0)
    assert gap.next_at - NOW <= 2.2 * MINUTE


NIGHT = Hints(skip_hours=frozenset((22, 23, 0, 1, 2, 3, 4, 5)))
WEEKEND = Hints(skip_days=frozenset((5, 6)))


@pytest.mark.parametrize(
    ("now", "hints", "turnover", "until", "reason"),
    [
        (  # into the night, which a slow feed is spared
            datetime(2026, 5, 5, 21, 50, tzinfo=UTC),
            NIGHT,
            100 * HOUR,
            datetime(2026, 5, 6, 6, tzinfo=UTC),
            "waits until 06:00 UTC: the feed asks for no visits before",
        ),
        (  # the window would turn over in ten hours
            datetime(2026, 5, 5, 21, 50, tzinfo=UTC),
            NIGHT,
            10 * HOUR,
            datetime(2026, 5, 6, 1, 50, tzinfo=UTC),
            "in 4 h, when the feed asks for no visits: otherwise articles could be missed",
        ),
        (  # a Friday evening: a day is the longest pause there is
            datetime(2026, 5, 8, 23, 50, tzinfo=UTC),
            WEEKEND,
            100 * HOUR,
            datetime(2026, 5, 9, 23, 50, tzinfo=UTC),
            "in 1 d, when the feed asks for no visits: otherwise articles could be missed",
        ),
        (  # on the Sunday
            datetime(2026, 5, 10, 0, 0, tzinfo=UTC),
            WEEKEND,
            100 * HOUR,
            datetime(2026, 5, 11, tzinfo=UTC),
            "waits until 2026-05-11 00:00 UTC: the feed asks for no visits before",
        ),
        (  # a zone of one's own changes nothing
            datetime(2026, 5, 6, 2, 50, tzinfo=timezone(5 * HOUR)),
            NIGHT,
            100 * HOUR,
            datetime(2026, 5, 6, 6, tzinfo=UTC),
            "waits until 06:00 UTC: the feed asks for no visits before",
        ),
        (  # not skipped yet
            datetime(2026, 5, 5, 21, 30, tzinfo=UTC),
            NIGHT,
            100 * HOUR,
            datetime(2026, 5, 5, 21, 46, tzinfo=UTC),
            "every 16 min: a window of 10 turns over in about 4 d",
        ),
    ],
)
def test_hours_and_days_without_visits(
    now: datetime, hints: Hints, turnover: timedelta | None, until: datetime, reason: str
) -> None:
    facts = {**PACE, "now": now}
    plan = plan_poll(**facts, window=window(turnover), hints=hints, chance=1.0)
    assert (plan.next_at, plan.reason) == (until, reason)


def test_what_was_known_of_the_window_counts_when_nothing_was_read() -> None:
    evening = {**PACE, "now": datetime(2026, 5, 5, 21, 50, tzinfo=UTC), "hints": NIGHT}
    calm = plan_poll(**evening, turnover=100 * HOUR)
    assert calm.next_at == datetime(2026, 5, 6, 6, tzinfo=UTC)
    assert calm.turnover == 100 * HOUR
    assert plan_poll(**evening, turnover=5 * HOUR).next_at == evening["now"] + 2 * HOUR
    assert plan_poll(**evening).next_at < evening["now"] + HOUR
    assert plan_poll(**evening, turnover=100 * HOUR, failures=1).next_at == calm.next_at


def test_a_busy_feed_is_read_in_skipped_hours_at_its_pace() -> None:
    facts = {**PACE, "now": datetime(2026, 5, 5, 23, tzinfo=UTC)}
    plan = plan_poll(**facts, window=window(12 * MINUTE), hints=NIGHT)
    assert plan.next_at - facts["now"] <= 5 * MINUTE
    assert "articles could be missed" in plan.reason


@pytest.mark.parametrize(
    ("last", "wanted"),
    [
        (None, True),
        (NOW - 12 * HOUR, True),
        (NOW - 12 * HOUR + MINUTE, False),
        (NOW, False),
        (NOW + HOUR, True),
    ],
)
def test_twice_a_day_everything_is_asked_for(last: datetime | None, wanted: bool) -> None:
    assert wants_full_read(last, NOW) is wanted


def test_no_busy_loop_on_hosts_of_ones_own() -> None:
    plan = Plan(NOW, timedelta(seconds=5), Reason("missed", {"found": 1}))
    for _ in range(20):
        plan = plan_poll(
            now=NOW,
            every=timedelta(seconds=5),
            min_interval=timedelta(),
            interval=plan.interval,
            found=3,
            new=3,
        )
    assert plan.next_at - NOW >= timedelta(seconds=1)


_PAUSES = st.timedeltas(timedelta(0), timedelta(days=3))


_HINTS = st.builds(
    Hints,
    ttl=st.none() | _PAUSES,
    update_every=st.none() | _PAUSES,
    skip_hours=st.frozensets(st.integers(0, 23), max_size=23),
    skip_days=st.frozensets(st.integers(0, 6), max_size=6),
)
_WINDOWS = st.builds(
    Window,
    entries=st.integers(0, 50),
    new=st.integers(0, 50),
    wanted=st.integers(0, 50),
    first=st.booleans(),
    overlap=st.booleans(),
    turnover=st.none() | _PAUSES,
)
_CALLS = st.fixed_dictionaries(
    {
        "now": st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda since: NOW + since),
        "every": _PAUSES,
        "min_interval": _PAUSES,
        "interval": st.none() | _PAUSES,
        "turnover": st.none() | _PAUSES,
        "found": st.integers(0, 50),
        "new": st.integers(0, 50),
        "first": st.booleans(),
        "failures": st.integers(0, 40),
        "retry_after": st.none() | _PAUSES,
        "window": st.none() | _WINDOWS,
        "hints": st.none() | _HINTS,
        "fresh_for": st.none() | _PAUSES,
        "chance": st.floats(0, 1),
    }
)


@given(_CALLS)
def test_always_within_the_bounds(call: dict[str, Any]) -> None:
    plan = plan_poll(**call)
    wait = plan.next_at - call["now"]
    longest = max(call["every"], call["min_interval"])
    assert wait >= call["min_interval"]
    assert wait >= min(call["retry_after"] or timedelta(), LONGEST_PAUSE)
    assert call["min_interval"] <= plan.interval <= longest
    assert plan.reason
    hints = call["hints"] or Hints()
    if call["failures"] or call["retry_after"] or hints.skip_hours or hints.skip_days:
        assert wait <= max(LONGEST_PAUSE, longest)
    else:
        assert wait <= longest


@given(_CALLS, st.booleans())
def test_more_failures_never_mean_an_earlier_poll(call: dict[str, Any], gone: bool) -> None:
    call = {**call, "gone": gone}
    moments = [plan_poll(**{**call, "failures": count}).next_at for count in (1, 2, 3, 5, 50)]
    assert moments == sorted(moments)


def test_a_page_is_tried_seven_times_over_days() -> None:
    failure = Failure("fetch.reset", "x")
    moments = [decide_retry(failure, attempts, NOW) for attempts in range(1, MAX_ATTEMPTS)]
    pauses = [moment - NOW for moment in moments if moment]
    assert pauses[:3] == [5 * MINUTE, timedelta(hours=1), timedelta(hours=6)]
    assert pauses == sorted(pauses)
    assert len(pauses) == 6
    assert pauses[-1] == timedelta(days=1), "no page waits longer"
    assert decide_retry(failure, MAX_ATTEMPTS, NOW) is None


def test_what_robots_forbid_is_looked_at_daily_for_a_week() -> None:
    failure = Failure("blocked.robots", "x", Fate.SKIP)
    moments = [decide_retry(failure, attempts, NOW) for attempts in range(1, 10)]
    assert moments == [NOW + timedelta(days=1)] * 7 + [None] * 2


@pytest.mark.parametrize("fate", [Fate.SKIP, Fate.QUARANTINE])
def test_other_fates_have_no_next_attempt(fate: Fate) -> None:
    assert decide_retry(Failure("extract.none", "x", fate), 1, NOW) is None


@pytest.mark.parametrize(("hours", "waited"), [(3, 3), (88, 24)])
def test_a_page_waits_as_long_as_asked_up_to_a_day(hours: int, waited: int) -> None:
    failure = Failure("http.429", "x", retry_after=timedelta(hours=hours))
    assert decide_retry(failure, 1, NOW) == NOW + timedelta(hours=waited)
