"""What a source's channels announce at one time, against each other and against the archive.

A channel lacks an address only where it could be expected to show it: one in its language, as old
as what the channel still shows, that was published before it was read. Another section of the site
is named, too, which is why a lack is something to know and no fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import EntryState

MOST_NAMED = 500
"""Addresses that a report names; what it counts has no bound."""
_SETTLING = timedelta(minutes=15)
"""A site's feed, sitemap and front page are made one after the other, and each is cached."""

STORED = "stored"
NEVER_SEEN, GIVEN_UP, FAILED, REFUSED = "never_seen", "quarantined", "failed", "refused"
WAITING, SKIPPED, LINKLESS, EXCLUDED = "waiting", "skipped", "no_link", "excluded"
STANDINGS = (
    *(NEVER_SEEN, GIVEN_UP, FAILED, REFUSED, LINKLESS, WAITING, SKIPPED, EXCLUDED),
    STORED,
)
"""How the archive stands to an address that is announced, the gravest first."""


@dataclass(frozen=True, slots=True)
class Seen:
    """An announcement of one reading. `key` tells one article from another."""

    key: str
    url: str
    published: datetime | None


@dataclass(frozen=True, slots=True)
class Dropped:
    """An announcement that becomes no entry: "refused", "no_link" or "excluded", and why."""

    url: str
    standing: str
    reason: str


@dataclass(frozen=True, slots=True)
class Look:
    """One channel as it was read now: what it announces, or why it could not be read."""

    url: str
    kind: str
    language: str
    read_at: datetime
    seen: tuple[Seen, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the archive has under a key. `code` and `detail` say why an article is not there."""

    state: EntryState
    stored: bool
    published: datetime | None = None
    code: str | None = None
    detail: str | None = None
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One address that the archive or a channel lacks. `standing` is one of `STANDINGS`; `shown`
    and `lacking` are addresses of channels."""

    url: str
    standing: str
    reason: str | None
    shown: tuple[str, ...]
    lacking: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """`counts` has how many addresses stand how, `differing` how many a channel lacks; `findings`
    names the gravest."""

    counts: Mapping[str, int]
    differing: int
    findings: tuple[Finding, ...]

    @property
    def announced(self) -> int:
        return sum(self.counts.values())


def compare(looks: Sequence[Look], archive: Mapping[str, Known]) -> Compared:
    """Every address once, whichever channels announce it."""
    read = [look for look in looks if look.error is None]
    floors = {look.url: _floor(look, archive) for look in read}
    shown: dict[str, list[str]] = {}
    first: dict[str, tuple[Seen, Look]] = {}
    for look in read:
        for seen in look.seen:
            first.setdefault(seen.key, (seen, look))
            if look.url not in (places := shown.setdefault(seen.key, [])):
                places.append(look.url)
    found = [
        _finding(seen, look, read, floors, shown[key], archive.get(key))
        for key, (seen, look) in first.items()
    ]
    found += _dropped(read)
    counts = Counter(each.standing for each in found)
    named = [each for each in found if each.standing != STORED or each.lacking]
    named.sort(key=lambda each: STANDINGS.index(each.standing))
    return Compared(
        {standing: counts[standing] for standing in STANDINGS if counts[standing]},
        sum(bool(each.lacking) for each in found),
        tuple(named[:MOST_NAMED]),
    )


def _finding(
    seen: Seen,
    look: Look,
    read: Sequence[Look],
    floors: Mapping[str, datetime | None],
    shown: Sequence[str],
    known: Known | None,
) -> Finding:
    published = seen.published or (known.published if known else None)
    lacking = tuple(
        other.url
        for other in read
        if other.url not in shown
        and other.language == look.language
        and _expected(published, floors[other.url], other.read_at)
    )
    standing, reason = _standing(known)
    return Finding(seen.url, standing, reason, tuple(shown), lacking)


def _standing(known: Known | None) -> tuple[str, str | None]:
    if known is None:
        return NEVER_SEEN, None
    if known.stored:
        return STORED, None
    reason = f"{known.code}: {known.detail}" if known.code else None
    if known.state is EntryState.QUARANTINED:
        return GIVEN_UP, reason
    if known.state is EntryState.SKIPPED:
        return SKIPPED, reason
    return (FAILED if reason else WAITING), reason


def _floor(look: Look, archive: Mapping[str, Known]) -> datetime | None:
    """How far back the channel reaches; None where it tells no dates or announces nothing."""
    dates = [seen.published or _date(archive.get(seen.key)) for seen in look.seen]
    known = [date for date in dates if date is not None]
    # One pinned old article must not stretch a window: what counts is what nine in ten are.
    return sorted(known)[len(known) // 10] if known else None


def _date(known: Known | None) -> datetime | None:
    return known.published if known else None


def _expected(published: datetime | None, floor: datetime | None, read_at: datetime) -> bool:
    return published is not None and floor is not None and floor < published <= read_at - _SETTLING


def _dropped(read: Iterable[Look]) -> list[Finding]:
    places: dict[tuple[str, str, str], list[str]] = {}
    for look in read:
        for each in look.dropped:
            shown = places.setdefault((each.url, each.standing, each.reason), [])
            if look.url not in shown:
                shown.append(look.url)
    return [Finding(*what, tuple(shown)) for what, shown in places.items()]
