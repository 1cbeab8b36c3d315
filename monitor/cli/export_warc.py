"""Stored pages as a WARC file: what was fetched, when, from where, byte for byte."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import UTC
from http import HTTPStatus
from typing import IO

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from config.product import PRODUCT, product_version
from monitor.model import Page

# The body was decoded when it was kept: what spoke of its packing would now be false.
_OF_THE_WIRE = frozenset(
    ("content-encoding", "transfer-encoding", "content-length", "connection", "keep-alive")
)


def write_warc(found: Iterable[Page], out: IO[bytes]) -> int:
    """One response record a page, each compressed by itself, after one record about the file."""
    writer = WARCWriter(out, gzip=True)
    software = {"software": f"{PRODUCT}/{product_version()}", "format": "WARC File Format 1.0"}
    writer.write_record(writer.create_warcinfo_record(None, software))
    count = 0
    for page in found:
        writer.write_record(
            writer.create_warc_record(
                page.final_url,
                "response",
                payload=io.BytesIO(page.body),
                length=len(page.body),
                http_headers=_headers(page),
                warc_headers_dict={
                    "WARC-Date": f"{page.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
                },
            )
        )
        count += 1
    return count


def _headers(page: Page) -> StatusAndHeaders:
    kept = [
        (name.title(), " ".join(value.split()))
        for name, value in page.headers.items()
        if name not in _OF_THE_WIRE
    ]
    kept.append(("Content-Length", str(len(page.body))))
    return StatusAndHeaders(f"{page.status} {_phrase(page.status)}", kept, protocol="HTTP/1.1")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
