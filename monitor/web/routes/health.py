"""Whether the pages can be served: for supervisors, containers and load balancers."""

from __future__ import annotations

import logging

from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from monitor.errors import MonitorError
from monitor.web.site import site_of
from storage.repositories import articles

log = logging.getLogger(__name__)

_FRESH = {"Cache-Control": "no-store"}


def health(request: Request) -> Response:
    """200 when the database answers a query, 503 otherwise; the reason goes to the log only."""
    try:
        with site_of(request).database.read() as connection:
            articles.last_change(connection)
    except (MonitorError, SQLAlchemyError) as error:
        log.error("The database does not answer: %s", error)
        return JSONResponse({"status": "unavailable"}, 503, headers=_FRESH)
    return JSONResponse({"status": "ok"}, headers=_FRESH)


ROUTES = (Route("/healthz", health),)
