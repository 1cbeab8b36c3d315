"""Which article of the archive a reading under a new address is, if it is one of them.

The archive is asked first (the same guid in the same channel, the same path on another domain),
then the texts; where those do not tell, the old address is asked whether it leads to the new one.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection

from config.source import Source
from monitor.fetch.settings import PAGE_LIMIT
from monitor.model import Article, Failure, KeptEntry
from monitor.pipeline.canonical_url import same_article_key
from monitor.pipeline.entry_identity import content_key, moved, path_of, renamed
from monitor.pipeline.find_duplicates import fingerprint
from monitor.workers.services import Services
from storage.repositories import articles, identity


@dataclass(frozen=True, slots=True)
class _Suspects:
    """`same` is the article that the texts prove; else `ask` are old addresses, each with the
    article that it belonged to."""

    same: int | None = None
    ask: tuple[tuple[str, int], ...] = ()


async def earlier_article(
    services: Services,
    source: Source,
    kept: KeptEntry,
    final_url: str,
    article: Article,
    *,
    asking: bool = True,
) -> int | None:
    """The id of the article that this reading belongs to although its address is new. Without
    `asking` the texts alone decide."""
    keys = {same_article_key(kept.entry.url), same_article_key(final_url)}
    suspects = await services.read(
        lambda connection: _suspects(connection, source, kept, keys, article)
    )
    if suspects.same is not None:
        return suspects.same
    for url, article_id in suspects.ask if asking else ():
        if await _leads_to(services, source, url, keys):
            return article_id
    return None


def same_words(connection: Connection, source: Source, article: Article) -> int | None:
    """The article without an address that reads exactly like this one: its guid has changed."""
    for article_id, url in identity.of_text(connection, source.id, fingerprint(article.text)):
        if content_key(url) is not None:
            return article_id
    return None


def _suspects(
    connection: Connection,
    source: Source,
    kept: KeptEntry,
    keys: Collection[str],
    article: Article,
) -> _Suspects:
    if articles.find(connection, keys) is not None:
        return _Suspects()
    ask: list[tuple[str, int]] = []
    named = identity.of_guid(connection, kept.id)
    owners = {article_id for _, article_id in named if article_id is not None}
    if len(owners) == 1:  # a guid that several articles have had says nothing
        [owner] = owners
        known = articles.get(connection, owner)
        if known is not None and renamed(known.article, article):
            return _Suspects(owner)
        if all(article_id == owner for _, article_id in named):
            ask.append((named[-1][0], owner))
    for path in {path_of(key) for key in keys} - {None}:
        assert path is not None
        for archived in articles.by_ids(
            connection, identity.of_path(connection, source.id, path, keys)
        ):
            if moved(archived.article, article):
                return _Suspects(archived.id)
            if archived.article.language == article.language:
                ask.append((archived.article.url, archived.id))
    return _Suspects(ask=tuple(ask[:2]))


async def _leads_to(services: Services, source: Source, url: str, keys: Collection[str]) -> bool:
    response = await services.fetcher.get(
        url,
        limit=PAGE_LIMIT,
        spacing=source.spacing,
        user_agent=source.user_agent,
        robots=True,
    )
    if isinstance(response, Failure) or response.final_url == url:
        return False
    return same_article_key(response.final_url) in keys
