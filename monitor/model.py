"""The nouns, in the order of the flow. This module imports nothing of ours.

One word for one thing, everywhere in the code, the database and the interface:

source    an outlet that is watched (one TOML file): The Astana Times, Euronews, Akorda
channel   one address where a source announces articles: a feed, a sitemap or a listing
hub       a server that tells when a channel has changed (WebSub); a push is its word of it
gap       a time in which a channel showed more than was seen; filled from its backfill
entry     an announced link, as the channel gives it; nothing of it has been fetched
page      the bytes behind an entry as they were fetched, with status, headers and time
article   what was published: title, body, date, language, without the page around it
version   an article as it read at one time; a correction makes a new one
copy      an article that repeats another one's text (`duplicate_of` names the first)
story     all the coverage of one event, copies included
topic     what the archive is organised around (one TOML file each)
match     an article belongs to a topic: a score, and the evidence for it
edition   one digest for one subscriber and one local date
alarm     something about a source that a person should look at; it clears by itself

Times are aware datetimes, in UTC but for `Article.published`, which keeps its publisher's offset.
Languages are ISO 639-1 codes. Addresses are absolute.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Fate(StrEnum):
    """What becomes of a thing that failed in an expected way."""

    RETRY = "retry"
    SKIP = "skip"
    QUARANTINE = "quarantine"


@dataclass(frozen=True, slots=True)
class Failure:
    """An expected failure, as a value.

    `code` is a stable dotted name ("fetch.dns", "http.404", "parse.not_feed", "extract.none") to
    count and to search by; `detail` is one sentence for a person, with what was expected.
    `retry_after` is the least pause the other side asked for.
    """

    code: str
    detail: str
    fate: Fate = Fate.RETRY
    status: int | None = None
    retry_after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """An announced link. `url` is absolute and as announced; it is made canonical when it is kept.

    `published` is None where the channel gives no date or none that can be read;
    `published_raw` is what it wrote. `text` is the full body, where a feed carries one.
    `url` is "" where the channel gives no link that can be requested (or a `javascript:` one).
    `modified` is a sitemap's `lastmod`, which is no date of publication.
    """

    url: str
    guid: str | None = None
    title: str = ""
    summary: str = ""
    published: datetime | None = None
    published_raw: str | None = None
    authors: tuple[str, ...] = ()
    language: str | None = None
    text: str = ""
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """How often a channel asks to be read.

    `ttl` and `update_every` (RSS's syndication module) are pauses. `skip_hours` are hours of the
    day, 0 to 23, and `skip_days` weekdays, 0 for Monday, both in UTC, without visits.
    """

    ttl: timedelta | None = None
    update_every: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class HubLinks:
    """The hubs that a feed announces, in its order, and the address that it calls its own."""

    hubs: tuple[str, ...] = ()
    own: str | None = None


@dataclass(frozen=True, slots=True)
class Announced:
    """What one reading of a channel announces.

    `complete` is False when the document ends before its root element does: the entries that are
    whole are kept and the channel's validators must not move. `more` are further documents to
    read (the children of a sitemap index, newest first), `more_modified` when each of them last
    changed, as far as that is known. `warnings` are short codes such as "parse.bozo" or
    "charset.guessed".
    """

    entries: tuple[Entry, ...] = ()
    complete: bool = True
    more: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    hints: Hints = Hints()
    more_modified: tuple[datetime | None, ...] = ()
    links: HubLinks = HubLinks()

    @property
    def ttl(self) -> timedelta | None:
        return self.hints.ttl


@dataclass(frozen=True, slots=True)
class Validators:
    """What makes the next request conditional; echoed byte for byte."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Response:
    """A finished exchange: the answer to the last request, redirects followed.

    `url` is what was asked for, `final_url` where it ended. `headers` have lower-case names.
    `body` is decoded from its Content-Encoding (never larger than the limit asked for) and is
    empty for 304. `permanent_url` is set when every hop was permanent (301, 308).
    """

    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    fetched_at: datetime
    elapsed: timedelta
    permanent_url: str | None = None

    @property
    def not_modified(self) -> bool:
        return self.status == 304

    @property
    def content_type(self) -> str:
        return self.headers.get("content-type", "")

    @property
    def validators(self) -> Validators:
        return Validators(self.headers.get("etag"), self.headers.get("last-modified"))


@dataclass(frozen=True, slots=True)
class Page:
    """The bytes kept of one fetch, enough to extract again and to prove what was published."""

    id: int
    entry_id: int
    url: str
    final_url: str
    status: int
    headers: Mapping[str, str]
    fetched_at: datetime
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Article:
    """What extraction makes of a page. `text` has paragraphs separated by one empty line.

    `published` is None rather than a guess; `published_from` says where the date was read
    ("json-ld", "meta", "rule", "channel", "byline", "url") and `published_precision` how exact it
    is ("second", "minute", "hour", "day"; a day is midnight there). `text_from` names the
    extractor that won and `reason` why. `languages` are the addresses of its versions in other
    languages. `image_credit` is who made the image, or on which terms it may be shown. `marks`
    are "partial" (the rest is for subscribers), "live" (it is still being written) and "cut" (the
    text was too long to be kept whole).
    """

    url: str
    title: str
    text: str
    language: str
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    published_from: str | None = None
    image: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    text_from: str = ""
    reason: str = ""
    languages: Mapping[str, str] = field(default_factory=dict)
    published_precision: str | None = None
    image_credit: str | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a topic matched: the words found, where, and the term of the topic that found them.

    `field` is "title", "lead" or "text"; `start` and `end` are character offsets into the title
    (for "title") or the text (for the other two).
    """

    term: str
    words: str
    field: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Match:
    """What of a topic is in an article. It belongs to the topic when `score` is at least the
    topic's threshold; below, the topic is mentioned in passing."""

    topic: str
    score: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """A person's decision about an article and a topic; it holds whatever the words say."""

    topic: str
    belongs: bool
    made_at: datetime
    made_by: str
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Mention:
    """An article names an entity `count` times; `evidence` has the first places."""

    entity: str
    count: int
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class ArchivedArticle:
    """An article as the archive holds it, with what was found out about it later."""

    id: int
    source: str
    article: Article
    first_seen: datetime
    updated: datetime | None = None
    duplicate_of: int | None = None
    story: int | None = None
    versions: int = 1
    external_id: str | None = None
    place: str | None = None
    matches: tuple[Match, ...] = ()
    withdrawn: datetime | None = None
    entities: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Move:
    """A channel's permanent redirect (301, 308), as far as it is believed.

    `to` has been the answer `count` times since `since`. Once it is adopted, the channel is asked
    there, and at its old address again a while after `asked_at`, when that was asked last.
    """

    to: str
    since: datetime
    count: int
    asked_at: datetime
    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a channel is read next when it is: the rule that decided, and its values, for a sentence
    in any language. Pauses are in seconds, moments are ISO 8601 in UTC, the rest are counts."""

    key: str
    values: Mapping[str, int | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ChannelState:
    """What is remembered of a channel between two polls. `turnover` is that of its last plan;
    `full_read_at` is when its document was last read, rather than "unchanged"."""

    id: int
    source: str
    url: str
    validators: Validators = Validators()
    body_hash: str | None = None
    failures: int = 0
    interval: timedelta | None = None
    next_poll_at: datetime | None = None
    plan_reason: str | None = None
    last_polled_at: datetime | None = None
    last_success_at: datetime | None = None
    last_new_at: datetime | None = None
    last_status: str | None = None
    last_http: int | None = None
    last_error: str | None = None
    turnover: timedelta | None = None
    hints: Hints = Hints()
    full_read_at: datetime | None = None
    move: Move | None = None
    plan: Reason | None = None


class PollStatus(StrEnum):
    """How one poll of a channel ended."""

    OK = "ok"  # it was read, whether or not something new stood in it
    UNCHANGED = "unchanged"  # 304, or the same bytes as last time
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a channel, as it goes into the log. `size` is in bytes, decoded; `gap` says
    that what it showed does not reach back to the reading before."""

    started_at: datetime
    elapsed: timedelta
    status: PollStatus
    http: int | None
    size: int
    found: int
    new: int
    next_poll_at: datetime
    plan_reason: str
    interval: timedelta
    warnings: tuple[str, ...] = ()
    failure: Failure | None = None
    turnover: timedelta | None = None
    gap: bool = False
    plan: Reason | None = None


class GapState(StrEnum):
    """What is known of a gap."""

    OPEN = "open"  # it is being filled, or will be
    FILLED = "filled"  # everything between what was known and what is has been read
    UNFILLABLE = "unfillable"  # there is nothing to fill it from, and the reason is known
    BOUNDED = "bounded"  # so much was read without an end that it was left


@dataclass(frozen=True, slots=True)
class Place:
    """Where a walk through older announcements stands: the last page read of an address with
    `{page}`, or the documents of a sitemap still to be read (None: the first one is)."""

    page: int = 0
    pending: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a channel's window turned over between two readings.

    What appeared after `known_until` and was gone again at `opened_at` was not seen; `last_read_at`
    is the reading before. `backfill` is the address it is filled from, `place` how far; `met_older`
    and `met_newer` say that both its ends were met there. `suspected` is a gap that a document
    which was cut short seemed to show.
    """

    id: int
    channel_id: int
    opened_at: datetime
    known_until: datetime
    last_read_at: datetime
    state: GapState = GapState.OPEN
    filled_at: datetime | None = None
    backfill: str | None = None
    place: Place = Place()
    pages_read: int = 0
    entries_found: int = 0
    attempts: int = 0
    next_attempt_at: datetime | None = None
    suspected: bool = False
    met_older: bool = False
    met_newer: bool = False
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Backfill:
    """A walk through a channel's older announcements that a person asked for, back to `since`.
    It is over when `finished_at` is set; `note` says how it ended."""

    id: int
    channel_id: int
    backfill: str
    since: datetime
    started_at: datetime
    finished_at: datetime | None = None
    place: Place = Place()
    pages_read: int = 0
    entries_found: int = 0
    note: str | None = None


class EntryState(StrEnum):
    """How far an entry has come."""

    WAITING = "waiting"  # its page is to be fetched
    FETCHED = "fetched"  # its page is to be extracted
    STORED = "stored"  # its article is in the archive
    SKIPPED = "skipped"  # there is nothing to keep behind it, and the reason is known
    QUARANTINED = "quarantined"  # given up for now; a person can try it again


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry that is kept, with what is left to do about it. `announcements` is how often its
    channels had announced it in other words when it was read from the archive."""

    id: int
    source: str
    entry: Entry
    host: str
    first_seen: datetime
    state: EntryState
    attempts: int = 0
    page_id: int | None = None
    article_id: int | None = None
    announcements: int = 0


class Stored(StrEnum):
    """What became of an extracted article when it was stored."""

    NEW = "new"
    UPDATED = "updated"  # another text of an article that was known: a version
    KNOWN = "known"  # nothing changed


@dataclass(frozen=True, slots=True)
class Version:
    """An article as it read at one time. Number 1 is the first text seen. `origin` is
    "re-extracted" where this program read the same page otherwise than before: what changed from
    the version before is then no correction of the publisher's."""

    number: int
    title: str
    text: str
    seen_at: datetime
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something that a person should look at. There is at most one open alarm of a kind for a
    source and channel (None: the whole source). `facts` are the figures behind `sentence`."""

    kind: str
    source: str
    channel_id: int | None
    sentence: str
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RaisedAlarm:
    """An alarm as it is kept; open as long as `cleared_at` is None."""

    id: int
    alarm: Alarm
    raised_at: datetime
    cleared_at: datetime | None = None
