"""A feed that is not well-formed, made so entry by entry, so that one bad entry hides no other.

feedparser's own fallback keeps one empty entry of two when a title is not closed. Here every
entry is taken alone; one that is well-formed stays as it is, of any other the known fields are
read up to where they end or the next one begins.
"""

from __future__ import annotations

import re
from itertools import pairwise
from xml.parsers import expat

_NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
}
_PREFIX = re.compile(r"<([A-Za-z_][\w.-]*):[A-Za-z_]|\s([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*\s*=")
_START = re.compile(r"<(?:\w+:)?(item|entry)(?=[\s>])[^<>]*>")
_FIELDS = (
    "title|link|guid|id|pubDate|published|updated|issued|modified|dc:date|description|summary"
    "|content:encoded|content|author|name|dc:creator|feedburner:origLink|category"
)
_FIELD = re.compile(
    rf"<(?P<name>{_FIELDS})(?P<attributes>(?:\s[^<>]*?)?)(?:(?P<empty>/)>|>"
    rf"(?P<value>(?:<!\[CDATA\[(?:(?!<!\[CDATA\[).)*?\]\]>"
    rf"|(?!</(?P=name)|<(?:{_FIELDS})(?:\s[^<>]*)?>|</(?:item|entry)>).)*))",
    re.S,
)
_ANY_CASE = re.compile(rf"(</?)(item|entry|{_FIELDS})(?=[\s/>])", re.I)
_WRITTEN = {name.lower(): name for name in ("item", "entry", *_FIELDS.split("|"))}
_ATTRIBUTE = re.compile(
    r"\b(href|rel|isPermaLink|type)\s*=\s*(\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>=]+(?=[\s>]|\Z))", re.I
)
_ATTRIBUTES = {name.lower(): name for name in ("href", "rel", "isPermaLink", "type")}
# What has titles and links of its own: an image of an item, the feed that an entry is from.
_NESTED = re.compile(
    r"<(image|textinput|source)(?:\s[^<>]*)?(?<!/)>"
    r"(?:[^<]|<(?!/?(?:image|textinput|source|item|entry)\b))*</\1\s*>",
    re.I,
)
_CDATA = re.compile(r"\s*<!\[CDATA\[(.*)\]\]>\s*", re.S)


def well_formed(text: str) -> bool:
    """Whether an XML parser reads the document to its end, namespaces included."""
    parser = expat.ParserCreate(namespace_separator=" ")
    try:
        parser.Parse(text.encode("utf-8"), True)
    except (expat.ExpatError, ValueError):
        return False
    return True


def mended(text: str) -> str:
    """The same feed, well-formed. `text` starts with the root element; its entities are settled."""
    text = _ANY_CASE.sub(lambda tag: f"{tag[1]}{_WRITTEN[tag[2].lower()]}", text)
    head, *rest = _split(text)
    atom = bool(re.match(r"<(?:\w+:)?feed\b", text, re.I))
    opening = _opening(head, atom)
    closing = "</feed>" if atom else "</channel></rss>"
    shell = f"{opening}%s{closing}"
    entries = [one if well_formed(shell.replace("%s", one)) else _rebuilt(one) for one in rest]
    return shell.replace("%s", "".join(entries))


def _split(text: str) -> list[str]:
    """What stands before the first entry, then each entry, with its end if it has one."""
    starts = [found.start() for found in _START.finditer(text)]
    cuts = [0, *starts, len(text)]
    parts = [text[a:b] for a, b in pairwise(cuts)]
    ended = []
    for part in parts[1:]:
        ends = re.search(r"</(?:\w+:)?(?:item|entry)\s*>", part)
        ended.append(part[: ends.end()] if ends else part)
    return [parts[0], *ended]


def _opening(head: str, atom: bool) -> str:
    """A root of our own, with the prefixes that the feed uses and the language it names."""
    used = {one or two for one, two in _PREFIX.findall(head)} | set(_NAMESPACES)
    declared = dict(re.findall(r"xmlns:([\w.-]+)\s*=\s*[\"']([^\"'<&]*)[\"']", head))
    spaces = "".join(
        f' xmlns:{prefix}="{_NAMESPACES.get(prefix) or declared.get(prefix) or "urn:" + prefix}"'
        for prefix in sorted(used - {"xml", "xmlns"})
    )
    base = re.search(r"xml:base\s*=\s*(?:\"[^\"<&]*\"|'[^'<&]*')", head)
    spaces += f" {base[0]}" if base else ""
    if atom:
        language = re.search(r"xml:lang\s*=\s*[\"']([\w-]+)[\"']", head)
        lang = f' xml:lang="{language[1]}"' if language else ""
        return f'<feed xmlns="http://www.w3.org/2005/Atom"{spaces}{lang}>'
    named = re.search(r"<(language|ttl)>\s*([\w-]+)\s*</\1>", head)
    return f'<rss version="2.0"{spaces}><channel>{named[0] if named else ""}'


def _rebuilt(entry: str) -> str:
    name = "entry" if re.match(r"<(?:\w+:)?entry\b", entry) else "item"
    entry = _NESTED.sub("", entry)
    fields = "".join(_field(found) for found in _FIELD.finditer(entry, entry.index(">") + 1))
    return f"<{name}>{fields}</{name}>"


def _quoted(value: str) -> str:
    return value if value[0] in "\"'" else f'"{value}"'


def _field(found: re.Match[str]) -> str:
    pairs = _ATTRIBUTE.findall(found["attributes"])
    attributes = "".join(
        f" {key}={value.replace('xhtml', 'html') if value[1:-1] == 'xhtml' else value}"
        for key, value in {_ATTRIBUTES[name.lower()]: _quoted(said) for name, said in pairs}.items()
    )
    if found["empty"]:
        return f"<{found['name']}{attributes}/>"
    value = found["value"]
    if whole := _CDATA.fullmatch(value):
        value = whole[1]
    elif "<" not in value:
        return f"<{found['name']}{attributes}>{value.strip()}</{found['name']}>"
    safe = value.replace("<![CDATA[", "").replace("]]>", "").strip()
    return f"<{found['name']}{attributes}><![CDATA[{safe}]]></{found['name']}>"
