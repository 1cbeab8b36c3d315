"""What is packed to hurt: memory and processor time stay within bounds, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import zlib
from pathlib import Path

import brotli
import pytest
import zstandard

from monitor.fetch import content_encoding
from monitor.fetch.content_encoding import decode
from monitor.model import Failure

MIB = 1024 * 1024
GIB = 1024 * MIB

# The peak that the system reports outlives exec, so it would be that of the tests; after a fork it
# begins anew. argv: the coding, the file, the limit in bytes; without a file, the control.
MEASURED = """
import os, resource, sys
from pathlib import Path
from monitor.fetch.content_encoding import decode

def peak():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

coding, file, limit = sys.argv[1], sys.argv[2], int(sys.argv[3])
raw = Path(file).read_bytes() if file else b"x" * limit
child = os.fork()
if child == 0:
    before = peak()
    found = decode(raw, coding, limit) if file else len(raw * 2)
    print(getattr(found, "code", "control"), peak() - before, flush=True)
    os._exit(0)
sys.exit(os.waitpid(child, 0)[1])
"""


def grown(coding: str, file: Path | str, limit: int) -> tuple[str, int]:
    """The code of the failure, and by how many bytes the process grew."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, coding, str(file), str(limit)],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    code, size = ran.stdout.split()
    return code, int(size)


def gzip_gibibyte() -> bytes:
    """Its blocks stand alone, so one of 1 MiB is repeated."""
    squeezer = zlib.compressobj(9, wbits=-15)
    block = squeezer.compress(bytes(MIB)) + squeezer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\0\0\0\0\0\0\x03"
    return head + block * (GIB // MIB) + b"\x03\0" + bytes(8)


def brotli_gibibyte() -> bytes:
    squeezer, piece = brotli.Compressor(quality=1), bytes(16 * MIB)
    packed = [squeezer.process(piece) for _ in range(GIB // len(piece))]
    return b"".join([*packed, squeezer.finish()])


def zstd_gibibyte() -> bytes:
    packer, piece = zstandard.ZstdCompressor().compressobj(), bytes(16 * MIB)
    return b"".join(packer.compress(piece) for _ in range(GIB // len(piece))) + packer.flush()


BOMBS = {"gzip": gzip_gibibyte, "br": brotli_gibibyte, "zstd": zstd_gibibyte}


@pytest.mark.parametrize("coding", BOMBS)
def test_a_gibibyte_adds_less_than_64_mebibytes(coding: str, tmp_path: Path) -> None:
    pytest.importorskip("resource")
    file = tmp_path / "bomb"
    file.write_bytes(BOMBS[coding]())
    assert file.stat().st_size < 2 * MIB
    code, size = grown(coding, file, 15 * MIB)
    assert code == "fetch.bomb"
    assert size < 64 * MIB


def test_the_measure_sees_what_is_taken() -> None:
    """Else the test above would prove nothing."""
    pytest.importorskip("resource")
    assert grown("identity", "", 100 * MIB)[1] > 150 * MIB


class _Bits:
    def __init__(self) -> None:
        self.text = ""

    def put(self, *fields: tuple[int, int]) -> None:
        """Numbers and their lengths in bits, the lowest bit first."""
        for value, length in fields:
            self.text += f"{value:0{length}b}"[::-1]

    def one_symbol(self, symbol: int, length: int) -> None:
        """A prefix code of a single symbol."""
        self.put((1, 2), (0, 2), (symbol, length))


def laborious_brotli(parts: int) -> bytes:
    """Each part gives one byte and orders 256 block types, their contexts and a table of 16,384
    entries to be made and turned over (RFC 7932, 9.2)."""
    part = _Bits()
    part.put((0, 1), (0, 2), (0, 16), (0, 1))  # not the last one, one byte long, compressed
    part.put((1, 1), (7, 3), (127, 7))  # 256 types of literals
    part.one_symbol(0, 9)
    part.one_symbol(25, 5)
    part.put((0xFFFFFF, 24), (0, 1), (0, 1), (0, 2), (0, 4), *[(0, 2)] * 256)
    part.put((1, 1), (0, 3), (1, 1), (13, 4))  # two trees; runs of zeros, up to 2 ** 14 and more
    part.one_symbol(14, 4)
    part.put((0, 14), (1, 1), (0, 1))  # one run; moved to the front; one tree of distances
    part.one_symbol(65, 8)
    part.one_symbol(65, 8)
    part.one_symbol(8, 10)
    part.one_symbol(0, 6)
    bits = "0" + part.text * parts + "11"
    return int(bits[::-1], 2).to_bytes((len(bits) + 7) // 8, "little")


def test_little_work_is_done_whatever_it_was_packed_like() -> None:
    assert decode(laborious_brotli(1000), "br", MIB) == b"A" * 1000


def test_work_without_a_result_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    data = laborious_brotli(10_000)
    monkeypatch.setattr(content_encoding, "_CPU_SECONDS", 0.01)
    failure = decode(data, "br", 15 * MIB)
    assert isinstance(failure, Failure)
    assert failure.code == "fetch.bomb"
    assert "to unpack" in failure.detail


@pytest.mark.parametrize("size", [16 * 1024 - 1, 16 * 1024, 16 * 1024 + 1, 32 * 1024])
def test_bytes_after_brotli_data_are_seen_wherever_it_ends(size: int) -> None:
    """The decoder is fed 16 KiB at a time; data may end at just such a place."""
    stored = size - 4
    head = _Bits()
    head.put((0, 1), (0, 1), (0, 2), (stored - 1, 16), (1, 1), (0, 3))
    packed = int(head.text[::-1], 2).to_bytes(3, "little") + b"x" * stored + b"\x03"
    assert len(packed) == size
    assert decode(packed, "br", MIB) == b"x" * stored
    for after in (b"\n", b"garbage" * 9, packed):
        failure = decode(packed + after, "br", MIB)
        assert isinstance(failure, Failure)
        assert failure.code == "fetch.encoding"
