"""Undoes Content-Encoding, within a bound.

httpx would inflate without one: 1,827 bytes of gzip inside gzip become 1 GiB. Here no more is
produced than the limit and one step beyond it, and what was not asked for is refused.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from time import thread_time

import brotli
import zstandard

from monitor.model import Failure, Fate
from monitor.pipeline.inflate import GZIP, GZIP_MAGIC, MOST_MEMBERS
from monitor.pipeline.inflate import pieces as inflated_pieces

ACCEPT_ENCODING = "gzip, deflate, br, zstd"

_STEP = 256 * 1024
_INPUT = 16 * 1024
# A block of zstd is at least 4 bytes long and at most 128 KiB when decoded: 256 bytes of input
# give 8 MiB at the worst. Its decoder knows no other bound on what one call produces.
_ZSTD_INPUT = 256
_ZSTD_WINDOW = 8 * 1024 * 1024  # the largest that RFC 9659 lets a server use
# A short text repeated for ever is compressed up to about 300:1 by gzip; only runs of one byte
# reach 1,000:1. Above this, what is too large is called a bomb.
_BOMB_RATIO = 500
# A brotli stream may order 40 microseconds of work by 85 bytes and give one byte for it: 15 MiB of
# that would take 7 s. What a server honestly sends is unpacked at 100 MB a second and more.
_CPU_SECONDS = 5.0


def coding_of(header: str) -> str | Failure:
    """The one coding named by a Content-Encoding header: identity, gzip, deflate, br or zstd."""
    names = [name.strip().lower().removeprefix("x-") for name in header.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    if len(names) > 1:
        return Failure(
            "fetch.encoding", "the answer is compressed more than once, which is refused"
        )
    coding = names[0] if names else "identity"
    if coding not in ("identity", "gzip", "deflate", "br", "zstd"):
        return Failure(
            "fetch.encoding",
            f'the answer is in the encoding "{coding[:40]}", which was not asked for',
        )
    return coding


def decode(raw: bytes, coding: str, limit: int, *, cut: bool = False) -> bytes | Failure:
    """`raw` without its coding, at most `limit` bytes long.

    gzip is recognised by its first bytes: a body that is labelled gzip and is not is taken as it
    is, and one that is gzip without a label is unpacked. With `cut` a longer or broken document is
    shortened to what could be read rather than refused.
    """
    if coding in ("identity", "gzip"):
        coding = "gzip" if raw.startswith(GZIP_MAGIC) else "identity"
    if coding == "identity" or not raw:
        if len(raw) <= limit:
            return raw
        return raw[:limit] if cut else too_large(limit)
    body, used, until = bytearray(), 0, thread_time() + _CPU_SECONDS
    try:
        for piece, used in _pieces(raw, coding):  # noqa: B007
            body += piece
            if len(body) > limit:
                break
            if thread_time() > until:
                if not cut:
                    return _toilsome(coding)
                break
    except EOFError:
        if not cut:
            return Failure("fetch.truncated", f"the answer's {coding} data ends too early")
    except (zlib.error, brotli.error, zstandard.ZstdError) as error:
        if not cut:
            return Failure("fetch.encoding", f"the answer's {coding} data is damaged ({error})")
    if len(body) <= limit:
        return bytes(body)
    return bytes(body[:limit]) if cut else _refused_size(used, len(body), limit)


def too_large(limit: int) -> Failure:
    return Failure("fetch.too_large", f"the answer is larger than the limit of {_size(limit)}")


def _refused_size(used: int, decoded: int, limit: int) -> Failure:
    if decoded < _BOMB_RATIO * used:
        return too_large(limit)
    return Failure(
        "fetch.bomb",
        f"{used} bytes of the answer unpack to more than {_size(limit)}: a decompression bomb",
        Fate.QUARANTINE,
    )


def _toilsome(coding: str) -> Failure:
    return Failure(
        "fetch.bomb",
        f"the answer's {coding} data takes more than {_CPU_SECONDS:g} s to unpack: a bomb",
        Fate.QUARANTINE,
    )


def _size(limit: int) -> str:
    return f"{limit / 1048576:.3g} MiB" if limit >= 1048576 else f"{limit / 1024:.3g} KiB"


def _pieces(raw: bytes, coding: str) -> Iterator[tuple[bytes, int]]:
    """Decoded pieces, each with the number of bytes of `raw` that were used up to its end."""
    if coding == "zstd":
        return _unzstd(raw)
    if coding == "br":
        return _unbrotli(raw)
    if coding == "gzip":
        return inflated_pieces(raw, GZIP)
    return inflated_pieces(raw, zlib.MAX_WBITS if _is_zlib(raw) else -zlib.MAX_WBITS)


def _is_zlib(raw: bytes) -> bool:
    """RFC 9110 means zlib by "deflate"; some servers send raw deflate data."""
    return len(raw) > 1 and raw[0] & 0x0F == 8 and (raw[0] << 8 | raw[1]) % 31 == 0


def _unbrotli(raw: bytes) -> Iterator[tuple[bytes, int]]:
    """Raises EOFError at an unfinished end. Brotli has no members: what follows is damage.

    One piece may be twice `_STEP` long, because the decoder's buffer grows in blocks.
    """
    view, at = memoryview(raw), 0
    decoder = brotli.Decompressor()
    while not decoder.is_finished():
        step = view[at : at + _INPUT] if decoder.can_accept_more_data() else view[:0]
        at += len(step)
        piece = decoder.process(step, output_buffer_limit=_STEP)
        yield piece, at
        if not step and not piece and not decoder.is_finished():
            raise EOFError
    if at < len(raw):
        raise brotli.error("data after the end")


def _unzstd(raw: bytes) -> Iterator[tuple[bytes, int]]:
    """Raises EOFError at an unfinished end."""
    view, at = memoryview(raw), 0
    for _ in range(MOST_MEMBERS):
        frame = zstandard.ZstdDecompressor(max_window_size=_ZSTD_WINDOW).decompressobj()
        while not frame.eof:
            if at >= len(raw):
                raise EOFError
            step = view[at : at + _ZSTD_INPUT]
            at += len(step)
            yield frame.decompress(step), at
        at -= len(frame.unused_data)
        if at >= len(raw):
            return
    raise zstandard.ZstdError("too many parts")
