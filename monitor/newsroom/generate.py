"""Sites made from a seed: as many as asked for, each article with a token that survives anything.

A token reads NB-<site>-<k>-<crc> and stands in the title and in the body. It is ASCII, so it
comes through every single-byte charset and every mojibake, and its checksum tells when parts of
two articles were mixed.
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime, timedelta
from random import Random

from monitor.newsroom.words import SECTIONS, WORDS
from monitor.newsroom.world import Article, Habits, Site, Version

TOKEN = re.compile(r"NB-([a-z0-9]+)-(\d+)-([0-9a-f]{8})")

_LANGUAGE_OF_CHARSET = {
    "windows-1251": "ru",
    "koi8-r": "ru",
    "kz1048": "kk",
    "iso-8859-1": "fr",
}


def token_of(site: str, k: int, seed: int) -> str:
    return f"NB-{site}-{k}-{zlib.crc32(f'{seed}/{site}/{k}'.encode()):08x}"


def generate_site(
    seed: int,
    n_articles: int,
    *,
    start: datetime,
    number: int = 1,
    every: timedelta = timedelta(minutes=10),
    published: int | None = None,
    habits: Habits | None = None,
    language: str | None = None,
) -> tuple[Site, tuple[Article, ...]]:
    """Site g001 (for number 1) with its articles, one `every` so often; the same for one seed.

    `published` of them (half unless given) stand there already at `start`. Language and habits
    are drawn from the seed where they are not given.
    """
    site_id = f"g{number:03d}"
    random = Random(f"{seed}/{site_id}")
    habits = habits or _drawn_habits(random)
    drawn = random.choice(tuple(WORDS))
    language = language or _LANGUAGE_OF_CHARSET.get(habits.charset, drawn)
    site = Site(site_id, "generated", f"Wire {site_id}", (language,), habits=habits)
    before = n_articles // 2 if published is None else published
    articles = []
    for k in range(n_articles):
        at = start + every * (k + 1 - before)
        articles.append(_article(site, k, token_of(site_id, k, seed), at, random))
    return site, tuple(articles)


def _drawn_habits(random: Random) -> Habits:
    return Habits(
        window=random.choice((5, 10, 20, 50)),
        charset=random.choice(("utf-8", "utf-8", "windows-1251", "iso-8859-1", "koi8-r")),
        identity=random.choice(("guid", "guid", "link", "none")),
        validators=random.choice(("both", "both", "etag", "modified", "none")),
    )


def _article(site: Site, k: int, token: str, at: datetime, random: Random) -> Article:
    language = site.languages[0]
    title = f"{_sentence(language, random, 5, 9)} {token}"
    first = f"{_sentence(language, random, 12, 20)} {token} {_sentence(language, random, 12, 20)}."
    rest = [_paragraph(language, random) for _ in range(random.randint(3, 5))]
    return Article(
        id=token,
        site=site.id,
        language=language,
        slug=f"{k}-{token.lower()}",
        summary=_sentence(language, random, 14, 22) + ".",
        section=SECTIONS[language],
        versions=(Version(1, at, title, (first, *rest)),),
    )


def _sentence(language: str, random: Random, least: int, most: int) -> str:
    words = random.choices(WORDS[language], k=random.randint(least, most))
    return " ".join(words).capitalize()


def _paragraph(language: str, random: Random) -> str:
    return " ".join(f"{_sentence(language, random, 9, 18)}." for _ in range(random.randint(2, 4)))
