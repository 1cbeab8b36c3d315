"""The state of everything as JSON, under `/api/v1`: read only, errors as RFC 9457 says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.errors import QueryError
from monitor.pipeline.article_format import findings_record, json_line, to_record
from monitor.web.problems import api_problem
from monitor.web.site import LONGEST_ID, site_of
from monitor.web.status_record import (
    event_record,
    reconciliation_record,
    source_record,
    status_record,
)
from storage.repositories import alarms, articles, judgements, reconciliations
from storage.repositories.status import read_sources, read_status
from storage.search.query import parse_day

MOST = 500
"""Alarms in one answer."""
_FRESH = {"Cache-Control": "no-cache"}


def status(request: Request) -> Response:
    """What `monitor status --json` prints."""
    site = site_of(request)
    enabled = [source for source in site.catalog.sources.values() if source.enabled]
    with site.database.read() as connection:
        return _json(status_record(read_status(connection, enabled, site.now())))


def sources(request: Request) -> Response:
    """The sources that are switched on."""
    site = site_of(request)
    enabled = [source for source in site.catalog.sources.values() if source.enabled]
    with site.database.read() as connection:
        found = read_sources(connection, enabled, site.now())
    return _json({"sources": [source_record(each) for each in found]})


def source(request: Request) -> Response:
    """One source, with every address that its last reconciliation names."""
    site = site_of(request)
    known = site.catalog.sources.get(request.path_params["id"])
    if known is None:
        return api_problem(404, "There is no such source", "GET /api/v1/sources lists them")
    with site.database.read() as connection:
        [found] = read_sources(connection, [known], site.now())
        last = reconciliations.history(connection, known.id, 1)
    named = reconciliation_record(last[0]) if last else None
    return _json(source_record(found) | {"reconciliation": named})


def article(request: Request) -> Response:
    """One article in the article format, with the evidence of everything that was found in it."""
    written = request.path_params["id"]
    known = None
    if written.isascii() and written.isdigit() and len(written) <= LONGEST_ID:
        with site_of(request).database.read() as connection:
            known = articles.get(connection, int(written))
            found = judgements.findings_of(connection, int(written))
    if known is None:
        return api_problem(404, "There is no such article", "ids are those that a search shows")
    return _json(
        to_record(known) | findings_record(found.passing, found.mentions, found.corrections)
    )


def alarm_events(request: Request) -> Response:
    """Alarms raised and cleared, in their order. `since` is the "next" of the answer before, which
    makes each come exactly once, or a moment; `limit` how many at most."""
    asked = request.query_params
    try:
        after, moment = _since(asked.get("since", ""))
        limit = _limit(asked.get("limit", ""))
    except QueryError as error:
        return api_problem(400, "The address cannot be read", str(error))
    with site_of(request).database.read() as connection:
        found = alarms.happened(connection, after, since=moment, limit=limit + 1)
    shown = found[:limit]
    following = shown[-1].id if shown else after
    return _json(
        {
            "events": [event_record(each) for each in shown],
            "next": None if moment is not None and not shown else str(following),
            "more": len(found) > limit,
        }
    )


def _since(text: str) -> tuple[int, datetime | None]:
    if not text:
        return 0, None
    if text.isascii() and text.isdigit() and len(text) <= 18:
        return int(text), None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return 0, parse_day(text)
    return 0, moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _limit(text: str) -> int:
    if not text:
        return 100
    if not text.isascii() or not text.isdigit() or len(text) > 6 or not 1 <= int(text) <= MOST:
        raise QueryError(f"limit: expected a whole number from 1 to {MOST}")
    return int(text)


def _json(record: Mapping[str, Any]) -> Response:
    return Response(json_line(record), media_type="application/json", headers=_FRESH)


ROUTES = (
    Route("/api/v1/status", status),
    Route("/api/v1/sources", sources),
    Route("/api/v1/sources/{id}", source),
    Route("/api/v1/articles/{id}", article),
    Route("/api/v1/alarms", alarm_events),
)
