"""When an article was published: a date that is stated somewhere, or none.

Where places contradict each other, these rules decide, in this order:

1. what lies ahead of the moment at which the page was read is no date of publication
2. what can be read in two ways is read as another date on the page says, or not at all
3. a date more than a day after the page's own last change is not believed where there is another
4. a machine's date that is the moment of the fetch is when the page was built: another one stands
5. a date that two other kinds of place contradict by more than a day is not believed, if they agree
6. of what is left the most trusted is taken (`_RANKS`); one that says the same more exactly
   ("2 October", "2 October, 14:30") gives its time
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from monitor.pipeline.dates import Dated, is_plausible, possible_dates
from monitor.pipeline.structured_data import StatedDate

# Words and separators that stand beside a date: "Published on 30/04/2024 - 16:38", "Вчера, 18:40".
_BESIDE = re.compile(
    r"^\W*(?:published(?: on)?|updated|posted(?: on)?|publié(?: le)?|опубликовано|обновлено|"
    r"жарияланды|today|yesterday|aujourd'hui|hier|сегодня|вчера|бүгін|кеше)\b[\s:,]*|[\s|•·]+$",
    re.IGNORECASE,
)
_CLOCK = re.compile(r"^\W*(?:at |à |в )?\d{1,2}[:h.]\d{2}\W*$")
_OFFSET = re.compile(
    r":\d\d.*(?:Z|[+-]\d\d(?::?\d\d)?|GMT|UTC)\b|^\s*\d{10,16}\s*$|\d{6}(?:Z|[+-]\d{4})$"
)
_LONGEST_LINE = 60
_MOST_WORDS = 8
_DAY = timedelta(days=1)
_BUILT = timedelta(minutes=5)
_READ = datetime(2000, 1, 1, tzinfo=UTC)  # any moment will do to see that a line is a date
_URL_DATE = re.compile(
    r"(?<![0-9])(20[0-9]{2})([/_-])([0-9]{1,2})\2([0-9]{1,2})(?![0-9])"
    r"|[/_-](20[0-9]{2})(0[1-9]|1[0-2])([0-3][0-9])(?![0-9])"
)
_SLASHED = re.compile(r"(?<![0-9/])([0-9]{1,2})/([0-9]{1,2})/(?:20)?[0-9]{2}(?![0-9/])")
_MOST_TEXT = 500_000

# A day says less than a moment, so what gives a time goes first: machine-readable with an offset,
# the source's own rule, machine-readable in the source's zone, the channel, what readers see.
_RANKS = {
    ("machine", True): 0,
    ("rule", True): 1,
    ("naive", True): 2,
    ("channel", True): 3,
    ("rule", False): 4,
    ("naive", False): 5,
    ("machine", False): 5,
    ("channel", False): 6,
    ("byline", True): 7,
    ("byline", False): 7,
    ("url", False): 8,
}


@dataclass(frozen=True, slots=True)
class _Candidate:
    dated: Dated
    origin: str
    rank: int


def is_date_line(line: str) -> bool:
    """Whether a line says nothing but when something was published."""
    if len(line) > _LONGEST_LINE:
        return False
    rest = _BESIDE.sub("", line)
    if rest == "" or _CLOCK.match(rest):
        return True
    return bool(possible_dates(rest, ZoneInfo("UTC"), now=_READ))


def choose_date(
    stated: Sequence[StatedDate],
    rules: Sequence[str],
    channel: Dated | None,
    zone: ZoneInfo,
    *,
    visible: Callable[[], Sequence[tuple[Dated, ...]]] = tuple,
    url: str = "",
    modified: str = "",
    tag: str | None = None,
    text: str = "",
    fetched_at: datetime | None = None,
    now: datetime | None = None,
) -> tuple[Dated | None, str | None]:
    """The date and where it was read: "json-ld", "meta", "rule", "channel", "byline" or "url".

    `rules` are the lines that the source's rule selects. `visible` looks for the dates that a
    reader sees, and is asked only where they could change something. `modified` is when the page
    says that it was changed; `fetched_at` is what relative dates count from, `now` (or it) what no
    date may lie ahead of. `text` is the page as it was sent: other dates on it show whether its
    days or its months stand first.
    """
    raw: list[tuple[tuple[Dated, ...], str, str]] = []
    for date in stated:
        read = possible_dates(date.raw, zone, tag=tag, now=fetched_at)
        raw.append((read, date.origin, "machine" if _OFFSET.search(date.raw) else "naive"))
    for line in rules:
        raw.append((_ending_date(line, zone, tag, fetched_at), "rule", "rule"))
    if channel is not None:
        raw.append(((channel,), "channel", "channel"))
    address = (_url_date(url, zone), "url", "url")
    latest = now or fetched_at
    changed = possible_dates(modified, zone, tag=tag, now=fetched_at) if modified else ()
    found = _settle([*raw, address], changed, text, latest)
    if not _is_certain(found, changed, fetched_at):
        seen = [(one, "byline", "byline") for one in visible()]
        found = _settle([*raw, *seen, address], changed, text, latest)
        found = _without_conflicting_bylines(found)
    found = _believed(found, changed, fetched_at)
    if not found:
        return None, None
    best = min(found, key=lambda one: one.rank)
    return _refined(best.dated, [one.dated for one in found]), best.origin


def _is_certain(
    found: Sequence[_Candidate], changed: tuple[Dated, ...], fetched_at: datetime | None
) -> bool:
    """Whether what a reader sees can change nothing: a machine's moment, exact to the second, that
    nothing stated contradicts, neither after the last change nor at the fetch. A byline alone
    outvotes nothing (rule 5)."""
    best = min(found, key=lambda one: one.rank, default=None)
    if best is None or best.rank or _exactness(best.dated):
        return False
    moment = best.dated.moment
    if changed and moment > changed[0].moment + _DAY:
        return False
    if fetched_at is not None and abs(moment - fetched_at) <= _BUILT:
        return False
    return all(_agree(one.dated, best.dated) for one in found)


def _ending_date(
    line: str, zone: ZoneInfo, tag: str | None, fetched_at: datetime | None
) -> tuple[Dated, ...]:
    """The date that a line is, or ends in: "By Aida Haidar in Nation on 2 August 2023"."""
    words = line.split()
    for start in range(max(0, len(words) - _MOST_WORDS), len(words)):
        found = possible_dates(" ".join(words[start:]), zone, tag=tag, now=fetched_at)
        if found:
            return found
    return ()


def _url_date(url: str, zone: ZoneInfo) -> tuple[Dated, ...]:
    try:
        found = _URL_DATE.search(urlsplit(url).path)
    except ValueError:
        return ()
    if found is None:
        return ()
    parts = found.group(1, 3, 4) if found[1] else found.group(5, 6, 7)
    return possible_dates("-".join(parts), zone)


def _settle(
    raw: Iterable[tuple[tuple[Dated, ...], str, str]],
    changed: tuple[Dated, ...],
    text: str,
    latest: datetime | None,
) -> list[_Candidate]:
    """Rules 1 and 2: one reading of each, none ahead."""
    certain = [read[0] for read, _, _ in raw if len(read) == 1] + list(changed[:1])
    order = None
    settled = []
    for read, origin, kind in raw:
        if len(read) > 1:
            near = [one for one in read if any(_agree(one, other) for other in certain)]
            if len(near) != 1:
                order = order or _order_on_page(text)
                near = [read[order == "mdy"]] if order else []
            read = tuple(near)
        for one in read[:1]:
            if latest is None or is_plausible(one.moment, latest):
                rank = _RANKS[(kind, one.precision != "day")]
                settled.append(_Candidate(one, origin, rank))
    return settled


def _order_on_page(text: str) -> str | None:
    """Whether another date of the page, beyond the 12th, shows which number is the day."""
    pairs = [(int(first), int(second)) for first, second in _SLASHED.findall(text[:_MOST_TEXT])]
    first = any(12 < one <= 31 and two <= 12 for one, two in pairs)
    second = any(12 < two <= 31 and one <= 12 for one, two in pairs)
    return None if first == second else "dmy" if first else "mdy"


def _without_conflicting_bylines(found: list[_Candidate]) -> list[_Candidate]:
    """Two dates beside a headline that differ, and nothing that says which is the article's."""
    days = {one.dated.moment.date() for one in found if one.origin == "byline"}
    if len(days) < 2:
        return found
    others = [one.dated for one in found if one.origin != "byline"]
    return [
        one
        for one in found
        if one.origin != "byline" or any(_same_day(one.dated, other) for other in others)
    ]


