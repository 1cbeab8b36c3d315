"""Pages → articles: extract in a child process, store with versions and copies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.source import Source
from monitor.model import Article, Entry, EntryState, Failure, KeptEntry, Page, Stored
from monitor.pipeline.announced_date import announced_precision
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.dates import by_publishers_clock, is_plausible
from monitor.pipeline.decide_retry import decide_retry
from monitor.pipeline.entry_identity import another_article, content_key
from monitor.pipeline.find_duplicates import fingerprint, share_words
from monitor.pipeline.marks import LIVE
from monitor.pipeline.next_recheck import next_recheck
from monitor.pipeline.page_repeated import paragraph_digests, without_repeated
from monitor.workers.fetch_pages import give_back
from monitor.workers.identity import earlier_article, same_words
from monitor.workers.parsing import article_without_page, extract_article
from monitor.workers.relate import relate
from monitor.workers.services import Services
from storage.repositories import articles, entries, pages, paragraphs, rechecks

EXTRACT_SECONDS = 20.0
SAME_PAGE = 0.5
"""A page that names another's address as canonical but shares fewer words is believed wrong."""


KNOCKS = 3
"""How often a page that was refused is fetched again: after 5 minutes, an hour, six hours."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one page."""

    article_id: int
    stored: Stored
    is_copy: bool


async def extract_page(services: Services, source: Source, kept: KeptEntry) -> Outcome | Failure:
    """Extract the page of a claimed entry and put its article into the archive."""
    page = None
    if kept.page_id is None:
        article = await services.sandbox.run(
            article_without_page, kept.entry, source=source, timeout=EXTRACT_SECONDS
        )
    else:
        page_id = kept.page_id
        page = await services.read(lambda connection: pages.load(connection, page_id))
        article = await read_page(services, source, page, kept.entry)
    if isinstance(article, Failure):
        # What the page lacks, another fetch may bring; after "parse.stopped" it is as good as any.
        anew = article.code.startswith("extract.")
        await give_back(
            services, replace(kept, state=EntryState.WAITING) if anew else kept, article
        )
        return article
    read = article
    if page is None:
        return await services.write(
            lambda connection: _store_words(connection, services, source, kept, read)
        )
    return await store_page(services, source, kept, page, article)


async def read_page(
    services: Services,
    source: Source,
    page: Page,
    announced: Entry,
    *,
    now: datetime | None = None,
) -> Article | Failure:
    """What extraction makes of a page, in a child; `now` is the clock's time unless given."""
    return await services.sandbox.run(
        extract_article,
        page.body,
        url=page.final_url,
        content_type=page.headers.get("content-type", ""),
        source=source,
        announced=announced,
        fetched_at=page.fetched_at,
        now=now or services.now(),
        timeout=EXTRACT_SECONDS,
    )


async def store_page(
    services: Services,
    source: Source,
    kept: KeptEntry,
    page: Page,
    article: Article,
    *,
    asking: bool = True,
) -> Outcome:
    """Put the article of an entry's page into the archive: new, or as the reading of one that is
    known, by its address or otherwise. Without `asking` no publisher is asked for that."""
    earlier = None
    configured = source.id in services.catalog.sources  # else it stands for many outlets
    if configured and kept.article_id is None and not is_stand_in(article):
        earlier = await earlier_article(
            services, source, kept, page.final_url, article, asking=asking
        )
    return await services.write(
        lambda connection: store_reading(
            connection, services, source, kept, page, article, earlier=earlier
        )
    )


def store_reading(
    connection: Connection,
    services: Services,
    source: Source,
    kept: KeptEntry,
    page: Page,
    article: Article,
    *,
    earlier: int | None = None,
    read_at: datetime | None = None,
) -> Outcome:
    """The same in a transaction that is open already. `earlier` is the article that this one is
    known as under another address, `read_at` when somebody else read the page."""
    now = services.now()
    article = settled(article, source, kept, now)
    own = {same_article_key(kept.entry.url)}
    if not is_stand_in(article):  # what refused it may be one page for all: a login, the front
        own.add(same_article_key(page.final_url))
    known = kept.article_id or articles.find(connection, own)
    digests = own_paragraphs(article)
    article = without_the_sources(connection, source, article, digests, known)
    if is_stand_in(article) and known is not None and not _stands_in(connection, known):
        _read_again(connection, services, kept, article, known)
        return Outcome(known, Stored.KNOWN, is_copy=False)
    declared = same_article_key(article.url)
    if known is None and declared not in own:
        known = _declared_same(connection, declared, article)
        if known is None and articles.find(connection, [declared]) is not None:
            article = replace(article, url=page.final_url)
    has_moved = known is None and earlier is not None
    article_id, stored = articles.store(
        connection,
        article,
        source=source.id,
        fingerprint=fingerprint(article.text),
        keys=own | {declared},
        now=read_at or now,
        known_as=earlier if known is None else known,
        page_id=page.id,
        first_seen=kept.first_seen,
    )
    if stored is Stored.NEW and digests:
        paragraphs.learn(connection, source.id, digests, now)
    if has_moved and stored is Stored.KNOWN:
        articles.move(connection, article_id, article.url)
    check_at = None  # a page that was refused has its own plan
    if not is_stand_in(article):
        check_at = next_recheck(
            article.published, kept.first_seen, now, 0, False, live=LIVE in article.marks
        )
    entries.stored(connection, kept.id, article_id, check_at, announcements=kept.announcements)
    rechecks.only(connection, kept.id, article_id)
    if is_stand_in(article):
        _read_again(connection, services, kept, article, article_id)
    is_copy = stored is not Stored.KNOWN and relate(connection, article_id, article)
    return Outcome(article_id, stored, is_copy)


