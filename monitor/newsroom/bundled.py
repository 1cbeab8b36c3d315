"""The world that comes with the newsroom: four sites with texts, and generated ones beside them."""

from __future__ import annotations

from datetime import datetime
from importlib.resources.abc import Traversable

from monitor.newsroom.generate import generate_site
from monitor.newsroom.load import load_articles
from monitor.newsroom.world import Site, World, build_world

BUNDLED_SITES = (
    Site("steppe-times", "wordpress", "The Steppe Times", ("en",)),
    Site("continental", "continental", "Continental", ("en", "fr", "ru"), hosts_by_language=True),
    Site("palace", "palace", "The Palace", ("ru", "kk", "en")),
    Site("bulletin", "bulletin", "Bulletin", ("kk", "ru")),
)


def bundled_world(
    start: datetime,
    folder: Traversable | None = None,
    *,
    generated: int = 0,
    articles_each: int = 40,
    seed: int = 1,
) -> World:
    """The texts in `folder` (the bundled ones unless given) and `generated` sites more."""
    sites = [*BUNDLED_SITES]
    articles = [*load_articles(start, folder)]
    for number in range(1, generated + 1):
        site, made = generate_site(seed, articles_each, start=start, number=number)
        sites.append(site)
        articles.extend(made)
    return build_world(start, sites, articles)
