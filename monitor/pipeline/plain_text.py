"""Markup to plain text, for titles, summaries and the full texts that feeds carry."""

from __future__ import annotations

import re
from html import unescape

# A text longer than this is not one article.
LONGEST_TEXT = 1024 * 1024

_TAG = re.compile(
    r"</?(?:a|abbr|b|bdi|bdo|big|blockquote|br|center|cite|code|del|div|em|font|h[1-6]|hr|i|iframe|"
    r"img|ins|kbd|li|mark|nobr|ol|p|pre|q|s|script|small|span|strike|strong|style|sub|sup|svg|table|"
    r"td|time|tr|tt|u|ul|var|wbr)(?:\s[^<>]*)?/?>",
    re.I,
)
_BLOCK = (
    "address|article|aside|blockquote|br|center|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header"
    "|hr|li|main|ol|p|pre|section|table|td|th|tr|ul"
)
_BREAKING = re.compile(rf"</?(?:{_BLOCK})(?=[\s/>])", re.I)
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[#a-zA-Z]")
# What has text that no reader sees. Regular expressions, because a tree of 100,000 nested
# elements took a parser's text() 9 s; every one here is linear.
_INVISIBLE = re.compile(
    r"<(script|style|noscript|template|iframe|object|svg|textarea|select)(?=[\s/>])"
    r".*?(?:</\1\s*>|\Z)|<!--.*?(?:-->|\Z)",
    re.I | re.S,
)
_ANY_TAG = re.compile(r"<[a-zA-Z/!](?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>|<[a-zA-Z/!][^<>]*>", re.S)
_BREAK = "\u241e"


def one_line(value: str) -> str:
    """White space folded: one line."""
    return " ".join(value.split())


def title_text(value: str, *, markup: bool = True) -> str:
    """A title as a reader sees it: tags removed, entities decoded once."""
    if markup:
        value = unescape(_TAG.sub(lambda tag: " " if _BREAKING.match(tag[0]) else "", value))
    return one_line(value)


def plain_text(value: str) -> str:
    """The visible text of markup, paragraphs separated by one empty line, at most 1 MiB."""
    value = value[: 2 * LONGEST_TEXT]
    if not _MARKUP.search(value):
        return _paragraphs(re.split(r"\n\s*\n", value))
    visible = _INVISIBLE.sub(" ", value)
    marked = _ANY_TAG.sub(lambda tag: _BREAK if _BREAKING.match(tag[0]) else "", visible)
    return _paragraphs(unescape(marked).split(_BREAK))


def _paragraphs(parts: list[str]) -> str:
    lines = (one_line(part) for part in parts)
    return "\n\n".join(line for line in lines if line)[:LONGEST_TEXT]
