"""`monitor add`: single articles that a person asks for."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import click

from config.settings import Settings, load_settings
from monitor.bootstrap import open_services
from monitor.cli.output import json_option, print_json, said, say, start_logging
from monitor.errors import InvalidUrl, UsageError
from monitor.fetch.addresses import gate
from monitor.model import Failure
from monitor.pipeline.canonical_url import canonical_url
from monitor.workers.add import Added, add_url
from monitor.workers.classify import classify_pending
from monitor.workers.index import index_pending


@click.command("add")
@click.argument("urls", metavar="URL...", nargs=-1, required=True)
@json_option
def command(urls: tuple[str, ...], as_json: bool) -> int:
    """Fetch and store single articles. It does not matter whether a source announces them.

    \b
    Example:
      monitor add https://astanatimes.com/2025/10/an-article/
    """
    settings = load_settings()
    start_logging(settings)
    for url in urls:  # nothing is fetched when one of them cannot be
        _check(url, settings)
    results = asyncio.run(_add(settings, urls))
    for added in results:
        if as_json:
            print_json(_record(added))
        else:
            say(_line(added))
    return 1 if any(isinstance(each.outcome, Failure) for each in results) else 0


def _check(url: str, settings: Settings) -> None:
    try:
        refused = gate(canonical_url(url), allow_private=settings.allow_private_hosts)
    except InvalidUrl as error:
        raise UsageError(f"{url}: {error}") from error
    if isinstance(refused, Failure):
        raise UsageError(said(url, refused))


async def _add(settings: Settings, urls: Sequence[str]) -> list[Added]:
    async with open_services(settings) as services:
        results = [await add_url(services, url) for url in urls]
        await classify_pending(services)
        await index_pending(services)
        return results


def _record(added: Added) -> dict[str, Any]:
    outcome = added.outcome
    if isinstance(outcome, Failure):
        error = f"{outcome.code}: {outcome.detail}"
        return {"url": added.url, "source": added.source, "id": None, "error": error}
    return {
        "url": added.url,
        "source": added.source,
        "id": str(outcome.article_id),
        "status": str(outcome.stored),
        "duplicate": outcome.is_copy,
        "error": None,
    }


def _line(added: Added) -> str:
    outcome = added.outcome
    if isinstance(outcome, Failure):
        return f"failed: {said(added.url, outcome)}"
    copy = ", a copy" if outcome.is_copy else ""
    return f"{outcome.article_id}: {outcome.stored}{copy}  {added.url}"
