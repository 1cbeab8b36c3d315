"""`monitor extract`: what extraction makes of a page; nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import click

from config.catalog import Catalog
from config.settings import Settings, load_settings
from monitor.bootstrap import load_checked_catalog, open_fetcher, open_sandbox
from monitor.cli.documents import Document, is_address, load
from monitor.cli.output import (
    json_option,
    print_json,
    published_at,
    said,
    say,
    start_logging,
    stated_lines,
)
from monitor.errors import UsageError
from monitor.model import Article, Failure
from monitor.pipeline.article_format import iso
from monitor.pipeline.canonical_url import canonical_url
from monitor.workers.add import publisher
from monitor.workers.extract import EXTRACT_SECONDS
from monitor.workers.parsing import extract_article

Result = tuple[str | None, str, Article | Failure]
"""The file, the address, and what was made of them."""


@click.command("extract")
@click.argument("names", metavar="FILE|URL...", nargs=-1, required=True)
@click.option("--url", help="The address that a saved page is from; for one file.")
@json_option
def command(names: tuple[str, ...], url: str | None, as_json: bool) -> int:
    """Show what extraction makes of a page; nothing is stored. That is: title, authors, date,
    language, text. Ends with 1 when a page gave no article.

    \b
    Example:
      monitor extract page.html --url https://www.akorda.kz/ru/a-page
      monitor extract https://astanatimes.com/2025/10/an-article/ --json
    """
    settings = load_settings()
    start_logging(settings)
    if url is not None and len(names) > 1:
        raise UsageError("--url goes with one file")
    if url is not None:
        url = canonical_url(url)
    results = asyncio.run(_extract(settings, load_checked_catalog(settings), names, url))
    for result in results:
        if as_json:
            print_json(_record(*result))
        else:
            _print(*result)
    return 1 if any(isinstance(outcome, Failure) for _, _, outcome in results) else 0


async def _extract(
    settings: Settings, catalog: Catalog, names: Sequence[str], url: str | None
) -> list[Result]:
    now = datetime.now(UTC)
    async with open_fetcher(settings) as fetcher, open_sandbox(settings) as sandbox:
        results: list[Result] = []
        for name in names:
            document = await load(name, fetcher, url=url)
            if isinstance(document, Failure):
                file = None if is_address(name) else name
                results.append((file, url or name, document))
                continue
            outcome = await sandbox.run(
                extract_article,
                document.body,
                url=document.url,
                content_type=document.content_type,
                source=_source(catalog, document),
                fetched_at=None if document.file else now,
                now=now,
                timeout=EXTRACT_SECONDS,
            )
            results.append((document.file, document.url, outcome))
        return results


def _source(catalog: Catalog, document: Document) -> Any:
    return publisher(catalog, document.url) if is_address(document.url) else None


def _record(file: str | None, url: str, outcome: Article | Failure) -> dict[str, Any]:
    if isinstance(outcome, Failure):
        empty = dict.fromkeys(("title", "authors", "published", "language", "text", "image"))
        return {"file": file, "url": url, **empty, "error": f"{outcome.code}: {outcome.detail}"}
    return {
        "file": file,
        "url": outcome.url,
        "title": outcome.title,
        "authors": list(outcome.authors),
        "published": iso(outcome.published),
        "language": outcome.language,
        "text": outcome.text,
        "image": outcome.image,
        "error": None,
        "published_from": outcome.published_from,
        "published_precision": outcome.published_precision,
        "section": outcome.section,
        "tags": list(outcome.tags),
        "image_credit": outcome.image_credit,
        "languages": dict(outcome.languages),
        "marks": list(outcome.marks),
        "text_from": outcome.text_from,
        "reason": outcome.reason,
    }


def _print(file: str | None, url: str, outcome: Article | Failure) -> None:
    if isinstance(outcome, Failure):
        say(f"no article: {said(file or url, outcome)}")
        return
    say(click.style(outcome.title or "(no title)", bold=True))
    say(outcome.url)
    published = f"published {published_at(outcome.published, outcome.published_precision)}"
    if outcome.published_from:
        published += f" (from {outcome.published_from})"
    say(f"{outcome.language} · {published} · by {', '.join(outcome.authors) or 'nobody named'}")
    for line in stated_lines(outcome):
        say(line)
    say(f"text from {outcome.text_from}: {outcome.reason}")
    say()
    say(outcome.text)
    say()
