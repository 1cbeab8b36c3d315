"""Which addresses a page may link to."""

from __future__ import annotations

from urllib.parse import urlsplit


def outside_link(url: str) -> str | None:
    """The address if it leads to a web page elsewhere; None for `javascript:` and the like.

    Control characters and backslashes are refused because browsers drop or change them, and then
    follow another address than the one that was looked at.
    """
    if any(letter.isspace() or not letter.isprintable() or letter == "\\" for letter in url):
        return None
    try:
        parts = urlsplit(url)
        is_web = parts.scheme in ("http", "https") and bool(parts.hostname)
        return url if is_web and parts.port != 0 else None
    except ValueError:
        return None
