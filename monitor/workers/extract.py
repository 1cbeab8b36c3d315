"""Pages → articles: extract in a child process, store with versions and copies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from config.source import Source
from monitor.model import Article, EntryState, Failure, KeptEntry, Page, Stored
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.decide_retry import decide_retry
from monitor.pipeline.find_duplicates import fingerprint, share_words
from monitor.workers.fetch_pages import give_back
from monitor.workers.parsing import extract_article
from monitor.workers.relate import relate
from monitor.workers.services import Services
from storage.repositories import articles, entries, pages

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
    page = await services.read(lambda connection: pages.load(connection, kept.page_id or 0))
    article = await services.sandbox.run(
        extract_article,
        page.body,
        url=page.final_url,
        content_type=page.headers.get("content-type", ""),
        source=source,
        announced=kept.entry,
        timeout=EXTRACT_SECONDS,
    )
    if isinstance(article, Failure):
        # What the page lacks, another fetch may bring; after "parse.stopped" it is as good as any.
        anew = article.code.startswith("extract.")
        await give_back(
            services, replace(kept, state=EntryState.WAITING) if anew else kept, article
        )
        return article
    return await services.write(
        lambda connection: _store(connection, services, source, kept, page, article)
    )


def _store(
    connection: Connection,
    services: Services,
    source: Source,
    kept: KeptEntry,
    page: Page,
    article: Article,
) -> Outcome:
    if article.published is not None:
        article = replace(article, published=article.published.astimezone(source.zone))
    own = {same_article_key(kept.entry.url), same_article_key(page.final_url)}
    known = kept.article_id or articles.find(connection, own)
    if _is_stand_in(article) and known is not None and not _stands_in(connection, known):
        _read_again(connection, services, kept, article, known)
        return Outcome(known, Stored.KNOWN, is_copy=False)
    declared = same_article_key(article.url)
    if known is None and declared not in own:
        known = _declared_same(connection, declared, article)
        if known is None and articles.find(connection, [declared]) is not None:
            article = replace(article, url=page.final_url)
    article_id, stored = articles.store(
        connection,
        article,
        source=source.id,
        fingerprint=fingerprint(article.text),
        keys=own | {declared},
        now=services.now(),
        known_as=known,
        page_id=page.id,
        first_seen=kept.first_seen,
    )
    entries.stored(connection, kept.id, article_id)
    if _is_stand_in(article):
        _read_again(connection, services, kept, article, article_id)
    is_copy = stored is not Stored.KNOWN and relate(connection, article_id, article)
    return Outcome(article_id, stored, is_copy)


def _is_stand_in(article: Article) -> bool:
    """Whether the channel's words stand in for a page that was refused: a login page, nothing."""
    return article.text_from == "feed" and article.reason.startswith("extract.")


def _stands_in(connection: Connection, article_id: int) -> bool:
    archived = articles.get(connection, article_id)
    return archived is not None and _is_stand_in(archived.article)


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
    polled = kept.source in services.catalog.sources  # no pass looks after other entries
    again = polled and attempts <= KNOCKS
    retry_at = decide_retry(failure, attempts, services.now()) if again else None
    entries.failed(
        connection,
        replace(kept, state=EntryState.WAITING, article_id=article_id),
        failure,
        retry_at,
    )


def _declared_same(connection: Connection, key: str, article: Article) -> int | None:
    """The article whose address this page declares as its own canonical one, if it reads alike."""
    known = articles.find(connection, [key])
    archived = articles.get(connection, known) if known is not None else None
    if archived is None or share_words(archived.article.text, article.text) < SAME_PAGE:
        return None
    return archived.id
