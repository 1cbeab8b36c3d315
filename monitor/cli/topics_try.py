"""`monitor topics try` and `report`: what a change would change, and what finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

import click

from config.catalog import load_catalog
from config.reading import read_schema
from config.settings import load_settings
from config.topic import Topic
from monitor.bootstrap import Archive, open_archive
from monitor.cli.output import json_option, print_json, say, start_logging
from monitor.cli.progress import counted
from monitor.errors import ConfigError
from monitor.model import ArchivedArticle
from monitor.pipeline.compare_topics import Change, TopicUse, Trial, try_topic
from monitor.pipeline.match_topics import build_matcher
from storage.repositories import articles, judgements


@click.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--samples", default=10, show_default=True, help="Articles to show of each kind.")
@json_option
def try_(file: Path, samples: int, as_json: bool) -> int:
    """Show what a changed topic file would add and remove in the archive. Nothing is stored.

    The topic is the one that the file is named after; concepts and entities are those in use.

    \b
    Example:
      monitor init mine
      monitor topics try mine/topics/ai-law.toml
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_catalog(settings.config_dir)
    topic = _read(file)
    matcher = build_matcher([topic], catalog.words)
    with open_archive(settings) as archive, archive.database.read() as connection:
        decided = judgements.decided(connection, topic.id)
        with counted("articles", wanted=not as_json) as advance:
            trial = try_topic(topic, matcher, _whole(archive, advance), decided)
    if as_json:
        print_json(
            {
                "topic": trial.topic,
                "before": trial.before,
                "after": trial.after,
                "added": [_record(each) for each in trial.changes if each.match],
                "removed": [_record(each) for each in trial.changes if not each.match],
            }
        )
        return 0
    _say(trial, samples)
    return 0


@click.command("report")
@json_option
def report(as_json: bool) -> int:
    """Name the terms that find nothing in the archive, and the topics that are nearly one.

    \b
    Example:
      monitor topics report
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_catalog(settings.config_dir)
    topics = tuple(catalog.topics.values())
    matcher = build_matcher(topics, catalog.words)
    use = TopicUse(topics)
    judged = 0
    with (
        open_archive(settings) as archive,
        counted("articles", wanted=not as_json) as advance,
    ):
        for archived in _whole(archive, advance):
            article = archived.article
            use.add(article.language, matcher.judge(article.title, article.text, article.language))
            judged += 1
    idle, overlaps = list(use.idle()), list(use.overlaps())
    if as_json:
        print_json(
            {
                "articles": judged,
                "idle": [asdict(each) for each in idle],
                "overlaps": [asdict(each) for each in overlaps],
            }
        )
        return 0
    for each in idle:
        say(f"{each.topic}, {each.language}, {each.role}: {each.term!r} finds nothing")
    for pair in overlaps:
        say(
            f"{pair.one} and {pair.other} share {pair.shared} articles, "
            f"{pair.share:.0%} of the smaller one"
        )
    say(f"{judged} articles read: {len(idle)} terms find nothing, {len(overlaps)} overlaps")
    return 0


def _read(file: Path) -> Topic:
    read = read_schema(file, str(file), Topic)
    if read.item is None:
        raise ConfigError("\n".join(map(str, read.problems)))
    return read.item


def _whole(archive: Archive, advance: Callable[[int], None]) -> Iterator[ArchivedArticle]:
    with archive.database.read() as connection:
        for chunk in articles.in_chunks(connection):
            advance(len(chunk))
            yield from chunk


def _say(trial: Trial, samples: int) -> None:
    added = [each for each in trial.changes if each.match]
    removed = [each for each in trial.changes if not each.match]
    for sign, changes in (("+", added), ("-", removed)):
        for each in changes[:samples]:
            why = ""
            if each.match and each.match.evidence:
                evidence = each.match.evidence[0]
                why = f"  ({evidence.words!r} in the {evidence.field}: {evidence.term})"
            article = each.archived.article
            say(f"{sign} {each.archived.id}  {article.language}  {article.title}{why}")
        if len(changes) > samples:
            say(f"{sign} and {len(changes) - samples} more")
    say(
        f"{trial.topic}: {trial.before} articles now, {trial.after} with this file: "
        f"{len(added)} added, {len(removed)} removed"
    )


def _record(change: Change) -> dict[str, object]:
    article = change.archived.article
    return {
        "id": str(change.archived.id),
        "url": article.url,
        "language": article.language,
        "title": article.title,
        "score": change.match.score if change.match else None,
        "evidence": [asdict(each) for each in change.match.evidence] if change.match else [],
    }
