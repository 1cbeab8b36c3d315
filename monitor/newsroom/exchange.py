"""A request, the answer to it, and the pure step that makes an answer ready to send.

site.answer(request) ──▶ Answer ──faults──▶ Answer ──finish──▶ Answer ──▶ connection writes it
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from monitor.newsroom.world import ValidatorHabit

Kind = Literal["page", "feed", "sitemap", "listing", "other"]

# Below this a gzip body is rarely smaller than what it packs.
_GZIP_FROM = 256


@dataclass(frozen=True, slots=True)
class Request:
    """`path` is without the query and as it was sent; header names are lower case."""

    method: str
    target: str
    headers: Mapping[str, str]

    @property
    def path(self) -> str:
        return urlsplit(self.target).path or "/"

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    def number(self, key: str) -> int | None:
        """A query value from 1 up, 1 where it is absent, None where it is no such number."""
        value = self.query.get(key, "1")
        return int(value) if value.isascii() and value.isdigit() and int(value) > 0 else None


@dataclass(frozen=True, slots=True)
class Manner:
    """How the bytes go out. `keep` is the part of the body that is sent before `ending`.

    `chunk` (bytes) and `pause` (seconds) make a drip; `declare_length` False leaves the end of
    the connection as the only mark of the body's end; `wait` comes before the first byte.
    """

    keep: float = 1.0
    chunk: int | None = None
    pause: float = 0.0
    wait: float = 0.0
    declare_length: bool = True
    ending: Literal["keep-alive", "close", "reset", "reset-first"] = "keep-alive"


WHOLE = Manner()


@dataclass(frozen=True, slots=True)
class Answer:
    """`articles` are the (id, version) that the body contains; `compress` False sends it as is."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=UTF-8"
    kind: Kind = "other"
    articles: tuple[tuple[str, int], ...] = ()
    modified: datetime | None = None
    validators: ValidatorHabit = "both"
    headers: tuple[tuple[str, str], ...] = ()
    compress: bool = True
    manner: Manner = WHOLE


def finish(request: Request, answer: Answer) -> Answer:
    """Add validators, answer 304 to whoever has it already, and compress where it is accepted."""
    if answer.status != 200:
        return _with_type(answer)
    tag = _etag(answer)
    zipped = answer.compress and len(answer.body) >= _GZIP_FROM and _accepts_gzip(request)
    headers = [*answer.headers, *_validators(answer, tag, zipped)]
    if answer.compress:
        headers.append(("Vary", "Accept-Encoding"))
    if _is_current(request, answer, tag):
        return replace(answer, status=304, body=b"", articles=(), headers=tuple(headers))
    if zipped:
        headers.append(("Content-Encoding", "gzip"))
        answer = replace(answer, body=gzip.compress(answer.body, compresslevel=6, mtime=0))
    return _with_type(replace(answer, headers=tuple(headers)))


def _with_type(answer: Answer) -> Answer:
    if answer.status == 304:
        return answer
    return replace(answer, headers=(*answer.headers, ("Content-Type", answer.content_type)))


def _etag(answer: Answer) -> str | None:
    if answer.validators == "lying":
        return "constant"
    if answer.validators in ("both", "etag"):
        return hashlib.sha256(answer.body).hexdigest()[:20]
    return None


def _validators(answer: Answer, tag: str | None, zipped: bool) -> list[tuple[str, str]]:
    headers = []
    if tag is not None:
        # A strong tag names one sequence of bytes, so the compressed body has another.
        headers.append(("ETag", f'"{tag}-gzip"' if zipped else f'"{tag}"'))
    if answer.modified is not None and answer.validators in ("both", "modified"):
        headers.append(("Last-Modified", format_datetime(answer.modified, usegmt=True)))
    return headers


def _is_current(request: Request, answer: Answer, tag: str | None) -> bool:
    asked = request.headers.get("if-none-match")
    if asked is not None:
        tags = {one.strip().removeprefix("W/").strip('"') for one in asked.split(",")}
        return "*" in tags or (tag is not None and bool(tags & {tag, f"{tag}-gzip"}))
    since = request.headers.get("if-modified-since")
    if since is None or answer.modified is None or answer.validators not in ("both", "modified"):
        return False
    try:
        return answer.modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # unreadable, or without a zone: as if it were not there
        return False


def _accepts_gzip(request: Request) -> bool:
    for offer in request.headers.get("accept-encoding", "").split(","):
        name, _, weight = offer.partition(";")
        if name.strip().lower() in ("gzip", "*"):
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False
