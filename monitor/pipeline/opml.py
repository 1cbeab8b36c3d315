"""OPML: lists of feeds, as readers exchange them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lxml import etree

from monitor.errors import UsageError

MOST_BYTES = 10 * 1024 * 1024
_DEEPEST = 20
_LONGEST = 200
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `page` is the site's address, or ""; `groups` are the titles above it."""

    title: str
    feed: str
    page: str = ""
    language: str = ""
    groups: tuple[str, ...] = ()


def parse_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order. UsageError for what is no OPML, is broken, too large, or
    carries a document type, which no list of feeds needs and attacks do."""
    if len(body) > MOST_BYTES:
        raise UsageError("larger than 10 MB; expected a list of feeds")
    if any("<!DOCTYPE".encode(charset) in body for charset in ("ascii", "utf-16-le", "utf-16-be")):
        raise UsageError("expected no document type (DTD) in a list of feeds")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UsageError(f"expected well-formed XML: {error}") from error
    if root.getroottree().docinfo.doctype:
        raise UsageError("expected no document type (DTD) in a list of feeds")
    if str(root.tag).lower() != "opml":
        raise UsageError(f"expected <opml> as the root, found <{root.tag!s}>")
    body_element = root.find("body")
    if body_element is None:
        raise UsageError("expected a <body> with outlines")
    return tuple(_outlines(body_element, ()))


def opml_document(title: str, outlines: Iterable[Outline]) -> bytes:
    """A list in OPML 2.0."""
    root = etree.Element("opml", version="2.0")
    etree.SubElement(etree.SubElement(root, "head"), "title").text = _clean(title)
    body = etree.SubElement(root, "body")
    for outline in outlines:
        attributes = {
            "type": "rss",
            "text": outline.title,
            "title": outline.title,
            "xmlUrl": outline.feed,
            "htmlUrl": outline.page,
            "language": outline.language,
        }
        given = {name: _clean(value) for name, value in attributes.items() if value}
        etree.SubElement(body, "outline", given)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _outlines(element: etree._Element, groups: tuple[str, ...]) -> Iterator[Outline]:
    for child in element.iterchildren("outline"):
        given = {str(name).lower(): str(value).strip() for name, value in child.attrib.items()}
        title = (given.get("title") or given.get("text") or "")[:_LONGEST]
        if feed := given.get("xmlurl"):
            yield Outline(title, feed, given.get("htmlurl", ""), given.get("language", ""), groups)
        if len(groups) < _DEEPEST:
            yield from _outlines(child, (*groups, title) if title else groups)


def _clean(text: str) -> str:
    """What XML can carry of a text."""
    return _UNFIT.sub("", text)
