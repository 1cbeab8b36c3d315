"""The command line: one file per command, loaded when it is called.

Results go to stdout, logs and progress to stderr. Exit codes: 0 done, 1 something needs a look,
2 wrong usage or configuration, 75 try later, 130 interrupted.
"""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import click

from monitor.errors import MonitorError

log = logging.getLogger(__name__)

# name → what it is for, in the order of the help page; a test holds it against each command.
COMMANDS = {
    "poll": "Read the channels that are due, fetch and store what is new.",
    "run": "Keep polling, and serve the web page, until stopped.",
    "search": "Search the archive.",
    "show": "Show one article with its topics, versions and copies.",
    "add": "Fetch and store single articles.",
    "import": "Store articles from JSON Lines or WARC files, sources from OPML.",
    "export": "Write the articles that match to a file.",
    "backfill": "Fetch what a source published since a day.",
    "reconcile": "Compare what sources announce now with the archive.",
    "reprocess": "Read the stored pages again, by the rules of today; no publisher is asked.",
    "extract": "Show what extraction makes of a page; nothing is stored.",
    "feed": "Show what a feed, sitemap or listing announces; nothing is stored.",
    "sources": "List, check, add and export sources.",
    "topics": "List, check and explain topics.",
    "entities": "List people, organisations, programmes and places, and who names them.",
    "quarantine": "List what was given up, and try it again.",
    "status": "Show the health of every channel.",
    "settings": "Show every setting and where its value comes from.",
    "migrate": "Bring the database to this program's version.",
    "reindex": "Build the search index anew from the archive.",
    "init": "Copy the shipped sources and topics into a folder, to edit.",
    "demo": "Watch the monitor at work on a bundled newsroom, without internet.",
}

_STOPPED_BY_SIGTERM = ("run", "demo")
"""Commands that have no end of their own: SIGTERM is how they are meant to stop."""

_FIRST_STEPS = """\
Nothing was asked for. To begin:

  monitor demo              watch it work on a bundled newsroom, without internet
  monitor run               poll the sources and serve the page on http://127.0.0.1:8000
  monitor poll              one pass, for cron
  monitor search "AI law"   search what is stored

`monitor --help` lists every command, `monitor COMMAND --help` explains one.
"""


class _Commands(click.Group):
    """Loads a command's module when it is called: `--help` and cron start fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"monitor.cli.{cmd_name}_command")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> object:
        """Run the command until what it wrote has reached its reader, or the reader has left."""
        try:
            result = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
        except BrokenPipeError:  # `monitor export | head`: enough was read
            _drop_output()
            return 0
        return result

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise click.UsageError(
                f"{error.message} `monitor --help` lists the commands.", ctx
            ) from error


def _show_version(ctx: click.Context, parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from config.product import product_version  # what publishers are told, too

        click.echo(f"monitor, version {product_version()}")
        ctx.exit()


@click.command(cls=_Commands, invoke_without_command=True)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and exit.",
)
@click.pass_context
def commands(ctx: click.Context) -> None:
    """Watches news sources for coverage of Digital Bridge and of AI policy, in English, French,
    Russian and Kazakh; keeps it, clean and tagged by topic; makes it searchable."""
    if ctx.invoked_subcommand is None:
        click.echo(_FIRST_STEPS, nl=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit with its code. The outermost place: all errors end here."""
    asked = sys.argv[1:] if arguments is None else arguments
    if asked and asked[0] in _STOPPED_BY_SIGTERM:
        signal.signal(signal.SIGTERM, _leave)
    sys.exit(run(arguments))


def _leave(_number: int, _frame: object) -> NoReturn:
    """Stop before anything is in hand: while modules load, no event loop listens to signals."""
    raise SystemExit(0)


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    try:
        result = commands.main(
            args=None if arguments is None else list(arguments),
            prog_name="monitor",
            standalone_mode=False,
        )
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted; everything stored so far is kept.", err=True)
        return 130
    except MonitorError as error:
        for line in str(error).splitlines():
            click.echo(f"monitor: {line}", err=True)
        return error.exit_code
    except OSError as error:  # a full disk, a file or an output that cannot be written
        log.debug("unexpected error", exc_info=True)
        _drop_output()
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"monitor: {where}{error.strerror or error}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _drop_output() -> None:
    """Nothing more can be written to stdout: what is left in its buffer must not fail at exit."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
