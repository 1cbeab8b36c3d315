"""Pages for what is not there and for what went wrong; none of them shows how it is made."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import MonitorError
from monitor.pipeline.article_format import json_line
from monitor.web.headers import SECURITY_HEADERS
from monitor.web.pages import page, view_of
from monitor.web.tongue import Tongue

log = logging.getLogger(__name__)

_UNAVAILABLE_SECONDS = 30
_TITLES = {404: "no_page", 405: "no_method"}


def problem(request: Request, status: int, title: str, help_: str) -> Response:
    """A page that says what is the matter, in two sentences; programs get the same as JSON."""
    if request.url.path.startswith("/api/"):
        english = Tongue("en")
        return api_problem(status, english.say(title), english.say(help_))
    return page(view_of(request), "problem.html", {"title": title, "help": help_}, status)


def api_problem(status: int, title: str, detail: str) -> Response:
    """Problem details for programs, as RFC 9457 has them; `title` is the same for the same type of
    problem, which here is what the status says."""
    record = {"type": "about:blank", "status": status, "title": title, "detail": detail}
    return Response(json_line(record), status, media_type="application/problem+json")


def refused(request: Request, error: Exception) -> Response:
    """What the router refuses: an address that is not there, a method that it does not take."""
    assert isinstance(error, HTTPException)
    title = _TITLES.get(error.status_code, "no_page")
    response = problem(request, error.status_code, title, f"{title}_help")
    response.headers.update(error.headers or {})
    return response


def unavailable(request: Request, error: Exception) -> Response:
    """The archive does not answer or cannot be read: the log says which, the page does not."""
    log.error("%s: %s", request.url.path, error)
    response = problem(request, 503, "unavailable", "unavailable_help")
    response.headers["Retry-After"] = str(_UNAVAILABLE_SECONDS)
    return response


def broken(request: Request, error: Exception) -> Response:
    """What nobody foresaw. Starlette makes this answer outside of our middleware and hands the
    error on to the server, which logs it."""
    response = problem(request, 500, "broken", "broken_help")
    response.headers.update(SECURITY_HEADERS)
    return response


HANDLERS = {HTTPException: refused, MonitorError: unavailable, Exception: broken}
