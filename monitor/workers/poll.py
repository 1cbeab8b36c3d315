"""Source → entries: read one channel, keep what it announces, plan the next poll."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.errors import InvalidUrl
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import (
    FEED_ACCEPT,
    FEED_LIMIT,
    PAGE_ACCEPT,
    PAGE_LIMIT,
    SITEMAP_ACCEPT,
    SITEMAP_LIMIT,
)
from monitor.model import (
    Announced,
    ChannelState,
    Entry,
    Failure,
    Poll,
    PollStatus,
    Response,
    Validators,
)
from monitor.pipeline.canonical_url import canonical_url, same_article_key
from monitor.pipeline.dates import is_plausible
from monitor.pipeline.plan_poll import plan_poll
from monitor.workers.freshness import conditions, next_validators
from monitor.workers.parsing import parse_feed, parse_listing, parse_sitemap
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import channels, entries
from storage.repositories.entries import Addressed

PARSE_SECONDS = 20.0
CHILD_SITEMAPS = 3
"""Of a sitemap index, the newest children are read: an archive's older ones do not change."""


_LIMITS = {"feed": FEED_LIMIT, "sitemap": SITEMAP_LIMIT, "listing": PAGE_LIMIT}
_ACCEPTS = {"feed": FEED_ACCEPT, "sitemap": SITEMAP_ACCEPT, "listing": PAGE_ACCEPT}


@dataclass(frozen=True, slots=True)
class Reading:
    """What one visit to a channel brought: an answer, and what it announces, or a failure.

    `body_hash` is the one to remember."""

    response: Response | None
    announced: Announced | None
    failure: Failure | None
    body_hash: str | None

    @property
    def status(self) -> PollStatus:
        if self.failure is not None:
            return PollStatus.FAILED
        return PollStatus.UNCHANGED if self.announced is None else PollStatus.OK


async def poll_channel(
    services: Services, source: Source, channel: Channel, state: ChannelState
) -> Poll:
    """One poll of a claimed channel. The entries and the validators are kept together."""
    started = services.now()
    reading = await _read(services, source, channel, state)
    found = _addressed(source, channel, reading.announced, services.now())

    def keep(connection: Connection) -> Poll:
        kept = entries.keep(connection, source.id, state.id, found, services.now())
        poll = _poll(services, source, channel, state, reading, started, len(found), kept.new)
        validators = next_validators(
            state, reading.response, reading.announced, reading.failure, kept.new
        )
        channels.record(connection, state, poll, validators=validators, body_hash=reading.body_hash)
        return poll

    return await services.write(keep)


async def read_channel(
    fetcher: Fetcher,
    sandbox: Sandbox,
    source: Source,
    channel: Channel,
    *,
    body: bytes,
    url: str,
    content_type: str,
) -> Announced | Failure:
    """What a channel's document announces, the children of a sitemap index included."""
    parsed = await _parse(sandbox, source, channel, body, url, content_type)
    if isinstance(parsed, Failure) or not parsed.more:
        return parsed
    for url in parsed.more[:CHILD_SITEMAPS]:
        child = await request(fetcher, source, channel, url=url)
        part = (
            child
            if isinstance(child, Failure)
            else await _parse(
                sandbox, source, channel, child.body, child.final_url, child.content_type
            )
        )
        parsed = _joined(parsed, part)
    return parsed


async def _read(
    services: Services, source: Source, channel: Channel, state: ChannelState
) -> Reading:
    last_full = await services.read(lambda connection: channels.last_full(connection, state.id))
    validators = conditions(state, last_full, services.now())
    response = await request(services.fetcher, source, channel, validators)
    if isinstance(response, Failure):
        return Reading(None, None, response, state.body_hash)
    if response.not_modified:
        return Reading(response, None, None, state.body_hash)
    body_hash = channels.body_hash(response.body)
    # A full reading is one in earnest: an index that reads the same may lead to changed children.
    if validators is not None and body_hash == state.body_hash:
        return Reading(response, None, None, body_hash)
    announced = await read_channel(
        services.fetcher,
        services.sandbox,
        source,
        channel,
        body=response.body,
        url=response.final_url,
        content_type=response.content_type,
    )
    if isinstance(announced, Failure):
        return Reading(response, None, announced, state.body_hash)
    whole = announced.complete  # else the same bytes are to be read again
    return Reading(response, announced, None, body_hash if whole else state.body_hash)


