"""The title of an article, without the name of the site around it."""

from __future__ import annotations

import re
from dataclasses import replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.structured_data import Stated

_SPACE = re.compile(r"\s+")
_SEPARATOR = re.compile(r"\s+(?:[|\-–—·•»«/]|::)\s+|\s*\|\s*")
_LONGEST = 1_000
_CUT_OFF = ("…", "...")


def choose_title(tree: HtmlElement, stated: Stated, url: str) -> str:
    """The headline, or "" where the page names only its site.

    og:title is what an outlet wants to be quoted with, so it goes first; JSON-LD's headline, h1
    and <title> decide where it ends and the site begins.
    """
    first, later = _headings(tree)
    page_title = clean_title(tree.findtext(".//title") or "")
    whole = [clean_title(stated.og_title), clean_title(stated.headline)]
    witnesses = {comparable(text) for text in (whole[1], *first)} or {""}
    if not first:
        witnesses |= {comparable(text) for text in later}
    long = {text for text in witnesses if text == comparable(whole[0]) and whole[0].count(" ") >= 3}
    site = _site_names(stated, url) - long  # some write the headline as the application's name
    # a logo in h1 is no headline: it is short, and <title> does not repeat it
    main = [one for one in first if comparable(one) in comparable(page_title)]
    main += [one for one in first if one.count(" ") >= 2]
    candidates = [*whole, clean_title(stated.other_title), *main[:1], page_title]
    candidates += [*first[:1], *later[:1]]
    for text in candidates:
        whole_here = comparable(page_title).startswith(comparable(text)) and page_title != text
        title = _without_site(text, set() if whole_here else witnesses - {""}, site)
        if title and comparable(title) not in site:
            return _completed(title, candidates, site)
    return ""


def title_parts(tree: HtmlElement) -> tuple[str, ...]:
    """What the page is called, piece by piece: its h1 and the parts of its <title>."""
    first, _ = _headings(tree)
    return (*first[:3], *_SEPARATOR.split(clean_title(tree.findtext(".//title") or "")))


def clean_title(text: str) -> str:
    """One line of at most 1,000 characters, single spaces."""
    return _SPACE.sub(" ", text[: 4 * _LONGEST]).strip()[:_LONGEST]


def _headings(tree: HtmlElement) -> tuple[list[str], list[str]]:
    first: list[str] = []
    later: list[str] = []
    for element in tree.iter("h1", "h2", "h3"):
        text = clean_title(element.text_content())
        if text and len(text) <= 500:
            (first if element.tag == "h1" else later).append(text)
    return first, later[:50]


def _site_names(stated: Stated, url: str) -> set[str]:
    host = (urlsplit(url).hostname or "").removeprefix("www.")
    canonical = (urlsplit(stated.canonical).hostname or "").removeprefix("www.")
    names = [*stated.names, host, host.rsplit(".", 1)[0], canonical, canonical.rsplit(".", 1)[0]]
    # a site's slogan stands among its keywords, a section's name would be too short to tell
    names += [word for word in stated.keywords if word.count(" ") >= 2]
    return {comparable(name) for name in names} - {""}


def outlet_names(stated: Stated, url: str, source: str) -> frozenset[str]:
    """What the outlet is called, comparable: no person is called so."""
    hosts = {part for part in (urlsplit(url).hostname or "").split(".") if len(part) > 3}
    return frozenset({*_site_names(replace(stated, keywords=()), url), comparable(source), *hosts})


def _without_site(title: str, witnesses: set[str], site: set[str]) -> str:
    """Cut what follows (or leads) the headline: it ends where a witness or the site says so."""
    if comparable(title) in witnesses:
        witnesses = set()  # the page's own headline is as long; only the site's name may go
    cuts = [(found.start(), found.end()) for found in _SEPARATOR.finditer(title)]
    for start, end in reversed(cuts):
        if comparable(title[:start]) in witnesses:
            return title[:start]
        if comparable(title[end:]) in witnesses:
            return title[end:]
    for start, end in cuts:
        if comparable(title[end:]) in site:
            return title[:start]
        if comparable(title[:start]) in site:
            title = title[end:]
            return _without_site(title, witnesses, site)
    return title


def _completed(title: str, candidates: list[str], site: set[str]) -> str:
    """A title that was cut off for length, as another place writes it in full."""
    if not title.endswith(_CUT_OFF):
        return title
    stem = comparable(title)
    longer = [_without_site(one, set(), site) for one in candidates if not one.endswith(_CUT_OFF)]
    return next((one for one in longer if stem and comparable(one).startswith(stem)), title)
