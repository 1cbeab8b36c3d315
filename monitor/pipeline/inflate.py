"""Gzip and deflate, undone within a bound: the one rule for headers, files and bodies."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

GZIP_MAGIC = b"\x1f\x8b\x08"
GZIP = 16 + zlib.MAX_WBITS
# A sitemap may have 50 MB by its standard; a gzip bomb of 1 MB has 1 GB.
LARGEST_DOCUMENT = 50 * 1024 * 1024
# Members of a gzip file: bgzip makes one for every 64 KiB, so 10,000 are 640 MB; an empty one costs
# time and gives nothing.
MOST_MEMBERS = 10_000
_STEP = 256 * 1024
_INPUT = 16 * 1024


def inflated(body: bytes, limit: int = LARGEST_DOCUMENT) -> bytes | None:
    """The content of a gzip file, members joined; None when it is larger than `limit`.

    A body that is no gzip is returned as it is, a damaged one as far as it can be read.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    out = bytearray()
    try:
        for piece, _ in pieces(body, GZIP):
            out += piece
            if len(out) > limit:
                return None
    except (EOFError, zlib.error):
        pass
    return bytes(out)


def pieces(raw: bytes, wbits: int) -> Iterator[tuple[bytes, int]]:
    """Decoded pieces of at most 256 KiB, each with the number of bytes of `raw` that were used up
    to its end. `wbits` is zlib's name of the wrapper.

    What follows the end and is no further gzip member is ignored. Raises EOFError at an unfinished
    end, and zlib.error at what is damaged or has too many members.
    """
    view, at = memoryview(raw), 0
    for _ in range(MOST_MEMBERS):
        inflater = zlib.decompressobj(wbits)
        rest = b""
        while not inflater.eof:
            if not rest:
                rest = bytes(view[at : at + _INPUT])
                at += len(rest)
            piece = inflater.decompress(rest, _STEP)
            if not rest and not piece and not inflater.eof:
                raise EOFError
            rest = inflater.unconsumed_tail
            yield piece, at - len(rest)
        at -= len(inflater.unused_data)
        if not raw.startswith(GZIP_MAGIC, at):
            return
    raise zlib.error("too many parts")
