"""What an archive should hold of an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.newsroom.world import Article


@dataclass(frozen=True, slots=True)
class Truth:
    """`paragraphs` are the body without summary, captions and what stands around it.

    `day_only`: nothing on the site tells more of `published` than its day in Almaty.
    """

    id: str
    url: str
    title: str
    paragraphs: tuple[str, ...]
    published: datetime
    language: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    story: str | None
    copy_of: str | None
    version: int
    day_only: bool

    @property
    def text(self) -> str:
        return "\n\n".join(self.paragraphs)


def truth_of(article: Article, url: str, now: datetime) -> Truth:
    """Raises LookupError where it is not published at `now`."""
    version = article.at(now)
    if version is None:
        raise LookupError(f"{article.id} appears at {article.published.isoformat()}")
    return Truth(
        id=article.id,
        url=url,
        title=version.title,
        paragraphs=version.paragraphs,
        published=article.published,
        language=article.language,
        authors=article.authors,
        topics=article.topics,
        story=article.story,
        copy_of=article.copy_of,
        version=version.number,
        day_only=article.site == "palace",
    )
