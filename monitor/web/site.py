"""What every page needs: the archive, the catalogue, the clock and the templates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from jinja2 import Environment
from starlette.requests import Request

from config.catalog import Catalog
from monitor.web.assets import Asset
from monitor.web.fresh_index import FreshIndex
from monitor.web.latest import LatestArticles
from storage.database import Database

LONGEST_ID = 18
"""Digits of an article's id; nineteen do not fit an integer of the database."""


@dataclass(frozen=True, slots=True)
class Site:
    """Made once for an application; found again by `site_of`."""

    database: Database
    fresh_index: FreshIndex
    latest: LatestArticles
    catalog: Catalog
    now: Callable[[], datetime]
    templates: Environment
    assets: Mapping[str, Asset]


def site_of(request: Request) -> Site:
    """The site that a request is for."""
    site = request.app.state.site
    assert isinstance(site, Site)
    return site
