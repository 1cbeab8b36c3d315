"""Bringing a database to the schema of this program, and refusing what it cannot read."""

from __future__ import annotations

import uuid
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select

from monitor.errors import SchemaMismatch
from storage import tables
from storage.database import Database


def migrate(database: Database) -> tuple[str | None, str]:
    """Create or upgrade the schema, in one transaction. Returns the revisions before and after."""
    config = _config()
    with database.write() as connection:
        before = _revision(connection)
        _refuse_unknown(connection, before, config)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        _give_identity(connection)
        return before, _head(config)


def prepare(database: Database) -> None:
    """Create the schema in an empty database; SchemaMismatch when it is another version's."""
    config = _config()
    with database.read() as connection:
        revision = _revision(connection)
        _refuse_unknown(connection, revision, config)
    if revision is None:
        migrate(database)
    elif revision != _head(config):
        raise SchemaMismatch(
            f"The database is at version {revision}, this program needs {_head(config)}: "
            "make a backup, then run `monitor migrate`"
        )


def archive_id(connection: Connection) -> str:
    """The identity an archive was given when it was made; what is derived from it carries it."""
    return str(
        connection.scalar(select(tables.meta.c.value).where(tables.meta.c.key == "archive_id"))
    )


def _give_identity(connection: Connection) -> None:
    known = select(tables.meta.c.value).where(tables.meta.c.key == "archive_id")
    if connection.scalar(known) is None:
        connection.execute(insert(tables.meta).values(key="archive_id", value=uuid.uuid4().hex))
        connection.execute(insert(tables.counters).values(name="change", value=0))


def _refuse_unknown(connection: Connection, revision: str | None, config: Config) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if revision is not None and revision not in known:
        raise SchemaMismatch(
            f"The database is at version {revision}, which this program does not know: "
            "it was written by a newer version; upgrade this program, nothing was changed"
        )
    present = set(inspect(connection).get_table_names())
    if present and (revision is None or "counters" not in present):
        raise SchemaMismatch(
            "The database holds tables of another program: "
            "give MONITOR_DATABASE_URL a database of its own, nothing was changed"
        )


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _head(config: Config) -> str:
    return str(ScriptDirectory.from_config(config).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
