"""Opening the database: one engine, readers and writers as context managers.

Writers take turns on both databases. SQLite has one writer anyway, and one that begins with
`BEGIN IMMEDIATE`: a transaction that reads first and asks for the write lock later fails at once
under contention instead of waiting. On PostgreSQL an advisory lock does the same: what is looked
up before it is written (is this address known? does this text repeat another one?) stays true
until the commit, and changes become visible in the order of their numbers.

SQLite runs with a write-ahead log and `synchronous=FULL`: with NORMAL a power cut loses
acknowledged commits.
"""

from __future__ import annotations

import json
import math
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, make_url, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    ArgumentError,
    DBAPIError,
    InterfaceError,
    NoSuchModuleError,
    OperationalError,
)
from sqlalchemy.exc import TimeoutError as PoolTimeout

from config.database_url import sqlite_file, usable_url
from monitor.errors import ConfigError, DatabaseUnavailable, MonitorError, UnusableDatabase

BUSY_SECONDS = 30
CONNECT_SECONDS = 10
_STEP_SECONDS = 0.5  # how soon a writer that waits notices that it is to hurry
_PRAGMAS = (
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
)
# The lock of the one writer. A writer whose machine is gone is thrown out after a minute.
_TURN = text(
    f"SELECT set_config('lock_timeout', '{BUSY_SECONDS}s', true),"
    " set_config('idle_in_transaction_session_timeout', '60s', true),"
    " pg_advisory_xact_lock(5570758217320895314)"
)


