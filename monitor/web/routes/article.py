"""One article: its text, where it comes from, why it belongs to its topics, its copies."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.web.evidence import judged, named
from monitor.web.items import headline
from monitor.web.pages import page, view_of
from monitor.web.problems import problem
from monitor.web.site import LONGEST_ID, site_of
from storage.repositories import articles


def article(request: Request) -> Response:
    """The page of an article; ids are strings of digits."""
    written = request.path_params["id"]
    if not written.isascii() or not written.isdigit() or len(written) > LONGEST_ID:
        return problem(request, 404, "no_article", "no_page_help")
    with site_of(request).database.read() as connection:
        archived = articles.get(connection, int(written))
        if archived is None:
            return problem(request, 404, "no_article", "no_page_help")
        versions = articles.versions_of(connection, archived.id)
        copies = articles.same_text_elsewhere(connection, archived)
    title = headline(archived.article)
    return page(
        view_of(request),
        "article.html",
        {
            "archived": archived,
            "article": archived.article,
            "headline": title,
            "judged": judged(archived.article, title, archived.matches),
            "versions": versions,
            "copies": copies,
            "named": named(archived, site_of(request).catalog, view_of(request).language),
        },
    )


ROUTES = (Route("/articles/{id}", article),)
