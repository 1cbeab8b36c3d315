"""Articles → copies: link what repeats another article's text to the first one."""

from __future__ import annotations

from sqlalchemy import Connection

from monitor.model import Article
from monitor.pipeline.find_duplicates import fingerprint, may_have_copies
from storage.repositories import articles


def relate(connection: Connection, article_id: int, article: Article) -> bool:
    """Link an article to its copies; True when it is a copy itself.

    First is who published first, not who arrived first, so an earlier one that arrives later
    takes the place of the first.
    """
    if not may_have_copies(article.text):
        return False
    same = [each.id for each in articles.same_text(connection, fingerprint(article.text))]
    if len(same) < 2:
        return False
    first, *others = same
    articles.link_copies(connection, first, others)
    return article_id != first
