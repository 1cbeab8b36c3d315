"""`monitor entities`: people, organisations, programmes and places, and how many name them."""

from __future__ import annotations

import click

from config.catalog import load_catalog
from config.settings import load_settings
from monitor.bootstrap import open_archive
from monitor.cli.output import json_option, print_json, say, start_logging
from storage.repositories import judgements


@click.command("entities")
@json_option
def command(as_json: bool) -> int:
    """List people, organisations, programmes and places, and who names them. The number is that of
    articles, in whatever language and spelling; copies are not counted.

    \b
    Example:
      monitor entities
      monitor search "" --entity madiyev
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_catalog(settings.config_dir)
    with open_archive(settings) as archive, archive.database.read() as connection:
        counts = judgements.articles_by_entity(connection)
    for name, entity in sorted(catalog.entities.items(), key=lambda each: -counts.get(each[0], 0)):
        if as_json:
            print_json(
                {
                    "id": name,
                    "kind": entity.kind,
                    "name": dict(entity.name),
                    "articles": counts.get(name, 0),
                }
            )
        else:
            say(f"{counts.get(name, 0):>6}  {name}  {entity.kind}  {entity.name.get('en', name)}")
    return 0
