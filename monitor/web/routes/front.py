"""The first page: search, its results, the latest articles and the state of the sources."""

from __future__ import annotations

import hashlib

from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from monitor.model import ArchivedArticle
from monitor.web.items import Item, found_item, latest_item
from monitor.web.latest import Latest
from monitor.web.pages import View, fill, page, page_headers, view_of
from monitor.web.parameters import Choices, Reading, Wrong, read_asked, read_search
from monitor.web.source_states import SourceState, read_states
from storage.repositories import articles
from storage.search.query import MAX_LIMIT


def front(request: Request) -> Response:
    """Results when the address asks for any; the latest articles when it does not."""
    view = view_of(request)
    latest = view.site.latest.read()
    sources = {*view.site.catalog.sources, *latest.by_source}
    asked = read_asked(request.query_params)
    reading = read_search(asked, Choices(view.site.catalog.topics, sources))
    wrong = (*reading.wrong, *_wrong_language(request))
    form = {"asked": asked, "wrong": wrong, "latest": latest, "source_ids": sorted(sources)}
    if wrong:
        return page(view, "front.html", {**form, "live": None}, 400)
    if asked.is_search:
        return page(view, "results.html", {**form, **_results(view, reading)})
    body = _latest(view, latest)
    return page(view, "front.html", {**form, "live": Markup(body), "live_tag": _tag(body)})


def latest_fragment(request: Request) -> Response:
    """The part of the first page that changes by itself; 304 for who has it already."""
    view = view_of(request)
    body = _latest(view, view.site.latest.read())
    headers = page_headers(view) | {"ETag": _tag(body)}
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return HTMLResponse(body, headers=headers)


def _latest(view: View, latest: Latest) -> str:
    catalog = view.site.catalog
    watched = [source for source in catalog.sources.values() if source.enabled]
    with view.site.database.read() as connection:
        states = read_states(connection, watched, latest.by_source, view.now)
    shown = [group for group in latest.groups if group.topic in (None, *catalog.topics)]
    with_articles = {group.topic for group in shown}
    return fill(
        view,
        "_latest.html",
        {
            "latest": latest,
            "groups": [(group, _items(view, group.newest)) for group in shown],
            "without": [each for each in view.topics_by_name if each[0] not in with_articles],
            "states": states,
            "switched_off": [each for each in catalog.sources.values() if not each.enabled],
            "last_read": max((each.last_read for each in states if each.last_read), default=None),
            "at_work": _at_work(states),
            "troubled": sum(state.word == "failing" for state in states),
        },
    )


def _at_work(states: list[SourceState]) -> bool:
    return any(state.word == "reading" or state.waiting for state in states)


def _items(view: View, newest: tuple[ArchivedArticle, ...]) -> list[Item]:
    return [latest_item(each, view.site.catalog.sources, view.now) for each in newest]


def _results(view: View, reading: Reading) -> dict[str, object]:
    """What the page of results shows of one search."""
    level = view.site.fresh_index.catch_up()
    hits = view.site.fresh_index.index.search(reading.query)
    with view.site.database.read() as connection:
        found = articles.by_ids(connection, hits.ids)
        firsts = {each.duplicate_of for each in found if each.duplicate_of is not None}
        known = {each.id: each for each in articles.by_ids(connection, sorted(firsts))}
    sources = view.site.catalog.sources
    limit = reading.query.limit
    reachable = min(hits.total, MAX_LIMIT // limit * limit)
    return {
        "items": [
            found_item(each, sources, view.now, hits.wanted, known.get(each.duplicate_of or 0))
            for each in found
        ],
        "total": hits.total,
        "first": reading.query.offset + 1,
        "page_number": reading.page,
        "page_count": max(1, -(-reachable // limit)),
        "level": level,
    }


def _wrong_language(request: Request) -> list[Wrong]:
    asked = request.query_params.get("ui", "")
    if not asked or view_of(request).chosen is not None:
        return []
    return [Wrong("wrong_choice", "ui", asked[:80])]


def _tag(body: str) -> str:
    return f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'


ROUTES = (Route("/", front), Route("/fragments/latest", latest_fragment))
