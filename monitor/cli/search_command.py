"""`monitor search`: the archive, from the command line."""

from __future__ import annotations

from typing import Any, Literal

import click

from config.secrets import masked
from config.settings import Settings, load_settings
from monitor.bootstrap import Archive, open_archive
from monitor.cli.filters import check_source, filter_options, read_filters
from monitor.cli.output import json_option, note, print_json, published_at, say, start_logging
from monitor.model import ArchivedArticle
from monitor.pipeline.article_format import to_record
from storage.repositories import articles
from storage.search.query import MAX_LIMIT, Query, parse_words
from storage.search.snippets import Snippet, snippet

PATIENCE = 5.0
"""Seconds to wait for another process that indexes."""


@click.command("search")
@click.argument("words", metavar="QUERY", nargs=-1)
@filter_options
@click.option(
    "--sort",
    type=click.Choice(["relevance", "date"]),
    default="relevance",
    show_default=True,
    help="The best first, or the newest.",
)
@click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=20,
    show_default=True,
    help="At most so many results.",
)
@json_option
def command(
    words: tuple[str, ...],
    sort: Literal["relevance", "date"],
    limit: int,
    as_json: bool,
    **given: Any,
) -> int:
    """Search the archive.

    All words must occur, in any inflected form, in English, French, Russian or Kazakh. A "phrase"
    in quotation marks: its words in this order. -word must not occur. Without QUERY: everything
    that passes the filters, newest first.

    \b
    Example:
      monitor search "искусственный интеллект" --since 2025-10-01
      monitor search '"Digital Bridge" startups -crypto' --lang en --json
    """
    settings = load_settings()
    start_logging(settings)
    query = Query(parse_words(" ".join(words)), read_filters(given), sort, limit)
    with open_archive(settings) as archive:
        check_source(archive, query.filters)
        archive.index.refresh(archive.database, patience=PATIENCE)
        if not archive.index.is_level(archive.database):
            note("note: another process is indexing; the newest articles may be missing")
        hits = archive.index.search(query)
        held = hits.total or archive.index.search(Query(limit=1)).total
        found = _load(archive, hits.ids)
    for archived in found:
        article = archived.article
        piece = snippet(article.text, article.language, hits.wanted)
        if as_json:
            print_json(_record(archived, piece))
        else:
            _print(archived, piece)
    if not as_json:
        say(_summary(hits.total, len(found)) if held else _empty(settings))
    return 0


def _load(archive: Archive, ids: tuple[int, ...]) -> list[ArchivedArticle]:
    with archive.database.read() as connection:
        return articles.by_ids(connection, ids)


def _record(archived: ArchivedArticle, piece: Snippet) -> dict[str, Any]:
    return to_record(archived) | {
        "snippet": piece.text,
        "highlights": [list(span) for span in piece.found],
    }


def _print(archived: ArchivedArticle, piece: Snippet) -> None:
    article = archived.article
    topics = ", ".join(match.topic for match in archived.matches)
    say(click.style(article.title, bold=True))
    say(f"  {_marked(piece)}")
    date = published_at(article.published or archived.first_seen)
    parts = (str(archived.id), archived.source, article.language, date, topics)
    say("  " + " · ".join(part for part in parts if part))
    say(f"  {article.url}")
    say()


def _marked(piece: Snippet) -> str:
    marked, last = "", 0
    for start, end in piece.found:
        marked += piece.text[last:start] + click.style(
            piece.text[start:end], bold=True, fg="yellow"
        )
        last = end
    return marked + piece.text[last:]


def _empty(settings: Settings) -> str:
    return f"The archive at {masked(settings.database_url)} is empty: `monitor poll` fills it."


def _summary(total: int, shown: int) -> str:
    if total == 0:
        return "Nothing was found. Fewer words, or fewer filters, find more."
    return f"{total} found" + (f", {shown} shown (--limit shows more)" if shown < total else "")
