"""Bytes to text, decided here and not by a parser.

Parsers believe what a document says of itself, or give up on UTF-8 at the first bad byte: one
stray byte turned a whole Cyrillic feed into iso-8859-2, and windows-1251 that nobody declared
into "Íîâîñòè". The order here, from a closed list:

1. a byte order mark, or the NUL pattern of UTF-16 without one
2. valid UTF-8 with at least one multi-byte character, whatever was declared
3. UTF-8 with some bad bytes, each of them one U+FFFD
4. the charset declared in the header, then in the document, if what it yields can be read
5. what reads best among the single-byte charsets of Cyrillic and of Western Latin
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from monitor.pipeline.charsets import (
    declared_charsets,
    is_multibyte,
    kazakh_or_russian,
    legible,
)

Kind = Literal["xml", "html", "text"]

# Tried in this order when nothing else decides; kz1048 stands for cp1251 too (see charsets.py).
_GUESSES = ("cp1252", "kz1048", "koi8-r", "cp866", "iso8859-5")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
# A declared charset keeps its right unless another reads better by more than this.
_DECLARED_BONUS = 0.3
# Below this a guess is no better than noise.
_LEGIBLE = -1.0

# So few bytes are no Cyrillic text: a typographic quote, an accent, or damage.
_STRAY_BYTES = 3

_WORD_WITH_HIGH_BYTE = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
_SAMPLED_WORDS = 1500
_LONGEST_WORD = 60

# C0 controls, byte order marks and non-characters go; C1 controls are windows-1252 punctuation
# that somebody took for latin-1.
_CLEAN: dict[int, str | None] = {
    **dict.fromkeys([*range(0x09), *range(0x0E, 0x20), 0x7F, 0xFEFF, 0xFFFE, 0xFFFF]),
    **dict.fromkeys(range(0xD800, 0xE000)),
    0x0B: " ",
    0x0C: " ",
    **{
        code: bytes([code]).decode("cp1252", "ignore") or None
        for code in range(0x80, 0xA0)
        if code != 0x85
    },
    0x85: "\n",
}
_DIRTY = re.compile(f"[{re.escape(''.join(map(chr, _CLEAN)))}]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """`text` has no byte order mark, NUL, control character or lone surrogate.

    `charset` is the Python codec used. `warnings` are short codes: "charset.guessed" (nothing was
    declared), "charset.conflict" (another one was declared), "charset.kz1048" (Kazakh labelled
    windows-1251), "charset.replaced=3" (bad bytes, each now U+FFFD).
    """

    text: str
    charset: str
    warnings: tuple[str, ...] = ()


def decode(body: bytes, *, content_type: str = "", kind: Kind = "xml") -> Decoded:
    """Decode what a publisher sent. Never raises; `content_type` is the header's value."""
    for mark, charset in _BOMS:
        if body.startswith(mark) and (charset != "utf-8" or _mostly_utf8(body)):
            return _decoded(body[len(mark) :], charset, [])
    if (wide := _utf16_without_bom(body)) is not None:
        return _decoded(body, wide, [])
    declared = declared_charsets(body, content_type, kind)
    if body.isascii():
        # Stateful 7-bit charsets are ASCII to the eye.
        if b"\x1b$" in body and declared[:1] == ("iso2022_jp",):
            return _decoded(body, "iso2022_jp", [])
        return _decoded(body, "utf-8", [])
    if _mostly_utf8(body):
        conflict = bool(declared) and declared[0] != "utf-8"
        return _decoded(body, "utf-8", ["charset.conflict"] if conflict else [])
    return _decode_legacy(body, declared)


def _decode_legacy(body: bytes, declared: tuple[str, ...]) -> Decoded:
    for charset in declared:
        if is_multibyte(charset) and _error_rate(body, charset) < 0.02:
            conflict = charset != declared[0]
            return _decoded(body, charset, ["charset.conflict"] if conflict else [])
    found = _WORD_WITH_HIGH_BYTE.finditer(body)
    words = [word[0][:_LONGEST_WORD] for word, _ in zip(found, range(_SAMPLED_WORDS), strict=False)]
    sample = b" ".join(words)
    few = sum(len(word) for word in words) < 40 and sum(b >= 0x80 for b in sample) <= _STRAY_BYTES
    scores = {charset: legible(sample, charset) for charset in _GUESSES[: 1 if few else None]}
    for charset in declared:
        if charset != "utf-8" and not is_multibyte(charset):
            key = "kz1048" if charset == "cp1251" else charset
            scores[key] = legible(sample, charset) + _DECLARED_BONUS
    best = max(scores, key=lambda charset: scores[charset])
    if scores[best] < (0.0 if few else _LEGIBLE):
        fallback = next((one for one in declared if not is_multibyte(one)), "utf-8")
        return _decoded(body, fallback, [] if declared else ["charset.guessed"])
    if best == "kz1048" and "kz1048" not in declared:
        best = kazakh_or_russian(sample)
    return _decoded(body, best, _remarks(best, declared))


def _remarks(charset: str, declared: tuple[str, ...]) -> list[str]:
    if not declared:
        return ["charset.guessed"]
    if charset == declared[0]:
        return []
    if charset == "kz1048" and declared[0] == "cp1251":
        return ["charset.kz1048"]
    return ["charset.conflict"]


def _decoded(body: bytes, charset: str, warnings: list[str]) -> Decoded:
    text = body.decode(charset, "replace")
    if "\ufffd" in text and (bad := _count_bad(body, text, charset)):
        # A broken multi-byte character leaves several bad bytes in a row: one mark for it.
        text = re.sub("\ufffd{2,}", "\ufffd", text)
        warnings = [*warnings, f"charset.replaced={min(bad, text.count(chr(0xFFFD)))}"]
    # Almost no document holds any of these; to look first takes a tenth of the time.
    clean = text.translate(_CLEAN) if _DIRTY.search(text) else text
    return Decoded(clean, charset, tuple(warnings))


def _count_bad(body: bytes, text: str, charset: str) -> int:
    """How many U+FFFD stand for bad bytes, and not for a U+FFFD that the publisher wrote."""
    written = body.count(b"\xef\xbf\xbd") if charset == "utf-8" else 0
    return text.count("\ufffd") - written


def _mostly_utf8(body: bytes) -> bool:
    """Whether whole multi-byte characters outnumber bad bytes at least two to one.

    In the legacy charsets of Cyrillic, Korean and Chinese the ratio stays below one third.
    """
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        text = body.decode("utf-8", "replace")
        bad = text.count("\ufffd") - body.count(b"\xef\xbf\xbd")
        multi = sum(1 for char in text if char > "\x7f") - text.count("\ufffd")
        return multi >= 2 * bad
    return True


def _error_rate(body: bytes, charset: str) -> float:
    text = body.decode(charset, "replace")
    high = sum(1 for char in text if char > "\x7f")
    # Half-width katakana fill no text: single-byte Cyrillic read as Shift_JIS does.
    bad = text.count("\ufffd") + sum("\uff61" <= char <= "\uff9f" for char in text) // 2
    return bad / high if high else 0.0


def _utf16_without_bom(body: bytes) -> str | None:
    """Markup and spaces are ASCII, so every other byte of much of the text is NUL."""
    head = body[:4096]
    pairs = len(head) // 2
    if pairs < 2:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > pairs * 0.1 and odd >= 8 * even:
        return "utf-16-le"
    if even > pairs * 0.1 and even >= 8 * odd:
        return "utf-16-be"
    return None
