"""Passes in processes that cost a fork each: what they need is imported once, before the forks.

    python -m tests.durability.killed_pass SETTINGS

A line of JSON on stdin, {"now": …, "tell_at": …}, runs one pass in a fork, which is the simulated
time's, not the machine's. On stdout come the fork's pid, the name of the step number `tell_at`
when the pass is at it, what the pass came to, and how the fork ended.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Connection

from config.catalog import Catalog
from config.settings import Settings
from monitor.bootstrap import load_checked_catalog, open_services
from monitor.fetch.client import Fetcher
from monitor.model import Article, Entry
from monitor.workers import parsing
from monitor.workers.judge import Judge
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.database import Database
from storage.search.index import SearchIndex
from storage.search.terms import terms

_PAGE = (
    "<html lang='en'><head><title>A bridge</title></head><body><article><h1>A bridge</h1>"
    f"{'<p>The ministry said on Friday that the bridge opens in the autumn of this year.</p>' * 9}"
    "</article></body></html>"
)


def tell(**what: Any) -> None:
    """One line, written at once: short enough not to be torn apart."""
    os.write(1, f"{json.dumps(what)}\n".encode())


class Steps:
    """Counts the steps of a pass; tells when it is at the one it is asked for."""

    def __init__(self, tell_at: int | None) -> None:
        self.count = 0
        self._tell_at = tell_at
        self._lock = threading.Lock()

    def __call__(self, name: str) -> None:
        with self._lock:
            self.count += 1
            if self.count == self._tell_at:
                tell(step=name)


class SteppedDatabase:
    """Two steps a transaction: as it begins, and before it is committed."""

    def __init__(self, database: Database, step: Steps) -> None:
        self._database = database
        self._step = step
        self.read = database.read
        self.is_sqlite = database.is_sqlite

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._database.write() as connection:
            self._step("begin")
            yield connection
            self._step("commit")


class SteppedFetcher:
    """Two steps a request: before it and after it. Pages are asked for without `accept`."""

    def __init__(self, fetcher: Fetcher, step: Steps) -> None:
        self._fetcher = fetcher
        self._step = step

    async def get(self, url: str, **options: Any) -> object:
        kind = "channel" if "accept" in options else "page"
        self._step(f"ask {kind}")
        answer = await self._fetcher.get(url, **options)
        self._step(f"answered {kind}")
        return answer


class SteppedSandbox:
    """Parses in the process that is killed: children of its own would only be slower to start."""

    def __init__(self, step: Steps) -> None:
        self._step = step

    async def run(
        self, function: Callable[..., object], *args: Any, timeout: float, **options: Any
    ) -> object:
        options.pop("fate", None)
        self._step("parse")
        return await asyncio.to_thread(function, *args, **options)


class SteppedIndex:
    """A step before and after the index is written."""

    def __init__(self, index: SearchIndex, step: Steps) -> None:
        self._index = index
        self._step = step
        self.is_level = index.is_level

    def refresh(self, *args: Any, **options: Any) -> int:
        self._step("index")
        done = self._index.refresh(*args, **options)
        self._step("indexed")
        return done


def stepped(services: Services, step: Steps, judge: Judge) -> Services:
    """The same services, seen step by step."""
    return replace(
        services,
        judge=judge,
        database=cast(Database, SteppedDatabase(services.database, step)),
        fetcher=cast(Fetcher, SteppedFetcher(services.fetcher, step)),
        sandbox=cast(Sandbox, SteppedSandbox(step)),
        index=cast(SearchIndex, SteppedIndex(services.index, step)),
    )


async def one_pass(
    settings: Settings, catalog: Catalog, judge: Judge, now: datetime, step: Steps
) -> None:
    async with open_services(settings, catalog, now=lambda: now) as services:
        sources = list(catalog.sources.values())
        report = await run_pass(stepped(services, step, judge), sources)
    due = report.next_poll_at
    tell(steps=step.count, due=due.isoformat() if due else None)


def warmed(catalog: Catalog) -> Judge:
    """What a pass loads when it first needs it (models, patterns: 3 s) is loaded here."""
    importlib.import_module("monitor.workers.warmed")
    source = next(iter(catalog.sources.values()))
    page, url = _PAGE.encode(), source.homepage
    article = parsing.extract_article(
        page, url=url, content_type="text/html", source=source, announced=Entry(url)
    )
    assert isinstance(article, Article), article
    parsing.parse_feed(b"<rss><channel/></rss>", url=url, zone=source.zone)
    judge = Judge(catalog)
    assert judge.edition
    judge.matcher.match(article.title, article.text, article.language)
    judge.matcher.place(article.title, article.text, article.language)
    terms(article.text, article.language)
    return judge


def serve(settings: Settings) -> None:
    catalog = load_checked_catalog(settings)
    judge = warmed(catalog)
    tell(ready=True)
    for line in sys.stdin:
        order = json.loads(line)
        pid = os.fork()
        if pid == 0:
            code = 3
            try:
                now = datetime.fromisoformat(order["now"])
                asyncio.run(one_pass(settings, catalog, judge, now, Steps(order["tell_at"])))
                code = 0
            except BaseException:
                sys.excepthook(*sys.exc_info())
                sys.stderr.flush()
            finally:
                os._exit(code)
        tell(pid=pid)
        _, status = os.waitpid(pid, 0)
        tell(ended=os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    serve(Settings(_env_file=None, **json.loads(sys.argv[1])))  # type: ignore[call-arg]
