"""Which charsets are known, what a document declares, and how well bytes read in a charset."""

from __future__ import annotations

import re
from math import log

# WHATWG's reading of the labels: superset codecs for the subsets that publishers name.
_LABELS = {
    "cp1252": "iso-8859-1 iso8859-1 iso_8859-1 latin1 latin-1 l1 ascii us-ascii ansi windows-1252 "
    "win-1252 cp1252 cp-1252 x-cp1252",
    "utf-8": "utf-8 utf8 utf_8 unicode-1-1-utf-8",
    "cp1251": "windows-1251 win-1251 windows1251 win1251 cp1251 cp-1251 x-cp1251",
    "kz1048": "kz-1048 kz1048 strk1048-2002 rk1048",
    "ptcp154": "ptcp154 pt154 cp154 cyrillic-asian",
    "koi8-r": "koi8-r koi8r koi8 koi cskoi8r",
    "koi8-u": "koi8-u koi8u koi8-ru",
    "iso8859-5": "iso-8859-5 iso8859-5 iso_8859-5 cyrillic csisolatincyrillic",
    "cp866": "cp866 ibm866 866 cp-866 csibm866 dos-866",
    "mac-cyrillic": "x-mac-cyrillic mac-cyrillic x-mac-ukrainian",
    "cp1250": "windows-1250 cp1250 x-cp1250",
    "cp1253": "windows-1253 cp1253 x-cp1253",
    "cp1254": "windows-1254 cp1254 iso-8859-9 iso8859-9 latin5 l5",
    "cp1255": "windows-1255 cp1255 x-cp1255",
    "cp1256": "windows-1256 cp1256 x-cp1256",
    "cp1257": "windows-1257 cp1257 x-cp1257",
    "cp1258": "windows-1258 cp1258 x-cp1258",
    "cp874": "windows-874 tis-620 iso-8859-11 cp874",
    "iso8859-2": "iso-8859-2 iso8859-2 iso_8859-2 latin2 l2",
    "iso8859-3": "iso-8859-3 iso8859-3 latin3",
    "iso8859-4": "iso-8859-4 iso8859-4 latin4",
    "iso8859-6": "iso-8859-6 iso8859-6 arabic",
    "iso8859-7": "iso-8859-7 iso8859-7 greek",
    "iso8859-8": "iso-8859-8 iso8859-8 iso-8859-8-i hebrew",
    "iso8859-10": "iso-8859-10 iso8859-10 latin6",
    "iso8859-13": "iso-8859-13 iso8859-13",
    "iso8859-14": "iso-8859-14 iso8859-14",
    "iso8859-15": "iso-8859-15 iso8859-15 iso_8859-15 latin9 latin-9",
    "iso8859-16": "iso-8859-16 iso8859-16",
    "mac-roman": "macintosh mac x-mac-roman mac-roman",
    "cp932": "shift_jis shift-jis sjis x-sjis ms_kanji windows-31j cp932",
    "euc_jp": "euc-jp eucjp x-euc-jp",
    "iso2022_jp": "iso-2022-jp",
    "cp949": "euc-kr euckr ks_c_5601-1987 ksc5601 windows-949 cp949 uhc",
    "gb18030": "gb18030 gbk gb2312 x-gbk gb_2312-80 cp936 hz-gb-2312",
    "big5hkscs": "big5 big5-hkscs x-x-big5 cn-big5",
}
_CODECS = {label: codec for codec, labels in _LABELS.items() for label in labels.split()}
_MULTIBYTE = frozenset(
    {"utf-8", "cp932", "euc_jp", "iso2022_jp", "cp949", "gb18030", "big5hkscs"},
)

