"""`monitor sources export`: the feeds as a list for other readers."""

from __future__ import annotations

from pathlib import Path

import click

from config.settings import load_settings
from monitor.bootstrap import load_checked_catalog
from monitor.cli.output import note, start_logging
from monitor.cli.output_file import opened


@click.command("export")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path, dir_okay=False), help="A file; else stdout."
)
def export(output: Path | None) -> int:
    """Write the feeds of all sources as OPML, which other readers import. Sitemaps and listings,
    which they could not read, are left out.

    \b
    Example:
      monitor sources export -o sources.opml
    """
    from monitor.pipeline.opml import Outline, opml_document  # lxml: the list needs none

    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    outlines = [
        Outline(source.name, channel.url, source.homepage, channel.language or source.language)
        for source in catalog.sources.values()
        for channel in source.channels
        if channel.kind == "feed"
    ]
    with opened(output) as out:
        out.write(opml_document("Sources of Digital Bridge Monitor", outlines))
    note(f"{len(outlines)} feeds exported" + (f" to {output}" if output else ""))
    return 0
