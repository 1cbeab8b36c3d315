"""`monitor show`: one article, with everything that is known about it."""

from __future__ import annotations

import click

from config.settings import load_settings
from monitor.bootstrap import open_archive
from monitor.cli.output import (
    json_option,
    print_json,
    published_at,
    say,
    start_logging,
    stated_lines,
    when,
)
from monitor.cli.versions import version_lines, version_records
from monitor.errors import UsageError
from monitor.model import ArchivedArticle, Match, Version
from monitor.pipeline.article_format import findings_record, to_record
from storage.repositories import articles, judgements, rechecks
from storage.repositories.judgements import Findings


@click.command("show")
@click.argument("article_id", metavar="ID")
@json_option
def command(article_id: str, as_json: bool) -> int:
    """Show one article with its topics, versions and copies. Topics come with their evidence: the
    words that decided.

    \b
    Example:
      monitor show 42
    """
    settings = load_settings()
    start_logging(settings)
    if not article_id.isascii() or not article_id.isdigit() or len(article_id) > 18:
        raise UsageError(f"{article_id!r} is not an id; expected a number, as `search` shows it")
    with open_archive(settings) as archive, archive.database.read() as connection:
        archived = articles.get(connection, int(article_id))
        if archived is None:
            raise UsageError(f"The archive has no article {article_id}")
        versions = articles.versions_of(connection, archived.id)
        notes = rechecks.notes(connection, archived.id)
        findings = judgements.findings_of(connection, archived.id)
        copies = articles.same_text_elsewhere(connection, archived)
    if as_json:
        print_json(
            to_record(archived)
            | {
                "history": version_records(versions),
                "notes": [code for code, _ in notes],
                "copies": [str(each.id) for each in copies],
            }
            | findings_record(findings.passing, findings.mentions, findings.corrections)
        )
    else:
        _print(archived, versions, copies, [words for _, words in notes], findings)
    return 0


def _print(
    archived: ArchivedArticle,
    versions: list[Version],
    copies: list[ArchivedArticle],
    notes: list[str],
    findings: Findings,
) -> None:
    article = archived.article
    say(click.style(article.title, bold=True))
    say(article.url)
    dated = published_at(article.published, article.published_precision)
    say(f"{archived.source} · {article.language} · published {dated}")
    if article.authors:
        say(f"by {', '.join(article.authors)}")
    if archived.withdrawn is not None:
        say(f"withdrawn by its publisher: gone since {when(archived.withdrawn)}")
    for line in stated_lines(article):
        say(line)
    for words in notes:
        say(f"note: {words}")
    say(f"first seen {when(archived.first_seen)} · text from {article.text_from}: {article.reason}")
    say()
    say(article.text)
    say()
    say(f"Topics ({archived.place or 'not judged yet'}):")
    for match in archived.matches:
        _print_match(match)
    if not archived.matches:
        say("  none")
    _print_findings(findings)
    if len(versions) > 1:
        say("Versions:")
        for line in version_lines(versions):
            say(line)
    if copies:
        say("Same text:")
        for copy in copies:
            role = "first" if copy.id == archived.duplicate_of else "copy"
            say(f"  {copy.id}  {role}  {copy.source}  {copy.article.title}  {copy.article.url}")


def _print_findings(findings: Findings) -> None:
    for correction in findings.corrections:
        verb = "added" if correction.belongs else "removed"
        why = f": {correction.note}" if correction.note else ""
        say(f"  {correction.topic} was {verb} by {correction.made_by}{why}")
    for match in findings.passing:
        say(f"  in passing: {match.topic}  {match.score:.2f}")
    if findings.mentions:
        names = (f"{each.entity} ({each.count})" for each in findings.mentions)
        say(f"Names: {', '.join(names)}")


def _print_match(match: Match) -> None:
    say(f"  {match.topic}  {match.score:.2f}")
    for evidence in match.evidence[:8]:
        say(f"    {evidence.words!r} in the {evidence.field} ({evidence.term})")
    if len(match.evidence) > 8:
        say(f"    and {len(match.evidence) - 8} more")
