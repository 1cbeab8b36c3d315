"""Faults of HTTP: statuses, validators, encodings, sizes, and what a site asks for."""

from __future__ import annotations

import gzip
from datetime import timedelta

import brotli
import zstandard

from monitor.model import ChannelState
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.world import Habits
from tests.faults import strikes
from tests.faults.on_the_line import FAILING, NOTHING, SLOWER
from tests.faults.table import (
    DAY,
    FEED,
    Case,
    Fault,
    Range,
    Strike,
    Wait,
    backed_off,
    within,
)

HOUR = timedelta(hours=1)
ALL = "everything that is new"
PACE = "at the channel's own pace"


def _failing(
    name: str,
    wrong: str,
    code: str,
    strike: Strike,
    *,
    waits: Wait = backed_off,
    retried: str = SLOWER,
    alarm: str = "failing",
    says: str = "",
    reason: str = "",
) -> Fault:
    case = Case(
        strikes=((FEED, strike),),
        kept=0,
        code=code,
        says=says,
        waits=waits,
        reason=reason,
        alarm=alarm,
    )
    told = FAILING if alarm == "failing" else f"; alarm `{alarm}` from the second time"
    return Fault(name, wrong, NOTHING, retried, f"`{code}`{told}", case)


def _harmless(name: str, wrong: str, strike: Strike, *, reported: str = "nothing") -> Fault:
    return Fault(name, wrong, ALL, PACE, reported, Case(strikes=((FEED, strike),)))


def _asked_by_date(request: Request, right: Answer) -> Answer:
    """Two hours from now by the server's clock, which is years slow."""
    headers = (
        ("Date", "Wed, 01 Jan 2020 00:00:00 GMT"),
        ("Retry-After", "Wed, 01 Jan 2020 02:00:00 GMT"),
    )
    return Answer(status=503, headers=headers)


def _challenge(request: Request, right: Answer) -> Answer:
    return Answer(status=403, headers=(("Cf-Mitigated", "challenge"),))


def _browser_check(request: Request, right: Answer) -> Answer:
    page = "<html><head><title>Проверка браузера</title></head><body></body></html>"
    return Answer(status=403, body=page.encode(), content_type="text/html; charset=utf-8")


def _too_long(request: Request, right: Answer) -> Answer:
    body = right.body + b" " * (16 * 2**20)
    return Answer(body=body, content_type=right.content_type, compress=False)


def _zstd_bomb(data: bytes) -> bytes:
    return zstandard.ZstdCompressor().compress(data + b" " * (64 * 2**20))


def _brotli_bomb(data: bytes) -> bytes:
    return bytes(brotli.compress(data + b" " * (64 * 2**20), quality=1))


def _half_the_gzip(data: bytes) -> bytes:
    return gzip.compress(data)[:-40]


def _between(least: timedelta, longest: timedelta) -> Wait:
    def waits(_: ChannelState) -> Range:
        return least, longest

    return waits


def moving(code: int) -> faults.Fault:
    """The feed leads to another address, where it is."""

    def fault(request: Request, right: Answer) -> Answer:
        if "moved" in request.query:
            return right
        return faults.redirect_to("/feed.xml?moved=1", code)(request, right)

    return fault


