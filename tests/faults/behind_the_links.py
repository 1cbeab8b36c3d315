"""Faults of the pages behind the links: three new ones fail, and are tried again."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import EntryState
from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from tests.faults import strikes
from tests.faults.table import NEW_PAGES, Case, Fault, Strike

HOUR = timedelta(hours=1)
FIRST_AND_THIRD = (timedelta(minutes=5), 6 * HOUR)
AGAIN = "after 5 minutes, 1 hour, 6 hours, then once a day, seven times in all"
BY_COMMAND = "when `monitor quarantine retry` says so"


def _waiting(
    name: str,
    wrong: str,
    code: str,
    strike: Strike,
) -> Fault:
    case = Case(
        strikes=((NEW_PAGES, strike),),
        kept=0,
        states={EntryState.WAITING: 3},
        page_code=code,
        page_waits=FIRST_AND_THIRD,
    )
    told = f"`{code}` and the next attempt with each of them in `monitor status`"
    return Fault(name, wrong, "nothing of these pages; the entries wait", AGAIN, told, case)


def _given_up(name: str, wrong: str, code: str, strike: Strike) -> Fault:
    case = Case(
        strikes=((NEW_PAGES, strike),),
        kept=0,
        states={EntryState.QUARANTINED: 3},
        page_code=code,
        command=True,
    )
    told = f"`{code}`; in quarantine, and `monitor status` ends with 1"
    return Fault(name, wrong, "nothing of these pages", BY_COMMAND, told, case)


def _skipped(name: str, wrong: str, code: str, strike: Strike) -> Fault:
    case = Case(
        strikes=((NEW_PAGES, strike),),
        kept=0,
        states={EntryState.SKIPPED: 3},
        page_code=code,
        lost=3,
    )
    told = f"`{code}` with each of them in `monitor status`"
    return Fault(name, wrong, "nothing of these pages", "not at all: it is for good", told, case)


def _stood_in(name: str, wrong: str, code: str, strike: Strike, *more: tuple[str, Strike]) -> Fault:
    case = Case(
        strikes=((NEW_PAGES, strike), *more),
        kept=3,
        states={EntryState.WAITING: 3},
        page_waits=FIRST_AND_THIRD,
        stand_in=True,
    )
    return Fault(
        name,
        wrong,
        "what the feed says of each, until the page can be read",
        "after 5 minutes, 1 hour and 6 hours",
        f"`{code}` with the article's provenance",
        case,
    )


def _page(title: str, text: str) -> faults.Fault:
    markup = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>{text}</body></html>"
    return lambda request, right: Answer(body=markup.encode())


def _deep(request: Request, right: Answer) -> Answer:
    deep = b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000
    return Answer(body=b"<html><body>" + deep + b"</body></html>")


def _pdf(request: Request, right: Answer) -> Answer:
    return Answer(body=b"%PDF-1.7 " + bytes(2000), content_type="application/pdf")


def _large(request: Request, right: Answer) -> Answer:
    return Answer(body=right.body + b" " * (6 * 2**20), compress=False)


def _robots(text: str) -> faults.Fault:
    return lambda request, right: Answer(body=text.encode(), content_type="text/plain")


FAULTS = (
    _waiting("page-404", "404", "http.404", faults.status(404)),
    _waiting("page-403", "403", "http.403", faults.status(403)),
    _waiting("page-500", "500", "http.5xx", faults.status(500)),
    _skipped("page-410", "410, gone for good", "http.410", faults.status(410)),
    _waiting("page-reset", "reset before the answer", "fetch.reset", faults.reset_before_headers()),
    _waiting("page-cut-short", "cut short", "fetch.truncated", faults.truncated()),
    _waiting("page-loop", "redirects in a circle", "fetch.redirect_loop", faults.redirect_loop()),
    _waiting("page-too-large", "a page of 6 MB; 5 are read", "fetch.too_large", _large),
    _given_up("page-bomb", "a gzip bomb", "fetch.bomb", faults.gzip_bomb()),
    _skipped(
        "page-to-script",
        "leads to a `javascript:` address",
        "sec.scheme_refused",
        faults.redirect_to("javascript:alert(1)"),
    ),
    _skipped(
        "page-inside",
        "leads to a cloud's metadata service",
        "sec.ssrf_refused",
        faults.redirect_to("http://169.254.169.254/latest/"),
    ),
    _stood_in("page-pdf", "a PDF", "extract.type", _pdf),
    _stood_in("page-login", "200 with a login page", "extract.wall", faults.login_page()),
    _stood_in(
        "page-not-found-200",
        "200 with a page that says it was not found",
        "extract.soft404",
        _page("Page not found", "<p>Nothing here.</p>"),
    ),
    _stood_in(
        "page-by-script",
        "a page that scripts draw",
        "extract.empty",
        _page("Loading", "<script>draw()</script>"),
    ),
    _stood_in("page-very-deep", "100,000 elements in each other", "extract.none", _deep),
    _stood_in(
        "page-to-front",
        "every article leads to the front page",
        "extract.soft404",
        strikes.led_to("http://{host}/"),
        ("/", _page("The front page", "<p>All the news of the day, in one place.</p>" * 20)),
    ),
)
