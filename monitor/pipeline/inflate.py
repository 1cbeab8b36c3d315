"""Gzip that was not announced as a Content-Encoding, undone within a bound."""

from __future__ import annotations

import zlib

GZIP_MAGIC = b"\x1f\x8b\x08"
# A sitemap may have 50 MB by its standard; a gzip bomb of 1 MB has 1 GB.
LARGEST_DOCUMENT = 50 * 1024 * 1024


def inflated(body: bytes, limit: int = LARGEST_DOCUMENT) -> bytes | None:
    """The content of a gzip file, members joined; None when it is larger than `limit`.

    A body that is no gzip is returned as it is, a damaged one as far as it can be read.
    """
    if not body.startswith(GZIP_MAGIC):
        return body
    out: list[bytes] = []
    size = 0
    while body.startswith(GZIP_MAGIC):
        member = zlib.decompressobj(wbits=31)
        try:
            out.append(member.decompress(body, limit - size + 1))
        except zlib.error:
            break
        size += len(out[-1])
        if size > limit:
            return None
        body = member.unused_data
    return b"".join(out)
