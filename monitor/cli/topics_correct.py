"""`monitor topics correct`: a person's word about what an article belongs to."""

from __future__ import annotations

import asyncio
import getpass
from collections.abc import Sequence

import click
from sqlalchemy import Connection

from config.catalog import Catalog
from config.settings import load_settings
from monitor.bootstrap import open_services
from monitor.cli.output import json_option, print_json, say, start_logging
from monitor.errors import UsageError
from monitor.model import ArchivedArticle, Correction
from monitor.workers.classify import classify_one
from monitor.workers.services import Services
from storage.repositories import articles, judgements


@click.command("correct")
@click.argument("article_id", metavar="ARTICLE", type=click.IntRange(min=1))
@click.option("--add", multiple=True, metavar="TOPIC", help="It belongs to this topic.")
@click.option("--remove", multiple=True, metavar="TOPIC", help="It does not.")
@click.option("--undo", multiple=True, metavar="TOPIC", help="Let its words decide again.")
@click.option("--note", help="Why, for whoever asks later.")
@click.option("--by", help="Who says so; else the name of the user.")
@json_option
def correct(
    article_id: int,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    undo: tuple[str, ...],
    note: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """Say what an article belongs to. It stays so whatever its words say, and whatever is
    changed in the topics later.

    \b
    Example:
      monitor topics correct 4711 --remove digital-bridge --note "the investment firm"
      monitor topics correct 4711 --undo digital-bridge
    """
    named = [*add, *remove, *undo]
    if not named:
        raise UsageError("Nothing to correct; name a topic with --add, --remove or --undo")
    twice = sorted({topic for topic in named if named.count(topic) > 1})
    if twice:
        raise UsageError(f"{', '.join(twice)}: named twice; expected each topic once")
    settings = load_settings()
    start_logging(settings)
    who = by or getpass.getuser()

    async def run() -> ArchivedArticle:
        async with open_services(settings) as services:
            _check(services.catalog, [*add, *remove])
            now = services.now()
            wanted = [Correction(topic, True, now, who, note) for topic in add]
            wanted += [Correction(topic, False, now, who, note) for topic in remove]
            return await _correct(services, article_id, wanted, undo)

    archived = asyncio.run(run())
    topics = [match.topic for match in archived.matches]
    if as_json:
        print_json({"id": str(archived.id), "topics": topics})
    else:
        say(f"{archived.id} belongs to {', '.join(topics) or 'no topic'}")
    return 0


async def _correct(
    services: Services, article_id: int, wanted: Sequence[Correction], undo: Sequence[str]
) -> ArchivedArticle:
    def save(connection: Connection) -> list[str]:
        for correction in wanted:
            judgements.correct(connection, article_id, correction)
        return [topic for topic in undo if not judgements.withdraw(connection, article_id, topic)]

    if await services.read(lambda c: articles.get(c, article_id)) is None:
        raise UsageError(f"No article has the id {article_id}")
    for topic in await services.write(save):
        say(f"nothing to undo: nobody decided about {topic}")
    await classify_one(services, article_id)
    archived = await services.read(lambda c: articles.get(c, article_id))
    assert archived is not None
    return archived


def _check(catalog: Catalog, topics: Sequence[str]) -> None:
    unknown = sorted(set(topics) - set(catalog.topics))
    if unknown:
        raise UsageError(
            f"No topic is called {', '.join(unknown)}; there are: {', '.join(catalog.topics)}"
        )
