"""Transactions, times and texts; and what is said when the database cannot be used."""

from __future__ import annotations

import multiprocessing
import multiprocessing.pool
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import StatementError

from monitor.errors import ConfigError, DatabaseUnavailable, MonitorError
from storage.database import _TURN, BUSY_SECONDS, CONNECT_SECONDS, Database
from storage.migrations import prepare
from storage.repositories import articles, channels
from storage.tables import counters, meta
from tests.postgres import Server
from tests.storage.samples import NOW, all_ids, article, channel, poll, store


def _value(database: Database, key: str) -> str | None:
    with database.read() as connection:
        return connection.scalar(select(meta.c.value).where(meta.c.key == key))


class _BrokenOffError(Exception):
    pass


# Transactions


def test_what_is_written_is_there_afterwards(database: Database) -> None:
    with database.write() as connection:
        connection.execute(insert(meta).values(key="a", value="1"))
    assert _value(database, "a") == "1"


def test_an_exception_leaves_nothing_behind(database: Database) -> None:
    store(database, article("before"))

    def half() -> None:
        with database.write() as connection:
            connection.execute(insert(meta).values(key="a", value="1"))
            channels.register(connection, [("s", "https://s.example/")])
            raise _BrokenOffError

    with pytest.raises(_BrokenOffError):
        half()
    assert _value(database, "a") is None
    with database.read() as connection:
        assert channels.load(connection, [("s", "https://s.example/")]) == []
        assert articles.last_change(connection) == 1
    with database.write() as connection:  # and the next writer gets its turn
        connection.execute(insert(meta).values(key="a", value="2"))
    assert _value(database, "a") == "2"


def test_a_reader_sees_one_state_while_others_write(database: Database) -> None:
    with database.read() as reading:
        before = reading.scalar(select(counters.c.value))
        store(database, article())
        assert reading.scalar(select(counters.c.value)) == before
    with database.read() as reading:
        assert reading.scalar(select(counters.c.value)) == 1


def test_nothing_is_kept_of_a_read(database: Database) -> None:
    if not database.is_sqlite:
        with (
            pytest.raises(Exception, match="read-only transaction"),
            database.read() as connection,
        ):
            connection.execute(insert(meta).values(key="a", value="1"))
    else:
        with database.read() as connection:
            connection.execute(insert(meta).values(key="a", value="1"))
    assert _value(database, "a") is None


def _count_up(url: str, times: int) -> int:
    """Transactions that read first and write what they have read; the number that succeeded."""
    database, done = Database(url), 0
    for _ in range(times):
        with database.write() as connection:
            value = connection.scalar(select(counters.c.value)) or 0
            connection.execute(update(counters).values(value=value + 1))
        done += 1
    database.close()
    return done


def test_four_processes_that_read_before_they_write(database: Database) -> None:
    url = database.url.render_as_string(hide_password=False)
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        done = pool.starmap(_count_up, [(url, 50)] * 4)
    assert done == [50] * 4
    with database.read() as connection:
        assert connection.scalar(select(counters.c.value)) == 200


def test_sqlite_is_set_up_to_lose_nothing(sqlite: Database) -> None:
    with sqlite.read() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_a_database_in_memory_is_one_for_all_threads() -> None:
    database = Database("sqlite://")
    prepare(database)
    with multiprocessing.pool.ThreadPool(2) as pool:
        assert (
            pool.map(lambda _: _value(database, "archive_id") is not None, range(4)) == [True] * 4
        )
    database.close()


# Times and texts


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 21, 6, 0, 0, 123456, tzinfo=UTC),
        datetime(2026, 3, 21, 6, 0, tzinfo=ZoneInfo("Asia/Almaty")),
        datetime(1969, 12, 31, 23, 59, tzinfo=timezone(timedelta(hours=-9, minutes=-30))),
        datetime(1, 1, 2, tzinfo=UTC),
        datetime(9999, 12, 30, tzinfo=UTC),
    ],
)
def test_a_moment_comes_back_in_utc(database: Database, moment: datetime) -> None:
    state = channel(database)
    with database.write() as connection:
        channels.record(
            connection,
            state,
            poll(next_poll_at=moment),
            validators=state.validators,
            body_hash=None,
        )
    found = channel(database).next_poll_at
    assert found == moment
    assert found is not None
    assert found.utcoffset() == timedelta(0)


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    state = channel(database)
    naive = datetime(2026, 3, 21)  # noqa: DTZ001
    with pytest.raises(StatementError, match="without a zone"), database.write() as connection:
        channels.record(
            connection, state, poll(next_poll_at=naive), validators=state.validators, body_hash=None
        )


def test_the_ends_of_the_calendar_do_not_overflow(database: Database) -> None:
    first = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    article_id = store(database, article(published=first))
    with database.read() as connection:
        found = articles.get(connection, article_id)
    assert found is not None
    assert found.article.published == datetime(1, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (
            "Қазақстан \U0001f1f0\U0001f1ff “naïve” L’IA",
            "Қазақстан \U0001f1f0\U0001f1ff “naïve” L’IA",
        ),
        ("nul\0byte", "nul\ufffdbyte"),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("two halves \ud83d\ude00", "two halves \U0001f600"),
    ],
)
def test_any_text_can_be_kept(database: Database, given: str, found: str) -> None:
    one = article(title=given, text=given, authors=(given.replace("\0", " "),), section=given)
    article_id = store(database, one)
    assert store(database, one) == article_id
    with database.read() as connection:
        kept = articles.get(connection, article_id)
    assert kept is not None
    assert (kept.article.title, kept.article.text, kept.article.section) == (found, found, found)
    assert kept.versions == 1, "the same text again is no new version"


