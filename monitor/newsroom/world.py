"""Everything that will ever be published, known in advance. Frozen values, no clock of their own.

site      an outlet of the newsroom; `shape` names the code in `sites/` that renders it
host      one address that a site answers at; a site has one for each of its language editions
article   a text with an id that never changes; its versions say how it reads from when on
world     all articles of all sites, and what is visible at a given time
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Identity = Literal["guid", "link", "none", "churn", "shared", "position", "guid-only", "text-only"]
Slugs = Literal["fixed", "redirect", "gone"]
Dates = Literal["given", "none", "future"]
ValidatorHabit = Literal["both", "etag", "modified", "none", "lying"]
AnnouncedBy = Literal["feed", "sitemap", "listing"]


@dataclass(frozen=True, slots=True)
class Habits:
    """How a generated site behaves.

    `window` is the number of items in its feed; `identity` what its items are known by besides
    their title ("none": no guid, and a link with other tracking parameters at each load; "churn":
    a new guid at each load; "shared": one guid for all; "position": the guid is the item's place
    in the feed; "guid-only" and "text-only": no link, with and without a guid).
    `slugs` is what becomes of an address when the article is corrected: it stays, or there is a new
    one and the old one leads to it, or is gone. `dates` says whether feed and pages give any, and
    "future" that they give one of a year later.
    `validators` what it sends ("lying": an ETag that never changes, so that whoever sends it back
    hears 304 for ever). `announced_by` is where its articles are announced, `robots` what its
    robots.txt says.
    """

    window: int = 20
    charset: str = "utf-8"
    identity: Identity = "guid"
    validators: ValidatorHabit = "both"
    slugs: Slugs = "fixed"
    dates: Dates = "given"
    announced_by: AnnouncedBy = "feed"
    robots: str = "User-agent: *\nDisallow:\n"


@dataclass(frozen=True, slots=True)
class Site:
    id: str
    shape: str
    title: str
    languages: tuple[str, ...]
    hosts_by_language: bool = False
    habits: Habits = Habits()

    @property
    def hosts(self) -> tuple[Host, ...]:
        if not self.hosts_by_language:
            return (Host(self.id, self, self.languages),)
        return tuple(Host(f"{self.id}-{code}", self, (code,)) for code in self.languages)

    def host_of(self, language: str) -> Host:
        return next(host for host in self.hosts if language in host.languages)


@dataclass(frozen=True, slots=True)
class Host:
    name: str
    site: Site
    languages: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Version:
    """How an article reads from `at` on. Numbers begin at 1."""

    number: int
    at: datetime
    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Article:
    """`story` is shared by all coverage of one event, `copy_of` names the article it repeats."""

    id: str
    site: str
    language: str
    slug: str
    summary: str
    section: str
    versions: tuple[Version, ...]
    authors: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    story: str | None = None
    copy_of: str | None = None

    @property
    def published(self) -> datetime:
        return self.versions[0].at

    def at(self, now: datetime) -> Version | None:
        """How it reads at `now`; None before it is published."""
        known = [version for version in self.versions if version.at <= now]
        return known[-1] if known else None


@dataclass(frozen=True, slots=True)
class Shown:
    """An article as it reads at one time: what the templates get."""

    article: Article
    version: Version

    @property
    def title(self) -> str:
        return self.version.title

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return self.version.paragraphs


@dataclass(frozen=True, slots=True)
class World:
    start: datetime
    sites: tuple[Site, ...]
    articles: Mapping[str, Article]
    _of_site: Mapping[str, tuple[Article, ...]] = field(repr=False)
    _schedule: tuple[Shown, ...] = field(repr=False)

    def of_site(self, site: str) -> tuple[Article, ...]:
        """All its articles, the ones still to come included, oldest first."""
        return self._of_site.get(site, ())

    def visible(self, site: str, now: datetime, language: str | None = None) -> tuple[Shown, ...]:
        """What the site shows at `now`, newest first."""
        articles = self.of_site(site)
        count = bisect_right(articles, now, key=lambda article: article.published)
        shown = []
        for article in reversed(articles[:count]):
            version = article.at(now)
            if version is not None and language in (None, article.language):
                shown.append(Shown(article, version))
        return tuple(shown)

    def modified(self, site: str, now: datetime) -> datetime:
        """When anything on the site last changed; the world's start where nothing has yet."""
        shown = self.visible(site, now)
        return max((one.version.at for one in shown), default=self.start)

    def due(self, after: datetime | None, now: datetime) -> tuple[Shown, ...]:
        """Versions that appeared after `after` (None: ever) and not later than `now`, in order."""
        first = 0 if after is None else bisect_right(self._schedule, after, key=_appears)
        return self._schedule[first : bisect_right(self._schedule, now, key=_appears)]


def _appears(shown: Shown) -> datetime:
    return shown.version.at


def build_world(start: datetime, sites: Iterable[Site], articles: Iterable[Article]) -> World:
    """Raises ValueError where an id stands twice or an article names a site or language unknown."""
    known = {site.id: site for site in sites}
    by_id: dict[str, Article] = {}
    of_site: dict[str, list[Article]] = {}
    for article in articles:
        site = known.get(article.site)
        if site is None:
            raise ValueError(f"{article.id}: no site {article.site!r}; expected one of {[*known]}")
        if article.language not in site.languages:
            raise ValueError(
                f"{article.id}: {site.id} has no {article.language!r}; expected {site.languages}"
            )
        if article.id in by_id:
            raise ValueError(f"{article.id}: two articles have this id")
        by_id[article.id] = article
        of_site.setdefault(article.site, []).append(article)
    for article in by_id.values():
        if article.copy_of is not None and article.copy_of not in by_id:
            raise ValueError(f"{article.id}: copy_of {article.copy_of!r} is no article")
    ordered = {
        site_id: tuple(sorted(found, key=lambda article: (article.published, article.id)))
        for site_id, found in of_site.items()
    }
    schedule = [
        Shown(article, version) for article in by_id.values() for version in article.versions
    ]
    schedule.sort(key=lambda shown: (shown.version.at, shown.article.id))
    return World(start, tuple(known.values()), by_id, ordered, tuple(schedule))
