"""The archive, done again from what is stored: pages read, topics judged, copies linked anew.

A step walks the articles in the order of their ids, in batches: what a batch comes to is worked
out first, then written in one short transaction together with the place that the step has come
to. So a running monitor gets its turns, and after a kill the step goes on where it was.
"""

from __future__ import annotations

import asyncio
import hashlib
import heapq
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, partial
from pathlib import Path

from sqlalchemy import Connection

import monitor.pipeline
from monitor.model import Article, Failure
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.classify import judge_all, retag
from monitor.workers.index import index_pending
from monitor.workers.relate import misplaced, relate_again
from monitor.workers.reread import Batch, Reading, as_kept, keep_reading, read_again
from monitor.workers.services import Services
from storage.repositories import articles, reprocessing
from storage.repositories.reprocessing import Reread, Scope

STEPS = ("extract", "topics", "duplicates")
BATCH = 50
SHOWN = 10
"""So many differences are kept for a report, the largest ones."""

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Difference:
    """An article whose words change, and by how many of them."""

    article_id: int
    source: str
    words: int
    before: Article
    after: Article


@dataclass
class Extracted:
    """`changed` have other words, `details` the same ones with another date, author and the like;
    of `refused` the page would give no article now: what is archived stays, as it does where
    extraction `failed`. `after` is the article that an earlier run had come to."""

    after: int = 0
    read: int = 0
    unchanged: int = 0
    changed: int = 0
    details: int = 0
    refused: int = 0
    failed: int = 0
    meanwhile: int = 0
    without_page: int = 0
    unconfigured: int = 0
    failures: list[tuple[str, Failure]] = field(default_factory=list)
    largest: list[tuple[int, int, Difference]] = field(default_factory=list)

    @property
    def differences(self) -> list[Difference]:
        """The largest ones, in their order."""
        return [each for _, _, each in sorted(self.largest, key=lambda one: one[:2], reverse=True)]

    def add(self, change: Reread, reading: Reading, after: Article) -> None:
        self.unchanged += change is Reread.UNCHANGED
        self.changed += change is Reread.TEXT
        self.details += change is Reread.DETAILS
        self.meanwhile += change is Reread.MEANWHILE
        if change is Reread.TEXT:
            before = reading.before
            size = _apart(before.article, after)
            made = Difference(before.id, before.source, size, before.article, after)
            heapq.heappush(self.largest, (size, -before.id, made))
            if len(self.largest) > SHOWN:
                heapq.heappop(self.largest)

    def add_failure(self, reading: Reading, failure: Failure) -> None:
        broke = failure.code.startswith("parse.")
        self.failed += broke
        self.refused += not broke
        if len(self.failures) < SHOWN:
            self.failures.append((reading.page.final_url, failure))


@dataclass
class Tagged:
    """How many articles were judged, and of how many the topics or their evidence changed."""

    after: int = 0
    read: int = 0
    changed: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)


@dataclass
class Related:
    """How many articles were compared, and how many were linked otherwise than before."""

    after: int = 0
    read: int = 0
    changed: int = 0


@dataclass
class Report:
    """What was done, or would be; a step that was not asked for is None."""

    started: datetime
    finished: datetime | None = None
    stopped: bool = False
    extract: Extracted | None = None
    topics: Tagged | None = None
    duplicates: Related | None = None


async def reprocess(
    services: Services,
    scope: Scope,
    *,
    steps: Sequence[str] = STEPS,
    dry_run: bool = False,
    stop: asyncio.Event | None = None,
    progress: Callable[[str, int], Advance] = lambda step, total: lambda done: None,
) -> Report:
    """Do the steps over the articles of the scope. With `dry_run` nothing is written."""
    report = Report(services.now())
    walk = _Walk(services, scope, dry_run, stop or asyncio.Event(), progress)
    if "extract" in steps:
        report.extract = Extracted()
        await walk.extract(report.extract)
    if "topics" in steps:
        report.topics = Tagged()
        await walk.topics(report.topics)
    if "duplicates" in steps:
        report.duplicates = Related()
        await walk.duplicates(report.duplicates)
    report.stopped = walk.stop.is_set()
    if not dry_run:
        await index_pending(services, stop)
    report.finished = services.now()
    return report


