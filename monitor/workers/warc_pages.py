"""Records of a WARC file → pages: the HTML that was answered with 200, without its packing.

What crawlers write differs. Common Crawl's news keep a page unpacked and rename the headers that
spoke of its packing ("X-Crawler-Content-Encoding"); before May 2019 they left them as they were.
Browsers and wget keep the bytes as they came over the wire. So a header is believed where the
bytes bear it out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO

from monitor.errors import InvalidUrl
from monitor.fetch.content_encoding import coding_of, decode
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import Failure, Response
from monitor.pipeline.canonical_url import canonical_url
from monitor.workers.warc_records import Record, WarcReader, read_headers

_HTML = ("text/html", "application/xhtml+xml")
_HEAD = 256 * 1024
_STATUS = re.compile(rb"HTTP/[\d.]+\s+([1-9]\d\d)(?=\s|\Z)")
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_CHUNK = re.compile(rb"\s*([0-9a-fA-F]{1,8})[^\r\n]{0,200}\r?\n")
_OF_THE_WIRE = frozenset(("content-encoding", "transfer-encoding", "content-length", "connection"))


@dataclass
class PageCount:
    """`records` are all that a file holds, `cut` pages that were not kept whole by who made the
    file, `damaged` what could not be read of it, and `broken` why."""

    records: int = 0
    cut: int = 0
    damaged: int = 0
    broken: str | None = None


def pages_of(stream: IO[bytes], count: PageCount) -> Iterator[Response]:
    """The pages of a file, in its order."""
    reader = WarcReader(stream, PAGE_LIMIT + _HEAD)
    try:
        for record in reader:
            count.records += 1
            response = _response(record)
            if response is None:
                continue
            if record.cut or "warc-truncated" in record.headers:
                count.cut += 1
            else:
                yield response
    except OSError as error:
        count.broken = error.strerror or str(error)
    count.damaged += reader.damaged
    count.broken = count.broken or reader.reason


def _response(record: Record) -> Response | None:
    if record.kind == "response":
        answer = _answer(record.block)
    elif record.kind == "resource":
        answer = 200, {"content-type": record.headers.get("content-type", "")}, record.block
    else:
        return None
    if answer is None or answer[0] != 200 or not _is_html(answer[1], record.headers):
        return None
    _, headers, raw = answer
    try:
        url = canonical_url(record.headers.get("warc-target-uri", "").strip("<>"))
    except InvalidUrl:
        return None
    moment = _moment(record.headers.get("warc-date", ""))
    body = _unpacked(raw, headers)
    if moment is None or not body:
        return None
    kept = {name: value for name, value in headers.items() if name not in _OF_THE_WIRE}
    return Response(url, url, 200, kept, body, moment, timedelta(0))


def _answer(block: bytes) -> tuple[int, dict[str, str], bytes] | None:
    """Status, headers and the rest of an HTTP answer, whose lines may end without CR."""
    status = _STATUS.match(block)
    end = _END_OF_HEAD.search(block, 0, _HEAD)
    if status is None or end is None:
        return None
    lines = block[: end.start()].splitlines()[1:]
    return int(status[1]), read_headers(lines), block[end.end() :]


def _is_html(headers: Mapping[str, str], about: Mapping[str, str]) -> bool:
    """By the publisher's own word; where there is none, by what the crawler found out."""
    said = headers.get("content-type") or about.get("warc-identified-payload-type", "")
    return said.partition(";")[0].strip().lower() in _HTML


def _unpacked(raw: bytes, headers: Mapping[str, str]) -> bytes | None:
    """The page; None where it is larger than a page may be, or packed in an unknown way."""
    if "chunked" in headers.get("transfer-encoding", "").lower():
        raw = _without_chunks(raw)
    coding = coding_of(headers.get("content-encoding", ""))
    if not isinstance(coding, Failure):
        body = decode(raw, coding, PAGE_LIMIT)
        if isinstance(body, bytes):
            return body
    # Labelled as packed, but it is plain already.
    plain = raw.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<")
    return raw if plain and len(raw) <= PAGE_LIMIT else None


def _without_chunks(raw: bytes) -> bytes:
    """The body of a chunked answer; as it is where it is not chunked (any more)."""
    body, at = bytearray(), 0
    while found := _CHUNK.match(raw, at):
        size = int(found[1], 16)
        if size == 0:
            return bytes(body)
        body += raw[found.end() : found.end() + size]
        at = found.end() + size
    return bytes(body) if at >= len(raw) > 0 else raw


def _moment(date: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(date)
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