# What cannot be used


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense",
        "mysql://localhost/x",
        "sqlite:/one/slash.db",
        "postgresql+psycopg2://localhost/x",
        "postgresql://localhost:port/x",
    ],
)
def test_an_address_that_cannot_be_used_is_named_by_its_variable(url: str) -> None:
    with pytest.raises(ConfigError, match="MONITOR_DATABASE_URL"):
        Database(url)


def test_an_address_without_a_driver_gets_ours() -> None:
    for url in ("postgres://u:secret@db.example/x", "postgresql://u:secret@db.example/x"):
        assert Database(url).url.drivername == "postgresql+psycopg"


def _unusable(file: Path) -> MonitorError:
    """What opening this file says; it must not be changed by it."""
    before = file.read_bytes() if file.is_file() else None
    with pytest.raises(MonitorError) as caught, closing(Database(f"sqlite:///{file}")) as database:
        prepare(database)
    assert str(file) in str(caught.value)
    assert not isinstance(caught.value, DatabaseUnavailable), "waiting does not mend this"
    if before is not None:
        assert file.read_bytes() == before
    return caught.value


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("Not a database, but somebody's notes.\n" * 200)
    assert "not a database" in str(_unusable(file))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_truncated_database(sqlite_template: Path, tmp_path: Path, share: float) -> None:
    file = tmp_path / "half.db"
    whole = sqlite_template.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    assert "damaged" in str(_unusable(file))


def test_an_empty_file(tmp_path: Path) -> None:
    file = tmp_path / "empty.db"
    file.touch()
    assert "empty" in str(_unusable(file))
    assert file.stat().st_size == 0


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    assert "cannot be opened" in str(_unusable(tmp_path))


def test_a_file_in_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(ConfigError, match="MONITOR_DATABASE_URL"):
        Database(f"sqlite:///{tmp_path / 'file' / 'archive.db'}")


@pytest.fixture
def lock_down() -> Iterator[Any]:
    """Makes files and folders read-only, for root too where the file system can."""
    locked: list[Path] = []

    def lock(path: Path) -> None:
        locked.append(path)
        if os.geteuid() != 0:
            path.chmod(0o555 if path.is_dir() else 0o444)
            return
        chattr = shutil.which("chattr")
        if chattr is None or subprocess.run([chattr, "+i", path], capture_output=True).returncode:
            pytest.skip("root ignores permissions, and chattr does not work here")

    yield lock
    for path in locked:
        if os.geteuid() != 0:
            path.chmod(0o755)
        else:
            subprocess.run(["chattr", "-i", path], capture_output=True)


def test_a_read_only_file(sqlite: Database, tmp_path: Path, lock_down: Any) -> None:
    file = tmp_path / "archive.db"
    sqlite.close()
    lock_down(file)
    database = Database(f"sqlite:///{file}")
    with pytest.raises(MonitorError, match="cannot be") as caught:
        store(database, article())
    assert str(file) in str(caught.value)
    assert not isinstance(caught.value, DatabaseUnavailable)
    database.close()


def test_a_read_only_folder(tmp_path: Path, lock_down: Any) -> None:
    folder = tmp_path / "sealed"
    folder.mkdir()
    lock_down(folder)
    assert "cannot be opened" in str(_unusable(folder / "archive.db"))


def test_a_lock_that_stays_is_something_to_try_later(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Database(database.url.render_as_string(hide_password=False))
    turn = str(_TURN).replace(f"{BUSY_SECONDS}s", "100ms")
    monkeypatch.setattr("storage.database._TURN", text(turn))
    if other.is_sqlite:  # the pool hands out this connection again
        with other.read() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout=100")
    with (
        database.write() as holding,
        pytest.raises(DatabaseUnavailable),
        other.write(),
    ):
        pass
    assert holding.closed
    other.close()


def test_a_mistake_in_a_statement_is_no_fault_of_the_database(database: Database) -> None:
    with (
        pytest.raises(Exception, match="nowhere") as caught,
        database.read() as connection,
    ):
        connection.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, MonitorError)


@pytest.mark.postgres
def test_a_server_that_is_not_there() -> None:
    database = Database("postgresql://someone:hidden@/archive?host=/nonexistent")
    with pytest.raises(DatabaseUnavailable, match="does not answer") as caught:
        prepare(database)
    assert "hidden" not in str(caught.value)
    assert caught.value.exit_code == 75


@pytest.mark.postgres
def test_a_database_that_is_not_there(postgres: Server) -> None:
    database = Database(postgres.url("nowhere"))
    with pytest.raises(ConfigError, match="nowhere"):
        prepare(database)


@pytest.mark.postgres
def test_a_server_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {}

    def connect(*_: Any, **options: Any) -> None:
        given.update(options)
        raise RuntimeError("no connection in this test")

    database = Database("postgresql://db.example/archive")
    monkeypatch.setattr("psycopg.Connection.connect", connect)
    monkeypatch.setattr(database.engine.dialect.loaded_dbapi, "connect", connect)
    with pytest.raises(RuntimeError):
        prepare(database)
    assert given["connect_timeout"] == CONNECT_SECONDS == 10


@pytest.mark.postgres
def test_a_connection_that_was_cut_is_replaced(postgres: Server, postgres_archive: str) -> None:
    with postgres.database(postgres_archive) as name:
        database = Database(postgres.url(name))
        store(database, article())
        postgres.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
        )
        store(database, article("b"), now=NOW)
        with database.read() as connection:
            assert len(all_ids(connection)) == 2
        database.close()
