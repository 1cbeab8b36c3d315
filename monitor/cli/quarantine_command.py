"""`monitor quarantine`: what was given up, with its reasons, and another try."""

from __future__ import annotations

from typing import Any

import click

from config.settings import load_settings
from monitor.bootstrap import load_checked_catalog, now, open_archive
from monitor.cli.output import json_option, note, print_json, say, start_logging, when
from monitor.errors import UsageError
from monitor.pipeline.article_format import iso
from storage.repositories import entries, quarantine
from storage.repositories.quarantine import GivenUp


@click.group("quarantine", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """List what was given up, and try it again. Without a word behind it, it lists.

    \b
    Example:
      monitor quarantine
      monitor quarantine retry --all
    """
    return 0 if ctx.invoked_subcommand is not None else _list(None, as_json)


@command.command("list")
@click.option("--source", metavar="S", help="Only this source.")
@json_option
def list_(source: str | None, as_json: bool) -> int:
    """List the pages that were given up: id, source, reason, attempts, since when.

    \b
    Example:
      monitor quarantine list --source akorda
    """
    return _list(source, as_json)


@command.command("retry")
@click.argument("ids", metavar="[ID...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that was given up.")
@json_option
def retry(ids: tuple[str, ...], everything: bool, as_json: bool) -> int:
    """Send pages that were given up back to be fetched; the next pass takes them. Nothing is
    changed when one of the ids is not in quarantine.

    \b
    Example:
      monitor quarantine retry 42 43
    """
    if everything == bool(ids):
        raise UsageError("Expected ids, as `monitor quarantine` shows them, or --all")
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    wanted = None if everything else [_id(each) for each in ids]
    with open_archive(settings, writing=True) as archive, archive.database.write() as connection:
        if wanted is not None and (unknown := quarantine.missing(connection, wanted)):
            raise UsageError(f"Not in quarantine: {', '.join(map(str, unknown))}")
        chosen = [
            each for each in quarantine.given_up(connection) if wanted is None or each.id in wanted
        ]
        count = entries.retry(connection, now(), wanted)
    left = sorted({each.source for each in chosen} - catalog.sources.keys())
    if as_json:
        print_json({"retried": [str(each.id) for each in chosen]})
    else:
        say(f"{count} sent back; `monitor poll` takes them up")
    if left:
        note(f"No source file: {', '.join(left)}; name these pages with `monitor add` instead")
    return 0


def _list(source: str | None, as_json: bool) -> int:
    settings = load_settings()
    start_logging(settings)
    with open_archive(settings) as archive, archive.database.read() as connection:
        found = quarantine.given_up(connection, source)
    for each in found:
        if as_json:
            print_json(_record(each))
        else:
            say(f"{each.id:6}  {each.source}  {each.title or '(no title)'}")
            say(f"        {each.url}")
            say(
                f"        {each.code}: {each.detail} "
                f"(attempts: {each.attempts}, since {when(each.since)})"
            )
    if not as_json:
        say(f"{len(found)} in quarantine")
    return 0


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise UsageError(f"{text!r} is not an id; expected a number, as `quarantine` shows it")
    return int(text)


def _record(each: GivenUp) -> dict[str, Any]:
    return {
        "id": str(each.id),
        "source": each.source,
        "url": each.url,
        "title": each.title,
        "code": each.code,
        "reason": each.detail,
        "attempts": each.attempts,
        "since": iso(each.since),
    }
