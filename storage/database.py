"""Opening the database: one engine, readers and writers as context managers.

SQLite: write-ahead log, `synchronous=FULL` (with NORMAL a power cut loses acknowledged commits),
and writers that begin with `BEGIN IMMEDIATE`: a transaction that reads first and asks for the
write lock later fails at once under contention instead of waiting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DatabaseError, NoSuchModuleError, OperationalError

from monitor.errors import ConfigError, DatabaseUnavailable, MonitorError

BUSY_SECONDS = 30
_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}",
    "PRAGMA foreign_keys=ON",
)


class Database:
    """One engine. Use `read()` for look-ups and `write()` for changes that belong together."""

    def __init__(self, url: str) -> None:
        self.url = parse_database_url(url)
        self.engine = _engine(self.url)

    @property
    def is_sqlite(self) -> bool:
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent view."""
        with _named_errors(self.url), self.engine.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that is committed as a whole, or not at all."""
        with (
            _named_errors(self.url),
            self.engine.connect().execution_options(immediate=True) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        self.engine.dispose()


def parse_database_url(url: str) -> URL:
    """The address of a SQLite or PostgreSQL database; ConfigError says what is expected."""
    expected = 'expected "sqlite:///path/to/file.db" or "postgresql+psycopg://user@host/name"'
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(f"MONITOR_DATABASE_URL: {expected}") from error
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"MONITOR_DATABASE_URL: {expected}, not {parsed.drivername!r}")
    if parsed.drivername == "postgresql":
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def sqlite_file(url: URL) -> Path | None:
    """The file behind a SQLite address; None for PostgreSQL and for databases in memory."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    return Path(str(url.database))


def _engine(url: URL) -> Engine:
    dumps = partial(json.dumps, ensure_ascii=False, separators=(",", ":"))
    try:
        if url.get_backend_name() == "sqlite":
            return _sqlite_engine(url, dumps)
        return create_engine(
            url, json_serializer=dumps, pool_pre_ping=True, connect_args={"connect_timeout": 10}
        )
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise ConfigError(f"MONITOR_DATABASE_URL: no driver for {url.drivername!r}") from error


def _sqlite_engine(url: URL, dumps: Any) -> Engine:
    file = sqlite_file(url)
    if file is not None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ConfigError(
                f"MONITOR_DATABASE_URL: the folder {file.parent} cannot be made: {error.strerror}"
            ) from error
    engine = create_engine(url, json_serializer=dumps, connect_args={"timeout": BUSY_SECONDS})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy begins, not the driver
        for pragma in _PRAGMAS:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("immediate", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def _named_errors(url: URL) -> Iterator[None]:
    """What the driver says, as one of our errors with the database's address in it."""
    try:
        yield
    except OperationalError as error:
        raise DatabaseUnavailable(f"{_shown(url)} does not answer: {_first_line(error)}") from error
    except DatabaseError as error:
        if "not a database" in str(error.orig) or "malformed" in str(error.orig):
            raise MonitorError(
                f"{_shown(url)} is not a database this program can read: {_first_line(error)}"
            ) from error
        raise


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def _first_line(error: DatabaseError) -> str:
    return str(error.orig).strip().split("\n", 1)[0]
