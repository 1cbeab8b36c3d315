"""What the status line and headers of an answer mean."""

from __future__ import annotations

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
    ("x-datadome", "", "DataDome"),
    ("x-sucuri-block", "", "Sucuri"),
    ("x-iinfo", "", "Imperva"),
)
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
    status: int, headers: Mapping[str, str], *, host: str, conditional: bool, now: datetime
) -> Failure | None:
    """The failure that an answer stands for; None for a document and for a deserved 304."""
    if has_document(status) or (status == 304 and conditional):
        return None
    pause = retry_after(headers, now) if status in (429, 503) else None
    challenge = _named(_CHALLENGES, headers)
    if challenge is not None:
        return Failure(
            "http.403" if status < 500 else "http.5xx",
            f"{host} blocked the request with a challenge page ({challenge}, {status})",
            status=status,
            retry_after=pause or CHALLENGE_PAUSE,
        )
    if status in (401, 403):
        guard = _named(_GUARDS, headers)
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