class Database:
    """One engine. Use `read()` for look-ups and `write()` for changes that belong together.

    Raises ConfigError for an address that cannot be used, MonitorError for a file that holds no
    database this program can use, DatabaseUnavailable where the database does not answer.
    """

    def __init__(self, url: str) -> None:
        self.url = _parsed(url)
        self._turn = _Turn()
        self.engine = _engine(self.url, self._turn)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        view = (
            {}
            if self.is_sqlite
            else {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        )
        with (
            _named_errors(self.url),
            self.engine.connect().execution_options(**view) as connection,
        ):
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed as a whole, or not at all; one at a time."""
        with (
            _named_errors(self.url),
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            if not self.is_sqlite:
                connection.execute(_TURN)
            yield connection

    def hurry(self, seconds: float) -> None:
        """From `seconds` from now on, nobody waits for SQLite's one writer any more: who waits
        then, or comes later and finds it taken, gets DatabaseUnavailable. For a process that is
        to end; it may be called from any thread, and is not taken back."""
        self._turn.ends = min(self._turn.ends, time.monotonic() + seconds)

    def close(self) -> None:
        self.engine.dispose()


@dataclass(slots=True)
class _Turn:
    """How long SQLite's writers wait for their turn: `ends` is a moment of the monotonic clock."""

    ends: float = math.inf

    def take(self, connection: Connection) -> None:
        """Begin to write. SQLite's own wait cannot be broken off: it is made of short ones."""
        patience = min(time.monotonic() + BUSY_SECONDS, self.ends)
        driver: Any = connection.connection.driver_connection
        try:
            while True:
                left = max(0.0, min(patience, self.ends) - time.monotonic())
                driver.execute(f"PRAGMA busy_timeout={int(min(left, _STEP_SECONDS) * 1000)}")
                try:
                    driver.execute("BEGIN IMMEDIATE")
                except sqlite3.OperationalError as error:
                    if left <= 0 or not _is_busy(error):
                        connection.exec_driver_sql("BEGIN IMMEDIATE")  # says it in our own words
                        return
                else:
                    return
        finally:
            driver.execute(_PRAGMAS[0])


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return str(getattr(error, "sqlite_errorname", "")).startswith("SQLITE_BUSY")


def _parsed(url: str) -> URL:
    try:
        return make_url(usable_url(url))
    except (ArgumentError, ValueError) as error:
        raise ConfigError(f"MONITOR_DATABASE_URL: {error}") from error


def _engine(url: URL, turn: _Turn) -> Engine:
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(url, turn)
        timeout = {} if "connect_timeout" in url.query else {"connect_timeout": CONNECT_SECONDS}
        return create_engine(url, json_serializer=_json, pool_pre_ping=True, connect_args=timeout)
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(f"MONITOR_DATABASE_URL: no driver for {url.drivername!r}") from error


def _sqlite_engine(url: URL, turn: _Turn) -> Engine:
    options: dict[str, Any] = {}
    file = sqlite_file(url.render_as_string(hide_password=False))
    if file is None:  # in memory: it lives and dies with its one connection
        options = {"poolclass": QueuePool, "pool_size": 1, "max_overflow": 0}
    else:
        _make_room(file)
    engine = create_engine(
        url,
        json_serializer=_json,
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        **options,
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins, not the driver
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        if connection.get_execution_options().get("immediate", False):
            turn.take(connection)
        else:
            connection.exec_driver_sql("BEGIN")

    return engine


def _make_room(file: Path) -> None:
    """Make the file's folder. An empty file is what is left of a lost archive: SQLite would take
    it for a new one."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        for _ in range(20):  # another process may be making it: it is empty for a moment then
            if not file.is_file() or file.stat().st_size:
                return
            time.sleep(0.05)
    except OSError as error:
        raise ConfigError(
            f"MONITOR_DATABASE_URL: the folder {file.parent} cannot be used: {error.strerror}"
        ) from error
    raise UnusableDatabase(
        f"{file} is an empty file, not a database: restore a backup in its place, "
        "or remove the file to begin a new archive"
    )


def _json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return written.encode("utf-8", "replace").decode()  # half a surrogate pair cannot be stored


@contextmanager
def _named_errors(url: URL) -> Iterator[None]:
    """What the driver says, as one of our errors with the database's address in it."""
    try:
        yield
    except PoolTimeout as error:
        raise DatabaseUnavailable(f"{_shown(url)}: all connections are in use") from error
    except DBAPIError as error:
        sqlite = url.get_backend_name() == "sqlite"
        ours = _sqlite_error(url, error) if sqlite else _postgres_error(url, error)
        if ours is None:
            raise
        raise ours from error


_SQLITE_FAULTS = {
    "SQLITE_NOTADB": "is not a database this program can read: give it a file of its own",
    "SQLITE_CORRUPT": "is damaged: restore a backup",
    "SQLITE_CANTOPEN": "cannot be opened: check that it is a file, and who may use its folder",
    "SQLITE_READONLY": "cannot be written: check who may write it and its folder",
    "SQLITE_PERM": "cannot be opened: check who may use it",
    "SQLITE_FULL": "cannot grow, the disk is full: make room",
    "SQLITE_IOERR": "cannot be read or written: check the disk",
}


def _sqlite_error(url: URL, error: DBAPIError) -> MonitorError | None:
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED", "SQLITE_PROTOCOL")):
        return DatabaseUnavailable(f"{_shown(url)} stays locked by another process")
    for fault, meaning in _SQLITE_FAULTS.items():
        if name.startswith(fault):
            return UnusableDatabase(f"{_shown(url)} {meaning} ({_first_line(error)})")
    return None


# Classes of SQLSTATE that time mends: connection, rollback, resources, intervention; and a lock.
_PASSING = ("08", "40", "53", "57", "55P03")
_REFUSALS = ("authentication failed", "no password supplied", "does not exist")


def _postgres_error(url: URL, error: DBAPIError) -> MonitorError | None:
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    state = getattr(error.orig, "sqlstate", None)
    if state is None and any(refusal in str(error.orig) for refusal in _REFUSALS):
        return ConfigError(f"MONITOR_DATABASE_URL: {_shown(url)}: {_first_line(error)}")
    if state is None or state.startswith(_PASSING):
        return DatabaseUnavailable(f"{_shown(url)} does not answer: {_first_line(error)}")
    return None


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _first_line(error: DBAPIError) -> str:
    return str(error.orig).strip().split("\n", 1)[0]
