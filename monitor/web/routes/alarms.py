"""Alarms as an Atom feed (RFC 4287): for whoever reads feeds anyway."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import quote
from xml.etree import ElementTree

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from monitor.web.pages import View, page_headers, view_of
from storage.migrations import archive_id
from storage.repositories import alarms
from storage.repositories.alarms import AlarmEvent

SHOWN = 50
_ATOM = "http://www.w3.org/2005/Atom"


def feed(request: Request) -> Response:
    """What was raised and cleared last. Addresses are relative to the feed's own: a Host header,
    which anybody can forge, has no part in it."""
    view = view_of(request)
    with view.site.database.read() as connection:
        found = alarms.latest(connection, SHOWN)
        archive = archive_id(connection)
    root = ElementTree.Element(
        "feed", {"xmlns": _ATOM, "xml:lang": view.language, "xml:base": "/alarms.xml"}
    )
    _add(root, "id", f"urn:uuid:{_uuid(archive)}")
    _add(root, "title", view.tongue.say("alarms_title"))
    updated = found[0].at if found else datetime(1970, 1, 1, tzinfo=UTC)
    _add(root, "updated", updated.isoformat())
    author = ElementTree.SubElement(root, "author")
    _add(author, "name", view.tongue.say("brand"))
    ElementTree.SubElement(root, "link", {"rel": "self", "href": view.link("/alarms.xml")})
    for event in found:
        _entry(root, view, event, archive)
    body = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return Response(body, media_type="application/atom+xml", headers=page_headers(view))


def _entry(root: ElementTree.Element, view: View, event: AlarmEvent, archive: str) -> None:
    alarm = event.alarm.alarm
    said = view.alarm(event.alarm)
    title = view.tongue.say("alarm_over", alarm=said.text) if event.cleared else said.text
    entry = ElementTree.SubElement(root, "entry")
    _add(entry, "id", f"urn:monitor:{archive}:alarm-event:{event.id}")
    _add(entry, "title", _xml_text(title))
    _add(entry, "updated", event.at.isoformat())
    address = view.link(f"/sources/{quote(alarm.source)}")
    ElementTree.SubElement(entry, "link", {"rel": "alternate", "href": address})
    ElementTree.SubElement(entry, "category", {"term": alarm.kind})
    _add(entry, "content", _xml_text(title))


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, name).text = text


def _uuid(hexadecimal: str) -> str:
    return "-".join(
        hexadecimal[start:end] for start, end in ((0, 8), (8, 12), (12, 16), (16, 20), (20, 32))
    )


def _xml_text(text: str) -> str:
    """Without the characters that XML cannot hold; publishers' words may have them."""
    return "".join(each if each.isprintable() or each == "\n" else " " for each in text)


ROUTES = (Route("/alarms.xml", feed),)