@dataclass
class _Walk:
    services: Services
    scope: Scope
    dry_run: bool
    stop: asyncio.Event
    progress: Callable[[str, int], Advance]

    async def extract(self, tally: Extracted) -> None:
        async def work(ids: Sequence[int]) -> Callable[[Connection], None]:
            batch = await read_again(self.services, ids)
            return partial(self._keep_readings, batch=batch, tally=tally)

        edition = f"{_program()} {_rules(self.services)}"
        tally.after = await self._over("extract", edition, work, tally)

    def _keep_readings(self, connection: Connection, *, batch: Batch, tally: Extracted) -> None:
        tally.without_page += batch.without_page
        tally.unconfigured += batch.unconfigured
        for reading in batch.readings:
            if isinstance(reading.after, Failure):
                tally.add_failure(reading, reading.after)
                continue
            after = as_kept(connection, reading)
            change = (
                reprocessing.compared(reading.before.article, after)[0]
                if self.dry_run
                else keep_reading(connection, self.services, reading)
            )
            tally.add(change, reading, after)

    async def topics(self, tally: Tagged) -> None:
        edition = self.services.judge.edition

        async def work(ids: Sequence[int]) -> Callable[[Connection], None]:
            archived = await self.services.read(lambda c: articles.by_ids(c, ids))
            judged = await asyncio.to_thread(judge_all, self.services, archived)

            def keep(connection: Connection) -> None:
                for each in judged:
                    changed = retag(connection, each, edition, dry_run=self.dry_run)
                    if changed is not None:
                        tally.changed += 1
                        tally.gained.update(changed.after - changed.before)
                        tally.lost.update(changed.before - changed.after)

            return keep

        tally.after = await self._over("topics", f"{_program()} {edition}", work, tally)

    async def duplicates(self, tally: Related) -> None:
        """First every fingerprint, for articles are compared by them; then the links."""
        await self._over("fingerprints", _program(), self._fingerprints, Related())

        async def work(ids: Sequence[int]) -> Callable[[Connection], None]:
            def keep(connection: Connection) -> None:
                link = misplaced if self.dry_run else relate_again
                rows = reprocessing.fingerprints(connection, ids)
                tally.changed += sum(link(connection, each) for each in {row[2] for row in rows})

            return keep

        tally.after = await self._over("duplicates", _program(), work, tally)

    async def _fingerprints(self, ids: Sequence[int]) -> Callable[[Connection], None]:
        rows = await self.services.read(lambda c: reprocessing.fingerprints(c, ids))
        new = [(id_, old, fingerprint(text)) for id_, text, old in rows]
        stale = [each for each in new if each[1] != each[2]]

        def keep(connection: Connection) -> None:
            for each in () if self.dry_run else stale:
                reprocessing.set_fingerprint(connection, *each)

        return keep

    async def _over(
        self,
        step: str,
        edition: str,
        work: Callable[[Sequence[int]], Awaitable[Callable[[Connection], None]]],
        tally: Extracted | Tagged | Related,
    ) -> int:
        """Do `work` for all articles, from where an earlier run was broken off, which is
        returned. What `work` returns runs in the transaction that moves the place."""
        services, named = self.services, self.scope.named(step)
        first = last = (
            0
            if self.dry_run
            else await services.read(lambda c: reprocessing.place(c, named, edition))
        )
        total = await services.read(lambda c: reprocessing.count(c, self.scope, first))
        advance = self.progress(step, total)
        while not self.stop.is_set():
            ids = await services.read(
                partial(reprocessing.ids_after, scope=self.scope, after=last, limit=BATCH)
            )
            if not ids:
                if not self.dry_run:
                    await services.write(lambda c: reprocessing.finish(c, named))
                break
            keep = await work(ids)
            last = ids[-1]
            if self.dry_run:
                await services.read(keep)
            else:
                await services.write(partial(self._write, keep, named, edition, last))
            tally.read += len(ids)
            advance(len(ids))
        return first

    def _write(
        self,
        keep: Callable[[Connection], None],
        named: str,
        edition: str,
        last: int,
        connection: Connection,
    ) -> None:
        keep(connection)
        reprocessing.advance(connection, named, edition, last, self.services.now())


def _apart(before: Article, after: Article) -> int:
    """How many words stand in one of the two only."""
    old, new = (Counter(f"{each.title} {each.text}".split()) for each in (before, after))
    return ((old - new) + (new - old)).total()


@cache
def _program() -> str:
    """Names the code that reads and judges: what another one did is done again from the start."""
    digest = hashlib.sha256()
    for file in sorted(Path(next(iter(monitor.pipeline.__path__))).glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _rules(services: Services) -> str:
    """Names the rules of all sources."""
    rules = "\n".join(each.model_dump_json() for each in services.catalog.sources.values())
    return hashlib.sha256(rules.encode()).hexdigest()[:16]
