"""JSON Feed (jsonfeed.org, versions 1 and 1.1) to entries."""

from __future__ import annotations

import json
from typing import Any
from zoneinfo import ZoneInfo

from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.feed_entry import EntryMaker, language_code
from monitor.pipeline.websub import links_of_json


def parse_json_feed(
    text: str, *, url: str, zone: ZoneInfo, warnings: tuple[str, ...] = ()
) -> Announced | Failure:
    """What a JSON Feed announces; `warnings` are those of its decoding."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        detail = "Expected a JSON Feed, found JSON that breaks off or is not well-formed."
        return Failure("parse.malformed", detail, Fate.RETRY)
    items = feed.get("items") if isinstance(feed, dict) else None
    if not isinstance(items, list):
        detail = 'Expected a JSON Feed, found JSON without a list of "items".'
        return Failure("parse.not_feed", detail, Fate.RETRY)
    maker = EntryMaker(url, zone, language_code(_text(feed, "language")))
    inherited = _authors(feed)
    made = (_entry(item, maker, inherited) for item in items if isinstance(item, dict))
    entries = tuple(entry for entry in made if entry is not None)
    return Announced(
        entries,
        warnings=tuple(dict.fromkeys((*warnings, *maker.warnings))),
        links=links_of_json(feed, url),
    )


def _entry(item: dict[str, Any], maker: EntryMaker, inherited: tuple[str, ...]) -> Entry | None:
    guid = _text(item, "id")
    link = _text(item, "url") or _text(item, "external_url")
    if not link and guid.lower().startswith(("http://", "https://")):
        link = guid
    text = _text(item, "content_html") or _escaped(_text(item, "content_text"))
    return maker.make(
        link,
        guid=guid or None,
        title=_text(item, "title"),
        title_markup=False,
        summary=_escaped(_text(item, "summary")) or text[:20_000],
        text=text,
        date=_text(item, "date_published") or _text(item, "date_modified") or None,
        authors=_authors(item) or inherited,
        language=_text(item, "language"),
    )


def _authors(item: dict[str, Any]) -> tuple[str, ...]:
    listed = item.get("authors")
    people = listed if isinstance(listed, list) else [item.get("author")]
    names = (_text(one, "name") for one in people if isinstance(one, dict))
    return tuple(name for name in names if name)


def _text(item: dict[str, Any], key: str) -> str:
    value = item.get(key)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    # JSON may escape lone surrogates, which neither a database nor UTF-8 takes.
    return str(value).replace("\0", "").encode("utf-8", "ignore").decode("utf-8")


def _escaped(plain: str) -> str:
    return plain.replace("&", "&amp;").replace("<", "&lt;")
