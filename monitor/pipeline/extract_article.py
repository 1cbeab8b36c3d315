"""From the bytes of a page to the article in it.

1. what the page states for machines (JSON-LD, meta elements, microdata)
2. the text: the source's rule, trafilatura and the page's own articleBody, held against each other
3. whether that is an article at all, or an error, a wall, a front page
4. title, date, authors and language, each from where it is stated best
5. where the page gives nothing, the text that the channel announced
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from config.source import ExtractRules, Source
from monitor.errors import InvalidUrl
from monitor.model import Article, Entry, Failure, Fate
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.decode import decode
from monitor.pipeline.detect_language import detect_language, language_code
from monitor.pipeline.json_ld import comparable
from monitor.pipeline.page_body import Body, choose_body
from monitor.pipeline.page_byline import clean_authors
from monitor.pipeline.page_date import choose_date, is_date_line
from monitor.pipeline.page_kind import refuse_page, refuse_type
from monitor.pipeline.page_text import (
    join_paragraphs,
    parse_page,
    read_paragraphs,
    select_texts,
)
from monitor.pipeline.page_title import choose_title, clean_title, title_parts
from monitor.pipeline.structured_data import Stated, read_structured_data

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_LONGEST_TITLE = 500
# A feed's full text beats a page's that is less than two thirds of it: the page is a teaser then.
_TEASER = 1.5


def extract_article(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    source: Source | None = None,
    announced: Entry | None = None,
) -> Article | Failure:
    """Return the article on the page, or why there is none.

    `url` is where the page was found, redirects followed. `announced` is the entry that led
    there: its date counts below the page's, its text stands in where the page has none worth
    keeping. Failures: "extract.type", "extract.soft404", "extract.wall", "extract.empty",
    "extract.none". Never raises.
    """
    wrong_type = refuse_type(body, content_type)
    if wrong_type is not None:
        return _from_channel(wrong_type, url, source, announced)
    text = decode(body, content_type=content_type, kind="html").text
    tree = parse_page(text)
    if tree is None:
        nothing = Failure("extract.empty", "there is no element on the page", Fate.SKIP)
        return _from_channel(nothing, url, source, announced)
    stated = read_structured_data(tree, url)
    rules = source.extract if source is not None else ExtractRules()
    title = _title(tree, text, stated, rules, url)
    titles = (title, *title_parts(tree))
    found = choose_body(
        tree,
        text,
        stated=stated.body,
        descriptions=_descriptions(stated, title),
        rule=rules.body,
        remove=rules.remove,
    )
    found = _without_title(found, title)
    asked = announced.url if announced is not None else url
    running = join_paragraphs(found.paragraphs)
    refused = refuse_page(tree, text, stated, titles, running, url=url, asked=asked)
    if refused is not None:
        return _from_channel(refused, url, source, announced)
    fed = _fed_text(announced)
    origin, reason = found.origin, found.reason
    if announced is not None and announced.text and len(fed) > _TEASER * len(running):
        running, origin, reason = fed, "feed", "the channel carries more text than the page"
    published, published_from = _published(stated, text, rules, source, announced)
    language = detect_language(running, title, _hint(stated, source, announced))
    return Article(
        url=_address(stated.canonical, url),
        title=title or _announced_title(announced) or running.partition("\n")[0][:_LONGEST_TITLE],
        text=running,
        language=language,
        authors=_authors(stated, text, rules, announced),
        published=published,
        published_from=published_from,
        image=_image(stated.image, url),
        section=clean_title(stated.section) or None,
        tags=stated.tags,
        text_from=origin,
        reason=reason,
        languages=_languages(stated, language),
    )


def article_without_page(announced: Entry, *, source: Source | None = None) -> Article | Failure:
    """The article of an entry that has no address to ask for: what the channel said of it, under
    the address that stands for it. Fails with "entry.no_text" where that is a headline only."""
    nothing = Failure("entry.no_text", "It has neither a link nor a text", Fate.SKIP)
    article = _from_channel(nothing, announced.url, source, announced)
    if isinstance(article, Failure):
        return article
    return replace(article, url=announced.url, reason="the channel gives no link to a page")


def _from_channel(
    refused: Failure, url: str, source: Source | None, announced: Entry | None
) -> Article | Failure:
    """What the channel said, where the page gives nothing; the failure where it said nothing."""
    text = _fed_text(announced)
    if announced is None or not text:
        return refused
    title = _announced_title(announced) or text.partition("\n")[0][:_LONGEST_TITLE]
    # the page refused may be another one: the address that was announced is the article's
    return Article(
        url=_address("", announced.url or url),
        title=title,
        text=text,
        language=detect_language(text, title, _hint(Stated(), source, announced)),
        authors=clean_authors(announced.authors),
        published=announced.published,
        published_from="channel" if announced.published is not None else None,
        text_from="feed",
        reason=f"{refused.code}: {refused.detail}",
    )


def _fed_text(announced: Entry | None) -> str:
    text = (announced.text or announced.summary).strip() if announced is not None else ""
    if not _MARKUP.search(text):
        return text
    tree = parse_page(f"<div>{text}</div>")
    return join_paragraphs(read_paragraphs(tree)) if tree is not None else ""


def _announced_title(announced: Entry | None) -> str:
    return clean_title(announced.title)[:_LONGEST_TITLE] if announced is not None else ""


def _title(tree: HtmlElement, text: str, stated: Stated, rules: ExtractRules, url: str) -> str:
    ruled = select_texts(text, rules.title) if rules.title else []
    return (ruled[0] if ruled else choose_title(tree, stated, url))[:_LONGEST_TITLE]


def _descriptions(stated: Stated, title: str) -> list[str]:
    """What the page says its article is about, where that is more than the title again."""
    return [one for one in stated.descriptions if comparable(title) not in comparable(one)]


def _without_title(found: Body, title: str) -> Body:
    """Neither the headline nor a date above or below the text is one of its paragraphs."""
    kept = list(found.paragraphs)
    while len(kept) > 1 and (comparable(kept[0]) == comparable(title) or is_date_line(kept[0])):
        del kept[0]
    while len(kept) > 1 and is_date_line(kept[-1]):
        del kept[-1]
    return replace(found, paragraphs=tuple(kept))


def _published(
    stated: Stated,
    text: str,
    rules: ExtractRules,
    source: Source | None,
    announced: Entry | None,
) -> tuple[datetime | None, str | None]:
    ruled = select_texts(text, rules.date) if rules.date else []
    zone = source.zone if source is not None else ZoneInfo("UTC")
    channel = announced.published if announced is not None else None
    return choose_date(stated.dates, ruled[:3], channel, zone)


def _authors(
    stated: Stated, text: str, rules: ExtractRules, announced: Entry | None
) -> tuple[str, ...]:
    ruled = clean_authors(select_texts(text, rules.byline)) if rules.byline else ()
    return (
        ruled
        or clean_authors(stated.authors)
        or clean_authors(announced.authors if announced is not None else ())
    )


def _hint(stated: Stated, source: Source | None, announced: Entry | None) -> str | None:
    said: Sequence[str | None] = (
        stated.language,
        announced.language if announced is not None else None,
        source.language if source is not None else None,
    )
    return next((code for one in said if (code := language_code(one)) is not None), None)


def _address(canonical: str, url: str) -> str:
    """The page's canonical address if it is an article's of the same site, else its own.

    Of a saved page nothing is known but what it says itself.
    """
    try:
        own = canonical_url(url)
    except InvalidUrl:
        return _or_else(canonical, url)
    try:
        stated = canonical_url(canonical, own) if canonical else own
    except InvalidUrl:
        return own
    here, there = urlsplit(own), urlsplit(stated)
    same = (here.hostname or "").removeprefix("www.") == (there.hostname or "").removeprefix("www.")
    if not same or here.port != there.port or (there.path in ("", "/") and not there.query):
        return own
    return stated


def _or_else(canonical: str, url: str) -> str:
    try:
        return canonical_url(canonical)
    except InvalidUrl:
        return url


def _image(image: str, url: str) -> str | None:
    if not image:
        return None
    try:
        return canonical_url(urljoin(url, image))
    except (InvalidUrl, ValueError):
        return None


def _languages(stated: Stated, own: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, address in stated.languages.items():
        code = language_code(name) if name != "x-default" else None
        if code is not None and code != own:
            found.setdefault(code, address)
    return found
