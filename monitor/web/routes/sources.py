"""The sources: how each stands, what of it is missing, and why it is read when it is."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.pipeline.reconcile import STORED
from monitor.web.pages import page, view_of
from monitor.web.problems import problem
from storage.repositories import alarms, reconciliations
from storage.repositories.status import read_sources

NAMED = 50
"""Addresses of a reconciliation on the page; the API has all that were kept."""


def sources(request: Request) -> Response:
    """All that are switched on, in a table."""
    view = view_of(request)
    catalog = view.site.catalog.sources.values()
    enabled = [source for source in catalog if source.enabled]
    with view.site.database.read() as connection:
        found = read_sources(connection, enabled, view.now)
    off = [source for source in catalog if not source.enabled]
    return page(view, "sources.html", {"sources": found, "switched_off": off})


def source(request: Request) -> Response:
    """One source, its channels, gaps, alarms and the last reconciliation."""
    view = view_of(request)
    known = view.site.catalog.sources.get(request.path_params["id"])
    if known is None:
        return problem(request, 404, "no_source", "no_page_help")
    with view.site.database.read() as connection:
        [found] = read_sources(connection, [known], view.now)
        past = alarms.history(connection, known.id, 20)
        last = reconciliations.history(connection, known.id, 1)
    named = [each for each in last[0].findings if each.standing != STORED] if last else []
    values = {
        "health": found,
        "past": [each for each in past if each.cleared_at is not None],
        "named": named[:NAMED],
        "differing": [each for each in last[0].findings if each.lacking][:NAMED] if last else [],
    }
    return page(view, "source.html", values)


ROUTES = (Route("/sources", sources), Route("/sources/{id}", source))
