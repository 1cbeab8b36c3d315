"""An HTML page of links to entries, read with the CSS selectors of its channel."""

from __future__ import annotations

from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from selectolax.lexbor import LexborHTMLParser, LexborNode

from config.source import Channel
from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.dates import parse_date
from monitor.pipeline.decode import decode
from monitor.pipeline.feed_entry import EntryMaker, language_code
from monitor.pipeline.plain_text import one_line, plain_text


def parse_listing(
    body: bytes, *, url: str, channel: Channel, content_type: str = "", zone: ZoneInfo
) -> Announced | Failure:
    """What the listing at `url` announces, in the order of the page, each address once.

    Failures: "http.empty", "parse.no_items" (the page was rebuilt, or is another one),
    "parse.no_links" (items, and a link in none of them). `channel` has valid selectors.
    """
    decoded = decode(body, content_type=content_type, kind="html")
    if not decoded.text.strip():
        return Failure("http.empty", "The answer has no body; expected a page.", Fate.RETRY)
    tree = LexborHTMLParser(decoded.text)
    items = tree.css(channel.item or "a[href]")
    if not items:
        title = _text(tree.css_first("title"))[:100]
        detail = f'No element matches item = "{channel.item}" on the page titled "{title}".'
        return Failure("parse.no_items", detail, Fate.RETRY)
    maker = EntryMaker(_base(tree, url), zone, channel.language or _language(tree))
    entries = _entries([_read(item, channel, zone) for item in items], maker)
    if not entries:
        wanted = f'link = "{channel.link}"' if channel.link else '"a[href]"'
        detail = f"{len(items)} items match, and none has an address at {wanted}."
        return Failure("parse.no_links", detail, Fate.RETRY)
    end = decoded.text[-4096:].lower()
    whole = "<html" not in decoded.text[:4096].lower() or "</html" in end or "</body" in end
    warnings = tuple(dict.fromkeys((*decoded.warnings, *maker.warnings)))
    return Announced(entries, complete=whole, warnings=warnings)


_Raw = tuple[str, str, str, str]  # link, title, date, summary


def _read(item: LexborNode, channel: Channel, zone: ZoneInfo) -> _Raw:
    link = _link_node(item, channel.link)
    address = (link.attributes.get("href") or "") if link is not None else ""
    title = _text(item.css_first(channel.title)) if channel.title else ""
    if not title and link is not None:
        title = _text(link) or one_line(link.attributes.get("title") or "")
    date = _date(item.css_first(channel.date), zone) if channel.date else ""
    summary = _text(item.css_first(channel.summary)) if channel.summary else ""
    return address, title, date, summary


def _entries(raw: list[_Raw], maker: EntryMaker) -> tuple[Entry, ...]:
    """Items without an address are left out: a listing has nothing else to know them by."""
    kept: dict[str, Entry] = {}
    for link, title, date, summary in raw:
        if not link.strip() or link.strip().startswith("#"):
            continue
        entry = maker.make(
            link, title=title, title_markup=False, summary_text=summary, date=date or None
        )
        if entry is not None and entry.url:
            kept.setdefault(entry.url, entry)
    return tuple(kept.values())


def _link_node(item: LexborNode, selector: str | None) -> LexborNode | None:
    """The element with the address: the selected one, one within it, or one around it."""
    node = item if selector is None else item.css_first(selector)
    if node is None:
        return None
    if node.attributes.get("href"):
        return node
    inner = node.css_first("a[href]")
    if inner is not None:
        return inner
    outer = node.parent
    while outer is not None and outer.tag not in ("body", "html"):
        if outer.tag == "a" and outer.attributes.get("href"):
            return outer
        outer = outer.parent
    return None


def _date(node: LexborNode | None, zone: ZoneInfo) -> str:
    """What the element says for machines, where that is a date; else what it shows."""
    if node is None:
        return ""
    for one in (node, node.css_first("[datetime]")):
        attributes = one.attributes if one is not None else {}
        written = attributes.get("datetime") or attributes.get("content")
        if written and parse_date(written, zone):
            return written
    return _text(node)


def _text(node: LexborNode | None) -> str:
    return one_line(plain_text(node.html or "")) if node is not None else ""


def _base(tree: LexborHTMLParser, url: str) -> str:
    node = tree.css_first("base[href]")
    href = (node.attributes.get("href") or "") if node is not None else ""
    try:
        return urljoin(url, href.strip())
    except ValueError:
        return url


def _language(tree: LexborHTMLParser) -> str | None:
    node = tree.css_first("html")
    return language_code(node.attributes.get("lang")) if node is not None else None
