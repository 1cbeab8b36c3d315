"""`monitor migrate`: the database brought to this program's version."""

from __future__ import annotations

import click

from config.settings import load_settings
from monitor.cli.output import json_option, print_json, say, start_logging
from storage.database import Database
from storage.migrations import migrate


@click.command("migrate")
@json_option
def command(as_json: bool) -> int:
    """Bring the database to this program's version. Make a copy of it first. Run again, it does
    nothing; broken off, it leaves the database as it was.

    \b
    Example:
      monitor migrate
    """
    settings = load_settings()
    start_logging(settings)
    database = Database(settings.database_url)
    try:
        before, after = migrate(database)
    finally:
        database.close()
    if as_json:
        print_json({"before": before, "after": after})
    elif before == after:
        say(f"The database is at version {after}; nothing to do.")
    else:
        say(f"The database went from {before or 'nothing'} to version {after}.")
    return 0
