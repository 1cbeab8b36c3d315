"""Documents named on the command line: files, or addresses that are fetched once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from monitor.errors import InvalidUrl
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import FEED_LIMIT
from monitor.model import Failure, Fate
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.inflate import inflated


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a document and where they are from; `file` is None for what was fetched."""

    file: str | None
    url: str
    content_type: str
    body: bytes


def is_address(name: str) -> bool:
    return name.startswith(("http://", "https://"))


async def load(name: str, fetcher: Fetcher, *, url: str | None = None) -> Document | Failure:
    """Read a file, or fetch an address. `url` is the address that a file was saved from."""
    if not is_address(name):
        return _read(name, url or Path(name).absolute().as_uri())
    try:
        address = canonical_url(name)
    except InvalidUrl as error:
        return Failure("input.url", str(error), Fate.SKIP)
    response = await fetcher.get(address, limit=FEED_LIMIT, spacing=timedelta())
    if isinstance(response, Failure):
        return response
    headers: Mapping[str, str] = response.headers
    return Document(None, response.final_url, headers.get("content-type", ""), response.body)


def _read(name: str, url: str) -> Document | Failure:
    try:
        with Path(name).open("rb") as file:
            body = inflated(file.read(FEED_LIMIT + 1), FEED_LIMIT)
    except OSError as error:
        detail = f"{name} cannot be read: {error.strerror or error}"
        return Failure("input.file", detail, Fate.SKIP)
    if body is None or len(body) > FEED_LIMIT:
        return Failure("input.file", f"{name} holds more than {FEED_LIMIT} bytes", Fate.SKIP)
    return Document(name, url, "", body)
