"""WARC files as crawlers write them, made by hand: a library's own have none of their flaws."""

from __future__ import annotations

import gzip
from collections.abc import Iterable

STORIES = (
    "The new line carries its first trains in the morning, and two more stations follow in May.",
    "A museum of writing opens in the old post office, with letters from four centuries on show.",
    "Farmers of the valley agreed on a plan for water, after three dry summers in a row there.",
    "The library keeps its doors open until ten, which students had asked for since the spring.",
)


def page(number: int) -> bytes:
    """A page with one article, no two of which read alike."""
    story = f"{STORIES[number % len(STORIES)]} It is report number {number} of this year."
    paragraphs = "".join(
        f"<p>{story} {word} officials said.</p>" for word in ("So", "Thus", "Also")
    )
    return (
        f'<html lang="en"><head><title>Report {number}</title></head><body><article>'
        f"<h1>Report {number}</h1>{paragraphs}</article></body></html>"
    ).encode()


def answer(
    body: bytes,
    *headers: str,
    status: str = "HTTP/1.1 200 OK",
    kind: str = "text/html; charset=utf-8",
    end: str = "\r\n",
) -> bytes:
    """An HTTP answer as it stands in a record."""
    lines = [status, *([f"Content-Type: {kind}"] if kind else []), *headers]
    return (end.join(lines) + end * 2).encode() + body


def record(
    url: str,
    block: bytes,
    *headers: str,
    kind: str = "response",
    date: str = "2025-10-02T09:30:00Z",
    end: str = "\r\n",
    version: str = "WARC/1.0",
) -> bytes:
    """One record, not packed."""
    lines = [
        version,
        f"WARC-Type: {kind}",
        f"WARC-Date: {date}",
        f"WARC-Target-URI: {url}",
        "WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000000>",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
        *headers,
    ]
    return (end.join(lines) + end * 2).encode() + block + (end * 2).encode()


def news(number: int, *headers: str, **options: str) -> bytes:
    """A record as Common Crawl's news have it: unpacked, with the wire's headers renamed."""
    renamed = ("X-Crawler-Content-Encoding: gzip", "X-Crawler-Transfer-Encoding: chunked")
    return record(
        address(number),
        answer(page(number), *renamed),
        "WARC-Identified-Payload-Type: text/html",
        *headers,
        **options,
    )


def address(number: int) -> str:
    return f"https://example.org/news/{number}"


def packed(records: Iterable[bytes]) -> bytes:
    """Each record a gzip member of its own."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)
