"""Style, script and icon, under addresses that change with their content."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.web.site import site_of

_FOR_EVER = "public, max-age=31536000, immutable"


async def asset(request: Request) -> Response:
    """A file by its digest and name. After an upgrade a page that is still open may ask for the
    digest of before: it gets the file of now, which is not to be kept under that address."""
    found = site_of(request).assets.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    current = request.path_params["digest"] == found.digest
    return Response(
        found.body,
        media_type=found.content_type,
        headers={"Cache-Control": _FOR_EVER if current else "no-cache"},
    )


ROUTES = (Route("/static/{digest}/{name}", asset),)
