"""When a source was being read, told from the log of polls."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.pipeline.reading_times import (
    LoggedPoll,
    Span,
    clipped,
    hours_of,
    inside,
    read_spans,
    without,
)

T0 = datetime(2026, 3, 21, tzinfo=UTC)


def at(hour: float) -> datetime:
    return T0 + timedelta(hours=hour)


def poll(hour: float, *, next_in: float = 1, channel: int = 1, failed: bool = False) -> LoggedPoll:
    return LoggedPoll(channel, at(hour), at(hour + next_in), failed)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


def test_polls_that_come_in_time_read_what_is_between() -> None:
    assert read_spans([poll(0), poll(1), poll(2.5)]) == [span(0, 2.5)]


def test_a_pause_that_was_planned_is_read_and_an_unplanned_one_is_not() -> None:
    planned = [poll(0, next_in=24), poll(24), poll(25)]
    assert read_spans(planned) == [span(0, 25)]
    assert read_spans([poll(0), poll(24), poll(25)]) == [span(24, 25)]


def test_a_failure_reads_nothing() -> None:
    polls = [poll(0), poll(1), poll(2, failed=True), poll(3), poll(4)]
    assert read_spans(polls) == [span(0, 1), span(3, 4)]


def test_one_channel_of_two_is_enough() -> None:
    one = [poll(hour) for hour in range(4)]
    other = [poll(hour + 0.5, channel=2, failed=True) for hour in range(4)]
    polls = sorted([*one, *other], key=lambda each: each.started_at)
    assert read_spans(polls) == [span(0, 3)]


def test_holes_are_cut_out() -> None:
    assert without([span(0, 10)], [span(2, 3), span(9, 12)]) == [span(0, 2), span(3, 9)]
    assert without([span(0, 1)], [span(0, 2)]) == []
    assert clipped([span(0, 4), span(6, 8)], at(3), at(7)) == [span(3, 4), span(6, 7)]


def test_hours_are_counted_in_parts() -> None:
    assert list(hours_of([span(0.5, 2)])) == [(at(0), 0.5), (at(1), 1.0)]


def test_what_a_poll_saw_belongs_to_the_time_before_it() -> None:
    moments = [at(hour) for hour in (0, 1, 1.5, 2, 3)]
    assert inside(moments, [span(0, 1), span(2, 3)]) == [at(1), at(3)]
