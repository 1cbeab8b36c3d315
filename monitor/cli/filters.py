"""The filters that `search` and `export` share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import click

from config.catalog import load_catalog
from config.settings import load_settings
from monitor.bootstrap import Archive
from monitor.errors import UsageError
from monitor.pipeline.detect_language import language_code
from storage.repositories import articles
from storage.search.query import Filters, parse_day

F = TypeVar("F", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--topic", metavar="T", help="Only this topic; `monitor topics` lists them."),
    click.option("--source", metavar="S", help="Only this source; `monitor sources` lists them."),
    click.option("--lang", metavar="L", help="Only this language: en, fr, ru, kk, …"),
    click.option(
        "--entity", metavar="E", help="Only what names this one; `monitor entities` lists them."
    ),
    click.option("--since", metavar="D", help="Published on this day (the publisher's) or later."),
    click.option("--until", metavar="D", help="Published on this day or earlier."),
)


def filter_options(function: F) -> F:
    """Give a command the options --topic, --source, --lang, --entity, --since and --until."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def check_source(archive: Archive, filters: Filters) -> None:
    """UsageError for a source that is neither configured nor in the archive: a slip of the pen
    would look like an answer."""
    wanted = filters.source
    if wanted is None:
        return
    known = dict.fromkeys(load_catalog(load_settings().config_dir).sources)
    if wanted not in known:
        with archive.database.read() as connection:
            known |= dict.fromkeys(articles.counts_by_source(connection))
    if wanted not in known:
        raise UsageError(f"No source is called {wanted!r}; there are: {', '.join(known)}")


def read_filters(given: Mapping[str, str | None]) -> Filters:
    """The filters from the options' values. UsageError for what cannot be filtered by."""
    topic, since, until = given["topic"], given["since"], given["until"]
    if topic is not None:
        topics = load_catalog(load_settings().config_dir).topics
        if topic not in topics:
            raise UsageError(f"No topic is called {topic!r}; there are: {', '.join(topics)}")
    entity = given["entity"]
    if entity is not None:
        entities = load_catalog(load_settings().config_dir).entities
        if entity not in entities:
            raise UsageError(f"No entity is called {entity!r}; there are: {', '.join(entities)}")
    first = None if since is None else parse_day(since)
    last = None if until is None else parse_day(until, end=True)
    if first is not None and last is not None and last <= first:
        raise UsageError(f"--since {since} is after --until {until}")
    return Filters(
        topic=topic,
        source=given["source"],
        language=None if given["lang"] is None else _language(given["lang"]),
        since=first,
        until=last,
        entity=entity,
    )


def _language(given: str) -> str:
    code = language_code(given)
    if code is None:
        raise UsageError(f"{given!r} is no language code; expected two letters: en, fr, ru, kk, …")
    return code
