"""Making the schema, bringing it up to date, and refusing what is not ours."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from monitor.errors import SchemaMismatch
from storage.database import Database
from storage.migrations import archive_id, migrate, prepare
from storage.repositories import articles
from storage.tables import metadata


def _tables(database: Database) -> set[str]:
    with database.read() as connection:
        return set(inspect(connection).get_table_names())


def _identity(database: Database) -> str:
    with database.read() as connection:
        return archive_id(connection)


def test_prepare_makes_every_table(empty_database: Database) -> None:
    prepare(empty_database)
    assert _tables(empty_database) == {*metadata.tables, "alembic_version"}


def test_migrating_again_changes_nothing(empty_database: Database) -> None:
    assert migrate(empty_database)[0] is None
    identity = _identity(empty_database)
    before, after = migrate(empty_database)
    prepare(empty_database)
    assert before == after
    assert _identity(empty_database) == identity
    with empty_database.read() as connection:
        assert articles.last_change(connection) == 0


def test_every_archive_has_an_identity_of_its_own(
    empty_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = Database(f"sqlite:///{tmp_path_factory.mktemp('other') / 'other.db'}")
    prepare(other)
    prepare(empty_database)
    assert _identity(empty_database) != _identity(other)
    other.close()


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.read() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("step", [prepare, migrate])
def test_a_newer_database_is_refused(
    empty_database: Database, step: Callable[[Database], object]
) -> None:
    prepare(empty_database)
    with empty_database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = _tables(empty_database)
    with pytest.raises(SchemaMismatch, match="9999"):
        step(empty_database)
    assert _tables(empty_database) == before
    with empty_database.read() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"


@pytest.mark.parametrize("step", [prepare, migrate])
def test_tables_of_another_program_are_left_alone(
    empty_database: Database, step: Callable[[Database], object]
) -> None:
    with empty_database.write() as connection:
        connection.execute(text("CREATE TABLE invoices (id INTEGER PRIMARY KEY)"))
    with pytest.raises(SchemaMismatch, match="another program"):
        step(empty_database)
    assert _tables(empty_database) == {"invoices"}


def test_another_programs_revision_of_the_same_name_is_not_taken_for_ours(
    empty_database: Database,
) -> None:
    with empty_database.write() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('0001')"))
    with pytest.raises(SchemaMismatch, match="another program"):
        prepare(empty_database)
    assert _tables(empty_database) == {"alembic_version"}


def test_a_migration_that_breaks_off_leaves_nothing(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off(_connection: object) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr("storage.migrations._give_identity", break_off)
    with pytest.raises(RuntimeError, match="killed"):
        migrate(empty_database)
    assert _tables(empty_database) == set()
    monkeypatch.undo()
    prepare(empty_database)
    assert _identity(empty_database)


def test_two_that_prepare_at_once_make_one_archive(empty_database: Database) -> None:
    wrong: list[BaseException] = []

    def run() -> None:
        try:
            prepare(empty_database)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=run, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []
    assert not any(thread.is_alive() for thread in threads)
    with empty_database.read() as connection:
        assert connection.scalar(text("SELECT count(*) FROM meta")) == 1
        assert connection.scalar(text("SELECT count(*) FROM counters")) == 1
