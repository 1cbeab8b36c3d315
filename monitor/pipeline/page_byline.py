"""Names out of bylines."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SPACE = re.compile(r"\s+")
_LEAD = re.compile(
    r"^\W*(?:(?:written |reported |story )?by|par|von|"
    r"автор(?:ы|лар)?|текст|мәтін|дайындаған)\b[\s:]*",
    re.IGNORECASE,
)
# "Aida Haidar in Nation on 2 August 2023": the section and the date are no part of the name.
_TAIL = re.compile(
    r"\s+(?:(?:in|on|dans|le|am)\s.*\d{4}|[|•·–—-]\s.*|\d{1,2}[\s./].*)$", re.IGNORECASE
)
_AND = re.compile(r"\s*(?:,|;|&|/)\s*|\s+(?:and|et|und|и|және)\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://|www\.|@\w+\.")
_LONGEST_NAME = 80


def clean_authors(bylines: Iterable[str]) -> tuple[str, ...]:
    """Each name once, in order, without "By", dates and addresses."""
    names: dict[str, None] = {}
    for byline in bylines:
        line = _TAIL.sub("", _LEAD.sub("", _SPACE.sub(" ", byline).strip()))
        for name in _AND.split(line):
            name = name.strip(" .,:;")
            if name and len(name) <= _LONGEST_NAME and not _ADDRESS.search(name):
                names[name] = None
    return tuple(names)
