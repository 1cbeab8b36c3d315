from __future__ import annotations

import gzip
import random
import tracemalloc
import zlib
from collections.abc import Callable

import brotli
import pytest
import zstandard

from monitor.fetch.content_encoding import coding_of, decode
from monitor.model import Failure

TEXT = ("Жасанды интеллект туралы заң. Un texte. " * 500).encode()
NOISE = random.Random(1).randbytes(300_000)
MIB = 1024 * 1024


def raw_deflate(data: bytes) -> bytes:
    squeezer = zlib.compressobj(wbits=-15)
    return squeezer.compress(data) + squeezer.flush()


def code(result: bytes | Failure) -> str:
    assert isinstance(result, Failure), len(result)
    return result.code


ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


@pytest.mark.parametrize("data", [b"", b"x", TEXT, NOISE], ids=["empty", "byte", "text", "noise"])
@pytest.mark.parametrize("coding", ENCODERS)
def test_what_was_encoded_comes_back(coding: str, data: bytes) -> None:
    assert decode(ENCODERS[coding](data), coding, MIB) == data


def test_deflate_without_its_zlib_wrapper_is_read() -> None:
    assert decode(raw_deflate(TEXT), "deflate", MIB) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_several_members_are_joined(coding: str) -> None:
    encode = ENCODERS[coding]
    assert decode(encode(TEXT) + encode(b"") + encode(NOISE), coding, MIB) == TEXT + NOISE


def test_gzip_is_recognised_by_its_first_bytes() -> None:
    assert decode(gzip.compress(TEXT), "identity", MIB) == TEXT  # packed, not labelled
    assert decode(TEXT, "gzip", MIB) == TEXT  # labelled, not packed


def test_what_follows_brotli_data_is_damage() -> None:
    for data in (TEXT, NOISE):
        assert code(decode(brotli.compress(data) + b"garbage", "br", MIB)) == "fetch.encoding"


def test_what_follows_the_gzip_data_is_ignored() -> None:
    assert decode(gzip.compress(TEXT) + b"\0\0garbage", "gzip", MIB) == TEXT


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_an_unfinished_end_is_told_from_damage(coding: str) -> None:
    packed = ENCODERS[coding](NOISE)
    assert code(decode(packed[:-20], coding, MIB)) == "fetch.truncated"
    assert code(decode(packed[:9], coding, MIB)) == "fetch.truncated"
    damaged = bytearray(packed)
    damaged[len(packed) // 2] ^= 0xFF
    if coding == "zstd":  # stored blocks carry no checksum unless asked for
        damaged[4:8] = b"\xff\xff\xff\xff"
    assert code(decode(bytes(damaged), coding, MIB)) in ("fetch.encoding", "fetch.truncated")
    assert code(decode(b"\x1f\x8b\x08" + b"\xff" * 50, "gzip", MIB)) == "fetch.encoding"


@pytest.mark.parametrize("coding", ENCODERS)
def test_the_limit_is_exact(coding: str) -> None:
    packed = ENCODERS[coding](NOISE)
    assert decode(packed, coding, len(NOISE)) == NOISE
    assert code(decode(packed, coding, len(NOISE) - 1)) == "fetch.too_large"


def bomb(coding: str, size: int) -> bytes:
    """`size` zero bytes, made without holding them."""
    piece, pieces = bytes(MIB), size // MIB
    if coding == "zstd":
        packer = zstandard.ZstdCompressor().compressobj()
        return b"".join([*(packer.compress(piece) for _ in range(pieces)), packer.flush()])
    squeezer = zlib.compressobj(9, wbits={"gzip": 31, "deflate": 15}[coding])
    return b"".join([*(squeezer.compress(piece) for _ in range(pieces)), squeezer.flush()])


@pytest.mark.parametrize("coding", ["gzip", "deflate", "zstd"])
def test_a_bomb_is_stopped_at_the_limit(coding: str) -> None:
    packed = bomb(coding, 256 * MIB)
    tracemalloc.start()
    try:
        result = decode(packed, coding, 15 * MIB)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert code(result) == "fetch.bomb"
    assert peak < 64 * MIB


def test_text_that_repeats_itself_is_large_and_no_bomb() -> None:
    assert code(decode(gzip.compress(TEXT * 100), "gzip", MIB)) == "fetch.too_large"


def test_endless_empty_members_are_refused() -> None:
    assert code(decode(gzip.compress(b"") * 20_000, "gzip", MIB)) == "fetch.encoding"
    assert code(decode(zstandard.compress(b"") * 20_000, "zstd", MIB)) == "fetch.encoding"


def test_a_zstd_window_above_what_http_allows_is_refused() -> None:
    parameters = zstandard.ZstdCompressionParameters(window_log=25)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    packed = packer.compress(NOISE) + packer.flush()
    assert code(decode(packed, "zstd", MIB)) == "fetch.encoding"


@pytest.mark.parametrize("coding", ENCODERS)
def test_with_cut_the_beginning_is_kept(coding: str) -> None:
    packed = ENCODERS[coding](NOISE)
    assert decode(packed, coding, 1000, cut=True) == NOISE[:1000]
    half = decode(packed[:150_000], coding, MIB, cut=True)
    assert isinstance(half, bytes)
    assert NOISE.startswith(half)
    assert len(half) > 0


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", "identity"),
        ("identity", "identity"),
        ("GZIP", "gzip"),
        ("x-gzip", "gzip"),
        (" deflate ,", "deflate"),
        ("identity, zstd", "zstd"),
    ],
)
def test_one_known_coding_is_named(header: str, coding: str) -> None:
    assert coding_of(header) == coding


@pytest.mark.parametrize(
    "header", ["brotli", "gzip, gzip", "gzip, br", "compress", "gzip;q=1", "utf-8"]
)
def test_stacked_and_unknown_codings_are_refused(header: str) -> None:
    failure = coding_of(header)
    assert isinstance(failure, Failure)
    assert failure.code == "fetch.encoding"
