from __future__ import annotations

import gzip
import random
import zlib

import pytest

from monitor.pipeline.inflate import GZIP, inflated, pieces

TEXT = random.Random(3).randbytes(100_000)
PACKED = gzip.compress(TEXT)


def test_what_is_no_gzip_stays_as_it_is() -> None:
    assert inflated(b"<rss/>", 3) == b"<rss/>"


def test_members_are_joined_and_what_follows_them_is_left() -> None:
    assert inflated(PACKED + gzip.compress(b"") + PACKED + b"\0\0\n") == TEXT * 2


def test_the_limit_is_exact() -> None:
    assert inflated(PACKED, len(TEXT)) == TEXT
    assert inflated(PACKED, len(TEXT) - 1) is None
    assert inflated(PACKED * 2, len(TEXT) * 2 - 1) is None


def test_a_damaged_file_is_read_as_far_as_it_goes() -> None:
    cut = inflated(PACKED[:60_000])
    assert cut
    assert TEXT.startswith(cut)
    broken = inflated(PACKED + PACKED[:12] + b"\xff" * 100)
    assert broken is not None
    assert broken.startswith(TEXT)


def test_endless_empty_members_are_an_end() -> None:
    assert inflated(gzip.compress(b"") * 20_000) == b""


def test_pieces_are_small_and_tell_an_early_end_from_damage() -> None:
    bomb = gzip.compress(bytes(4_000_000))
    assert max(len(piece) for piece, _ in pieces(bomb, GZIP)) <= 256 * 1024
    with pytest.raises(EOFError):
        list(pieces(PACKED[:-5], GZIP))
    with pytest.raises(zlib.error):
        list(pieces(PACKED[:-8] + bytes(8), GZIP))
