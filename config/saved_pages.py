"""Pages saved beside what is to be read from them: what a source's rules are tried out against.

`sources/pages/<source>/<name>.html` and `<name>.json`: an object with "url", "title" and "text" (a
list of paragraphs), and optionally "published" (ISO 8601) and "authors".
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.errors import ConfigError


@dataclass(frozen=True, slots=True)
class SavedPage:
    """One page and what a reader would say is in it. None is not compared."""

    name: str
    url: str
    body: bytes
    title: str
    text: str
    published: datetime | None = None
    authors: tuple[str, ...] | None = None


def saved_pages(folder: Path, source: str) -> tuple[SavedPage, ...]:
    """The pages that `folder`, a folder of configuration, has for a source, by their names.

    Raises ConfigError for a page without a usable description, and for one that cannot be read.
    """
    pages = sorted((folder / "sources" / "pages" / source).glob("*.html"))
    return tuple(_read(page) for page in pages)


def _read(page: Path) -> SavedPage:
    described = page.with_suffix(".json")
    try:
        told = json.loads(described.read_text("utf-8"))
        return _page(page, told)
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(
            f'{described}: expected an object with "url", "title" and "text", a list of paragraphs'
        ) from error


def _page(page: Path, told: dict[str, Any]) -> SavedPage:
    published, authors = told.get("published"), told.get("authors")
    return SavedPage(
        name=page.stem,
        url=str(told["url"]),
        body=page.read_bytes(),
        title=str(told["title"]),
        text="\n\n".join(told["text"]),
        published=datetime.fromisoformat(published) if published else None,
        authors=tuple(authors) if authors is not None else None,
    )
