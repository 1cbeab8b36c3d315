"""What extraction makes of a source's pages changes its shape: it is noticed, and said what."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from monitor.pipeline.drift import Shape, find_drift, in_words, shape_of

LANGUAGES = ("en", "ru", "kk")


def written(
    count: int, seed: int, *, languages: tuple[str, ...] = ("en",), longer: float = 0.0
) -> list[Shape]:
    """Articles of a usual kind: lengths of all sizes, some copied titles, one line that repeats in
    a few; each article longer by this part than the one before it."""
    random = Random(seed)
    found = []
    for number in range(count):
        paragraphs = random.randint(3, 9)
        text = "\n\n".join(f"{random.random()} {'word ' * 40}" for _ in range(paragraphs))
        if random.random() < 0.05:
            text += "\n\nThe agency's editors have contributed to this report."
        title = "Exchange rates" if random.random() < 0.03 else f"Title {number} {seed}"
        language = random.choices(languages, [5, 3, 2][: len(languages)])[0]
        shape = shape_of(title, text, language, dated=random.random() < 0.97)
        found.append(replace(shape, length=round(shape.length * (1 + longer) ** number)))
    return found[::-1]  # newest first


def changed(recent: list[Shape], before: list[Shape], *was: str) -> list[str]:
    return [each.measure for each in find_drift(recent, before, was=frozenset(was))]


BEFORE = written(200, seed=1)
RECENT = written(30, seed=2)


def test_nothing_changed() -> None:
    assert find_drift(RECENT, BEFORE) == []


def test_bodies_are_cut_short() -> None:
    cut = [replace(shape, length=min(shape.length, 300)) for shape in RECENT]
    [change] = find_drift(cut, BEFORE)
    assert (change.measure, change.now) == ("length", 300)
    assert in_words("Akorda", [change]) == (
        "Akorda: the last 30 articles differ from those before: "
        f"their text has 300 characters, usually {change.before:.0f}"
    )
    assert changed([replace(shape, length=shape.length * 3) for shape in RECENT], BEFORE) == [
        "length"
    ]


def test_titles_are_missing_or_all_the_same() -> None:
    for title in ("", "The Steppe Times"):
        half = [replace(shape, title=title) for shape in RECENT[:15]]
        assert changed([*half, *RECENT[15:]], BEFORE) == ["titles"]
    assert changed([replace(shape, title="") for shape in RECENT[:4]] + RECENT[4:], BEFORE) == []


def test_dates_are_missing() -> None:
    assert changed([replace(shape, dated=False) for shape in RECENT], BEFORE) == ["dates"]
    never = [replace(shape, dated=False) for shape in BEFORE]
    assert changed([replace(shape, dated=False) for shape in RECENT], never) == []


def test_another_language() -> None:
    kazakh = [replace(shape, language="kk") for shape in RECENT[:20]]
    [change] = find_drift([*kazakh, *RECENT[20:]], BEFORE)
    assert change.measure == "languages"
    assert "67% kk, 33% en; usually 100% en" in change.words


def test_what_belongs_to_the_page_comes_into_the_text() -> None:
    repeated = frozenset({1, 2, 3})
    more = [replace(shape, paragraphs=shape.paragraphs | repeated) for shape in RECENT]
    assert changed(more, BEFORE) == ["repeated"]


def test_several_changes_are_named_in_one_sentence() -> None:
    broken = [replace(shape, length=90, title="", dated=False) for shape in RECENT]
    changes = find_drift(broken, BEFORE)
    assert [each.measure for each in changes] == ["length", "titles", "dates"]
    assert in_words("Akorda", changes).count(";") == 2


def test_too_little_to_compare() -> None:
    short = [replace(shape, length=1) for shape in RECENT]
    assert find_drift(short[:29], BEFORE) == find_drift(short, BEFORE[:59]) == []
    assert changed(short, BEFORE[:60]) == ["length"]


def test_slow_growth_is_no_change() -> None:
    """Twice as long within a year of articles."""
    grown = written(230, seed=3, longer=0.003)
    assert find_drift(grown[:30], grown[30:]) == []


def test_a_source_whose_articles_vary_may_vary() -> None:
    """Blocks of short news between long reads, as it always was."""
    mixed = [
        replace(shape, length=200 if (place // 40) % 2 else 3000)
        for place, shape in enumerate(written(230, seed=4))
    ]
    assert find_drift(mixed[40:70], mixed[70:]) == []


@pytest.mark.parametrize("languages", [("en",), LANGUAGES])
def test_false_alarms_are_rare(languages: tuple[str, ...]) -> None:
    """None in 200 comparisons of articles that differ by chance alone."""
    found = [
        find_drift(shapes[:30], shapes[30:])
        for shapes in (written(230, seed=seed, languages=languages) for seed in range(100, 200))
    ]
    assert [changes for changes in found if changes] == []


def test_what_has_drifted_is_back_only_well_within_its_threshold() -> None:
    fewer = [replace(shape, title="") for shape in RECENT[:7]] + RECENT[7:]
    assert changed(fewer, BEFORE) == []
    assert changed(fewer, BEFORE, "titles") == ["titles"]
    assert changed(RECENT, BEFORE, "titles") == []
