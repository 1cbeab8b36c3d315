"""Pages for what is not there and for what went wrong; none of them shows how it is made."""

from __future__ import annotations

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from monitor.errors import MonitorError
from monitor.web.headers import SECURITY_HEADERS
from monitor.web.pages import page, view_of

log = logging.getLogger(__name__)

_UNAVAILABLE_SECONDS = 30
_TITLES = {404: "no_page", 405: "no_method"}


def problem(request: Request, status: int, title: str, help_: str) -> Response:
    """A page that says what is the matter, in two sentences."""
    return page(view_of(request), "problem.html", {"title": title, "help": help_}, status)


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
