"""The world: loading, versions, the schedule, and sites out of a seed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.newsroom.bundled import BUNDLED_SITES, bundled_world
from monitor.newsroom.clock import FastClock, SteppedClock
from monitor.newsroom.generate import TOKEN, generate_site, token_of
from monitor.newsroom.load import load_articles
from monitor.newsroom.world import Habits, World, build_world

START = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


def test_a_text_is_loaded_with_its_paragraphs_and_times(world: World) -> None:
    article = world.articles["st-901"]
    assert article.published == START - timedelta(minutes=30)
    assert article.authors == ("Saule Ermek", "Ivan Petrenko")
    assert len(article.versions[0].paragraphs) == 4
    assert (
        article.versions[0]
        .paragraphs[0]
        .endswith("on Saturday, and two hundred readers came before the lamps were lit.")
    )


def test_a_correction_is_a_version_from_its_minute_on(world: World) -> None:
    article = world.articles["st-901"]
    before = article.at(START + timedelta(minutes=14))
    after = article.at(START + timedelta(minutes=15))
    assert before is not None
    assert after is not None
    assert (before.number, after.number) == (1, 2)
    assert after.title == before.title
    assert article.at(START - timedelta(minutes=31)) is None


def test_visible_is_newest_first_and_hides_what_is_to_come(world: World) -> None:
    russian = [one.article.id for one in world.visible("bulletin", START, "ru")]
    later = [one.article.id for one in world.visible("bulletin", START + timedelta(hours=1), "ru")]
    assert russian == ["bu-901"]
    assert later == ["bu-903", "bu-901"]


def test_due_gives_every_version_once_and_in_order(world: World) -> None:
    first = world.due(None, START)
    second = world.due(START, START + timedelta(minutes=30))
    assert "bu-903" not in {one.article.id for one in first}
    assert [
        (one.article.id, one.version.number) for one in second if one.article.site[0] != "g"
    ] == [
        ("st-901", 2),
        ("bu-903", 1),
    ]
    everything = world.due(None, START + timedelta(days=9))
    assert len(everything) == sum(len(one.versions) for one in world.articles.values())


def test_a_copy_without_text_repeats_the_one_it_names(tmp_path: Path) -> None:
    common = 'site = "bulletin"\nlanguage = "ru"\nslug = "s"\ntitle = "T"\nminutes = 0\n'
    (tmp_path / "a.toml").write_text(f'id = "a"\n{common}text = "Один.\\n\\nДва."')
    (tmp_path / "b.toml").write_text(f'id = "b"\n{common}copy_of = "a"')
    first, copy = load_articles(START, tmp_path)
    assert copy.versions[0].paragraphs == first.versions[0].paragraphs == ("Один.", "Два.")


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("id = ", "broken.toml"),
        ('id = "x"', r"missing keys \['site'"),
        ('id = "x"\ncolour = "red"', r"unknown keys \['colour'\]"),
    ],
)
def test_a_bad_file_is_named(tmp_path: Path, text: str, complaint: str) -> None:
    (tmp_path / "broken.toml").write_text(text)
    with pytest.raises(ValueError, match=complaint):
        load_articles(START, tmp_path)


def test_an_article_in_a_language_that_its_site_has_not_is_refused(world: World) -> None:
    article = world.articles["bu-901"]
    with pytest.raises(ValueError, match="no site 'bulletin'"):
        build_world(START, BUNDLED_SITES[:1], [article])
    with pytest.raises(ValueError, match="two articles"):
        build_world(START, BUNDLED_SITES, [article, article])


def test_a_generated_site_is_the_same_for_one_seed() -> None:
    one = generate_site(5, 12, start=START, number=2)
    again = generate_site(5, 12, start=START, number=2)
    other = generate_site(6, 12, start=START, number=2)
    assert one == again
    assert one[1] != other[1]


def test_a_generated_article_carries_its_token_in_title_and_body() -> None:
    site, articles = generate_site(5, 9, start=START, number=3, published=4)
    tokens = set()
    for k, article in enumerate(articles):
        found = TOKEN.search(article.versions[0].title)
        assert found is not None
        assert found[0] == token_of(site.id, k, 5) == article.id
        assert found[0] in article.versions[0].paragraphs[0]
        assert found[0].isascii()
        tokens.add(found[0])
    assert len(tokens) == 9
    assert sum(article.published <= START for article in articles) == 4


def test_a_generated_text_fits_its_charset() -> None:
    for charset in ("windows-1251", "koi8-r", "iso-8859-1", "kz1048"):
        _, articles = generate_site(5, 6, start=START, habits=Habits(charset=charset))
        for article in articles:
            text = " ".join((article.versions[0].title, *article.versions[0].paragraphs))
            assert text.encode(charset).decode(charset) == text


def test_clocks_run_forward_only() -> None:
    clock = SteppedClock(START)
    assert clock.advance(timedelta(minutes=3)) == clock.now() == START + timedelta(minutes=3)
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="speed"):
        FastClock(START, 0)
    assert FastClock(START, 60).now() >= START


def test_the_bundled_texts_make_a_world() -> None:
    world = bundled_world(START, generated=2, articles_each=5)
    languages = {one.language for one in world.articles.values() if one.site[0] != "g"}
    assert languages == {"en", "fr", "ru", "kk"}
    assert any(one.copy_of for one in world.articles.values())
    assert any(len(one.versions) > 1 for one in world.articles.values())
    for article in world.articles.values():
        assert article.versions[0].paragraphs, article.id
