"""An XML document made ready for a parser: prolog read and removed, entities settled, end checked.

No parser sees a DOCTYPE: external entities are nothing, short internal ones their text, and those
that contain others are refused, whatever the parser would do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape, unescape
from html.entities import html5

from monitor.model import Failure, Fate

_PROLOG = re.compile(r"\s*(?:<\?.*?\?>|<!--.*?-->)", re.S)
_DOCTYPE = re.compile(
    r"\s*<!DOCTYPE(?:[^\[>\"']|\"[^\"]*\"|'[^']*')*"
    r"(?:\[(?P<subset>(?:[^\]\"'<]|\"[^\"]*\"|'[^']*'|<!--.*?-->|<)*)\]\s*)?>",
    re.I | re.S,
)
_ENTITY = re.compile(
    r"<!ENTITY\s+(?:(?P<parameter>%)\s+)?(?P<name>[\w.:-]+)\s+"
    r"(?:(?P<external>SYSTEM|PUBLIC)|\"(?P<double>[^\"]*)\"|'(?P<single>[^']*)')",
    re.I,
)
_REFERENCE = re.compile(r"&([\w.:-]+);")
_ROOT = re.compile(r"\s*<((?:[\w.-]+:)?([\w.-]+))(?=[\s/>])", re.A)
# PHP notices and the like stand before the document, within the first screens.
_LATE_ROOT = re.compile(
    r"<\?xml\s|<(?:rss|feed|rdf:RDF|(?:\w+:)?urlset|(?:\w+:)?sitemapindex)[\s>]", re.I
)
_JUNK_WITHIN = 4096

_CDATA = re.compile(r"(<!\[CDATA\[.*?(?:\]\]>|\Z))", re.S)
_UNSETTLED = re.compile(
    r"&(?!(?:amp|lt|gt|quot|apos);)(?:#([0-9]{1,8})|#[xX]([0-9a-fA-F]{1,7})|([\w.:-]{1,40}))?(;?)"
)
# What declared entities may add to a document, in characters.
_LARGEST_EXPANSION = 100_000


@dataclass(frozen=True, slots=True)
class XmlDocument:
    """`text` begins with the root element and ends with it. `root` is its local name, lower case.

    Where the document broke off (`complete` is False) it was cut after its last whole item and
    closed. `warnings` are "parse.bozo" (repaired) and "sec.doctype" (an external entity).
    """

    text: str
    root: str
    complete: bool
    warnings: tuple[str, ...] = ()


def read_document(text: str, items: tuple[str, ...]) -> XmlDocument | Failure | None:
    """None when the text is no XML; `items` are the names of the elements that repeat."""
    warnings: list[str] = []
    text = text.strip()
    if not text.startswith("<") or text[:200].lower().startswith(("<br", "<b>")):
        found = _LATE_ROOT.search(text[:_JUNK_WITHIN])
        if found is None:
            return None
        text, warnings = text[found.start() :], ["parse.bozo"]
    start, entities = _read_prolog(text)
    if isinstance(entities, Failure):
        return entities
    root = _ROOT.match(text, start)
    if root is None:
        return None
    if any(value is None for value in entities.values()):
        warnings.append("sec.doctype")
    text, complete = _closed(text[start:].lstrip(), root[1], items)
    settled = _settled(text, entities)
    if settled is None:
        return _bomb("its entities expand to more than 100,000 characters")
    text, repaired = settled
    if repaired:
        warnings.append("parse.bozo")
    return XmlDocument(text, root[2].lower(), complete, tuple(dict.fromkeys(warnings)))


def _bomb(why: str) -> Failure:
    return Failure("parse.bomb", f"The document is refused: {why}.", Fate.RETRY)


def _read_prolog(text: str) -> tuple[int, dict[str, str | None] | Failure]:
    """Where the root element starts, and the declared entities; None stands for an external one."""
    start, entities = 0, dict[str, str | None]()
    while True:
        if found := _PROLOG.match(text, start):
            start = found.end()
        elif found := _DOCTYPE.match(text, start):
            start = found.end()
            for entity in _ENTITY.finditer(found["subset"] or ""):
                value = entity["double"] if entity["double"] is not None else entity["single"]
                if entity["parameter"] or entity["external"]:
                    value = None
                entities.setdefault(entity["name"], value)
        else:
            break
    for value in entities.values():
        if value and any(name in entities for name in _REFERENCE.findall(value)):
            return start, _bomb("it declares entities made of entities")
    return start, entities


def _closed(text: str, root: str, items: tuple[str, ...]) -> tuple[str, bool]:
    """Cut after the root element's end, or after the last whole item where there is none."""
    ends = [found.end() for found in re.finditer(rf"</{re.escape(root)}\s*>", text)]
    # With an end it is not empty: an attribute without quotes may end with the slash of a URL.
    if not ends and re.match(rf"<{re.escape(root)}(?:\s[^<>]*)?/>", text):
        return text[: text.index(">") + 1], True
    names = "|".join(items)
    opened = [found.start() for found in re.finditer(rf"<(?:\w+:)?(?:{names})[\s>]", text)]
    if ends and (not opened or ends[-1] > opened[-1]):
        return text[: ends[-1]], True
    whole = [found.end() for found in re.finditer(rf"</(?:\w+:)?(?:{names})\s*>", text)]
    cut = whole[-1] if whole else opened[0] if opened else text.find(">") + 1
    text = text[:cut]
    channel = "</channel>" if "<channel" in text and "</channel" not in text else ""
    return f"{text}{channel}</{root}>", False


def _settled(text: str, entities: dict[str, str | None]) -> tuple[str, bool] | None:
    """Resolve what XML alone does not know (&eacute;, a bare &), outside CDATA."""
    added, repaired = 0, False

    def settle(found: re.Match[str]) -> str:
        nonlocal added, repaired
        decimal, hexadecimal, name, end = found.groups()
        if (decimal or hexadecimal) and end:
            code = int(decimal) if decimal else int(hexadecimal, 16)
            return found[0] if _is_xml_char(code) else ""
        if name in entities and end:
            value = entities[name] or ""
            added += len(value)
            return "" if "<" in value else escape(unescape(value))
        if end and (value := html5.get(f"{name};", "")):
            return "".join(f"&#{ord(char)};" for char in value)
        repaired = True
        return f"&amp;{found[0][1:]}"

    parts = _CDATA.split(text) if "<![CDATA[" in text else [text]
    for place in range(0, len(parts), 2):
        if "&" in parts[place]:
            parts[place] = _UNSETTLED.sub(settle, parts[place])
    return None if added > _LARGEST_EXPANSION else ("".join(parts), repaired)


def _is_xml_char(code: int) -> bool:
    return (
        code in (0x9, 0xA, 0xD)
        or 0x20 <= code <= 0xD7FF
        or (0xE000 <= code <= 0xFFFD)
        or 0x10000 <= code <= 0x10FFFF
    )