async def request(
    fetcher: Fetcher,
    source: Source,
    channel: Channel,
    validators: Validators | None = None,
    *,
    url: str | None = None,
) -> Response | Failure:
    """Ask for a channel's document, or for `url`, a part of it. A feed is meant for programs:
    robots.txt is asked about everything else."""
    return await fetcher.get(
        url or channel.url,
        validators=validators,
        accept=_ACCEPTS[channel.kind],
        limit=_LIMITS[channel.kind],
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=channel.kind != "feed",
    )


async def _parse(
    sandbox: Sandbox, source: Source, channel: Channel, body: bytes, url: str, content_type: str
) -> Announced | Failure:
    options: dict[str, Any] = {"url": url, "content_type": content_type, "zone": source.zone}
    if channel.kind == "listing":
        return await sandbox.run(
            parse_listing, body, channel=channel, timeout=PARSE_SECONDS, **options
        )
    parse = parse_feed if channel.kind == "feed" else parse_sitemap
    return await sandbox.run(parse, body, timeout=PARSE_SECONDS, **options)


def _joined(whole: Announced, part: Announced | Failure) -> Announced:
    """An index and one child. A child that cannot be read leaves the whole incomplete."""
    if isinstance(part, Failure):
        return replace(whole, complete=False, warnings=(*whole.warnings, part.code))
    return replace(
        whole,
        entries=(*whole.entries, *part.entries),
        complete=whole.complete and part.complete,
        warnings=(*whole.warnings, *part.warnings),
    )


def _addressed(
    source: Source, channel: Channel, announced: Announced | None, now: datetime
) -> list[Addressed]:
    """The wanted entries with canonical addresses; what has no usable one is left out."""
    found = []
    for entry in announced.entries if announced else ():
        try:
            url = canonical_url(entry.url)
        except InvalidUrl:
            continue
        if _wanted(source, url):
            published = entry.published and entry.published.astimezone(source.zone)
            settled = replace(
                entry, url=url, language=entry.language or channel.language, published=published
            )
            found.append(address(settled, now))
    return found


def address(entry: Entry, now: datetime) -> Addressed:
    """An entry with its identity. A date in the future is not believed, its wording is kept."""
    if entry.published is not None and not is_plausible(entry.published, now):
        entry = replace(entry, published=None)
    return Addressed(entry, same_article_key(entry.url), urlsplit(entry.url).netloc)


def _wanted(source: Source, url: str) -> bool:
    if source.include and not any(re.search(pattern, url) for pattern in source.include):
        return False
    return not any(re.search(pattern, url) for pattern in source.exclude)


def _poll(
    services: Services,
    source: Source,
    channel: Channel,
    state: ChannelState,
    reading: Reading,
    started: datetime,
    found: int,
    new: int,
) -> Poll:
    failure, response, announced = reading.failure, reading.response, reading.announced
    plan = plan_poll(
        now=services.now(),
        every=source.every_of(channel),
        min_interval=source.min_interval_of(channel),
        interval=state.interval,
        found=found,
        new=new,
        first=state.last_success_at is None,
        failures=state.failures + 1 if failure else 0,
        retry_after=failure.retry_after if failure else None,
        ttl=announced.ttl if announced else None,
        chance=services.chance(),
    )
    return Poll(
        started_at=started,
        elapsed=services.now() - started,
        status=reading.status,
        http=response.status if response else failure.status if failure else None,
        size=len(response.body) if response else 0,
        found=found,
        new=new,
        next_poll_at=plan.next_at,
        plan_reason=plan.reason,
        interval=plan.interval,
        warnings=announced.warnings if announced else (),
        failure=failure,
    )
