"""`monitor init`: the shipped sources and topics, to edit."""

from __future__ import annotations

from pathlib import Path

import click

from config.shipped import copy_shipped
from monitor.cli.output import json_option, print_json, say


@click.command("init")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@json_option
def command(folder: Path, as_json: bool) -> int:
    """Copy the shipped sources and topics into a folder, to edit. Nothing that is in DIR already
    is overwritten.

    \b
    Example:
      monitor init my-config
      MONITOR_CONFIG_DIR=my-config monitor poll
    """
    copy_shipped(folder)
    if as_json:
        print_json({"folder": str(folder)})
    else:
        say(f"Sources and topics are in {folder}; to use them:")
        say(f"  export MONITOR_CONFIG_DIR={folder}")
    return 0
