"""Articles from TOML files: one file, one article, its times relative to the world's start.

Keys: id, site, language, slug, title, summary, authors, section, topics, story?, copy_of?,
minutes (after the start; negative: published already), text (paragraphs with an empty line
between them; may be left out beside `copy_of`), and [[corrections]] with minutes (after its
publication), title? and text.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any
from urllib.parse import quote

from monitor.newsroom.world import Article, Version

_KEYS = frozenset(
    (
        *("id", "site", "language", "slug", "title", "summary", "authors", "section", "topics"),
        *("story", "copy_of", "minutes", "text", "corrections"),
    )
)
_NEEDED = ("id", "site", "language", "slug", "title", "minutes")


def load_articles(start: datetime, folder: Traversable | None = None) -> tuple[Article, ...]:
    """Every `*.toml` below `folder` (the bundled texts unless given), sorted by id.

    Raises ValueError that names the file, for what cannot be read or is missing.
    """
    root = files("monitor.newsroom").joinpath("articles") if folder is None else folder
    tables = [_read(file) for file in _toml_files(root)]
    texts = {str(table["id"]): str(table.get("text", "")) for table in tables}
    articles = [_article(table, texts, start) for table in tables]
    return tuple(sorted(articles, key=lambda article: article.id))


def _toml_files(folder: Traversable) -> Iterator[Traversable]:
    for child in folder.iterdir():
        if child.is_dir():
            yield from _toml_files(child)
        elif child.name.endswith(".toml"):
            yield child


def _read(file: Traversable) -> dict[str, Any]:
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error
    missing = [key for key in _NEEDED if key not in table]
    if "text" not in table and "copy_of" not in table:
        missing.append("text")
    unknown = sorted(table.keys() - _KEYS)
    if missing or unknown:
        raise ValueError(f"{file.name}: missing keys {missing}, unknown keys {unknown}")
    return table


def _article(table: dict[str, Any], texts: dict[str, str], start: datetime) -> Article:
    published = start + timedelta(minutes=table["minutes"])
    text = table.get("text") or texts.get(table.get("copy_of", ""), "")
    versions = [Version(1, published, table["title"], paragraphs_of(text))]
    for correction in sorted(table.get("corrections", ()), key=lambda one: one["minutes"]):
        before = versions[-1]
        versions.append(
            Version(
                before.number + 1,
                published + timedelta(minutes=correction["minutes"]),
                correction.get("title") or before.title,
                paragraphs_of(correction["text"]),
            )
        )
    return Article(
        id=table["id"],
        site=table["site"],
        language=table["language"],
        slug=quote(table["slug"]),
        summary=" ".join(table.get("summary", "").split()),
        section=table.get("section", ""),
        versions=tuple(versions),
        authors=tuple(table.get("authors", ())),
        topics=tuple(table.get("topics", ())),
        story=table.get("story") or None,
        copy_of=table.get("copy_of") or None,
    )


def paragraphs_of(text: str) -> tuple[str, ...]:
    """Split at empty lines; lines within a paragraph are joined."""
    blocks = text.replace("\r\n", "\n").split("\n\n")
    return tuple(" ".join(block.split()) for block in blocks if block.strip())
