"""From the bytes of a page to the article in it.

1. what the page states for machines (JSON-LD, meta elements, microdata)
2. the text: the source's rule, trafilatura and the page's own articleBody, held against each other
3. whether that is an article at all, or an error, a wall, a front page
4. title, date, authors and language, each from where it is stated best
5. where the page gives nothing, the text that the channel announced
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from copy import deepcopy
from dataclasses import replace
from datetime import datetime
from functools import cache
from urllib.parse import urljoin, urlsplit
from zoneinfo import ZoneInfo

from lxml.html import HtmlElement

from config.source import Selectors, Source
from monitor.errors import InvalidUrl
from monitor.model import Article, Entry, Failure, Fate
from monitor.pipeline.announced_date import announced_precision
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.dates import Dated, parse_date
from monitor.pipeline.decode import decode
from monitor.pipeline.detect_language import detect_language, language_code
from monitor.pipeline.json_ld import comparable
from monitor.pipeline.near_headline import Line, read_lines
from monitor.pipeline.page_body import Body, choose_body
from monitor.pipeline.page_byline import clean_authors, visible_authors
from monitor.pipeline.page_date import choose_date, is_date_line
from monitor.pipeline.page_image import find_image_credit
from monitor.pipeline.page_kind import refuse_page, refuse_type
from monitor.pipeline.page_marks import marks_of
from monitor.pipeline.page_section import clean_section, clean_tags
from monitor.pipeline.page_text import (
    join_paragraphs,
    parse_page,
    read_paragraphs,
    select_texts,
)
from monitor.pipeline.page_title import choose_title, clean_title, outlet_names, title_parts
from monitor.pipeline.page_walls import without_calls
from monitor.pipeline.structured_data import Stated, read_structured_data
from monitor.pipeline.visible_date import visible_dates

_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>")
_LONGEST_TITLE = 500
# The longest text of 1,500 labelled pages has 90,000 characters; what is longer is a log or a book.
_LONGEST_TEXT = 400_000
# A feed's full text beats a page's that is less than two thirds of it: the page is a teaser then.
_TEASER = 1.5


def extract_article(
    body: bytes,
    *,
    url: str,
    content_type: str = "",
    source: Source | None = None,
    announced: Entry | None = None,
    fetched_at: datetime | None = None,
    now: datetime | None = None,
) -> Article | Failure:
    """Return the article on the page, or why there is none.

    `url` is where the page was found, redirects followed. `announced` is the entry that led
    there: its date counts below the page's, its text stands in where the page has none worth
    keeping. "Yesterday" counts from `fetched_at`; no date lies ahead of `now` (or of it).
    Failures: "extract.type", "extract.soft404", "extract.wall", "extract.empty",
    "extract.listing", "extract.media", "extract.none". Never raises.
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
    rules = _rules(stated, source, announced)
    title = _title(tree, text, stated, rules, url)
    titles = (title, *title_parts(tree))
    whole = deepcopy(tree)  # what the choice of the body cuts away says when and by whom
    found = choose_body(
        tree,
        text,
        stated=stated.body,
        descriptions=_descriptions(stated, title),
        titles=titles,
        rule=rules.body,
        remove=rules.remove,
    )
    found = _without_title(found, title)
    found, marks = _within_limit(found)
    asked = announced.url if announced is not None else url
    found = replace(found, paragraphs=without_calls(found.paragraphs))
    running = join_paragraphs(found.paragraphs)
    refused = refuse_page(tree, text, stated, titles, running, url=url, asked=asked)
    if refused is not None:
        return _from_channel(refused, url, source, announced)
    fed = _fed_text(announced)
    origin, reason = found.origin, found.reason
    if announced is not None and announced.text and len(fed) > _TEASER * len(running):
        running, origin, reason = fed, "feed", "the channel carries more text than the page"
    called = (title, stated.og_title, stated.headline)
    lines = cache(lambda: list(read_lines(whole, called, found.paragraphs)))
    dated, published_from = _published(
        stated, text, rules, source, announced, lines, called, url, fetched_at, now
    )
    outlets = outlet_names(stated, url, source.name if source is not None else "")
    language = detect_language(running, title, _hint(stated, source, announced))
    return Article(
        url=_address(stated.canonical, url),
        title=title or _announced_title(announced) or running.partition("\n")[0][:_LONGEST_TITLE],
        text=running,
        language=language,
        authors=_authors(stated, text, rules, announced, outlets)
        or visible_authors(lines(), called, outlets),
        published=dated.moment if dated is not None else None,
        published_from=published_from,
        image=_image(stated.image, url),
        section=clean_section(stated.section, outlets),
        tags=clean_tags(stated.tags, outlets),
        text_from=origin,
        reason=reason,
        languages=_languages(stated, language),
        published_precision=dated.precision if dated is not None else None,
        image_credit=_image_credit(stated, whole),
        marks=(*marks, *marks_of(stated, whole, text, title, found, url)),
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
        published_precision=announced_precision(announced),
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


def _rules(stated: Stated, source: Source | None, announced: Entry | None) -> Selectors:
    """The source's selectors for the layout that its pages had when this one was published."""
    if source is None:
        return Selectors()
    if not source.extract.layouts:
        return source.extract
    dates = (parse_date(one.raw, source.zone) for one in stated.dates)
    published = next((one for one in dates if one is not None), None)
    if published is None and announced is not None:
        published = announced.published
    return source.extract.on(published.astimezone(source.zone).date() if published else None)


def _title(tree: HtmlElement, text: str, stated: Stated, rules: Selectors, url: str) -> str:
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


def _within_limit(found: Body) -> tuple[Body, tuple[str, ...]]:
    """A text of at most the limit, cut between two paragraphs where it can be, and its mark."""
    size = 0
    for place, paragraph in enumerate(found.paragraphs):
        size += len(paragraph)
        if size > _LONGEST_TEXT:
            kept = found.paragraphs[:place] or (paragraph[:_LONGEST_TEXT],)
            why = f"{found.reason}; cut at {_LONGEST_TEXT:,} characters"
            return replace(found, paragraphs=kept, reason=why), ("cut",)
    return found, ()


def _published(
    stated: Stated,
    text: str,
    rules: Selectors,
    source: Source | None,
    announced: Entry | None,
    lines: Callable[[], Sequence[Line]],
    called: Sequence[str],
    url: str,
    fetched_at: datetime | None,
    now: datetime | None,
) -> tuple[Dated | None, str | None]:
    ruled = select_texts(text, rules.date) if rules.date else []
    zone = source.zone if source is not None else ZoneInfo("UTC")
    tag = stated.language or (source.language if source is not None else None)
    channel = None
    if announced is not None and announced.published is not None:
        channel = Dated(announced.published, announced_precision(announced) or "second")
    return choose_date(
        stated.dates,
        ruled[:3],
        channel,
        zone,
        visible=lambda: visible_dates(lines(), called, zone, tag=tag, now=fetched_at),
        url=url,
        modified=stated.modified,
        tag=tag,
        text=text,
        fetched_at=fetched_at,
        now=now,
    )


def _image_credit(stated: Stated, tree: HtmlElement | None) -> str | None:
    if not stated.image:
        return None
    beside = find_image_credit(tree, stated.image) if tree is not None else ""
    return clean_title(stated.image_credit or beside) or None


def _authors(
    stated: Stated,
    text: str,
    rules: Selectors,
    announced: Entry | None,
    outlets: Collection[str],
) -> tuple[str, ...]:
    ruled = clean_authors(select_texts(text, rules.byline), outlets) if rules.byline else ()
    return (
        ruled
        or clean_authors(stated.authors, outlets)
        or clean_authors(announced.authors if announced is not None else (), outlets)
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
