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


def relate_again(connection: Connection, fingerprint_: str) -> int:
    """Make the articles with this text copies of the first one, and of nothing else: what was a
    copy, and no longer repeats another text, is one of its own. Returns how many changed."""
    same = articles.same_text(connection, fingerprint_)
    if not same:
        return 0
    if len(same) == 1 or not may_have_copies(same[0].article.text):
        return articles.unlink(connection, [each.id for each in same])
    first, *others = (each.id for each in same)
    return articles.link_copies(connection, first, others)


def misplaced(connection: Connection, fingerprint_: str) -> int:
    """How many articles with this text `relate_again` would link otherwise than they are."""
    same = articles.same_text(connection, fingerprint_)
    related = len(same) > 1 and may_have_copies(same[0].article.text)
    first = same[0].id if related else None
    wanted = [None if each.id == first else first for each in same]
    return sum(each.duplicate_of != one for each, one in zip(same, wanted, strict=True))
