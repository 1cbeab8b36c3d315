"""RSS, Atom, RDF and JSON Feed to entries.

feedparser opens files and addresses when a body looks like one, and guesses charsets wrong: it is
given a stream of UTF-8 here and nowhere else. Its sanitiser is quadratic (36 s for 50 KB of
style) and stays off; nothing of a feed reaches a browser unescaped.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.decode import decode
from monitor.pipeline.feed_entry import EntryMaker, language_code
from monitor.pipeline.inflate import inflated
from monitor.pipeline.json_feed import parse_json_feed
from monitor.pipeline.mend_feed import mended, well_formed
from monitor.pipeline.plain_text import one_line
from monitor.pipeline.xml_document import XmlDocument, read_document

_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_ITEMS = ("item", "entry")
_TITLE = re.compile(r"<title[^<>]*>([^<]{1,200})", re.I)
# feedparser's search for a mail address in these takes 10 s for 32 KB without one.
_LONG_AUTHOR = re.compile(
    r"(<((?:[\w.-]+:)?(?:author|creator|name|email|managingEditor|webMaster|publisher|contributor"
    r"|owner))\b[^<>]*>)(?:\s*<!\[CDATA\[(?:(?!\]\]>|<!\[CDATA\[).){1000,}\]\]>|[^<]{1000,})(?=\s*</\2)",
    re.S,
)
_LONGEST_TTL = timedelta(days=7)


def parse_feed(
    body: bytes, *, url: str, content_type: str = "", zone: ZoneInfo
) -> Announced | Failure:
    """What the feed at `url` announces, in its order.

    `zone` reads dates that carry none. Failures: "http.empty", "parse.not_feed" (a login page, a
    sitemap), "parse.bomb", "parse.malformed" (nothing could be read of what has entries).
    """
    unpacked = inflated(body)
    if unpacked is None:
        return Failure("parse.bomb", "The feed is larger than 50 MB once unpacked.", Fate.RETRY)
    decoded = decode(unpacked, content_type=content_type, kind="xml")
    text = decoded.text.strip()
    if not text:
        return Failure("http.empty", "The answer has no body; expected a feed.", Fate.RETRY)
    if text.startswith(("{", "[")):
        return parse_json_feed(text, url=url, zone=zone, warnings=decoded.warnings)
    document = read_document(text, _ITEMS)
    if isinstance(document, Failure):
        return document
    if document is None or document.root not in _ROOTS:
        return _not_feed(text, document)
    sound = well_formed(document.text)
    parsed = _feedparser(document.text if sound else mended(document.text))
    maker = EntryMaker(url, zone, language_code(parsed["feed"].get("language")))
    atom = str(parsed["version"]).startswith("atom")
    entries = _entries(parsed["entries"], maker, atom)
    bozo = () if sound and not parsed["bozo"] else ("parse.bozo",)
    if bozo and not entries and re.search(r"<(?:\w+:)?(?:item|entry)[\s>]", document.text):
        detail = "The feed is not well-formed, and none of its entries can be read."
        return Failure("parse.malformed", detail, Fate.RETRY)
    warnings = (*decoded.warnings, *document.warnings, *bozo, *maker.warnings)
    return Announced(
        entries=entries,
        complete=document.complete,
        warnings=tuple(dict.fromkeys(warnings)),
        ttl=_ttl(parsed["feed"].get("ttl")),
    )


def _feedparser(text: str) -> Any:
    """The one call of feedparser: a stream of UTF-8, so that it opens and guesses nothing."""
    text = _LONG_AUTHOR.sub(r"\1", text)
    stream = io.BytesIO(f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode())
    return feedparser.parse(
        stream,
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )


def _not_feed(text: str, document: XmlDocument | None) -> Failure:
    if document is not None and document.root in ("urlset", "sitemapindex"):
        detail = 'Expected a feed, found a sitemap: its channel needs kind = "sitemap".'
    elif found := _TITLE.search(text[:20_000]):
        detail = f'Expected a feed, found a page titled "{one_line(found[1])}".'
    else:
        detail = f'Expected a feed, found "{one_line(text[:80])}".'
    return Failure("parse.not_feed", detail, Fate.RETRY)


def _entries(raw: Iterable[Any], maker: EntryMaker, atom: bool) -> tuple[Entry, ...]:
    made = (_entry(one, maker, atom) for one in raw)
    return tuple(entry for entry in made if entry is not None)


def _entry(raw: Any, maker: EntryMaker, atom: bool) -> Entry | None:
    detail = raw.get("title_detail") or {}
    plain = atom and detail.get("type") == "text/plain"
    text = max((part.get("value") or "" for part in raw.get("content", [])), key=len, default="")
    summary = raw.get("summary") or ""
    return maker.make(
        _link(raw),
        guid=raw.get("id"),
        title=raw.get("title") or "",
        title_markup=not plain,
        summary=summary or text[:20_000],
        text=text if text != summary or atom else "",
        date=_date(raw),
        authors=_authors(raw),
        language=raw.get("language") or detail.get("language"),
    )


def _link(raw: Any) -> str:
    """The page of the entry: the publisher's own address behind a proxy's, the first alternate,
    or a permanent guid that is an address."""
    if original := raw.get("feedburner_origlink"):
        return str(original)
    for wanted in ("text/html", "application/xhtml+xml", ""):
        for one in raw.get("links", []):
            kind = one.get("type") or ""
            if one.get("rel") == "alternate" and one.get("href") and kind.startswith(wanted):
                return str(one["href"])
    guid = str(raw.get("id") or "").strip()
    if guid.lower().startswith(("http://", "https://")) and raw.get("guidislink"):
        return guid
    return ""


def _date(raw: Any) -> str | None:
    for key in ("published", "updated", "created"):
        # Asked by `in` first: feedparser answers "updated" with "published", and warns of it.
        value = raw[key] if key in raw else None
        if value:
            return str(value)
    return None


def _authors(raw: Any) -> tuple[str, ...]:
    listed = [one.get("name") for one in raw.get("authors", [])]
    named = tuple(str(name) for name in listed if name)
    return named or ((str(raw["author"]),) if raw.get("author") else ())


def _ttl(value: Any) -> timedelta | None:
    """Minutes, as RSS writes them."""
    text = str(value or "").strip()
    if not re.fullmatch(r"[0-9]{1,6}", text) or int(text) == 0:
        return None
    return min(timedelta(minutes=int(text)), _LONGEST_TTL)
