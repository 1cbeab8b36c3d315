"""Holds the course of a fault against its case."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from monitor.model import ArchivedArticle
from tests.faults.scene import NEW, Course, Look
from tests.faults.table import DAY, Case

_SECOND = timedelta(seconds=1)


def assert_stored(case: Case, course: Course) -> None:
    """What is stored while the fault lasts: exactly so much, and all of it as it was written."""
    last = course.sick[-1]
    assert len(last.archive) == case.before + case.kept + case.extra
    assert_true(case, course, last.archive)
    known = {each["article_id"] for each in last.entries}
    assert {each.id for each in last.archive} <= known
    if case.code is not None:
        assert {look.state.validators for look in course.sick} == {course.well.state.validators}
    else:
        states = Counter(each["state"] for each in _new_entries(last))
        assert states == {str(state): count for state, count in case.states.items()}


def assert_retried(case: Case, course: Course) -> None:
    """When the channel, and the pages, are asked again, and why."""
    looks = course.sick[:: len(course.sick) - 1] if case.all_polls else course.sick[:1]
    for look in looks:
        assert look.state.next_poll_at is not None
        least, longest = case.waits(look.state)
        pause = look.state.next_poll_at - look.at
        assert least - _SECOND <= pause <= longest + _SECOND, look.state.plan_reason
        assert pause <= DAY
        assert case.reason in (look.state.plan_reason or "")
    if case.page_waits is not None:
        for look, wait in zip(course.sick[:: len(course.sick) - 1], case.page_waits, strict=True):
            for each in _new_entries(look):
                assert each["next_attempt_at"] - look.at == wait
                assert wait <= DAY


def assert_reported(case: Case, course: Course) -> None:
    """What the log, `monitor status` and the alarms say."""
    last = course.sick[-1]
    for look in course.sick:
        assert look.poll["code"] == case.code, look.poll["detail"]
        assert case.says in (look.poll["detail"] or "")
    assert set(course.sick[0].poll["warnings"]) == case.warnings
    [told] = last.told["channels"]
    assert told["error"] == last.poll["detail"]
    assert told["failures"] == (len(course.sick) if case.code else 0)
    assert told["health"] == ("failing" if case.code else "ok")
    assert [each.alarm.kind for each in last.alarms] == ([case.alarm] if case.alarm else [])
    if case.page_code is not None:
        codes = {each["code"] for each in _new_entries(last)}
        assert codes == {case.page_code}
        named = [each["reason"] or "" for each in last.told["not_stored"]]
        assert all(each.startswith(case.page_code) for each in named)
    raised = {id_ for look in course.sick for id_ in [each.id for each in look.alarms]}
    assert len(raised) == (1 if case.alarm else 0), "raised once"


def assert_healed(case: Case, course: Course) -> None:
    """Once the fault is gone everything is stored, once, and nothing is complained about."""
    healed = course.healed
    titles = Counter(each.article.title for each in healed.archive)
    truths = Counter(truth.title for truth in course.truths)
    assert titles.total() == truths.total() - case.lost + case.extra
    assert len(titles - truths) == case.extra
    assert_true(case, course, healed.archive, stood_in=False)
    assert healed.alarms == []
    [told] = healed.told["channels"]
    assert (told["health"], told["error"]) == ("ok", None)
    assert healed.state.next_poll_at is not None


def assert_true(case: Case, course: Course, archive: Any, *, stood_in: bool | None = None) -> None:
    by_title = {truth.title: truth for truth in course.truths}
    stood_in = case.stand_in if stood_in is None else stood_in
    of_site = [each for each in archive if each.article.title in by_title]
    assert len(of_site) == len(archive) - case.extra
    for each in of_site:
        truth = by_title[each.article.title]
        if stood_in and truth.title in course.new:
            assert each.article.text_from == "feed"
        else:
            assert " ".join(each.article.text.split()) == " ".join(truth.text.split())
        assert each.duplicate_of is None
        assert_dated(case, each, truth.published)


def assert_dated(case: Case, archived: ArchivedArticle, published: datetime) -> None:
    found = archived.article.published
    assert found == (published if case.dated else None)


def _new_entries(look: Look) -> list[Any]:
    rows = sorted(look.entries, key=lambda each: each["id"])
    return [each for each in rows if each["first_seen"] > rows[0]["first_seen"]][:NEW]
