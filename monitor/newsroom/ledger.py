"""What was published, what was asked for, what was handed over: append-only, kept in memory.

`must` are the articles that somebody received in at least one complete 200; `may` the ones of
which any bytes were sent. What stands in an archive has to lie between the two.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.newsroom.exchange import Answer, Kind, Request
from monitor.newsroom.journal import Journal, NoJournal, SqliteJournal
from monitor.newsroom.world import Shown


@dataclass(frozen=True, slots=True)
class Published:
    article: str
    version: int
    url: str
    time: datetime
    copy_of: str | None


@dataclass(frozen=True, slots=True)
class Requested:
    """`gap` is the seconds since the request before at this host began (real time, None for the
    first); `concurrency` counts the requests in hand there, this one included."""

    number: int
    site: str
    method: str
    target: str
    headers: Mapping[str, str]
    time: datetime
    gap: float | None
    concurrency: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """`status` is 0 where not even a status line went out. `articles` are (id, version)."""

    request: int
    site: str
    target: str
    kind: Kind
    status: int
    complete: bool
    articles: tuple[tuple[str, int], ...]


class Ledger:
    """Safe to read from any thread while the room is open."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._journal: Journal = NoJournal() if file is None else SqliteJournal(file)
        self._published: list[Published] = []
        self._requests: list[Requested] = []
        self._deliveries: list[Delivered] = []
        self._broken: set[int] = set()
        self._last_start: dict[str, float] = {}
        self._in_hand: dict[str, int] = {}

    # Writing: the room only.

    def publish(self, shown: Shown, url: str) -> None:
        article, version = shown.article, shown.version
        entry = Published(article.id, version.number, url, version.at, article.copy_of)
        with self._lock:
            self._published.append(entry)
            self._journal.published(entry)

    def open_request(self, site: str, request: Request, now: datetime) -> Requested:
        started = time.monotonic()
        with self._lock:
            before = self._last_start.get(site)
            self._last_start[site] = started
            self._in_hand[site] = self._in_hand.get(site, 0) + 1
            entry = Requested(
                number=len(self._requests) + 1,
                site=site,
                method=request.method,
                target=request.target,
                headers=request.headers,
                time=now,
                gap=None if before is None else started - before,
                concurrency=self._in_hand[site],
            )
            self._requests.append(entry)
            self._journal.requested(entry)
        return entry

    def deliver(self, request: Requested, answer: Answer, complete: bool) -> None:
        """To be called before the last byte goes out: who has read it may ask at once."""
        nothing = request.method == "HEAD" or answer.manner.ending == "reset-first"
        entry = Delivered(
            request=request.number,
            site=request.site,
            target=request.target,
            kind=answer.kind,
            status=0 if answer.manner.ending == "reset-first" else answer.status,
            complete=complete,
            articles=() if nothing else answer.articles,
        )
        with self._lock:
            self._in_hand[request.site] -= 1
            self._deliveries.append(entry)
            self._journal.delivered(entry)

    def break_off(self, request: Requested) -> None:
        """The last bytes of a delivery could not be written after all."""
        with self._lock:
            self._broken.add(request.number)
            self._journal.broken(request.number)

    def close(self) -> None:
        self._journal.close()

    # Reading.

    def publications(self) -> tuple[Published, ...]:
        with self._lock:
            return tuple(self._published)

    def published(self) -> frozenset[str]:
        return frozenset(entry.article for entry in self.publications())

    def copies(self) -> dict[str, str]:
        """Published copies: id → id of the article whose text it repeats."""
        return {one.article: one.copy_of for one in self.publications() if one.copy_of is not None}

    def requests(self, site: str | None = None) -> tuple[Requested, ...]:
        with self._lock:
            return tuple(one for one in self._requests if site in (None, one.site))

    def deliveries(self, site: str | None = None) -> tuple[Delivered, ...]:
        """A delivery that broke off at its end stands here as incomplete."""
        with self._lock:
            return tuple(
                self._as_it_ended(one) for one in self._deliveries if site in (None, one.site)
            )

    def must(self, kinds: Collection[Kind] | None = None) -> frozenset[str]:
        """Articles in at least one complete 200; of answers of these kinds where given."""
        return frozenset(
            article
            for one in self.deliveries()
            if one.complete and one.status == 200 and (kinds is None or one.kind in kinds)
            for article, _ in one.articles
        )

    def may(self) -> frozenset[str]:
        """Articles in anything that was sent, cut short or not."""
        return frozenset(article for one in self.deliveries() for article, _ in one.articles)

    def versions(self, article: str) -> tuple[int, ...]:
        """Versions of it whose whole page was handed over, in the order of first delivery."""
        seen: dict[int, None] = {}
        for one in self.deliveries():
            if one.complete and one.status == 200 and one.kind == "page":
                seen.update((number, None) for name, number in one.articles if name == article)
        return tuple(seen)

    def max_concurrency(self, site: str | None = None) -> int:
        """The most requests in hand at once at one host; 0 where nothing was asked."""
        return max((one.concurrency for one in self.requests(site)), default=0)

    def min_gap(self, site: str | None = None) -> float | None:
        """The shortest time in seconds between two requests to one host; None below two."""
        gaps = [one.gap for one in self.requests(site) if one.gap is not None]
        return min(gaps, default=None)

    def _as_it_ended(self, one: Delivered) -> Delivered:
        if one.request not in self._broken:
            return one
        return Delivered(
            one.request, one.site, one.target, one.kind, one.status, False, one.articles
        )
