"""Stored articles → versions: their pages are looked at again, ever less often, without the
channel's help. A page that is gone twice in a row makes its article a withdrawn one.

It must cost a publisher little: the page's own validators go with the request, a look takes part
in the host's spacing like every fetch, and a pass takes a few looks of a source only.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from config.source import Source
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import ArchivedArticle, Article, Failure, Page, Response, Stored, Validators
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.find_duplicates import fingerprint
from monitor.pipeline.marks import LIVE
from monitor.pipeline.next_recheck import GONE_TWICE, next_look_for_gone, next_recheck
from monitor.workers.extract import own_paragraphs, read_page, settled, without_the_sources
from monitor.workers.relate import relate
from monitor.workers.services import Services
from storage.repositories import articles, pages, rechecks
from storage.repositories.rechecks import Check

log = logging.getLogger(__name__)

LOOKS_A_PASS = 6
"""Of one source. At a pass every five minutes this is 70 an hour: an outlet that publishes 200
articles a day needs 40."""
PAUSE = timedelta(minutes=1)
"""Between such passes: of the 30 requests that a host takes in a minute six are looks at most."""
UNCONDITIONAL_EVERY = 3
"""Each third look asks for the whole page: there are servers that say "unchanged" for ever."""

_GONE = (404, 410)


@dataclass
class RecheckTally:
    """What became of the looks of one pass over a source."""

    looked: int = 0
    unchanged: int = 0
    updated: int = 0
    withdrawn: int = 0
    failed: int = 0


async def recheck_due(
    services: Services,
    source: Source,
    stop: asyncio.Event | None = None,
    *,
    limit: int = LOOKS_A_PASS,
) -> RecheckTally:
    """Look at the pages of a source that are due again, at most `limit` of them."""
    tally = RecheckTally()
    now, until = services.now(), services.lease_end
    last = services.looked_at.get(source.id)
    if last is not None and last <= now < last + PAUSE:
        return tally
    checks = await services.write(
        lambda connection: rechecks.claim(
            connection, source.id, owner=services.owner, now=now, until=until, limit=limit
        )
    )
    if checks:
        services.looked_at[source.id] = now
    try:
        while checks and not (stop is not None and stop.is_set()):
            await _guarded(services, source, checks[0], tally)
            checks = checks[1:]
    finally:
        left = [check.kept.id for check in checks]
        if left:
            await services.write(lambda connection: rechecks.release(connection, left))
    return tally


async def _guarded(services: Services, source: Source, check: Check, tally: RecheckTally) -> None:
    """A defect met on one page must not be met again at every pass."""
    try:
        await _look(services, source, check, tally)
    except Exception:
        log.exception("%s: unexpected error at a look", check.kept.entry.url)
        tally.failed += 1
        await services.write(
            lambda connection: _plan(connection, services.now(), check, changed=False)
        )


async def _look(services: Services, source: Source, check: Check, tally: RecheckTally) -> None:
    tally.looked += 1
    before = await services.read(lambda connection: _page(connection, check))
    conditional = check.checks % UNCONDITIONAL_EVERY != UNCONDITIONAL_EVERY - 1
    response = await services.fetcher.get(
        check.kept.entry.url,
        validators=_validators(before) if conditional else None,
        limit=PAGE_LIMIT,
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=True,
    )
    if isinstance(response, Failure):
        gone = response.status in _GONE
        tally.failed += not gone
        tally.withdrawn += await services.write(
            lambda connection: _missing(connection, services.now(), check, gone)
        )
    elif response.not_modified or (before is not None and _same_bytes(before, response)):
        tally.unchanged += 1
        await services.write(lambda connection: _there(connection, services.now(), check))
    else:
        stored = await _read(services, source, check, response)
        tally.updated += stored is Stored.UPDATED
        tally.unchanged += stored is Stored.KNOWN
        tally.failed += stored is None


async def _read(
    services: Services, source: Source, check: Check, response: Response
) -> Stored | None:
    """What the page says now, as a version if it is another text; None where it says nothing: a
    wall or an error page is no version of an article that was read."""
    page = Page(
        id=0,
        entry_id=check.kept.id,
        url=response.url,
        final_url=response.final_url,
        status=response.status,
        headers=response.headers,
        fetched_at=response.fetched_at,
        body=response.body,
    )
    article = await read_page(services, source, page, check.kept.entry)
    if isinstance(article, Failure) or article.text_from == "feed":
        await services.write(lambda connection: _there(connection, services.now(), check))
        return None
    read = settled(article, source, check.kept, services.now())
    return await services.write(
        lambda connection: _revise(connection, services.now(), source, check, response, read)
    )


def _revise(
    connection: Connection,
    now: datetime,
    source: Source,
    check: Check,
    response: Response,
    article: Article,
) -> Stored:
    archived = _archived(connection, check)
    old = archived.article
    article = without_the_sources(connection, source, article, own_paragraphs(article), archived.id)
    if (old.title, fingerprint(old.text)) == (article.title, fingerprint(article.text)):
        _there(connection, now, check)
        return Stored.KNOWN
    page_id = pages.keep(connection, check.kept.id, response)
    flood = articles.edit_flood(connection, archived.id, now)
    _, stored = articles.store(
        connection,
        replace(article, url=old.url if article.url == check.kept.entry.url else article.url),
        source=archived.source,
        fingerprint=fingerprint(article.text),
        keys=[same_article_key(response.final_url)],
        now=now,
        known_as=archived.id,
        page_id=page_id,
    )
    relate(connection, archived.id, article)
    _plan(connection, now, check, changed=True, page_id=page_id, flood=flood)
    return stored


def _there(connection: Connection, now: datetime, check: Check) -> None:
    """The page is there, and its text is the one that is known."""
    if _archived(connection, check).withdrawn is not None:
        articles.withdraw(connection, check.kept.article_id or 0, None)
    _plan(connection, now, check, changed=False)


def _missing(connection: Connection, now: datetime, check: Check, gone: bool) -> bool:
    """The page could not be had; True when this is what makes its article a withdrawn one."""
    if not gone:  # an outage says nothing; it is looked at when it is due next
        _plan(connection, now, check, changed=False)
        return False
    times = check.gone + 1
    archived = _archived(connection, check)
    withdrawn = times >= GONE_TWICE and archived.withdrawn is None
    if withdrawn:
        articles.withdraw(connection, archived.id, now)
    rechecks.done(
        connection,
        check.kept.id,
        check_at=next_look_for_gone(now, times),
        checks=check.checks + 1,
        gone=times,
        code="entry.withdrawn" if times >= GONE_TWICE else "entry.gone",
        detail="Its page was not there when it was looked at again",
    )
    return withdrawn


def _plan(
    connection: Connection,
    now: datetime,
    check: Check,
    *,
    changed: bool,
    page_id: int | None = None,
    flood: bool = False,
) -> None:
    article = _archived(connection, check).article
    live = LIVE in article.marks
    checks = check.checks + 1
    rechecks.done(
        connection,
        check.kept.id,
        check_at=next_recheck(
            article.published, check.kept.first_seen, now, checks, changed, live=live
        ),
        checks=checks,
        page_id=page_id,
        code="entry.edit_flood" if flood else None,
        detail="It changes so often that only its latest text is kept" if flood else None,
    )


def _archived(connection: Connection, check: Check) -> ArchivedArticle:
    archived = articles.get(connection, check.kept.article_id or 0)
    assert archived is not None  # articles are never taken out of the archive
    return archived


def _page(connection: Connection, check: Check) -> Page | None:
    page_id = check.kept.page_id
    return None if page_id is None else pages.load(connection, page_id)


def _validators(page: Page | None) -> Validators | None:
    if page is None:
        return None
    return Validators(page.headers.get("etag"), page.headers.get("last-modified"))


def _same_bytes(page: Page, response: Response) -> bool:
    digests = (hashlib.sha256(each.body).digest() for each in (page, response))
    return len(set(digests)) == 1
