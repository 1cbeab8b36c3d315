"""Where the ledger is kept besides memory: nowhere, or in an SQLite file that outlives a crash."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from monitor.newsroom.ledger import Delivered, Published, Requested

_TABLES = """
CREATE TABLE IF NOT EXISTS published (article TEXT, version INTEGER, url TEXT, time TEXT,
    copy_of TEXT);
CREATE TABLE IF NOT EXISTS request (number INTEGER, site TEXT, method TEXT, target TEXT,
    headers TEXT, time TEXT, gap REAL, concurrency INTEGER);
CREATE TABLE IF NOT EXISTS delivery (request INTEGER, site TEXT, target TEXT, kind TEXT,
    status INTEGER, complete INTEGER, articles TEXT);
CREATE TABLE IF NOT EXISTS broken (request INTEGER);
"""


class Journal(Protocol):
    def published(self, entry: Published) -> None: ...
    def requested(self, entry: Requested) -> None: ...
    def delivered(self, entry: Delivered) -> None: ...
    def broken(self, request: int) -> None: ...
    def close(self) -> None: ...


class NoJournal:
    def published(self, entry: Published) -> None: ...
    def requested(self, entry: Requested) -> None: ...
    def delivered(self, entry: Delivered) -> None: ...
    def broken(self, request: int) -> None: ...
    def close(self) -> None: ...


class SqliteJournal:
    """One row an entry, each committed at once. The ledger's lock lets one thread in at a time."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        self._database.executescript(_TABLES)

    def published(self, entry: Published) -> None:
        self._insert(
            "INSERT INTO published VALUES (?, ?, ?, ?, ?)",
            (entry.article, entry.version, entry.url, entry.time.isoformat(), entry.copy_of),
        )

    def requested(self, entry: Requested) -> None:
        headers = json.dumps(dict(entry.headers))
        self._insert(
            "INSERT INTO request VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.number, entry.site, entry.method, entry.target, headers),
                *(entry.time.isoformat(), entry.gap, entry.concurrency),
            ),
        )

    def delivered(self, entry: Delivered) -> None:
        self._insert(
            "INSERT INTO delivery VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                *(entry.request, entry.site, entry.target, entry.kind),
                *(entry.status, int(entry.complete), json.dumps(entry.articles)),
            ),
        )

    def broken(self, request: int) -> None:
        self._insert("INSERT INTO broken VALUES (?)", (request,))

    def close(self) -> None:
        self._database.close()

    def _insert(self, statement: str, values: tuple[object, ...]) -> None:
        self._database.execute(statement, values)
