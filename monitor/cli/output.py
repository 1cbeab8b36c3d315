"""How commands speak: JSON for programs, plain lines for people, logs and progress to stderr."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import click

from config.settings import Settings
from monitor.model import Article, Failure
from monitor.pipeline.article_format import json_line

json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print JSON, for programs, on stdout."
)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on one line."""
    click.echo(json_line(value))


def say(line: str = "") -> None:
    """Lines of the result, for a person."""
    click.echo(_harmless(line))


def said(name: str, failure: Failure) -> str:
    """A failure for a person, with the file or address it is about and what would help."""
    words = failure.detail if name in failure.detail else f"{name}: {failure.detail}"
    if failure.code == "sec.ssrf_refused":
        words += "; MONITOR_ALLOW_PRIVATE_HOSTS=true allows loopback and private addresses"
    return words


def note(line: str) -> None:
    """A line about how the work goes: stderr."""
    click.echo(_harmless(line), err=True)


_STYLE = re.compile(r"(\x1b\[(?:0|1|3[0-7])m)")


def _harmless(line: str) -> str:
    """What publishers wrote may hold terminal codes; only colours and weights get through."""
    return "".join(
        part if _STYLE.fullmatch(part) else visible(part, keep="\n\t")
        for part in _STYLE.split(line)
    )


def visible(text: str, keep: str = "") -> str:
    """Text with every character that a terminal would act on written out."""
    return "".join(
        letter if letter.isprintable() or letter in keep else repr(letter)[1:-1] for letter in text
    )


def published_at(moment: datetime | None, precision: str | None = None) -> str:
    """A moment as its publisher's clock shows it: "2 Oct 2025, 09:30 +05:00"; only the day, where
    no more is known."""
    if moment is None:
        return "–"
    if precision == "day":
        return f"{moment:%-d %b %Y}"
    if precision == "hour":
        return f"{moment:%-d %b %Y}, about {moment:%H:%M}"
    offset = f"{moment:%z}"
    return f"{moment:%-d %b %Y, %H:%M} {offset[:3]}:{offset[3:5]}"


def stated_lines(article: Article) -> list[str]:
    """What else a page states of its article, a line each; nothing for what it leaves unsaid."""
    languages = ", ".join(f"{code} {url}" for code, url in sorted(article.languages.items()))
    image = " · ".join(filter(None, (article.image, article.image_credit)))
    said = {
        "marked": ", ".join(article.marks),
        "section": article.section,
        "tags": ", ".join(article.tags),
        "image": image,
        "in": languages,
    }
    return [f"{name} {value}" for name, value in said.items() if value]


def when(moment: datetime | None) -> str:
    """A moment for a person, in this machine's zone: "2 Oct 2025, 09:30"."""
    return "–" if moment is None else moment.astimezone().strftime("%-d %b %Y, %H:%M")


def start_logging(settings: Settings, *, quiet: bool = False) -> None:
    """Log to stderr, a line an event; control characters in foreign text are made visible."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_OneLine("%(asctime)s %(levelname)s %(message)s", "%Y-%m-%d %H:%M:%S"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel("ERROR" if quiet else settings.log_level.upper())
    for name in ("httpx", "httpcore", "hpack", "apscheduler", "trafilatura", "alembic", "uvicorn"):
        logging.getLogger(name).setLevel(logging.WARNING)


class _OneLine(logging.Formatter):
    """What publishers wrote may hold line breaks and terminal codes; a log line may not."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        line = super().formatMessage(record)
        return visible(line)
