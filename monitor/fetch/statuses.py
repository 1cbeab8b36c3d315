"""What the status line and headers of an answer mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from monitor.model import Failure, Fate
from monitor.pipeline.freshness import http_date

LONGEST_PAUSE = timedelta(hours=24)  # 88 hours have been seen; a host must not silence itself
CHALLENGE_PAUSE = timedelta(hours=6)

# Protections that answer with a page for browsers to solve: header, text in it, name. The first
# say so; the others stand before a site and send their page with 401 or 403, but pass on the
# site's own 429 and 503.
_CHALLENGES = (
    ("cf-mitigated", "challenge", "Cloudflare"),
    ("x-amzn-waf-action", "challenge", "AWS WAF"),
    ("x-amzn-waf-action", "captcha", "AWS WAF"),
)
_GUARDS = (
    ("server", "ddos-guard", "DDoS-Guard"),
    ("server", "qrator", "Qrator"),
    ("server", "variti", "Variti"),
    ("server", "akamaighost", "Akamai"),
    ("x-datadome", "", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-iinfo", "", "Imperva"),
)
# The same, by what their pages hold, in lower case; some name nobody. Not the scripts that the same
# guards put on every page of a site: its own 503 would be left alone for hours.
_CHALLENGE_PAGES = (
    ("_cf_chl_opt", "Cloudflare"),
    ("<title>just a moment", "Cloudflare"),
    ("captcha-delivery.com", "DataDome"),
    ("_incapsula_resource?cwudnsai", "Imperva"),
    ("_incapsula_resource?swudnsai", "Imperva"),
    ("pardon our interruption", "Imperva"),
    ("/_sec/cp_challenge/", "Akamai"),
    ("px-captcha", "HUMAN"),
    ("awswafcookiedomainlist", "AWS WAF"),
    ("<title>ddos-guard", "DDoS-Guard"),
    ("checking your browser", "a check of the browser"),
    ("verify you are human", "a check of the browser"),
    ("проверка браузера", "a check of the browser"),
    ("проверяем ваш браузер", "a check of the browser"),
    ("подтвердите, что вы не робот", "a check of the browser"),
    ("браузерді тексеру", "a check of the browser"),
    ("vérification de votre navigateur", "a check of the browser"),
)
_GUARD_PAGES = (
    ("attention required! | cloudflare", "Cloudflare"),
    ("errors.edgesuite.net", "Akamai"),
    ("incapsula incident id", "Imperva"),
)
# A 403 that means 429. Words count at the beginning only, where a page says what it is.
_SPENT = ("x-ratelimit-remaining", "x-rate-limit-remaining", "ratelimit-remaining")
_FEWER = re.compile(
    r"too many requests|rate[ -]limit(?:ed|ing)?\b|слишком много запросов|"
    r"превышен\w* (?:лимит|количество|число) запросов|trop de requêtes|сұра(?:у|ныс)\w* тым көп"
)
_BEGINNING = 2048
_SENTENCES = {
    400: "{host} does not understand the request (400)",
    404: "{host} has nothing at this address (404)",
    410: "{host} says that this address is gone for good (410)",
    429: "{host} asks for fewer requests (429)",
    451: "{host} may not show this for legal reasons (451)",
}


def has_document(status: int) -> bool:
    return status in (200, 203)


def refused_status(
    status: int,
    headers: Mapping[str, str],
    body: bytes = b"",
    *,
    host: str,
    conditional: bool,
    now: datetime,
) -> Failure | None:
    """The failure that an answer stands for; None for a document and for a deserved 304.

    `body` is the beginning of a refusal's page. A 403 that asks for fewer requests is `http.429`,
    with its own status.
    """
    if has_document(status) or (status == 304 and conditional):
        return None
    pause = retry_after(headers, now) if status in (403, 429, 503) else None
    page = _text(body)
    challenge = _named(_CHALLENGES, headers) or _held(_CHALLENGE_PAGES, page)
    if challenge is not None:
        return Failure(
            "http.403" if status < 500 else "http.5xx",
            f"{host} blocked the request with a challenge page ({challenge}, {status})",
            status=status,
            retry_after=pause or CHALLENGE_PAUSE,
        )
    if status == 403 and (pause is not None or _fewer(headers, page)):
        detail = f"{host} asks for fewer requests, by a 403"
        return Failure("http.429", detail, status=status, retry_after=pause)
    if status in (401, 403):
        guard = _named(_GUARDS, headers) or _held(_GUARD_PAGES, page)
        by = f" with the protection page of {guard}" if guard else ""
        detail = f"{host} blocked the request{by} ({status})"
        return Failure(f"http.{status}", detail, status=status)
    if status >= 500:
        detail = f"{host} has trouble of its own ({status})"
        return Failure("http.5xx", detail, status=status, retry_after=pause)
    if status >= 400:
        detail = _SENTENCES.get(status, f"{host} refused the request ({status})").format(host=host)
        fate = Fate.SKIP if status == 410 else Fate.RETRY
        return Failure(f"http.{status}", detail, fate, status=status, retry_after=pause)
    if status == 304:
        detail = f'{host} answered "not modified" to a request that had no condition'
    else:
        detail = f"{host} answered {status}, which carries no document"
    return Failure("http.protocol", detail, status=status)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """The pause asked for, at most 24 hours; None when there is none or it makes no sense.

    A date is counted from the answer's own `Date`, because clocks of servers are wrong by hours.
    """
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        pause = timedelta(seconds=int(value)) if len(value) <= 8 else LONGEST_PAUSE
    else:
        until = http_date(value)
        if until is None:
            return None
        pause = until - (http_date(headers.get("date", "")) or now)
    return min(pause, LONGEST_PAUSE) if pause > timedelta(0) else None


def _named(table: tuple[tuple[str, str, str], ...], headers: Mapping[str, str]) -> str | None:
    for name, text, guard in table:
        if name in headers and text in headers[name].lower():
            return guard
    return None


def _held(table: tuple[tuple[str, str], ...], page: str) -> str | None:
    return next((guard for text, guard in table if text in page), None)


def _fewer(headers: Mapping[str, str], page: str) -> bool:
    spent = any(headers.get(name, "").strip() == "0" for name in _SPENT)
    return spent or _FEWER.search(page[:_BEGINNING]) is not None


def _text(body: bytes) -> str:
    """In lower case. What is no UTF-8, apart from an end that was cut off, is windows-1251."""
    try:
        return body.decode("utf-8").lower()
    except UnicodeDecodeError as error:
        if error.start > len(body) - 4:
            return body[: error.start].decode("utf-8").lower()
        return body.decode("cp1251", errors="replace").lower()
