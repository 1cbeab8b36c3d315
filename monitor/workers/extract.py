"""Pages → articles: extract in a child process, store with versions and copies."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import Connection

from config.source import Source
from monitor.model import Article, Failure, KeptEntry, Page, Stored
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.extract_article import extract_article
from monitor.pipeline.find_duplicates import fingerprint, share_words
from monitor.workers.fetch_pages import give_back
from monitor.workers.relate import relate
from monitor.workers.services import Services
from storage.repositories import articles, entries, pages

EXTRACT_SECONDS = 20.0
SAME_PAGE = 0.5
"""A page that names another's address as canonical but shares fewer words is believed wrong."""


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
        await give_back(services, kept, article)
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
    own = {same_article_key(kept.entry.url), same_article_key(page.final_url)}
    known = kept.article_id or articles.find(connection, own)
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
    is_copy = stored is not Stored.KNOWN and relate(connection, article_id, article)
    return Outcome(article_id, stored, is_copy)


def _declared_same(connection: Connection, key: str, article: Article) -> int | None:
    """The article whose address this page declares as its own canonical one, if it reads alike."""
    known = articles.find(connection, [key])
    archived = articles.get(connection, known) if known is not None else None
    if archived is None or share_words(archived.article.text, article.text) < SAME_PAGE:
        return None
    return archived.id
