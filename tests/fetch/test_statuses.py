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


PAGES = [
    ("<html><title>Just a moment...</title>", "Cloudflare"),
    ("<script>window._cf_chl_opt={cvId:'3'}</script>", "Cloudflare"),
    ("<script src='https://ct.captcha-delivery.com/c.js'></script>", "DataDome"),
    ('<iframe src="/_Incapsula_Resource?SWUDNSAI=31"></iframe>', "Imperva"),
    ("<h1>Pardon Our Interruption</h1>", "Imperva"),
    ('<script src="/_sec/cp_challenge/ak-challenge.js"></script>', "Akamai"),
    ("<title>Проверка браузера</title>", "a check of the browser"),
    ("<p>Подтвердите, что вы не робот", "a check of the browser"),
]


@pytest.mark.parametrize("status", [403, 429, 503])
@pytest.mark.parametrize(("page", "guard"), PAGES)
def test_a_challenge_is_known_by_its_page(page: str, guard: str, status: int) -> None:
    for body in (page.encode(), page.encode() + "Ж".encode()[:1], page.encode("cp1251")):
        failure = refused_status(status, {}, body, host="a.kz", conditional=False, now=NOW)
        assert failure
        assert (failure.status, failure.retry_after) == (status, timedelta(hours=6))
        assert f"challenge page ({guard}, {status})" in failure.detail


@pytest.mark.parametrize(
    ("headers", "page", "guard"),
    [
        ({"server": "AkamaiGHost"}, "", "Akamai"),
        ({}, "<TITLE>Access Denied</TITLE> https://errors.edgesuite.net/18.1", "Akamai"),
        ({"x-datadome": "protected"}, "", "DataDome"),
        ({"x-iinfo": "1-2-3"}, "", "Imperva"),
        ({}, "Request unsuccessful. Incapsula incident ID: 1-2", "Imperva"),
        ({}, "<title>Attention Required! | Cloudflare</title>", "Cloudflare"),
    ],
)
def test_a_protection_that_only_blocks_is_named(
    headers: dict[str, str], page: str, guard: str
) -> None:
    failure = refused_status(403, headers, page.encode(), host="a.kz", conditional=False, now=NOW)
    assert failure
    assert failure.code == "http.403"
    assert failure.detail == f"a.kz blocked the request with the protection page of {guard} (403)"


@pytest.mark.parametrize(
    ("headers", "page", "pause"),
    [
        ({"retry-after": "120"}, "", timedelta(minutes=2)),
        ({"x-ratelimit-remaining": "0"}, "", None),
        ({}, "<title>Too Many Requests</title>", None),
        ({}, '{"message": "API rate limit exceeded"}', None),
        ({}, "<h1>Слишком много запросов</h1>", None),
    ],
)
def test_a_403_that_asks_for_fewer_requests_is_a_429(
    headers: dict[str, str], page: str, pause: timedelta | None
) -> None:
    failure = refused_status(403, headers, page.encode(), host="a.kz", conditional=False, now=NOW)
    assert failure
    assert (failure.code, failure.status, failure.retry_after) == ("http.429", 403, pause)
    assert failure.detail == "a.kz asks for fewer requests, by a 403"


def test_a_403_that_says_nothing_of_the_kind_is_a_403() -> None:
    for headers, page in (({"retry-after": "soon"}, ""), ({"x-ratelimit-remaining": "9"}, "No.")):
        failure = refused_status(
            403, headers, page.encode(), host="a.kz", conditional=False, now=NOW
        )
        assert failure
        assert (failure.code, failure.retry_after) == ("http.403", None)


@pytest.mark.parametrize(
    "script",
    [
        "/cdn-cgi/challenge-platform/scripts/jsd/main.js",
        "/_Incapsula_Resource?SWJIYLWA=719d34d3",
        "https://js.datadome.co/tags.js",
        "/.well-known/ddos-guard/js-challenge/index.js",
    ],
)
def test_a_guard_s_script_on_a_site_s_own_page_is_no_challenge(script: str) -> None:
    page = f"<title>Maintenance</title><script src={script}></script>".encode()
    failure = refused_status(503, {}, page, host="a.kz", conditional=False, now=NOW)
    assert failure
    assert (failure.code, failure.retry_after) == ("http.5xx", None)