def _store_words(
    connection: Connection, services: Services, source: Source, kept: KeptEntry, article: Article
) -> Outcome:
    """Store what a channel said of an entry that has no link."""
    now = services.now()
    article = settled(article, source, kept, now)
    known = kept.article_id
    if known is not None:
        archived = articles.get(connection, known)
        if archived is not None and another_article(archived.article, article):
            known = None  # its guid was given to a new article
            digest = fingerprint(f"{article.title}\n{article.text}")[:24]
            article = replace(article, url=f"{article.url.partition('#')[0]}#entry-{digest}")
    key = content_key(article.url)
    assert key is not None
    if known is None:
        known = articles.find(connection, [key]) or same_words(connection, source, article)
    article_id, stored = articles.store(
        connection,
        article,
        source=source.id,
        fingerprint=fingerprint(article.text),
        keys=[key],
        now=now,
        known_as=known,
        first_seen=kept.first_seen,
    )
    entries.stored(connection, kept.id, article_id, announcements=kept.announcements)
    is_copy = stored is not Stored.KNOWN and relate(connection, article_id, article)
    return Outcome(article_id, stored, is_copy)


def settled(article: Article, source: Source, kept: KeptEntry, now: datetime) -> Article:
    """The article with its date by its publisher's clock; one that lies ahead is not believed,
    and the channel's stands in, which was judged when it was announced."""
    published = article.published
    if published is not None and not is_plausible(published, now):
        announced = kept.entry.published
        channel = None if announced is None else "channel"
        article = replace(
            article,
            published=announced,
            published_from=channel,
            published_precision=announced_precision(kept.entry),
        )
    if article.published is not None:
        published = by_publishers_clock(article.published, source.zone)
        article = replace(article, published=published)
    return article


def own_paragraphs(article: Article) -> Sequence[str]:
    """The digests of what the page itself says; a channel's words are not counted."""
    return () if article.text_from == "feed" else paragraph_digests(article.text)


def without_the_sources(
    connection: Connection,
    source: Source,
    article: Article,
    digests: Sequence[str],
    known: int | None,
) -> Article:
    """The article without what its source repeats below every text.

    One that is archived with it keeps it: a source says nothing new because more is known of it.
    """
    text, left_out = without_repeated(
        article.text, paragraphs.repeated(connection, source.id, digests)
    )
    if not left_out:
        return article
    archived = articles.get(connection, known) if known is not None else None
    if archived is not None and archived.article.text == article.text:
        return article
    reason = f"{article.reason}; without {left_out} of the source's repeated paragraphs"
    return replace(article, text=text, reason=reason)


def is_stand_in(article: Article) -> bool:
    """Whether the channel's words stand in for a page that was refused: a login page, nothing."""
    return article.text_from == "feed" and article.reason.startswith("extract.")


def _stands_in(connection: Connection, article_id: int) -> bool:
    archived = articles.get(connection, article_id)
    return archived is not None and is_stand_in(archived.article)


def _read_again(
    connection: Connection,
    services: Services,
    kept: KeptEntry,
    article: Article,
    article_id: int,
) -> None:
    """Plan another fetch of a page that was refused; a wall that stays is not knocked at for ever.

    The entry has its article: when the attempts are used up it is simply done.
    """
    code, _, detail = article.reason.partition(": ")
    failure = Failure(code, detail)
    attempts = kept.attempts + 1
    polled = services.polls(kept.source)  # no pass looks after other entries
    again = polled and attempts <= KNOCKS
    retry_at = decide_retry(failure, attempts, services.now()) if again else None
    entries.failed(
        connection,
        replace(kept, state=EntryState.WAITING, article_id=article_id),
        failure,
        retry_at,
        services.now(),
    )


def _declared_same(connection: Connection, key: str, article: Article) -> int | None:
    """The article whose address this page declares as its own canonical one, if it reads alike."""
    known = articles.find(connection, [key])
    archived = articles.get(connection, known) if known is not None else None
    if archived is None or share_words(archived.article.text, article.text) < SAME_PAGE:
        return None
    return archived.id
