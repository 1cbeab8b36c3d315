"""Sitemaps to entries: urlset, news sitemap, sitemap index, plain text, each also gzipped.

`lastmod` is no publication date (a template change moves it): it orders the children of an
index and is kept as `modified`.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from lxml import etree

from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.dates import parse_date
from monitor.pipeline.decode import decode
from monitor.pipeline.feed_entry import EntryMaker
from monitor.pipeline.inflate import inflated
from monitor.pipeline.plain_text import one_line
from monitor.pipeline.xml_document import XmlDocument, read_document

_ITEMS = ("url", "sitemap")
_OLDEST = datetime.min.replace(tzinfo=UTC)


def parse_sitemap(
    body: bytes, *, url: str, content_type: str = "", zone: ZoneInfo
) -> Announced | Failure:
    """What the sitemap at `url` announces; the children of an index are `more`, newest first.

    Failures: "http.empty", "parse.not_sitemap", "parse.bomb".
    """
    unpacked = inflated(body)
    if unpacked is None:
        return Failure("parse.bomb", "The sitemap is larger than 50 MB unpacked.", Fate.RETRY)
    decoded = decode(unpacked, content_type=content_type, kind="xml")
    text = decoded.text.strip()
    if not text:
        return Failure("http.empty", "The answer has no body; expected a sitemap.", Fate.RETRY)
    maker = EntryMaker(url, zone)
    if text.startswith(("http://", "https://")):
        return _plain(text, maker, decoded.warnings)
    document = read_document(text, _ITEMS)
    if isinstance(document, Failure):
        return document
    if document is None or document.root not in ("urlset", "sitemapindex"):
        return _not_sitemap(text, document)
    # A gzip file that was cut is no whole document either, whatever its last tag.
    root = _parse(document.text)
    warnings = [*decoded.warnings, *document.warnings]
    children: dict[str, datetime | None] = {}
    entries: tuple[Entry, ...] = ()
    if document.root == "sitemapindex":
        children = _children(root, maker)
    else:
        made = (_entry(element, maker) for element in _elements(root, "url"))
        entries = tuple(entry for entry in made if entry is not None)
    return Announced(
        entries,
        complete=document.complete,
        more=tuple(children),
        more_modified=tuple(children.values()),
        warnings=tuple(dict.fromkeys((*warnings, *maker.warnings))),
    )


def _parse(text: str) -> etree._Element | None:
    """What is not well-formed is read as far as it goes; nothing outside is ever fetched."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False, recover=True
    )
    root: etree._Element | None = etree.fromstring(text.encode("utf-8"), parser)
    return root


def _not_sitemap(text: str, document: XmlDocument | None) -> Failure:
    if document is not None and document.root in ("rss", "feed", "rdf"):
        detail = 'Expected a sitemap, found a feed: its channel needs kind = "feed".'
    else:
        detail = f'Expected a sitemap, found "{one_line(text[:80])}".'
    return Failure("parse.not_sitemap", detail, Fate.RETRY)


def _plain(text: str, maker: EntryMaker, warnings: tuple[str, ...]) -> Announced:
    made = (maker.make(line) for line in dict.fromkeys(text.splitlines()) if line.strip())
    entries = tuple(entry for entry in made if entry is not None and entry.url)
    return Announced(entries, warnings=(*warnings, *maker.warnings))


def _elements(root: etree._Element | None, name: str) -> Iterator[etree._Element]:
    """The elements of this local name, whatever namespace (or none) the site declares."""
    return iter(()) if root is None else root.iterfind(f".//{{*}}{name}")


def _text(element: etree._Element, path: str) -> str:
    found = element.find("/".join(f"{{*}}{name}" for name in path.split("/")))
    return "" if found is None else "".join(str(part) for part in found.itertext()).strip()


def _entry(element: etree._Element, maker: EntryMaker) -> Entry | None:
    location = _text(element, "loc")
    if not location:
        return None
    entry = maker.make(
        location,
        title=_text(element, "news/title"),
        date=_text(element, "news/publication_date") or None,
        language=_text(element, "news/publication/language"),
        modified=_text(element, "lastmod") or None,
    )
    return entry if entry is not None and entry.url else None


def _children(root: etree._Element | None, maker: EntryMaker) -> dict[str, datetime | None]:
    """The addresses of the children and when each last changed, newest first."""
    dated: list[tuple[datetime | None, str]] = []
    for element in _elements(root, "sitemap"):
        entry = maker.make(_text(element, "loc"))
        if entry is not None and entry.url:
            dated.append((parse_date(_text(element, "lastmod"), maker.zone), entry.url))
    dated.sort(key=lambda pair: pair[0] or _OLDEST, reverse=True)
    children: dict[str, datetime | None] = {}
    for changed, address in dated:
        children.setdefault(address, changed)
    return children
