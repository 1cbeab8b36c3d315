"""What a page states about its article for machines: JSON-LD, meta elements, microdata."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin

from lxml import etree
from lxml.html import HtmlElement

from monitor.pipeline import json_ld
from monitor.pipeline.json_ld import Node, comparable, path_of

# In order of trust. "date.available" is Euronews's, with the offset that its "date.created" lacks.
_DATE_METAS = (
    "article:published_time",
    "og:article:published_time",
    "date.available",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "article:published",
    "article.published",
    "cxenseparse:recs:publishtime",
    "rnews:datepublished",
    "originalpublicationdate",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date.created",
    "date.created",
    "dc.date",
    "article:date",
    "article_date_original",
    "article.created",
    "published_time",
    "published-date",
    "published_date",
    "publication_date",
    "publication-date",
    "publicationdate",
    "pub_date",
    "cdate",
    "shareaholic:article_published_time",
    "bt:pubdate",
    "citation_publication_date",
    "citation_online_date",
    "prism.publicationdate",
    "mediator_published_time",
    "og:published_time",
    "og:pubdate",
    "video:release_date",
    "date",
)
_CHANGE_METAS = (
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "revised",
    "article:modified",
    "date.modified",
)
_ORGANISATIONS = {"organization", "newsmediaorganization", "corporation", "governmentorganization"}
_DATED = etree.XPath("//time | //*[@itemprop='datePublished']")
_TIME_CLASS = re.compile(r"\b(?:entry-date|published|pubdate|publication-date|post-date)\b")
_ADDRESS = re.compile(r"^(?:https?:)?//|^@")
_MAX_TAGS = 20


@dataclass(frozen=True, slots=True)
class StatedDate:
    """A publication date as written, and where: "json-ld" or "meta" (microdata included)."""

    raw: str
    origin: str


@dataclass(frozen=True, slots=True)
class Stated:
    """What the page says of itself. Texts are as written, entities decoded once; "" is unsaid.

    `is_article` is True where the page calls itself an article. `languages` are absolute
    addresses, the page's own among them. `names` are what the site calls itself. `modified` is
    when it says that it was changed last, `image_credit` the licence or the maker of its image.
    `kinds` are the types of everything that the page describes, in lower case.
    """

    og_title: str = ""
    headline: str = ""
    other_title: str = ""
    names: tuple[str, ...] = ()
    dates: tuple[StatedDate, ...] = ()
    authors: tuple[str, ...] = ()
    body: str = ""
    descriptions: tuple[str, ...] = ()
    image: str = ""
    section: str = ""
    tags: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    canonical: str = ""
    language: str = ""
    languages: Mapping[str, str] = field(default_factory=dict)
    is_article: bool = False
    is_free: bool = True
    modified: str = ""
    image_credit: str = ""
    is_live: bool = False
    og_type: str = ""
    kinds: frozenset[str] = frozenset()


def read_structured_data(tree: HtmlElement, url: str) -> Stated:
    """Read what `tree`, the page found at `url`, states about its article. Never raises."""
    metas = _metas(tree)

    def meta(*names: str) -> str:
        return next((metas[name][0] for name in names if name in metas), "")

    nodes = json_ld.read_nodes(
        script.text or ""
        for script in tree.iter("script")
        if (script.get("type") or "").strip().lower().startswith("application/ld+json")
    )
    canonical, languages = _links(tree, url)
    og_title, other = meta("og:title"), meta("twitter:title", "parsely-title", "sailthru.title")
    paths = {path_of(url), path_of(canonical), path_of(meta("og:url"))} - {"", "/"}
    titles = {comparable(og_title), comparable(other)} | _headings(tree)
    article = json_ld.find_article(nodes, paths, titles - {""})
    node: Node = article if article is not None else {}
    page: Node = json_ld.find_page(nodes, paths) or {}
    keywords = _split(meta("news_keywords"))
    return Stated(
        og_title=og_title,
        headline=json_ld.text_of(node.get("headline") or node.get("name")),
        other_title=other,
        names=_site_names(nodes, node, meta("og:site_name"), meta("application-name")),
        dates=tuple(_dates(tree, node, page, metas)),
        authors=_authors(node, nodes, metas),
        body=json_ld.text_of(node.get("articleBody")),
        descriptions=_distinct(
            json_ld.text_of(node.get("description")),
            meta("og:description"),
            meta("description"),
            meta("twitter:description"),
        ),
        image=meta("og:image", "og:image:url", "twitter:image")
        or json_ld.address_of(node.get("image")),
        section=meta("article:section") or json_ld.text_of(node.get("articleSection")),
        tags=(keywords or tuple(metas.get("article:tag", ())) or _keywords(node))[:_MAX_TAGS],
        keywords=_split(meta("keywords")),
        canonical=canonical or meta("og:url"),
        language=tree.get("lang") or meta("content-language", "language") or meta("og:locale"),
        languages=languages,
        is_article=article is not None or "article" in meta("og:type").lower(),
        is_free=str(node.get("isAccessibleForFree", True)).lower() != "false"
        and meta("article:content_tier").lower() not in ("locked", "metered"),
        modified=json_ld.text_of(node.get("dateModified")) or meta(*_CHANGE_METAS),
        image_credit=_image_credit(node, nodes),
        og_type=meta("og:type").lower(),
        kinds=frozenset(name for one in nodes for name in json_ld.types_of(one)),
        is_live="liveblogposting" in json_ld.types_of(node),
    )


def _metas(tree: HtmlElement) -> dict[str, list[str]]:
    """The contents of the meta elements by lower-case name; microdata's are read elsewhere."""
    metas: dict[str, list[str]] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("http-equiv")
        content = (element.get("content") or "").strip()
        if name and content:
            metas.setdefault(name.strip().lower(), []).append(content)
    return metas


