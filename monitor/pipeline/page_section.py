"""The section of a site that an article stands in, and its tags."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from monitor.pipeline.json_ld import comparable

# What publishing systems write where nobody chose a section.
_NONE_NAMES = """all article articles post posts frontpage home homepage main index uncategorized
    uncategorised default none nonclasse безрубрики главная бастыбет accueil website page content
    other general"""
_NONE = frozenset(_NONE_NAMES.split())
_LONGEST = 80
_MOST_TAGS = 20


def clean_section(stated: str, outlets: Collection[str]) -> str | None:
    """The first section that is named, if it is one."""
    first = re.split(r"\s*[,;|>]\s*", stated.strip(), maxsplit=1)[0].strip()
    called = comparable(first)
    if not called or len(first) > _LONGEST or called in _NONE or called in outlets:
        return None
    return None if re.search(r"https?:|www\.|\.\w{2,3}$", first) else first


def clean_tags(stated: Sequence[str], outlets: Collection[str]) -> tuple[str, ...]:
    """Each tag once, whatever its case; the site's own name is none."""
    kept: dict[str, str] = {}
    for tag in stated:
        tag = " ".join(tag.split()).lstrip("#")
        called = comparable(tag)
        if called and len(tag) <= _LONGEST and called not in outlets:
            kept.setdefault(called, tag)
    return tuple(kept.values())[:_MOST_TAGS]
