"""Which announcements, and which readings, are one article although their addresses differ.

An address decides first (`canonical_url.same_article_key`). What is here decides where addresses
fail: entries without a link, a slug that was changed, a site that moved to another domain.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

from monitor.model import Article, Entry
from monitor.pipeline.find_duplicates import fingerprint, share_phrases

SAME_GUID = 0.5
"""Under one guid a text that keeps half of its phrases was edited, unless it is of another day."""
SAME_PATH = 0.8
"""On another domain, under the same path, it must be nearly the same text."""
OTHER_ARTICLE = 0.2
"""An entry without a link whose guid now stands over a text with fewer phrases in common is new."""
SAME_TIME = timedelta(hours=12)
"""Daily pieces (rates, weather) read alike; what was only renamed keeps its date."""

_CONTENT = re.compile(r"#entry-([0-9a-f]{24})$")


def guid_key(guid: str | None) -> str | None:
    """A short digest of a guid, to look it up by."""
    return hashlib.sha256(guid.encode()).hexdigest()[:24] if guid else None


def path_of(key: str) -> str | None:
    """What an identity key says behind its host; None for a front page or a content key."""
    _, slash, path = key.partition("/")
    return f"/{path}" if slash and path else None


def content_key(url: str) -> str | None:
    """The identity of an article that has no address of its own; None for one that has."""
    found = _CONTENT.search(url)
    return f"content:{found[1]}" if found else None


def content_url(channel_url: str, source: str, entry: Entry, shared: Counter[str]) -> str:
    """The address that stands for an entry without a link: its channel's, with a mark.

    It is known by its guid, or by title, date and text where it has none or one that several
    entries of the same reading have.
    """
    parts = [source, entry.guid or ""]
    if not entry.guid or shared[entry.guid] > 1:
        parts += [entry.title, entry.published_raw or "", entry.text or entry.summary]
    digest = hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{channel_url.partition('#')[0]}#entry-{digest}"


def shared_guids(entries: Iterable[Entry]) -> Counter[str]:
    """How many entries of one reading carry each guid."""
    return Counter(entry.guid for entry in entries if entry.guid)


def renamed(old: Article, new: Article) -> bool:
    """Whether two readings under one guid of one channel are one article with two addresses."""
    if old.language != new.language:
        return False
    if fingerprint(old.text) == fingerprint(new.text):
        return True
    return _same_time(old, new) and share_phrases(old.text, new.text) >= SAME_GUID


def moved(old: Article, new: Article) -> bool:
    """Whether two readings under one path on two domains of a source are one article."""
    return old.language == new.language and (
        fingerprint(old.text) == fingerprint(new.text)
        or share_phrases(old.text, new.text) >= SAME_PATH
    )


def another_article(old: Article, new: Article) -> bool:
    """Whether a guid was given to a new article: neither title nor text are the old ones."""
    return old.title != new.title and share_phrases(old.text, new.text) < OTHER_ARTICLE


def _same_time(old: Article, new: Article) -> bool:
    if old.published is None or new.published is None:
        return True
    return abs(old.published - new.published) <= SAME_TIME