FAULTS = (
    _failing("400", "400 Bad Request", "http.400", faults.status(400)),
    _failing(
        "401",
        "401, a password is wanted",
        "http.401",
        faults.status(401),
        alarm="blocked",
    ),
    _failing("403", "403 Forbidden", "http.403", faults.status(403), alarm="blocked"),
    _failing(
        "challenge",
        "403 with a challenge for browsers (Cloudflare)",
        "http.403",
        _challenge,
        waits=within(6 * HOUR),
        retried="after six hours",
        alarm="blocked",
        says="challenge page (Cloudflare",
    ),
    _failing(
        "challenge-by-its-page",
        "403 with a page that checks the browser, which no header tells",
        "http.403",
        _browser_check,
        waits=within(6 * HOUR),
        retried="after six hours",
        alarm="blocked",
        says="challenge page (a check of the browser",
    ),
    _failing(
        "403-in-seconds",
        "403 with `Retry-After: 7200`: a 429 by another name",
        "http.429",
        faults.status(403, retry_after="7200"),
        waits=within(2 * HOUR),
        retried="not before the two hours are over; nothing else is asked of the site meanwhile",
        reason="the site asked to wait 2 h",
    ),
    _failing("404", "404 Not Found", "http.404", faults.status(404)),
    _failing("451", "451, for legal reasons", "http.451", faults.status(451)),
    _failing("429", "429 without Retry-After", "http.429", faults.status(429)),
    _failing(
        "429-in-seconds",
        "429 with `Retry-After: 7200`",
        "http.429",
        faults.status(429, retry_after="7200"),
        waits=within(2 * HOUR),
        retried="not before the two hours are over; nothing else is asked of the site meanwhile",
        reason="the site asked to wait 2 h",
    ),
    _failing(
        "503-with-a-date",
        "503 with Retry-After as a date, by a server's clock that is wrong",
        "http.5xx",
        _asked_by_date,
        waits=within(2 * HOUR),
        retried="when the time between the answer's own date and the date asked for is over",
        reason="the site asked to wait 2 h",
    ),
    _failing(
        "503-for-years",
        "503 with `Retry-After: 1000000000`",
        "http.5xx",
        faults.status(503, retry_after="1000000000"),
        waits=_between(22 * HOUR, DAY),
        retried="after a day: no site silences itself for longer",
    ),
    _failing(
        "503-soon",
        "503 with `Retry-After: soon`",
        "http.5xx",
        faults.status(503, retry_after="soon"),
    ),
    _failing(
        "503-negative",
        "503 with `Retry-After: -5`",
        "http.5xx",
        faults.status(503, retry_after="-5"),
    ),
    _failing("500", "500", "http.5xx", faults.status(500)),
    _failing("522", "522, the site behind a proxy is down", "http.5xx", faults.status(522)),
    _failing("204", "204 No Content", "http.protocol", faults.status(204)),
    _failing(
        "redirect-loop", "redirects in a circle", "fetch.redirect_loop", faults.redirect_loop()
    ),
    _failing(
        "redirects-without-end",
        "more than ten redirects",
        "fetch.redirect_loop",
        strikes.endless_redirects,
    ),
    _failing(
        "cookie-wall",
        "whoever has no cookie is sent back to the same address",
        "fetch.redirect_loop",
        strikes.cookie_wall,
        says="cookies",
    ),
    _harmless(
        "302",
        "302 to where the feed is today; the address stays the configured one",
        moving(302),
    ),
    Fault(
        "304-unasked",
        "304 to a request without a condition",
        NOTHING,
        SLOWER,
        f"`http.protocol`{FAILING}",
        Case(
            strikes=((FEED, faults.status(304)),),
            habits=Habits(validators="none"),
            kept=0,
            code="http.protocol",
            waits=backed_off,
            alarm="failing",
        ),
    ),
    Fault(
        "304-lying",
        "304 although something is new",
        "nothing for twelve hours at most: twice a day the whole feed is asked for",
        PACE,
        "nothing; a feed that is caught is asked without conditions from then on",
        Case(strikes=((FEED, faults.lying_304()),), kept=0, states={}),
    ),
    Fault(
        "etag-constant",
        "an ETag that never changes, so that whoever sends it back hears 304",
        "everything once the whole feed was read, within twelve hours",
        PACE,
        "nothing",
        Case(habits=Habits(validators="lying"), kept=0, states={}),
    ),
    _harmless(
        "etag-huge",
        "an ETag of 4 KB: it is not kept and not sent back",
        strikes.with_headers(("ETag", f'"{"e" * 4096}"'), validators=False),
    ),
    _harmless(
        "etag-new-each-time",
        "another ETag at each load of the same bytes: the same bytes are not read twice",
        strikes.new_tag_each_time(),
    ),
    _harmless(
        "no-validators",
        "neither ETag nor Last-Modified",
        strikes.with_headers(validators=False),
    ),
    _harmless("wrong-type", "a feed as application/octet-stream", faults.wrong_type()),
    _harmless("type-html", "a feed as text/html", faults.wrong_type("text/html")),
    _failing(
        "login-page",
        "200 with a page that asks for a password",
        "parse.not_feed",
        faults.login_page(),
        alarm="not_feed",
    ),
    _failing("no-body", "200 without a body", "http.empty", faults.empty_body()),
    _failing("gzip-bomb", "a gzip bomb", "fetch.bomb", faults.gzip_bomb()),
    _failing(
        "zstd-bomb",
        "a zstd bomb",
        "fetch.bomb",
        strikes.encoded("zstd", _zstd_bomb),
    ),
    _failing("brotli-bomb", "a brotli bomb", "fetch.bomb", strikes.encoded("br", _brotli_bomb)),
    _failing(
        "gzip-in-gzip",
        "compressed twice, 2 KB for 64 MB",
        "fetch.encoding",
        faults.gzip_bomb(layers=2),
    ),
    _failing(
        "brotli-damaged",
        "damaged brotli",
        "fetch.encoding",
        strikes.encoded("br", lambda data: b"\x8b\x02\x80" + data),
    ),
    _failing(
        "gzip-damaged", "damaged gzip", "fetch.encoding", strikes.encoded("gzip", strikes.damaged)
    ),
    _failing(
        "gzip-cut-short",
        "gzip that ends too early under a right Content-Length",
        "fetch.truncated",
        strikes.encoded("gzip", _half_the_gzip),
    ),
    _harmless("gzip-label-only", "called gzip, and is not", strikes.encoded("gzip", bytes)),
    _harmless("gzip-unlabelled", "gzip, and not called so", strikes.encoded("", gzip.compress)),
    _harmless(
        "deflate-raw", "deflate without its frame", strikes.encoded("deflate", strikes.raw_deflate)
    ),
    _failing("too-large", "a feed of 16 MB; 15 are read", "fetch.too_large", _too_long),
)
