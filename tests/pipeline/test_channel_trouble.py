"""How a channel answers, and when that is an alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Alarm, RaisedAlarm
from monitor.pipeline.channel_trouble import (
    ChannelNow,
    find_stale,
    find_trouble,
    is_mended,
    longest_pause,
)
from monitor.pipeline.settle_alarms import (
    Key,
    channel_alarm,
    explains_silence,
    key_of,
    settle,
    stale_alarm,
)

NOW = datetime(2026, 3, 21, 6, tzinfo=UTC)
WELL = ChannelNow(
    id=7,
    source="steppe",
    url="https://steppe.example/feed",
    kind="feed",
    failures=0,
    statuses=("ok", "unchanged"),
    codes=(None, None),
    last_error=None,
    found=20,
    last_success=NOW,
    last_new=NOW - timedelta(hours=1),
)


def failing(*codes: str, failures: int | None = None) -> ChannelNow:
    """A channel whose last polls failed with these codes, the last one first."""
    two = (*codes, None)[:2]
    return replace(
        WELL,
        failures=len(codes) if failures is None else failures,
        statuses=tuple("failed" if code else "ok" for code in two),
        codes=two,
        last_error="steppe.example has trouble",
    )


@pytest.mark.parametrize(
    ("codes", "kind"),
    [
        ((), None),
        (("http.5xx",), None),
        (("http.5xx", "http.5xx"), None),
        (("http.5xx", "fetch.dns", "http.5xx"), "failing"),
        (("http.410",), "gone"),
        (("blocked.robots",), "robots"),
        (("http.403",), None),
        (("http.403", "http.401"), "blocked"),
        (("parse.no_items",), None),
        (("parse.no_items", "parse.no_links"), "selectors"),
        (("parse.no_items", "http.5xx"), None),
        (("parse.no_items", "http.5xx", "http.5xx"), "failing"),
        (("parse.not_feed", "parse.not_feed"), "not_feed"),
    ],
)
def test_failures_in_a_row(codes: tuple[str, ...], kind: str | None) -> None:
    trouble = find_trouble(failing(*codes) if codes else WELL)
    assert (trouble.kind if trouble else None) == kind
    if trouble is not None:
        assert trouble.sentence.startswith(WELL.url)
        assert trouble.sentence.endswith("(steppe.example has trouble)")


def test_a_feed_that_announces_nothing_any_more() -> None:
    empty = replace(WELL, found=0)
    trouble = find_trouble(empty)
    assert trouble is not None
    assert trouble.kind == "empty"
    assert find_trouble(replace(empty, kind="sitemap")) is None
    assert find_trouble(replace(empty, last_new=None)) is None, "it never had any"
    assert find_trouble(replace(empty, statuses=("ok", "failed"))) is None, "once may be a slip"


def test_one_not_modified_heals_nothing() -> None:
    assert is_mended(replace(WELL, statuses=("ok", "failed"), codes=(None, "http.5xx")))
    unchanged = replace(WELL, statuses=("unchanged", "failed"), codes=(None, "http.5xx"))
    assert not is_mended(unchanged)
    assert is_mended(replace(unchanged, statuses=("unchanged", "unchanged"), codes=(None, None)))
    assert not is_mended(replace(WELL, found=0))
    assert not is_mended(failing("http.5xx"))


def opened(*alarms: Alarm) -> dict[Key, RaisedAlarm]:
    return {key_of(alarm): RaisedAlarm(1, alarm, NOW) for alarm in alarms}


def test_an_alarm_is_raised_once_and_stays_until_the_channel_is_well() -> None:
    first = channel_alarm("Steppe", failing("http.403", "http.403"), {})
    assert first is not None
    assert first.sentence == (
        "Steppe: https://steppe.example/feed: the site blocks the monitor "
        "(steppe.example has trouble)"
    )
    again = channel_alarm("Steppe", failing("http.5xx", "http.403", failures=3), opened(first))
    assert again is not None
    assert key_of(again) == key_of(first), "another reason is no other alarm"
    unsure = replace(WELL, statuses=("unchanged", "failed"), codes=(None, "http.403"))
    assert channel_alarm("Steppe", unsure, opened(first)) == first
    assert channel_alarm("Steppe", WELL, opened(first)) is None


def test_a_nameless_failure_may_get_a_name() -> None:
    nameless = channel_alarm("Steppe", failing("fetch.dns", "fetch.dns", "fetch.dns"), {})
    assert nameless is not None
    assert nameless.kind == "failing"
    named = channel_alarm("Steppe", failing("http.410", "fetch.dns", failures=4), opened(nameless))
    assert named is not None
    assert named.kind == "gone"


def test_what_changes_between_two_looks() -> None:
    kept, over, new = (Alarm(kind, "steppe", None, kind) for kind in ("drift", "silence", "gone"))
    louder = replace(kept, sentence="louder")
    changes = settle(opened(kept, over), [louder, new])
    assert changes.raised == (new,)
    assert [raised.alarm for raised in changes.cleared] == [over]
    assert [(raised.alarm, alarm) for raised, alarm in changes.reworded] == [(kept, louder)]
    assert settle(opened(kept), [kept]).reworded == ()


def test_the_longest_pause_is_known_from_ten_of_them() -> None:
    news = [NOW + timedelta(hours=hours) for hours in (0, 1, 2, 3, 4, 24, 25, 26, 27, 28, 29)]
    assert longest_pause(news) == timedelta(hours=20)
    assert longest_pause(news[:10]) is None


def test_a_channel_that_stands_still() -> None:
    still = replace(WELL, last_new=NOW - timedelta(days=6))
    trouble = find_stale(still, timedelta(days=2))
    assert trouble is not None
    assert trouble.sentence.endswith("nothing new for 6 days, at most 48 hours before")
    assert find_stale(still, timedelta(days=4)) is None
    assert find_stale(still, None) is None
    quick = replace(WELL, last_new=NOW - timedelta(hours=20))
    assert find_stale(quick, timedelta(hours=1)) is None, "less than a day is no matter"
    assert find_stale(replace(still, failures=1), timedelta(days=2)) is None


def test_a_channel_that_stands_still_is_said_once() -> None:
    still = replace(WELL, last_new=NOW - timedelta(days=6))
    longest = timedelta(days=2)
    alarm = stale_alarm("Steppe", still, longest, {}, source_is_silent=False)
    assert alarm is not None
    assert stale_alarm("Steppe", still, longest, {}, source_is_silent=True) is None
    held = replace(still, failures=1)
    assert stale_alarm("Steppe", held, longest, opened(alarm), source_is_silent=False) == alarm
    assert stale_alarm("Steppe", WELL, longest, opened(alarm), source_is_silent=False) is None


def test_a_channel_that_fails_since_then_explains_a_silence() -> None:
    alarm = channel_alarm("Steppe", failing("http.403", "http.403"), {})
    assert alarm is not None
    assert explains_silence([alarm], {}, NOW)
    assert explains_silence([alarm], opened(alarm), NOW - timedelta(days=1))
    assert not explains_silence([alarm], opened(alarm), NOW + timedelta(days=1))
    assert not explains_silence([], {}, NOW)