def _believed(
    found: list[_Candidate], changed: tuple[Dated, ...], fetched_at: datetime | None
) -> list[_Candidate]:
    """Rules 3 to 5."""
    if changed:
        in_time = [one for one in found if one.dated.moment <= changed[0].moment + _DAY]
        found = in_time or found
    if fetched_at is not None:
        kept = [one for one in found if abs(one.dated.moment - fetched_at) > _BUILT]
        contradicted = any(not _agree(one.dated, Dated(fetched_at, "second")) for one in kept)
        found = kept if contradicted else found
    return [one for one in found if not _outvoted(one, found)]


def _outvoted(one: _Candidate, found: list[_Candidate]) -> bool:
    if any(each.origin != one.origin and _agree(each.dated, one.dated) for each in found):
        return False
    against = [each for each in found if each.origin != one.origin]
    return any(
        first.origin != second.origin and _agree(first.dated, second.dated)
        for first in against
        for second in against
    )


def _agree(one: Dated, other: Dated) -> bool:
    """Within a day: places that count in different zones still mean the same."""
    margin = _DAY if "day" in (one.precision, other.precision) else _DAY / 2
    return abs(one.moment - other.moment) <= margin or _same_day(one, other)


def _same_day(one: Dated, other: Dated) -> bool:
    return one.moment.date() == other.moment.date()


def _refined(best: Dated, found: Sequence[Dated]) -> Dated:
    """The same moment as another place states it more exactly."""
    for precision, shorter in (("second", 0), ("minute", 1)):
        for one in found:
            if one.precision != precision or _exactness(best) <= shorter:
                continue
            if _contains(best, one.moment):
                return one
    return best


def _exactness(dated: Dated) -> int:
    midnight = (dated.moment.hour, dated.moment.minute, dated.moment.second) == (0, 0, 0)
    return 3 if midnight else ("second", "minute", "hour", "day").index(dated.precision)


def _contains(wide: Dated, moment: datetime) -> bool:
    if _exactness(wide) == 3:
        return moment.date() == wide.moment.date()
    local = moment.astimezone(wide.moment.tzinfo)
    if wide.precision == "hour":
        return abs(moment - wide.moment) <= timedelta(hours=1)
    return local.replace(second=0) == wide.moment.replace(second=0)
