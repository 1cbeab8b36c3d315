"""A small world of texts written for these tests, and a room that shows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from monitor.newsroom.bundled import BUNDLED_SITES
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.generate import generate_site
from monitor.newsroom.load import load_articles
from monitor.newsroom.server import Newsroom, running_newsroom
from monitor.newsroom.world import Habits, World, build_world

START = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
FILLERS = 23

_LEAD = '''
id = "st-901"
site = "steppe-times"
language = "en"
slug = "library-opens-night-reading-room"
title = "Library & Archive Open a Night Reading Room <Again>"
summary = "Readers may now stay until dawn."
authors = ["Saule Ermek", "Ivan Petrenko"]
section = "Nation"
topics = ["connectivity"]
minutes = -30
text = """
ASTANA – The national library opened its reading room at night on Saturday, and two hundred
readers came before the lamps were lit.

The room has seats for three hundred people, a shelf of maps, and “no clock on any wall”.

Its keeper said that R&D reports are asked for most, then novels < 100 pages.

The room closes at six in the morning.
"""

[[corrections]]
minutes = 45
text = """
ASTANA – The national library opened its reading room at night on Saturday, and three hundred
readers came before the lamps were lit.

The room closes at seven in the morning.
"""
'''
_EDITION = '''
id = "{id}"
site = "continental"
language = "{language}"
slug = "{slug}"
title = "{title}"
summary = "{summary}"
authors = ["Anna Weber"]
section = "Next"
topics = []
story = "port"
minutes = {minutes}
text = """
{first}

{second}
"""
'''
_PLAIN = '''
id = "{id}"
site = "{site}"
language = "{language}"
slug = "{slug}"
title = "{title}"
summary = "{title}"
authors = []
section = "Nation"
topics = []
minutes = {minutes}
text = """
{first}

{second}
"""
'''


def _editions() -> dict[str, str]:
    english = {
        "title": "Old Port Becomes a School of Sailing",
        "first": "The old port has found a use: a school of sailing opened on its quay.",
        "second": "Forty children signed up on the first morning, the harbour master said.",
    }
    french = {
        "title": "Le vieux port devient une école de voile",
        "first": "Le vieux port a trouvé un emploi : une école de voile s'est ouverte à quai.",
        "second": "Quarante enfants se sont inscrits dès le premier matin.",
    }
    return {
        "co-901": _EDITION.format(
            id="co-901",
            language="en",
            slug="old-port",
            summary="A quay in use.",
            minutes=-120,
            **english,
        ),
        "co-902": _EDITION.format(
            id="co-902",
            language="fr",
            slug="vieux-port",
            summary="Un quai qui sert.",
            minutes=60,
            **french,
        ),
    }


def _plain(article: str, site: str, language: str, minutes: int, title: str, body: str) -> str:
    first, second = body.split(" | ")
    return _PLAIN.format(
        id=article,
        site=site,
        language=language,
        slug=article,
        title=title,
        minutes=minutes,
        first=first,
        second=second,
    )


def _others() -> dict[str, str]:
    return {
        "pa-901": _plain(
            *("pa-901", "palace", "kk", -600, "Кітапханада жиын өтті"),
            "Кітапхана залында кеңес өтті. | Қатысушылар өңірлердегі оқу залдарын талқылады.",
        ),
        # 19:30 UTC on the 20th is half past midnight of the 21st in Almaty.
        "pa-902": _plain(
            *("pa-902", "palace", "ru", -630, "В библиотеке прошло совещание"),
            "В зале библиотеки прошло совещание. | Участники обсудили читальные залы.",
        ),
        "pa-903": _plain(
            *("pa-903", "palace", "en", -600, "A meeting was held at the library"),
            "A meeting was held in the hall. | Reading rooms in the regions were discussed.",
        ),
        "bu-901": _plain(
            *("bu-901", "bulletin", "ru", -50, "Мост закрыт — объезд через площадь"),
            "Мост закрыт до пятницы, ½ полосы открыта. | Объезд идёт через площадь.",
        ),
        "bu-902": _plain(
            *("bu-902", "bulletin", "kk", -40, "Көпір жұмаға дейін жабық"),
            "Көпір жұмаға дейін жабық тұрады. | Айналма жол алаң арқылы өтеді.",
        ),
        "bu-903": _plain(
            *("bu-903", "bulletin", "ru", 30, "Мост открыт"),
            "Мост открыт раньше срока. | Движение пошло по всем полосам.",
        ),
    }


@pytest.fixture(scope="session")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    (folder / "en").mkdir()
    files = {"st-901": _LEAD, **_editions(), **_others()}
    for k in range(FILLERS):
        body = f"ASTANA – Paragraph one of {k}. | Paragraph two of {k}."
        article = f"st-{k:03d}"
        files[article] = _plain(article, "steppe-times", "en", -60 - 10 * k, f"Story {k}", body)
    for name, text in files.items():
        (folder / "en" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def world(texts: Path) -> World:
    sites = list(BUNDLED_SITES)
    articles = list(load_articles(START, texts))
    for number, habits in enumerate(
        (
            Habits(window=3, charset="windows-1251", identity="none", validators="lying"),
            Habits(window=5, charset="utf-8", identity="link", validators="modified"),
        ),
        start=1,
    ):
        site, made = generate_site(
            7, 8, start=START, number=number, every=timedelta(minutes=20), habits=habits
        )
        sites.append(site)
        articles.extend(made)
    return build_world(START, sites, articles)


@pytest.fixture
def room(world: World) -> Iterator[Newsroom]:
    with running_newsroom(world, SteppedClock(START)) as room:
        yield room


@pytest.fixture
def client() -> Iterator[httpx.Client]:
    with httpx.Client(timeout=20, trust_env=False) as client:
        yield client
