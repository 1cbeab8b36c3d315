"""Lists of feeds → source files: one for each feed that no source has yet."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from config.catalog import Catalog
from config.settings import Settings
from config.source import Channel, Source
from config.writing import source_id, write_source
from monitor.bootstrap import open_sandbox
from monitor.errors import InvalidUrl, UsageError
from monitor.fetch.addresses import gate
from monitor.model import Failure
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.pipeline.opml import MOST_BYTES, Outline
from monitor.workers.parsing import parse_opml
from monitor.workers.read_channel import PARSE_SECONDS

_NAME = re.compile(r"[^a-z0-9]+")
_LONGEST_ID = 60


@dataclass
class OpmlPlan:
    """What a list comes to: sources to write, feeds that are watched already, and feeds that
    cannot be used, each with the reason."""

    sources: list[Source] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    bad: list[tuple[str, str]] = field(default_factory=list)


def read_opml(file: Path, settings: Settings) -> tuple[Outline, ...]:
    """The feeds of a file, parsed in a child; UsageError names it where it cannot be used."""
    try:
        with file.open("rb") as stream:
            body = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    outlines = asyncio.run(_parse(body, settings))
    if isinstance(outlines, Failure):
        raise UsageError(f"{file}: {outlines.detail}\nNothing was written.")
    return outlines


async def _parse(body: bytes, settings: Settings) -> tuple[Outline, ...] | Failure:
    async with open_sandbox(settings) as sandbox:
        return await sandbox.run(parse_opml, body, timeout=PARSE_SECONDS)


def plan_sources(outlines: Iterable[Outline], catalog: Catalog, settings: Settings) -> OpmlPlan:
    """Sources for the feeds that no source has; nothing is written yet."""
    plan = OpmlPlan()
    watched = {_key(c.url) for source in catalog.sources.values() for c in source.channels}
    taken = set(catalog.sources)
    for outline in outlines:
        try:
            feed = canonical_url(outline.feed)
            refused = gate(feed, allow_private=settings.allow_private_hosts)
            if isinstance(refused, Failure):
                plan.bad.append((outline.feed, refused.detail))
            elif _key(feed) in watched:
                plan.known.append(feed)
            else:
                source = _source(outline, feed, taken)
                plan.sources.append(source)
                taken.add(source.id)
                watched.add(_key(feed))
        except InvalidUrl as error:
            plan.bad.append((outline.feed or outline.title, str(error)))
        except ValidationError as error:
            plan.bad.append((outline.feed, error.errors()[0]["msg"]))
    return plan


def write_sources(plan: OpmlPlan, settings: Settings) -> list[Path]:
    """Write the planned files; none that exists is touched."""
    return [write_source(settings.config_dir, source) for source in plan.sources]


def _source(outline: Outline, feed: str, taken: set[str]) -> Source:
    try:
        page = canonical_url(outline.page)
    except InvalidUrl:
        page = "/".join(feed.split("/")[:3]) + "/"
    language = outline.language[:2].lower()
    language = {"kz": "kk"}.get(language, language)
    return Source(
        id=_free_id(page, outline.title, taken),
        name=outline.title or source_id(page),
        homepage=page,
        language=language if re.fullmatch("[a-z]{2}", language) else "en",
        notes=" / ".join(outline.groups),
        channels=(Channel(kind="feed", url=feed),),
    )


def _free_id(page: str, title: str, taken: set[str]) -> str:
    """The host's name; with the title's words, or a number, where several feeds share a host."""
    host = source_id(page)
    words = _NAME.sub("-", title.casefold()).strip("-")
    named = f"{host}-{words}"[:_LONGEST_ID].strip("-")
    numbered = (f"{host}-{number}" for number in range(2, len(taken) + 3))
    return next(each for each in (host, named, *numbered) if each not in taken)


def _key(url: str) -> str:
    try:
        return same_article_key(url)
    except InvalidUrl:
        return url