def _links(tree: HtmlElement, url: str) -> tuple[str, dict[str, str]]:
    canonical = ""
    languages: dict[str, str] = {}
    for link in tree.iter("link"):
        relation, href = (link.get("rel") or "").lower().split(), (link.get("href") or "").strip()
        language = (link.get("hreflang") or "").strip().lower()
        if not href or not ("canonical" in relation or ("alternate" in relation and language)):
            continue
        try:
            address = urljoin(url, href)
        except ValueError:
            continue
        if "canonical" in relation:
            canonical = canonical or address
        elif address.startswith(("http://", "https://")):
            languages.setdefault(language, address)
    return canonical, languages


def _headings(tree: HtmlElement) -> set[str]:
    texts = (element.text_content() for element in tree.iter("h1", "h2", "title"))
    return {comparable(text) for text in texts}


def _site_names(nodes: list[Node], node: Node, *names: str) -> tuple[str, ...]:
    sites = [one for one in nodes if json_ld.types_of(one) & {"website", "newsmediaorganization"}]
    found = [*names, *json_ld.names_of(node.get("publisher"), nodes)]
    for site in sites:
        found += [json_ld.text_of(site.get("name")), json_ld.text_of(site.get("alternateName"))]
    return tuple(dict.fromkeys(name for name in found if name))


def _dates(
    tree: HtmlElement, node: Node, page: Node, metas: Mapping[str, list[str]]
) -> list[StatedDate]:
    found = [StatedDate(json_ld.text_of(node.get("datePublished")), "json-ld")]
    found += [StatedDate(metas[name][0], "meta") for name in _DATE_METAS if name in metas]
    found.append(StatedDate(json_ld.text_of(page.get("datePublished")), "json-ld"))
    found.append(StatedDate(_microdata_date(tree), "meta"))
    return [date for date in found if date.raw]


def _microdata_date(tree: HtmlElement) -> str:
    """The one date that is marked as published; "" where several differ, as beside other posts."""
    marked, times = set(), set()
    for element in _DATED(tree):
        value = element.get("content") or element.get("datetime") or ""
        if not value.strip():
            continue
        if element.get("itemprop") == "datePublished":
            marked.add(value.strip())
        elif element.tag == "time" and (
            element.get("pubdate") is not None or _TIME_CLASS.search(element.get("class") or "")
        ):
            times.add(value.strip())
    found = marked or times
    return found.pop() if len(found) == 1 else ""


def _authors(node: Node, nodes: list[Node], metas: Mapping[str, list[str]]) -> tuple[str, ...]:
    stated = json_ld.names_of(_people(node.get("author"), nodes), nodes)
    if not stated:
        names = (
            "author",
            "authors",
            "byl",
            "article:author",
            "parsely-author",
            "dc.creator",
            "sailthru.author",
        )
        stated = tuple(next((metas[name] for name in names if name in metas), ()))
    return tuple(dict.fromkeys(name for name in stated if not _ADDRESS.match(name)))


def _people(value: Any, nodes: list[Node]) -> list[Any]:
    """Without those that are said to be organisations."""
    kept = []
    for one in json_ld.as_list(value):
        node = json_ld.resolved(one, nodes)
        if not (isinstance(node, Mapping) and json_ld.types_of(node) & _ORGANISATIONS):
            kept.append(one)
    return kept


def _image_credit(node: Node, nodes: list[Node]) -> str:
    for one in json_ld.as_list(node.get("image")):
        image = json_ld.resolved(one, nodes)
        if isinstance(image, Mapping):
            for key in ("license", "creditText", "copyrightNotice", "acquireLicensePage"):
                if text := json_ld.text_of(image.get(key)):
                    return text
    return ""


def _distinct(*texts: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _keywords(node: Node) -> tuple[str, ...]:
    value = node.get("keywords")
    if isinstance(value, str):
        return _split(json_ld.text_of(value))
    return tuple(word for one in json_ld.as_list(value) if (word := json_ld.text_of(one)))


def _split(words: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.strip() for word in words.split(",") if word.strip()))
