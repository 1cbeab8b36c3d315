"""Articles as an RSS 2.0 feed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import format_datetime
from xml.sax.saxutils import escape

from monitor.model import ArchivedArticle

_LONGEST = 500
_UNFIT = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">\n<channel>\n'
)
TAIL = "</channel>\n</rss>\n"


def rss_head(title: str, link: str, description: str) -> str:
    """What stands before the items."""
    parts = (("title", title), ("link", link), ("description", description))
    return _HEAD + "".join(f"{_element(name, text)}\n" for name, text in parts)


def rss_item(archived: ArchivedArticle) -> str:
    """One article: its beginning, not its text, which is its publisher's."""
    lines = "\n".join(_lines(archived))
    return f"<item>\n{lines}\n</item>\n"


def _lines(archived: ArchivedArticle) -> Iterator[str]:
    article = archived.article
    yield _element("title", article.title)
    yield _element("link", article.url)
    yield f'<guid isPermaLink="false">{_text(f"article-{archived.id}")}</guid>'
    moment = article.published or archived.first_seen
    yield _element("pubDate", format_datetime(moment))
    yield _element("description", _beginning(article.text))
    for author in article.authors:
        yield _element("dc:creator", author)
    for match in archived.matches:
        yield _element("category", match.topic)
    yield _element("dc:language", article.language)


def _beginning(text: str) -> str:
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST].rsplit(maxsplit=1)[0]} …"


def _element(name: str, text: str) -> str:
    return f"<{name}>{_text(text)}</{name}>"


def _text(text: str) -> str:
    """Escaped, without the characters that XML cannot carry."""
    return escape(_UNFIT.sub("", text))
