"""Bringing a database to the schema of this program, and refusing what it cannot read."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, insert, inspect, select, table

from monitor.errors import SchemaMismatch
from storage import tables
from storage.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

# Alembic, with its templates, is a fifth of what a pass loads, and nearly always the database is
# at this program's version: it is loaded only where the schema is another one.


def migrate(database: Database) -> tuple[str | None, str]:
    """Create or upgrade the schema, in one transaction. Returns the revisions before and after."""
    from alembic import command

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
    with database.read() as connection:
        if _is_current(connection):
            return
        config = _config()
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


def _is_current(connection: Connection) -> bool:
    """Whether it is ours and at the newest revision; False where that takes a closer look."""
    present = inspect(connection)
    if not (present.has_table("alembic_version") and present.has_table("counters")):
        return False
    stamps = connection.scalars(
        select(column("version_num", String)).select_from(table("alembic_version"))
    )
    return stamps.all() == [_newest()]


def _newest() -> str | None:
    """The revision of the last file: they are numbered in their order."""
    names = sorted(file.name for file in (Path(__file__).parent / "versions").glob("[0-9]*.py"))
    return names[-1].partition("_")[0] if names else None


def _give_identity(connection: Connection) -> None:
    known = select(tables.meta.c.value).where(tables.meta.c.key == "archive_id")
    if connection.scalar(known) is None:
        connection.execute(insert(tables.meta).values(key="archive_id", value=uuid.uuid4().hex))
        connection.execute(insert(tables.counters).values(name="change", value=0))


def _refuse_unknown(connection: Connection, revision: str | None, config: Config) -> None:
    from alembic.script import ScriptDirectory

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
    from alembic.runtime.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()


def _head(config: Config) -> str:
    from alembic.script import ScriptDirectory

    return str(ScriptDirectory.from_config(config).get_current_head())


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
