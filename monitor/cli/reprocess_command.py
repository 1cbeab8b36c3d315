"""`monitor reprocess`: the archive done again from the stored pages."""

from __future__ import annotations

import asyncio
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import asdict
from itertools import zip_longest
from typing import Any

import click

from config.catalog import Catalog
from config.settings import Settings, load_settings
from monitor.bootstrap import load_checked_catalog, open_archive, open_services
from monitor.cli.filters import check_source
from monitor.cli.output import json_option, note, print_json, say, start_logging
from monitor.cli.progress import counted
from monitor.cli.stopping import stop_on_signals
from monitor.pipeline.article_format import iso
from monitor.pipeline.compare_versions import compare_versions
from monitor.workers.reprocess import (
    STEPS,
    Advance,
    Difference,
    Extracted,
    Related,
    Report,
    Tagged,
    reprocess,
)
from storage.repositories.reprocessing import Scope
from storage.search.query import Filters, parse_day

_CHANGES = 4  # of one article
_LONGEST = 400  # characters of one side of a change


@click.command("reprocess")
@click.option("--since", metavar="D", help="Only what was published on this day or later.")
@click.option("--source", metavar="S", help="Only this source.")
@click.option("--only", type=click.Choice(STEPS), help="One step instead of all three.")
@click.option("--dry-run", is_flag=True, help="Show what would change; nothing is written.")
@json_option
def command(
    since: str | None, source: str | None, only: str | None, dry_run: bool, as_json: bool
) -> int:
    """Read the stored pages again, by the rules of today; no publisher is asked. Then articles
    are judged by the topics and linked to their copies again. `--only topics` and `--only
    duplicates` leave the texts as they are.

    An article that reads otherwise keeps its old text as a version, and the new one is marked as
    re-extracted: no correction of its publisher's. Articles without a stored page are left alone,
    and so is what people decided about topics. Broken off, the same call goes on where it was.
    Ends with 1 when a page could not be read.

    \b
    Example:
      monitor reprocess --dry-run --source akorda
      monitor reprocess --since 2025-10-01
      monitor reprocess --only topics
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    scope = Scope(None if since is None else parse_day(since), source)
    with open_archive(settings) as archive:
        check_source(archive, Filters(source=source))
    steps = STEPS if only is None else (only,)
    report = asyncio.run(_reprocess(settings, catalog, scope, steps, dry_run=dry_run))
    if as_json:
        print_json(_record(report, scope, steps, dry_run=dry_run))
    else:
        _print(report, dry_run=dry_run)
    if report.stopped:
        kept = "nothing was changed" if dry_run else "the same call goes on from here"
        note(f"Stopped; {kept}.")
        return 130
    return 1 if report.extract is not None and report.extract.failed else 0


async def _reprocess(
    settings: Settings, catalog: Catalog, scope: Scope, steps: tuple[str, ...], *, dry_run: bool
) -> Report:
    with ExitStack() as bars:

        def progress(step: str, total: int) -> Advance:
            bars.close()  # one bar at a time
            return bars.enter_context(counted(step, total))

        async with open_services(settings, catalog) as services:
            with stop_on_signals() as stop:
                return await reprocess(
                    services, scope, steps=steps, dry_run=dry_run, stop=stop, progress=progress
                )


def _record(
    report: Report, scope: Scope, steps: tuple[str, ...], *, dry_run: bool
) -> dict[str, Any]:
    return {
        "dry_run": dry_run,
        "since": None if scope.since is None else iso(scope.since),
        "source": scope.source,
        "steps": list(steps),
        "started": iso(report.started),
        "finished": iso(report.finished),
        "stopped": report.stopped,
        "extract": None if report.extract is None else _extract_record(report.extract),
        "topics": None if report.topics is None else asdict(report.topics),
        "duplicates": None if report.duplicates is None else asdict(report.duplicates),
    }


def _extract_record(done: Extracted) -> dict[str, Any]:
    counts = {key: value for key, value in vars(done).items() if isinstance(value, int)}
    return counts | {
        "failures": [
            {"url": url, "error": f"{failure.code}: {failure.detail}"}
            for url, failure in done.failures
        ],
        "differences": [
            {
                "id": str(each.article_id),
                "source": each.source,
                "url": each.before.url,
                "words": each.words,
                "before": {"title": each.before.title, "text": each.before.text},
                "after": {"title": each.after.title, "text": each.after.text},
            }
            for each in done.differences
        ],
    }


def _print(report: Report, *, dry_run: bool) -> None:
    would = "would change" if dry_run else "changed"
    if report.extract is not None:
        _print_extracted(report.extract, would)
    if report.topics is not None:
        _print_tagged(report.topics, would)
    if report.duplicates is not None:
        _print_related(report.duplicates, would)


def _print_extracted(done: Extracted, would: str) -> None:
    say(
        f"Pages: {done.read} articles{_resumed(done.after)}: the text of {done.changed} {would}, "
        f"of {done.details} only date, author or the like; {done.unchanged} read as before"
    )
    left_alone = {
        "without a stored page": done.without_page,
        "of a source that is not configured": done.unconfigured,
        "whose page would give no article now": done.refused,
        "whose page could not be read": done.failed,
        "that were read anew meanwhile": done.meanwhile,
    }
    for words, count in left_alone.items():
        if count:
            say(f"  left alone: {count} {words}")
    for url, failure in done.failures:
        say(f"  {url}: {failure.detail}")
    if done.differences:
        say("The largest differences, before and after:")
    for difference in done.differences:
        for line in _side_by_side(difference):
            say(line)


def _print_tagged(done: Tagged, would: str) -> None:
    say(f"Topics: {done.read} articles{_resumed(done.after)}: those of {done.changed} {would}")
    for topic in sorted(done.gained | done.lost):
        say(f"  {topic}: {done.gained[topic]} more, {done.lost[topic]} fewer")


def _print_related(done: Related, would: str) -> None:
    say(f"Copies: {done.read} articles{_resumed(done.after)}: the links of {done.changed} {would}")


def _resumed(after: int) -> str:
    return f" (an earlier run had come to article {after})" if after else ""


def _side_by_side(difference: Difference) -> Iterator[str]:
    """The words that go on the left, those that come on the right."""
    width = (min(shutil.get_terminal_size((100, 24)).columns, 160) - 5) // 2
    before, after = difference.before, difference.after
    yield f"  {difference.article_id}  {difference.words} words  {before.url}"
    changes = compare_versions(f"{before.title}\n{before.text}", f"{after.title}\n{after.text}")
    for change in changes[:_CHANGES]:
        sides = (_wrapped(side, width) for side in (change.removed, change.added))
        for left, right in zip_longest(*sides, fillvalue=""):
            yield f"  {left:{width}} │ {right}".rstrip()
        yield f"  {'':{width}} │"
    if len(changes) > _CHANGES:
        yield f"  and {len(changes) - _CHANGES} more changes"


def _wrapped(words: str, width: int) -> list[str]:
    shown = words if len(words) <= _LONGEST else f"{words[:_LONGEST].rsplit(' ', 1)[0]} …"
    return textwrap.wrap(shown, width) or ["(nothing)"]
