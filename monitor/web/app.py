"""The web application: routes, the headers of every answer, the pages for what goes wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.applications import Starlette
from starlette.middleware import Middleware

from config.catalog import Catalog
from monitor.web.assets import load_assets
from monitor.web.fresh_index import FreshIndex
from monitor.web.headers import SecurityHeaders
from monitor.web.latest import LatestArticles
from monitor.web.pages import load_templates
from monitor.web.problems import HANDLERS
from monitor.web.routes import alarms, api, article, front, health, sources, static, websub
from monitor.web.site import Site
from storage.database import Database
from storage.search.index import SearchIndex

ROUTES = (
    *front.ROUTES,
    *article.ROUTES,
    *sources.ROUTES,
    *alarms.ROUTES,
    *api.ROUTES,
    *health.ROUTES,
    *static.ROUTES,
)
"""One module a family of pages; a new one is added to this line."""


def create_app(
    database: Database,
    index: SearchIndex,
    catalog: Catalog,
    now: Callable[[], datetime],
    *,
    hubs: bool = False,
) -> Starlette:
    """The pages over an archive that is ready to be read. `now` gives aware datetimes. With
    `hubs` there are the addresses that hubs call, too: the one part that writes."""
    app = Starlette(
        routes=[*ROUTES, *(websub.routes(catalog) if hubs else ())],
        middleware=[Middleware(SecurityHeaders)],
        exception_handlers=dict(HANDLERS),
    )
    # A redirect would repeat the Host header, which anybody can forge.
    app.router.redirect_slashes = False
    app.state.site = Site(
        database=database,
        fresh_index=FreshIndex(database, index),
        latest=LatestArticles(database),
        catalog=catalog,
        now=now,
        templates=load_templates(),
        assets=load_assets(),
    )
    return app
