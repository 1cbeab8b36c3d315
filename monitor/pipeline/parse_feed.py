"""RSS, Atom, RDF and JSON Feed to entries.

feedparser opens files and addresses when a body looks like one, and guesses charsets wrong: it is
given a stream of UTF-8 here and nowhere else. Its sanitiser is quadratic (36 s for 50 KB of
style) and stays off; nothing of a feed reaches a browser unescaped.
"""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import feedparser

from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.decode import decode
from monitor.pipeline.feed_entry import EntryMaker, language_code
from monitor.pipeline.feed_hints import feed_hints
from monitor.pipeline.inflate import inflated
from monitor.pipeline.json_feed import parse_json_feed
from monitor.pipeline.mend_feed import mended, well_formed
from monitor.pipeline.plain_text import one_line
from monitor.pipeline.websub import links_of_document
from monitor.pipeline.xml_document import XmlDocument, read_document

_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_ITEMS = ("item", "entry")
_TITLE = re.compile(r"<title[^<>]*>([^<]{1,200})", re.I)
# feedparser looks for mail addresses in these: it takes 10 s for 32 KB without one, and cuts
# "desk@news.example" in half. It is shown no long ones, and another sign instead of "@".
_AUTHOR = re.compile(
    r"(<(?:[\w.-]+:)?(?:author|creator|name|email|managingEditor|webMaster|publisher|contributor"
    r"|owner)(?:\s[^<>]*)?>)"
    r"(?:(\s*<!\[CDATA\[)((?:(?!\]\]>|<!\[CDATA\[).)*)|([^<]*))",
    re.S,
)
_AT = "\uff20"
_LONGEST_AUTHOR = 1000
_FIRST = re.compile(r"<(item|entry)[\s>]", re.I)
_NO_FEED = re.compile(r"<(?:html|head|body|div|(?:\w+:)?(?:urlset|sitemapindex))[\s>]", re.I)
_END = re.compile(r"</(?:rss|feed|channel|rdf:RDF)\s*>", re.I)
_TAIL = 500


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
        rooted = _rooted(text)
        again = rooted and read_document(rooted, _ITEMS)
        if not isinstance(again, XmlDocument):
            return _not_feed(text, document)
        document = replace(again, warnings=("parse.bozo", *again.warnings))
    sound = well_formed(document.text)
    parsed = _feedparser(document.text if sound else mended(document.text))
    maker = EntryMaker(url, zone, language_code(parsed["feed"].get("language")))
    entries = _entries(parsed, maker)
    bozo = () if sound and not parsed["bozo"] else ("parse.bozo",)
    if bozo and not entries and re.search(r"<(?:\w+:)?(?:item|entry)[\s>]", document.text):
        detail = "The feed is not well-formed, and none of its entries can be read."
        return Failure("parse.malformed", detail, Fate.RETRY)
    warnings = (*decoded.warnings, *document.warnings, *bozo, *maker.warnings)
    return Announced(
        entries=entries,
        complete=document.complete,
        warnings=tuple(dict.fromkeys(warnings)),
        hints=feed_hints(document.text),
        links=links_of_document(document.text, url),
    )


def _feedparser(text: str) -> Any:
    """The one call of feedparser: a stream of UTF-8, so that it opens and guesses nothing."""
    text = _AUTHOR.sub(_harmless_author, text)
    stream = io.BytesIO(f'<?xml version="1.0" encoding="utf-8"?>\n{text}'.encode())
    return feedparser.parse(
        stream,
        sanitize_html=False,
        resolve_relative_uris=False,
        response_headers={"content-type": "application/xml; charset=utf-8"},
    )


def _harmless_author(found: re.Match[str]) -> str:
    value = found[3] or found[4] or ""
    short = value.replace("@", _AT) if len(value) <= _LONGEST_AUTHOR else ""
    return f"{found[1]}{found[2] or ''}{short}"


def _rooted(text: str) -> str | None:
    """The entries of a document whose root cannot be read, under a root; None where it has none
    or is something else."""
    first = _FIRST.search(text)
    if first is None or _NO_FEED.search(text[: first.start()]):
        return None
    name = "feed" if first[1].lower() == "entry" else "rss"
    end = f"</{name}>" if _END.search(text[-_TAIL:]) else ""
    return f"<{name}>{text[first.start() :]}{end}"


def _not_feed(text: str, document: XmlDocument | None) -> Failure:
    if document is not None and document.root in ("urlset", "sitemapindex"):
        detail = 'Expected a feed, found a sitemap: its channel needs kind = "sitemap".'
    elif found := _TITLE.search(text[:20_000]):
        detail = f'Expected a feed, found a page titled "{one_line(found[1])}".'
    else:
        detail = f'Expected a feed, found "{one_line(text[:80])}".'
    return Failure("parse.not_feed", detail, Fate.RETRY)


def _entries(parsed: Any, maker: EntryMaker) -> tuple[Entry, ...]:
    atom = str(parsed["version"]).startswith("atom")
    # In Atom, the feed's authors are those of its entries that name none; in RSS, its editor.
    inherited = _authors(parsed["feed"]) if atom else ()
    made = (_entry(one, maker, atom, inherited) for one in parsed["entries"])
    return tuple(entry for entry in made if entry is not None)


def _entry(raw: Any, maker: EntryMaker, atom: bool, inherited: tuple[str, ...]) -> Entry | None:
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
        text=text,
        date=_date(raw),
        authors=_authors(raw) or (atom and _authors(raw.get("source") or {})) or inherited,
        language=raw.get("language") or detail.get("language"),
        modified=_modified(raw),
    )


def _link(raw: Any) -> str:
    """The page of the entry: the publisher's own address behind a proxy's, the link that
    feedparser settled on (the last page of several), another alternate, or a permanent guid that
    is an address; a guid such as "12345" is none."""
    if original := raw.get("feedburner_origlink"):
        return str(original)
    link = str(raw.get("link") or "").strip()
    if raw.get("guidislink"):
        return link if link.lower().startswith(("http://", "https://", "/")) else ""
    if link:
        return link
    for one in raw.get("links", []):
        if one.get("rel") == "alternate" and one.get("href"):
            return str(one["href"])
    return ""


def _date(raw: Any) -> str | None:
    for key in ("published", "updated", "created"):
        # dict's own get: feedparser's answers "updated" with "published", and warns of it.
        if value := dict.get(raw, key):
            return str(value)
    return None


def _modified(raw: Any) -> str | None:
    """When the entry was last changed, where that is said beside its date."""
    updated = dict.get(raw, "updated")
    return str(updated) if updated and dict.get(raw, "published") else None


def _authors(raw: Any) -> tuple[str, ...]:
    listed = [one.get("name") for one in raw.get("authors", [])]
    named = tuple(str(name) for name in listed if name) or (str(raw.get("author") or ""),)
    return tuple(name.replace(_AT, "@") for name in named if name)
