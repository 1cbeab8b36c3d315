"""Authors, section, tags, image, language versions, and how often a live text is looked at."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.model import Article
from monitor.pipeline.extract_article import extract_article
from monitor.pipeline.next_recheck import LIVE_FOR, LIVE_PAUSE, next_recheck
from monitor.pipeline.page_byline import clean_authors

PROSE = (
    "<p>The committee met on Monday and agreed on a plan that nobody had expected to pass.</p>"
    "<p>Its chair said that the work would begin in spring and last for two years.</p>"
)
OUTLETS = frozenset(("steppe", "steppenews"))


@pytest.mark.parametrize(
    ("byline", "names"),
    [
        ("By Aida Haidar in Nation on 2 August 2023", ("Aida Haidar",)),
        ("Aida Haidar, Staff Writer", ("Aida Haidar",)),
        ("Staff Report", ()),
        ("Steppe", ()),
        ("Steppe News", ()),
        ("admin", ()),
        ("news@steppe.example (Paul Exemple)", ("Paul Exemple",)),
        ("news@steppe.example", ()),
        ("Par Paul Exemple avec AFP", ("Paul Exemple",)),
        ("Paul Exemple et Jean Modèle", ("Paul Exemple", "Jean Modèle")),
        ("La rédaction", ()),
        ("Автор: Айгерим Нурланова", ("Айгерим Нурланова",)),
        ("Корреспондент Иван Примеров", ("Иван Примеров",)),
        ("Пресс-служба министерства", ()),
        ("Редакция", ()),
        ("Мәтін: Әсем Үлгі және Ерлан Мысал", ("Әсем Үлгі", "Ерлан Мысал")),
        ("Баспасөз қызметі", ()),
    ],
)
def test_authors_are_people(byline: str, names: tuple[str, ...]) -> None:
    assert clean_authors([byline], OUTLETS) == names


def test_what_a_page_states_is_kept() -> None:
    page = (
        "<html lang='en'><head><title>A bridge opens | Steppe</title>"
        "<meta property='og:image' content='https://steppe.example/i/bridge-1200x630.jpg'>"
        "<meta property='article:section' content='Society'>"
        "<meta property='article:tag' content='Bridge'>"
        "<meta property='article:tag' content='bridge'>"
        "<link rel='alternate' hreflang='ru' href='https://ru.steppe.example/n/1'>"
        "<link rel='alternate' hreflang='kz' href='https://kz.steppe.example/n/1'>"
        "<link rel='alternate' hreflang='en' href='https://steppe.example/n/1'>"
        "</head><body><main><h1>A bridge opens</h1><span class='byline'>By Aida Sample</span>"
        "<figure><img src='/i/bridge-800x400.jpg'><figcaption>The bridge. "
        f"Photo: Jean Photo / CC BY 4.0</figcaption></figure>{PROSE}</main></body></html>"
    )
    found = extract_article(page.encode(), url="https://steppe.example/n/1")
    assert isinstance(found, Article)
    assert (found.title, found.authors) == ("A bridge opens", ("Aida Sample",))
    assert (found.section, found.tags) == ("Society", ("Bridge",))
    assert found.image_credit == "Photo: Jean Photo / CC BY 4.0"
    assert set(found.languages) == {"ru", "kk"}


def test_a_live_text_is_looked_at_more_often() -> None:
    now = datetime(2026, 5, 5, 12, tzinfo=UTC)
    assert next_recheck(now, now, now, 0, False, live=True) == now + LIVE_PAUSE
    later = now + LIVE_FOR
    ordinary = next_recheck(now, now, later, 3, False)
    assert next_recheck(now, now, later, 3, False, live=True) == ordinary
    assert ordinary is not None
    assert ordinary - later > timedelta(hours=1)
