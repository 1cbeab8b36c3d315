"""`monitor settings`: every setting and where its value comes from."""

from __future__ import annotations

from dataclasses import asdict

import click

from config.describe import describe, setting_warnings
from config.settings import load_settings
from monitor.cli.output import json_option, note, print_json, say


@click.command("settings")
@json_option
def command(as_json: bool) -> int:
    """Show every setting and where its value comes from. Passwords are masked. Set them in the
    environment or in a file `.env`.

    \b
    Example:
      monitor settings
      MONITOR_PORT=9000 monitor settings --json
    """
    settings = load_settings()
    for line in describe(settings):
        if as_json:
            print_json(asdict(line))
        else:
            say(f"{line.variable}={line.value}  ({line.origin})")
            say(f"    {line.meaning} Default: {line.default}")
    for warning in setting_warnings():
        note(f"monitor: {warning}")
    return 0
