"""A WARC file, record by record: packed or not, whole or damaged, of any size.

warcio's reader stops at the first damaged record, and refuses a file that was packed as one piece.
Of a file of some hundred MB with one bad member all other records are good: here what is damaged
is left out and counted, and reading goes on with the next record that can be found.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import IO

from monitor.pipeline.inflate import GZIP_MAGIC

_INPUT = 64 * 1024
_STEP = 256 * 1024
_LONGEST_LINE = 64 * 1024
_MOST_HEADERS = 200
_HEAD = 2048
_BEGIN = b"WARC/"


@dataclass(frozen=True, slots=True)
class Record:
    """`headers` have lower-case names. `block` is what follows them, cut where `cut` is set."""

    headers: Mapping[str, str]
    block: bytes
    cut: bool = False

    @property
    def kind(self) -> str:
        return self.headers.get("warc-type", "").lower()


class WarcReader:
    """The records of one file, in its order. `damaged` counts what could not be read, `reason`
    says why, the last time. No more than `limit` bytes of a block are kept."""

    def __init__(self, stream: IO[bytes], limit: int) -> None:
        self._bytes = _Bytes(stream)
        self._limit = limit
        self.damaged = 0
        self.reason: str | None = None

    def __iter__(self) -> Iterator[Record]:
        while True:
            try:
                record = self._record()
            except _DamagedError as error:
                self.damaged += 1
                self.reason = str(error)
                self._bytes.forget()
                continue
            if record is None:
                return
            yield record

    def _record(self) -> Record | None:
        if not self._bytes.skip_blank():
            return None
        if not self._bytes.starts_with(_BEGIN):
            self._bytes.skip_to_line(_BEGIN)
            raise _DamagedError("a record does not begin with its version")
        self._bytes.line()
        headers = self._headers()
        length = headers.get("content-length", "")
        if not length.isdecimal():
            raise _DamagedError("a record does not say how long it is")
        block = self._bytes.take(int(length), self._limit)
        self._bytes.end_member()
        return Record(headers, block, cut=len(block) < int(length))

    def _headers(self) -> dict[str, str]:
        lines: list[bytes] = []
        while line := self._bytes.line().rstrip(b"\r\n"):
            lines.append(line)
            if len(lines) > _MOST_HEADERS:
                raise _DamagedError("a record has more headers than any has")
        return read_headers(lines)


def read_headers(lines: list[bytes]) -> dict[str, str]:
    """Headers by their lower-case names, the first of several; a line that goes on is joined."""
    headers: dict[str, str] = {}
    name = ""
    for line in lines:
        text = _decoded(line)
        if text[:1] in (" ", "\t") and name:
            headers[name] = f"{headers[name]} {text.strip()}"
            continue
        key, colon, value = text.partition(":")
        if colon and key.strip().lower() not in headers:
            name = key.strip().lower()
            headers[name] = value.strip()
        else:
            name = ""
    return headers


def _decoded(line: bytes) -> str:
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("iso-8859-1")


class _DamagedError(Exception):
    """What is being read is not whole; the reader stands before whatever follows."""


class _Bytes:
    """The unpacked bytes of a file, as many at a time as are asked for."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._out = bytearray()
        self._in = stream.read(_INPUT)
        self._packed = self._in.startswith(GZIP_MAGIC)
        self._member: zlib._Decompress | None = None

    def forget(self) -> None:
        """Of a packed file, drop what was unpacked of the damaged member."""
        if self._packed:
            self._out.clear()

    def skip_blank(self) -> bool:
        """Go to the next byte that ends no line; False at the end of the file."""
        while True:
            found = len(self._out) - len(self._out.lstrip(b"\r\n"))
            del self._out[:found]
            if self._out:
                return True
            if not self._fill():
                return False

    def end_member(self) -> None:
        """Behind a packed record stands its checksum: only with it the record is whole."""
        while self._member is not None and not self._out.strip(b"\r\n"):
            self._unpack()

    def starts_with(self, word: bytes) -> bool:
        while len(self._out) < len(word) and self._fill():
            pass
        return self._out.startswith(word)

    def skip_to_line(self, word: bytes) -> None:
        """Go to the next line that starts with `word`, or to the end."""
        start = b"\n" + word
        while (at := self._out.find(start)) < 0:
            del self._out[: max(len(self._out) - len(start), 0)]
            if not self._fill():
                self._out.clear()
                return
        del self._out[: at + 1]

    def line(self) -> bytes:
        while (at := self._out.find(b"\n", 0, _LONGEST_LINE)) < 0:
            if len(self._out) >= _LONGEST_LINE:
                raise _DamagedError("a header is longer than any is")
            if not self._fill():
                raise _DamagedError("the file ends in the middle of a record")
        found = bytes(self._out[: at + 1])
        del self._out[: at + 1]
        return found

    def take(self, length: int, limit: int) -> bytes:
        """Read so many bytes and return the first ones of them."""
        kept = bytearray()
        while True:
            part = min(length, len(self._out))
            kept += self._out[: min(part, limit - len(kept))]
            del self._out[:part]
            length -= part
            if length == 0:
                return bytes(kept)
            if not self._fill():
                raise _DamagedError("the file ends in the middle of a record")

    def _fill(self) -> bool:
        """Get more bytes; False at the end."""
        if not self._in:
            self._in = self._stream.read(_INPUT)
        if not self._packed:
            self._out += self._in
            more, self._in = bool(self._in), b""
            return more
        while self._member is not None or self._next_member():
            if self._unpack():
                return True
        return False

    def _next_member(self) -> bool:
        self._in = self._in.lstrip(b"\0")  # some pad their files
        while len(self._in) < len(GZIP_MAGIC) and (more := self._stream.read(_INPUT)):
            self._in = (self._in + more).lstrip(b"\0")
        if not self._in:
            return False
        if not self._in.startswith(GZIP_MAGIC):
            self._find_member()
            raise _DamagedError("something that is not packed stands between the records")
        self._member = zlib.decompressobj(wbits=31)
        return True

    def _unpack(self) -> bool:
        """Unpack some more of the member; False when it has ended without more."""
        assert self._member is not None
        if not self._in and not (more := self._stream.read(_INPUT)):
            self._member = None
            raise _DamagedError("the file ends in the middle of a packed record")
        self._in = self._in or more
        try:
            found = self._member.decompress(self._in, _STEP)
        except zlib.error as error:
            self._find_member()
            raise _DamagedError(f"a packed record is damaged ({error})") from error
        ended = self._member.eof
        self._in = self._member.unused_data if ended else self._member.unconsumed_tail
        self._out += found
        if ended:
            self._member = None
        return bool(found) or not ended

    def _find_member(self) -> None:
        """Go to the next member that begins like a record, or to the end."""
        self._member, start = None, 1
        while True:
            at = self._in.find(GZIP_MAGIC, start)
            if at >= 0:
                self._in, start = self._in[at:], 1
                while len(self._in) < _HEAD and (more := self._stream.read(_INPUT)):
                    self._in += more
                if self._begins_a_record():
                    return
                continue
            more = self._stream.read(_INPUT)
            if not more:
                self._in = b""
                return
            self._in, start = self._in[-2:] + more, 0

    def _begins_a_record(self) -> bool:
        try:
            start = zlib.decompressobj(wbits=31).decompress(self._in[:_HEAD], len(_BEGIN))
        except zlib.error:
            return False
        return start == _BEGIN
