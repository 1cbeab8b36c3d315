"""`monitor topics`: list them, run their examples, explain a text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from config.catalog import Catalog, load_catalog
from config.settings import load_settings
from config.topic import Example, Topic
from monitor.bootstrap import open_archive
from monitor.cli.output import json_option, print_json, say, start_logging
from monitor.cli.topics_correct import correct
from monitor.cli.topics_try import report, try_
from monitor.errors import UsageError
from monitor.model import Match
from monitor.pipeline.detect_language import detect_language
from monitor.pipeline.match_topics import Matcher, build_matcher
from storage.repositories import articles


@click.group("topics", invoke_without_command=True)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """List, check and explain topics. The list says how many articles each has.

    \b
    Example:
      monitor topics
      monitor topics check
      monitor topics explain article.txt
      monitor topics try mine/topics/ai-law.toml
    """
    if ctx.invoked_subcommand is not None:
        return 0
    settings = load_settings()
    start_logging(settings)
    catalog = load_catalog(settings.config_dir)
    with open_archive(settings) as archive, archive.database.read() as connection:
        counts = articles.counts_by_topic(connection)
    for topic in catalog.topics.values():
        count = counts.get(topic.id, 0)
        if as_json:
            print_json({"id": topic.id, "name": topic.name.model_dump(), "articles": count})
        else:
            say(f"{topic.id:22} {count:6}  {topic.name.en}")
    return 0


@dataclass(frozen=True, slots=True)
class Checked:
    """One example of a topic file, and whether it holds."""

    topic: str
    example: int
    language: str
    expected: bool
    holds: bool
    title: str
    score: float


command.add_command(correct)
command.add_command(try_)
command.add_command(report)


@command.command("check")
@click.argument("topic_ids", metavar="[TOPIC]...", nargs=-1)
@json_option
def check(topic_ids: tuple[str, ...], as_json: bool) -> int:
    """Run the examples of the topic files; ends with 1 when one does not hold.

    \b
    Example:
      monitor topics check
      monitor topics check ai-law
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_catalog(settings.config_dir)
    unknown = sorted(set(topic_ids) - set(catalog.topics))
    if unknown:
        raise UsageError(
            f"No topic is called {', '.join(unknown)}; there are: {', '.join(catalog.topics)}"
        )
    topics = [
        topic for topic in catalog.topics.values() if topic.id in (topic_ids or catalog.topics)
    ]
    results = list(_check(topics, _matcher(catalog)))
    for result in results:
        if as_json:
            print_json(asdict(result))
        elif not result.holds:
            expected = "match" if result.expected else "not match"
            say(
                f"{result.topic}, example {result.example} ({result.language}): "
                f"expected to {expected}: {result.title}"
            )
    failed = sum(not result.holds for result in results)
    if not as_json:
        say(f"{len(results)} examples of {len(topics)} topics, {failed} do not hold")
    return 1 if failed else 0


@command.command("explain")
@click.argument("file", metavar="FILE|-", type=click.Path(path_type=Path))
@click.option("--title", default="", help="The headline; else the first line, when it is short.")
@click.option("--lang", help="The language; else it is detected.")
@json_option
def explain(file: Path, title: str, lang: str | None, as_json: bool) -> int:
    """Show which topics a text belongs to, and the words that decide.

    \b
    Example:
      monitor topics explain article.txt
      echo "Алматыда жасанды интеллект орталығы ашылды" | monitor topics explain -
    """
    settings = load_settings()
    start_logging(settings)
    text = _read(file)
    if not title:
        title, text = _headline(text)
    language = lang or detect_language(text, title)
    matcher = _matcher(load_catalog(settings.config_dir))
    found = matcher.judge(title, text, language)
    if as_json:
        print_json(
            {
                "language": language,
                "place": found.place,
                "topics": [asdict(match) for match in found.matches],
                "passing": [asdict(match) for match in found.passing],
                "entities": [asdict(mention) for mention in found.mentions],
            }
        )
        return 0
    say(f"{language} · {found.place}")
    _say_matches(found.matches, "")
    if not found.matches:
        say("no topic")
    _say_matches(found.passing, ", in passing")
    if found.mentions:
        names = (f"{each.entity} ({each.count})" for each in found.mentions)
        say(f"names {', '.join(names)}")
    return 0


def _say_matches(matches: Iterable[Match], how: str) -> None:
    for match in matches:
        say(f"{match.topic}  {match.score:.2f}{how}")
        for evidence in match.evidence:
            say(f"  {evidence.words!r} in the {evidence.field} ({evidence.term})")


def _matcher(catalog: Catalog) -> Matcher:
    return build_matcher(tuple(catalog.topics.values()), catalog.words, catalog.entities)


def _check(topics: list[Topic], matcher: Matcher) -> Iterator[Checked]:
    for topic in topics:
        for number, example in enumerate(topic.examples, start=1):
            score = _score(matcher, topic, example)
            yield Checked(
                topic=topic.id,
                example=number,
                language=example.language,
                expected=example.matches,
                holds=(score > 0) == example.matches,
                title=example.title or example.text[:60],
                score=score,
            )


def _score(matcher: Matcher, topic: Topic, example: Example) -> float:
    found = matcher.match(example.title, example.text, example.language)
    return next((match.score for match in found if match.topic == topic.id), 0.0)


def _read(file: Path) -> str:
    try:
        with click.open_file(str(file), encoding="utf-8") as text:
            return str(text.read())
    except UnicodeDecodeError as error:
        raise UsageError(f"{file}: expected UTF-8 text") from error
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error


def _headline(text: str) -> tuple[str, str]:
    """A short first line with more below it is a headline."""
    first, _, rest = text.strip().partition("\n")
    return (first, rest.strip()) if rest.strip() and len(first) <= 200 else ("", text.strip())