_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_IN_XML = re.compile(rb"^\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']\s*([\w.:-]+)", re.I)
_IN_META = re.compile(rb"<meta\s[^>]{0,300}?charset\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
# The HTML standard looks at 1,024 bytes; pages with inline scripts first need more.
_META_WITHIN = 8192

# Relative frequency of letters in Russian news, per mille; the Kazakh letters from Kazakh news.
_FREQUENCIES = """
о110 е85 а80 и74 н67 т63 с55 р47 в45 л44 к35 м32 д30 п28 у26 я20 ы19 ь17 г17 з16 б16 ч14 й12 х10
ж9 ш7 ю6 ц5 щ4 э3 ф3 ё2 ъ1 і40 қ20 ә15 ң15 ғ12 ү8 ө8 ұ5 һ1
"""
_FREQUENCY = {pair[0]: int(pair[1:]) for pair in _FREQUENCIES.split()}
_WEIGHT = {letter: log(share / 1000 * 33) for letter, share in _FREQUENCY.items()}
_UKRAINIAN = frozenset("їєґў")
_PUNCTUATION = frozenset("«»—–…“”„‟‘’‚‹›№•\u00a0\u00ad")
_SYMBOLS = frozenset("°§©®™€£·×±²³½¼¾¡¿¢¥ªº´")
_LATIN = frozenset("éèêëàâçîïôûùüœæñáíóúãõäöåßøýćčďěłńňřśšťůźżžāēīūğışőű")

# Bytes that are Kazakh in kz1048: қ ң ә are Macedonian and Serbian in cp1251, ү ғ ө Ukrainian.
_KAZAKH_ONLY = frozenset(b"\x8d\x9d\xbd\xbe\xa3\xbc")
_KAZAKH_OR_UKRAINIAN = frozenset(b"\xaf\xbf\xaa\xba\xa5\xb4")
_YERU, _BYELORUSSIAN_I = frozenset(b"\xdb\xfb"), frozenset(b"\xb2\xb3")


def declared_charsets(body: bytes, content_type: str, kind: str) -> tuple[str, ...]:
    """The known charsets that header and document name, in order of right; unknown names go."""
    named: list[str] = []
    if found := _IN_HEADER.search(content_type):
        named.append(found[1])
    if kind != "text":
        head = body[:_META_WITHIN].removeprefix(b"\xef\xbb\xbf")
        inside = _IN_XML.search(head) or (_IN_META.search(head) if kind == "html" else None)
        if inside:
            named.append(inside[1].decode("ascii", "replace"))
    known = (_CODECS.get(name.lower()) for name in named)
    return tuple(dict.fromkeys(codec for codec in known if codec is not None))


def is_multibyte(charset: str) -> bool:
    """Whether a character can take several bytes in this charset."""
    return charset in _MULTIBYTE


def kazakh_or_russian(sample: bytes) -> str:
    """Tell kz1048 from cp1251, which differ in a dozen letters only.

    Ukrainian, Serbian and Macedonian have no "ы"; a long Kazakh text without "ы" and "і" does
    not exist, a headline of one word does.
    """
    used = frozenset(sample)
    if used & _KAZAKH_ONLY:
        short = sum(byte >= 0x80 for byte in sample) < 100
        return "kz1048" if short or used & (_YERU | _BYELORUSSIAN_I) else "cp1251"
    return "kz1048" if used & _KAZAKH_OR_UKRAINIAN and used & _YERU else "cp1251"


def legible(sample: bytes, charset: str) -> float:
    """The mean weight of the non-ASCII characters: about 0.5 for text, below -1 for noise.

    `sample` is words that have such characters, separated by spaces.
    """
    text = sample.decode(charset, "replace")
    total, counted, run = 0.0, 0, 0
    previous, rooted = " ", False
    for char, following in zip(text, f"{text[1:]} ", strict=True):
        if char <= "\x7f":
            run = 0
        else:
            counted += 1
            run = run + 1 if char.isalpha() else 0
            # "ść" in "większość" follows a plain letter, "Íî" in "Íîâîñòè" does not.
            rooted = _is_plain(previous) or (rooted and run > 1)
            among_plain = rooted or _is_plain(following)
            total += _weight(char, previous, following, run, among_plain)
        previous = char
    return total / counted if counted else 0.0


def _weight(char: str, previous: str, following: str, run: int, among_plain: bool) -> float:
    if char in _PUNCTUATION:
        return 0.0
    if char in _SYMBOLS:
        return -0.5
    lower = char.lower()
    if "\u0400" <= lower <= "\u04ff":
        return _cyrillic_weight(char, lower, previous, following)
    if lower in _LATIN:
        # An accented letter stands among plain ones; four in a row are another script.
        return -2.0 if run > 3 or (run > 1 and not among_plain) else 1.0
    # Other scripts have no table: a declaration lifts them above what is read by chance.
    return -0.2 if char.isalpha() and char > "\u0370" else -2.5


def _cyrillic_weight(char: str, lower: str, previous: str, following: str) -> float:
    weight = _WEIGHT.get(lower, -0.5 if lower in _UKRAINIAN else -2.5)
    if _is_plain(previous) or _is_plain(following):
        weight -= 2.0
    if char != lower:
        # Lower case before upper case in a word: the mark of KOI8-R read as windows-1251.
        weight -= 2.5 if previous.isalpha() and previous.islower() else 0.2
    return weight


def _is_plain(char: str) -> bool:
    return char <= "\x7f" and char.isalpha()
