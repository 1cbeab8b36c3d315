"""The databases that every contract of the storage is tested over: SQLite and a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import delete, insert

from storage.database import Database
from storage.migrations import prepare
from storage.tables import counters, meta, metadata
from tests.postgres import NoPostgresError, Server, running_server

BACKENDS = [
    pytest.param("sqlite"),
    pytest.param("postgresql", marks=pytest.mark.postgres),
]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """One server for all tests; they are skipped, with the reason, where none can run."""
    server = running_server()
    try:
        started = server.__enter__()
    except NoPostgresError as reason:
        pytest.skip(str(reason))
    try:
        yield started
    finally:
        server.__exit__(None, None, None)


@pytest.fixture(scope="session")
def postgres_archive(postgres: Server) -> Iterator[str]:
    """The name of a PostgreSQL database with the schema in it; who uses it empties it first."""
    with postgres.database() as name:
        _prepare(postgres.url(name))
        yield name


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema in it."""
    file = tmp_path_factory.mktemp("template") / "archive.db"
    _prepare(f"sqlite:///{file}")
    return file


@pytest.fixture(params=BACKENDS)
def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table."""
    if request.param == "sqlite":
        with _opened(f"sqlite:///{tmp_path / 'archive.db'}") as database:
            yield database
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name, _opened(server.url(name)) as database:
        yield database


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An archive in which nothing is kept yet."""
    if request.param == "sqlite":
        file = tmp_path / "archive.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), file)
        with _opened(f"sqlite:///{file}") as database:
            yield database
        return
    server: Server = request.getfixturevalue("postgres")
    # Emptied for every test, in 14 ms: a database of its own would take 400.
    with _opened(server.url(request.getfixturevalue("postgres_archive"))) as database:
        _empty(database)
        yield database


@pytest.fixture
def sqlite(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """An archive on SQLite alone, for what does not depend on the database."""
    file = tmp_path / "archive.db"
    shutil.copyfile(sqlite_template, file)
    with _opened(f"sqlite:///{file}") as database:
        yield database


def _empty(database: Database) -> None:
    with database.write() as connection:
        for table in reversed(metadata.sorted_tables):
            if table is not meta:
                connection.execute(delete(table))
        connection.execute(delete(meta).where(meta.c.key != "archive_id"))
        connection.execute(insert(counters).values(name="change", value=0))


def _prepare(url: str) -> None:
    with _opened(url) as database:
        prepare(database)


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = Database(url)
    try:
        yield database
    finally:
        database.close()
