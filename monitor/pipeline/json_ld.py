"""JSON-LD: the node that states the article of this page."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from html import unescape
from typing import Any
from urllib.parse import urlsplit

Node = Mapping[str, Any]

# A script beyond this is a data dump; the largest of 184 news pages measured is 310 kB.
_MAX_SCRIPT = 2_000_000
_MAX_NODES = 2_000
_CONTAINERS = ("@graph", "mainEntity", "mainEntityOfPage")
_WRAPPER = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$")
# What is neither a letter nor a digit; a loop over the signs takes five times as long.
_NEITHER = re.compile(r"[\W_]+")
_ARTICLE_TYPES = {"blogposting", "liveblogposting", "report"}
_PAGE_TYPES = {"webpage", "itempage"}


def read_nodes(scripts: Iterable[str]) -> list[Node]:
    """Every node that describes the page itself, in document order.

    Lists (related articles, breadcrumbs) are not entered: what they hold is about other pages.
    A script that is not JSON, or is nested beyond Python's patience, is left out.
    """
    nodes: list[Node] = []
    for script in scripts:
        if len(script) <= _MAX_SCRIPT:
            try:
                nodes.extend(_walk(json.loads(_WRAPPER.sub("", script), strict=False)))
            except (ValueError, RecursionError):
                continue
    return nodes[:_MAX_NODES]


def _walk(value: Any) -> Iterator[Node]:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop(0)
        if isinstance(item, list):
            waiting[:0] = [(one, depth + 1) for one in item[:_MAX_NODES] if depth < 8]
        elif isinstance(item, dict):
            yield item
            inner = [(item[key], depth + 1) for key in _CONTAINERS if key in item and depth < 8]
            waiting[:0] = inner


def types_of(node: Node) -> set[str]:
    """The node's types in lower case, without a vocabulary's address."""
    return {str(name).rsplit("/", 1)[-1].lower() for name in as_list(node.get("@type"))}


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def text_of(value: Any) -> str:
    """A string as written, entities decoded once; "" for anything else."""
    for one in as_list(value):
        if isinstance(one, str):
            return unescape(one).strip()
        if isinstance(one, dict) and isinstance(one.get("@value"), str):
            return unescape(one["@value"]).strip()
    return ""


def names_of(value: Any, nodes: list[Node]) -> tuple[str, ...]:
    """The names of persons or organisations, given as strings, as nodes or as their "@id"."""
    names = []
    for one in as_list(value):
        one = resolved(one, nodes)
        names.append(text_of(one.get("name")) if isinstance(one, Mapping) else text_of(one))
    return tuple(dict.fromkeys(name for name in names if name))


def resolved(value: Any, nodes: list[Node]) -> Any:
    """The node that an "@id" alone points to; anything else as it is."""
    if isinstance(value, dict) and "name" not in value and "@id" in value:
        return next((node for node in nodes if node.get("@id") == value["@id"]), value)
    return value


def address_of(value: Any) -> str:
    """The address of an image or page, given as a string or as a node."""
    for one in as_list(value):
        found = one.get("url") or one.get("@id") if isinstance(one, dict) else one
        if isinstance(found, list):
            found = found[0] if found else None
        if isinstance(found, str) and found.strip():
            return found.strip()
    return ""


def find_article(nodes: list[Node], paths: set[str], titles: set[str]) -> Node | None:
    """The article node of this page.

    `paths` are the paths this page is known by and `titles` its known titles, comparable. A node
    that names another page and another title describes a neighbour, and is not taken.
    """
    articles = [node for node in nodes if _is_article(node)]
    for node in articles:
        if path_of(_page_of(node)) in paths:
            return node
    for node in articles:
        if comparable(text_of(node.get("headline") or node.get("name"))) in titles:
            return node
    unnamed = [node for node in articles if path_of(_page_of(node)) in ("", "/")]
    return unnamed[0] if len(unnamed) == 1 else None


def find_page(nodes: list[Node], paths: set[str]) -> Node | None:
    """The WebPage node of this page: what WordPress's plugins write a date on."""
    pages = [node for node in nodes if types_of(node) & _PAGE_TYPES]
    return next((node for node in pages if path_of(_page_of(node)) in paths), None)


def _is_article(node: Node) -> bool:
    return any(name.endswith("article") or name in _ARTICLE_TYPES for name in types_of(node))


def _page_of(node: Node) -> str:
    return address_of(node.get("mainEntityOfPage")) or address_of(node) or ""


def path_of(address: str) -> str:
    """The path that tells a page from its neighbours, whatever the host it is served from."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return (parts.path.rstrip("/") or "/") + (f"?{parts.query}" if parts.query else "")


def comparable(text: str) -> str:
    """Letters and digits only, in one case: equal for titles that differ in typography."""
    return _NEITHER.sub("", text.casefold())
