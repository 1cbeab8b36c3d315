"""What is asked for, and the headers that say it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from monitor.fetch.content_encoding import ACCEPT_ENCODING
from monitor.model import Validators

Headers = tuple[tuple[bytes, bytes], ...]

_LONGEST_VALIDATOR = 1024
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Ask:
    """One `get`. `robots_for` names the user agent that robots.txt is asked about, None to not
    ask it; with `cut` a document above `limit` is shortened rather than refused."""

    url: str
    headers: Headers
    conditional: bool
    limit: int
    spacing: timedelta
    robots_for: str | None = None
    cut: bool = False


def request_headers(agent: str, accept: str, validators: Validators | None) -> tuple[Headers, bool]:
    """The headers of a GET, and whether they make it conditional. Nothing else is ever sent: no
    cookies, no Referer, no credentials."""
    headers = [
        (b"User-Agent", _UNSENDABLE.sub("", agent).encode("utf-8")),
        (b"Accept", accept.encode("ascii")),
        (b"Accept-Encoding", ACCEPT_ENCODING.encode("ascii")),
    ]
    conditions = [
        (name, raw)
        for name, value in (
            (b"If-None-Match", validators.etag if validators else None),
            (b"If-Modified-Since", validators.last_modified if validators else None),
        )
        if (raw := _sendable(value)) is not None
    ]
    return (*headers, *conditions), bool(conditions)


def form_headers(agent: str) -> Headers:
    """The headers of a POST of a form."""
    headers, _ = request_headers(agent, "*/*", None)
    return (*headers, (b"Content-Type", b"application/x-www-form-urlencoded"))


def _sendable(value: str | None) -> bytes | None:
    """A validator as the bytes it came as; None where it cannot be one."""
    if not value or len(value) > _LONGEST_VALIDATOR or _UNSENDABLE.search(value):
        return None
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return None
