"""`monitor sources`: list them, try one out, add one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import click

from config.saved_pages import SavedPage, saved_pages
from config.settings import Settings, load_settings
from config.source import Source
from monitor.bootstrap import load_checked_catalog, open_archive, open_fetcher, open_sandbox
from monitor.cli.output import json_option, print_json, published_at, say, start_logging
from monitor.cli.sources_add import add
from monitor.cli.sources_export import export
from monitor.errors import UsageError
from monitor.model import Article, Failure
from monitor.pipeline.article_format import iso
from monitor.workers.try_source import TriedChannel, TriedPage, try_channel, try_saved_page
from storage.repositories import articles


@click.group("sources", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """List, check, add and export sources. The list says how many articles each has brought.

    \b
    Example:
      monitor sources
      monitor sources check akorda
      monitor sources add https://example.org/news/
      monitor sources export -o sources.opml
    """
    if ctx.invoked_subcommand is not None:
        return 0
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    with open_archive(settings) as archive, archive.database.read() as connection:
        counts = articles.counts_by_source(connection)
    for source in catalog.sources.values():
        count = counts.get(source.id, 0)
        if as_json:
            print_json(_source_record(source) | {"articles": count})
        else:
            state = "on " if source.enabled else "off"
            say(f"{source.id:16} {state} {count:6}  {source.name} ({source.homepage})")
    return 0


@command.command("check")
@click.argument("source_id", metavar="ID")
@click.option("--saved", is_flag=True, help="The saved pages only: nothing is fetched.")
@json_option
def check(source_id: str, saved: bool, as_json: bool) -> int:
    """Try a source out: its rules against the pages saved for it (sources/pages/ID), then every
    channel as it is now, with the first article of each. Nothing is stored. Ends with 1 when a
    saved page is not read as expected, or a channel or an article cannot be read.

    \b
    Example:
      monitor sources check akorda
      monitor sources check akorda --saved
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    if source_id not in catalog.sources:
        raise UsageError(
            f"No source is called {source_id!r}; there are: {', '.join(catalog.sources)}"
        )
    source = catalog.sources[source_id]
    pages = saved_pages(settings.config_dir, source_id)
    read = asyncio.run(_check_saved(settings, source, pages)) if pages else ()
    for page in read:
        _show_page(page, as_json)
    if saved and not pages:
        raise UsageError(f"no page is saved for {source_id!r} in {settings.config_dir}")
    tried = () if saved else asyncio.run(_check(settings, source))
    for each in tried:
        if as_json:
            print_json(_tried_record(each))
        else:
            _print(each)
    good = all(map(_is_good, tried)) and not any(page.differences for page in read)
    return 0 if good else 1


command.add_command(add)
command.add_command(export)


async def _check_saved(
    settings: Settings, source: Source, pages: Sequence[SavedPage]
) -> Sequence[TriedPage]:
    async with open_sandbox(settings) as sandbox:
        return [await try_saved_page(sandbox, source, page) for page in pages]


def _show_page(tried: TriedPage, as_json: bool) -> None:
    if as_json:
        found = tried.found
        print_json(
            {
                "page": tried.page.name,
                "url": tried.page.url,
                "text_from": None if isinstance(found, Failure) else found.text_from,
                "differences": list(tried.differences),
            }
        )
        return
    say(click.style(f"page  {tried.page.name}", bold=True))
    say(f"  {'as expected' if not tried.differences else 'not as expected'}")
    for one in tried.differences:
        say(f"  {one}")


async def _check(settings: Settings, source: Source) -> Sequence[TriedChannel]:
    async with open_fetcher(settings) as fetcher, open_sandbox(settings) as sandbox:
        return await asyncio.gather(
            *(try_channel(fetcher, sandbox, source, channel) for channel in source.channels)
        )


def _is_good(tried: TriedChannel) -> bool:
    return not isinstance(tried.announced, Failure) and not isinstance(tried.sample, Failure)


def _source_record(source: Source) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "homepage": source.homepage,
        "language": source.language,
        "enabled": source.enabled,
        "channels": [{"kind": each.kind, "url": each.url} for each in source.channels],
    }


def _tried_record(tried: TriedChannel) -> dict[str, Any]:
    record: dict[str, Any] = {"url": tried.channel.url, "kind": tried.channel.kind}
    if isinstance(tried.announced, Failure):
        failure = tried.announced
        return record | {"found": 0, "error": f"{failure.code}: {failure.detail}", "sample": None}
    record |= {"found": len(tried.announced.entries), "error": None}
    record["warnings"] = list(tried.announced.warnings)
    if isinstance(tried.sample, Failure):
        return record | {"sample": {"error": f"{tried.sample.code}: {tried.sample.detail}"}}
    return record | {"sample": None if tried.sample is None else _sample_record(tried.sample)}


def _sample_record(article: Article) -> dict[str, Any]:
    return {
        "url": article.url,
        "title": article.title,
        "authors": list(article.authors),
        "published": iso(article.published),
        "language": article.language,
        "text": article.text,
        "text_from": article.text_from,
        "error": None,
    }


def _print(tried: TriedChannel) -> None:
    say(click.style(f"{tried.channel.kind}  {tried.channel.url}", bold=True))
    if isinstance(tried.announced, Failure):
        say(f"  failed: {tried.announced.detail}")
        return
    say(f"  {len(tried.announced.entries)} announced")
    for warning in tried.announced.warnings:
        say(f"  note: {warning}")
    sample = tried.sample
    if isinstance(sample, Failure):
        say(f"  the first article cannot be read: {sample.detail}")
    elif sample is not None:
        say(f"  the first article: {sample.title}")
        say(f"    {sample.url}")
        say(
            f"    {sample.language} · published {published_at(sample.published)} · "
            f"{len(sample.text.split())} words from {sample.text_from}"
        )
