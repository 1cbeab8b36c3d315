"""What every shape of site has in common."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Protocol

from monitor.newsroom.exchange import Answer, Kind, Request
from monitor.newsroom.render import render
from monitor.newsroom.world import Article, Host, Shown, World

# Fixed, so that no machine's old time zone data can bend the truth: Almaty since March 2024.
ALMATY = timezone(timedelta(hours=5))

HTML = "text/html; charset=UTF-8"
XML = "application/xml; charset=UTF-8"
RSS = "application/rss+xml; charset=UTF-8"


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a shape stands: its host, the world, and the addresses of all hosts by name."""

    host: Host
    world: World
    addresses: Mapping[str, str]

    @property
    def base(self) -> str:
        """Without a slash at the end."""
        return self.addresses[self.host.name]

    @property
    def title(self) -> str:
        return self.host.site.title

    def visible(self, now: datetime, language: str | None = None) -> tuple[Shown, ...]:
        shown = self.world.visible(self.host.site.id, now, language)
        return tuple(one for one in shown if one.article.language in self.host.languages)

    def modified(self, now: datetime) -> datetime:
        return self.world.modified(self.host.site.id, now)

    def articles(self) -> tuple[Article, ...]:
        """All that this host will ever show."""
        articles = self.world.of_site(self.host.site.id)
        return tuple(one for one in articles if one.language in self.host.languages)


class Shape(Protocol):
    def path_of(self, article: Article) -> str:
        """The path of its canonical address, which never changes."""
        ...

    def answer(self, request: Request, now: datetime) -> Answer: ...


@dataclass(frozen=True, slots=True)
class Contents:
    """Articles by path, for a shape that looks pages up."""

    by_path: Mapping[str, Article] = field(repr=False)

    @classmethod
    def of(cls, shape: Shape, articles: Iterable[Article]) -> Contents:
        return cls({shape.path_of(article): article for article in articles})

    def find(self, path: str, now: datetime) -> Shown | None:
        article = self.by_path.get(path)
        version = None if article is None else article.at(now)
        return None if article is None or version is None else Shown(article, version)


def ids(shown: Iterable[Shown]) -> tuple[tuple[str, int], ...]:
    return tuple((one.article.id, one.version.number) for one in shown)


def document(
    text: str | bytes,
    kind: Kind,
    shown: Iterable[Shown] = (),
    *,
    content_type: str = HTML,
    modified: datetime | None = None,
) -> Answer:
    body = text if isinstance(text, bytes) else text.encode()
    return Answer(
        body=body, content_type=content_type, kind=kind, articles=ids(shown), modified=modified
    )


def not_found(title: str) -> Answer:
    return Answer(status=404, body=render("not_found.html", site=title).encode())


def plain(text: str) -> Answer:
    return document(text, "other", content_type="text/plain; charset=UTF-8")


def moved(address: str) -> Answer:
    return Answer(status=301, headers=(("Location", address),))


def page_of(shown: tuple[Shown, ...], number: int | None, size: int) -> tuple[Shown, ...]:
    """The articles of page `number`; none where that is no number."""
    return () if number is None else shown[(number - 1) * size : number * size]


def recent(shown: tuple[Shown, ...], now: datetime) -> tuple[Shown, ...]:
    """What a news sitemap may list: the last two days."""
    return tuple(one for one in shown if one.article.published > now - timedelta(days=2))


def day_of(moment: datetime) -> str:
    """2 August 2023, in whatever locale the process runs."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
