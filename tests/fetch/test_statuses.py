from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.fetch.statuses import refused_status, retry_after
from monitor.model import Failure, Fate

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)


def refused(status: int, conditional: bool = False, **headers: str) -> Failure | None:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return refused_status(status, named, host="a.kz", conditional=conditional, now=NOW)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("1200", timedelta(minutes=20)),
        (" 5 ", timedelta(seconds=5)),
        ("316800", DAY),
        ("1000000000", DAY),
        ("9" * 5000, DAY),
        ("0", None),
        ("-5", None),
        ("1e9", None),
        ("soon", None),
        ("", None),
        ("12.5", None),
        ("١٢", None),
        ("Sun, 01 Mar 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sunday, 01-Mar-26 12:10:00 GMT", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 12:10:00 -0000", timedelta(minutes=10)),
        ("Sun, 01 Mar 2026 11:00:00 GMT", None),
        ("Sun, 01 Mar 2037 12:00:00 GMT", DAY),
        ("Sun, 31 Feb 2026 12:00:00 GMT", None),
        ("Sun, 01 Mar 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_in_both_forms(value: str, pause: timedelta | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == pause


def test_a_date_is_counted_from_the_clock_of_the_server() -> None:
    headers = {
        "retry-after": "Sun, 01 Mar 2026 11:20:00 GMT",
        "date": "Sun, 01 Mar 2026 11:00:00 GMT",
    }
    assert retry_after(headers, NOW) == timedelta(minutes=20)
    assert retry_after({**headers, "date": "garbage"}, NOW) is None


@pytest.mark.parametrize("status", [200, 203])
def test_a_document_is_no_failure(status: int) -> None:
    assert refused(status) is None


def test_not_modified_answers_only_a_condition() -> None:
    assert refused(304, conditional=True) is None
    failure = refused(304)
    assert failure
    assert failure.code == "http.protocol"


@pytest.mark.parametrize(
    ("status", "code", "fate"),
    [
        (202, "http.protocol", Fate.RETRY),
        (204, "http.protocol", Fate.RETRY),
        (206, "http.protocol", Fate.RETRY),
        (300, "http.protocol", Fate.RETRY),
        (400, "http.400", Fate.RETRY),
        (401, "http.401", Fate.RETRY),
        (403, "http.403", Fate.RETRY),
        (404, "http.404", Fate.RETRY),
        (410, "http.410", Fate.SKIP),
        (418, "http.418", Fate.RETRY),
        (429, "http.429", Fate.RETRY),
        (451, "http.451", Fate.RETRY),
        (500, "http.5xx", Fate.RETRY),
        (503, "http.5xx", Fate.RETRY),
        (522, "http.5xx", Fate.RETRY),
        (599, "http.5xx", Fate.RETRY),
    ],
)
def test_every_other_status_is_a_named_failure(status: int, code: str, fate: Fate) -> None:
    failure = refused(status)
    assert failure
    assert (failure.code, failure.fate, failure.status) == (code, fate, status)
    assert "a.kz" in failure.detail
    assert str(status) in failure.detail


@pytest.mark.parametrize(("status", "counts"), [(429, True), (503, True), (500, False)])
def test_the_pause_is_read_where_it_is_defined(status: int, counts: bool) -> None:
    failure = refused(status, retry_after="60")
    assert failure
    assert failure.retry_after == (timedelta(seconds=60) if counts else None)


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_challenge_page_is_named_and_left_alone_for_hours(status: int) -> None:
    failure = refused(status, cf_mitigated="challenge", server="cloudflare")
    assert failure
    assert failure.status == status
    assert failure.retry_after == timedelta(hours=6)
    assert "challenge" in failure.detail
    assert "Cloudflare" in failure.detail


def test_a_protection_in_front_of_a_site_is_named_only_where_it_blocks() -> None:
    blocked, busy = refused(403, server="ddos-guard"), refused(503, server="ddos-guard")
    assert blocked
    assert "DDoS-Guard" in blocked.detail
    assert busy
    assert busy.retry_after is None
    assert "DDoS" not in busy.detail
