"""The date in a line that stands near a headline: "By Aida Haidar in Nation on 2 August 2023"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.pipeline.dates import Dated, possible_dates

_UPDATED = (
    r"(?:last )?(?:updated?|modified|edited|corrected)(?: on| at)?|"
    r"(?:mise? à jour|actualisée?|modifiée?)(?: le)?|dernière (?:mise à jour|modification)|"
    r"обновлен[оа]?|обновлён[оа]?|изменен[оа]?|изменён[оа]?|дата обновления|последнее обновление|"
    r"отредактировано|жаңартылды|жаңартылған|өзгертілді|соңғы жаңарту"
)
_PUBLISHED = (
    r"(?:first )?(?:published|posted|issued|released)(?: on| at)?|date of publication|publication "
    r"date|publiée? (?:le|à)?|mise? en ligne(?: le)?|parue?(?: le)?|date de publication|"
    r"опубликован[оа]?|дата публикации|размещен[оа]?|размещён[оа]?|добавлен[оа]?|"
    r"жарияланды|жарияланған(?: күні)?|жариялау күні|jariialandy"
)
# Each alternative above has one of these: to look for them takes a tenth of the time.
_PUBLISHED_STEMS = (
    *("publi", "posted", "issued", "released", "en ligne", "paru", "опублик", "размещ"),
    *("добавлен", "жариял", "jariialandy"),
)
_LABEL = re.compile(rf"(?<!\w)(?:(?P<updated>{_UPDATED})|(?P<published>{_PUBLISHED}))(?!\w)", re.I)
# What belongs to something else than this article, though a date stands beside it.
_OTHER = re.compile(
    r"(?<!\w)(?:event|événement|мероприятие|начало|deadline|until|jusqu|до|valid|expires?|born|"
    r"died|родил\w+|©|copyright|crédit|all rights|archive|est\.|since|depuis|issue|выпуск №|"
    r"session|концерт|tickets?|registration|регистрация|өтеді|басталады|дейін)(?!\w)",
    re.IGNORECASE,
)
_HINT = re.compile(
    r"[0-9]|ago$|hier|hour|today|yesterday|aujourd|сегодня|вчера|назад|только что|бүгін|кеше|бұрын|"
    r"just now|instant|жаңа ғана|keshe|bugin",
    re.IGNORECASE,
)
_SHORT_YEAR = re.compile(r"[^\W\d_]\.?,? [0-9]{2}$")
_DIGITS = re.compile(r"[0-9]")
_MOST_WORDS = 12
_MOST_BESIDE = 8


@dataclass(frozen=True, slots=True)
class LineDate:
    """A date in a line, in each way that it can be read. `labelled`: "published" stands before
    it; `alone`: nothing but labels stands beside it."""

    readings: tuple[Dated, ...]
    labelled: bool
    alone: bool


def dates_in_line(
    line: str, zone: ZoneInfo, *, tag: str | None, now: datetime | None
) -> list[LineDate]:
    """The dates of publication that a short line can state; one that is said to be of a change,
    of an event or a copyright is none of them."""
    line = " ".join(line.split())
    if not _HINT.search(line):
        return []
    found = []
    for label, piece in _pieces(line):
        if label == "updated" or _OTHER.search(piece):
            continue
        read = _one_date(piece, zone, tag, now)
        if read is not None:
            found.append(LineDate(read[0], label == "published", read[1] == 0))
    return found


def is_labelled(line: str) -> bool:
    """Whether the line speaks of publication at all."""
    small = line.lower()
    for stem in _PUBLISHED_STEMS:  # asked of each line of a page: any() takes three times as long
        if stem in small:
            return any(label["published"] for label in _LABEL.finditer(line))
    return False


def _pieces(line: str) -> Iterator[tuple[str, str]]:
    """The line cut before each label; one that ends in a label belongs to that label."""
    labels = list(_LABEL.finditer(line))
    starts = [0, *(label.start() for label in labels)]
    ends = [*(label.start() for label in labels), len(line)]
    kinds = ["", *("updated" if label["updated"] else "published" for label in labels)]
    pieces = [
        (kind, line[start if not kind else label_end : end].strip(" :,;|·•–—-()[]/"))
        for kind, start, end, label_end in zip(
            kinds, starts, ends, [0, *(label.end() for label in labels)], strict=True
        )
    ]
    for number, (kind, piece) in enumerate(pieces):
        following = pieces[number + 1] if number + 1 < len(pieces) else None
        suffixed = following is not None and not _DIGITS.search(following[1])
        yield (following[0] if suffixed and following is not None and not kind else kind), piece


def _one_date(
    piece: str, zone: ZoneInfo, tag: str | None, now: datetime | None
) -> tuple[tuple[Dated, ...], int] | None:
    """The longest date in the piece and how many words stand beside it; None where there is none,
    two that differ, or so many words that it is a sentence."""
    words = [word for word in piece.split() if word]
    for size in range(min(_MOST_WORDS, len(words)), 0, -1):
        for start in range(len(words) - size + 1):
            raw = " ".join(words[start : start + size])
            if not _HINT.search(raw):
                continue
            beside = [*words[:start], *words[start + size :]]
            if beside and _SHORT_YEAR.search(raw):
                continue
            found = possible_dates(raw, zone, tag=tag, now=now)
            if found:
                if _is_range(words[:start], words[start + size :]) or _goes_on(beside):
                    return None
                rest = _one_date(" ".join(beside), zone, tag, now) if beside else None
                if rest is not None and not _same_day(rest[0], found):
                    return None
                return found, sum(any(map(str.isalnum, word)) for word in beside)
    return None


def _is_range(before: list[str], after: list[str]) -> bool:
    """ "5 – 7 May 2026", "from 7 May 2026 to"."""
    dash = ("–", "—", "-", "to", "au", "по", "until")
    return (len(before) > 1 and before[-1] in dash and before[-2][-1:].isdigit()) or (
        len(after) > 1 and after[0] in dash and after[1][:1].isdigit()
    )


def _goes_on(beside: list[str]) -> bool:
    words = [word for word in beside if any(map(str.isalpha, word))]
    return len(words) > _MOST_BESIDE or (len(words) > 4 and beside[-1].endswith((".", "!", "?")))


def _same_day(one: tuple[Dated, ...], other: tuple[Dated, ...]) -> bool:
    return bool({each.moment.date() for each in one} & {each.moment.date() for each in other})
