"""`monitor reindex`: the search index built anew from the archive."""

from __future__ import annotations

import click

from config.settings import load_settings
from monitor.bootstrap import open_archive
from monitor.cli.output import json_option, print_json, say, start_logging
from monitor.cli.progress import counted


@click.command("reindex")
@json_option
def command(as_json: bool) -> int:
    """Build the search index anew from the archive. For when its files were damaged: the index
    follows the archive by itself.

    \b
    Example:
      monitor reindex
    """
    settings = load_settings()
    start_logging(settings)
    with open_archive(settings) as archive, counted("articles"):
        count = archive.index.rebuild(archive.database)
    if as_json:
        print_json({"indexed": count})
    else:
        say(f"{count} articles indexed")
    return 0
