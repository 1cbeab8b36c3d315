"""Whether what extraction makes of a source's pages has changed its shape.

The newest thirty articles are compared with the two hundred before them, in four measures. Each
has a threshold of its own, in what it measures, and must besides lie outside of what thirty
articles in a row did before: a source whose articles vary says so itself. A measure that has
drifted counts as back only well within its threshold.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

RECENT = 30
BEFORE = 200
LEAST_BEFORE = 60
_STEP = 10
"""Runs of thirty among those before begin at every tenth article."""

_HALF = 0.5
_DOUBLE = 2.0
_MORE_MISSING = 0.25
_OTHER_LANGUAGES = 0.4
_MORE_REPEATED = 0.2
_LEAST_REPEATS = 3
"""A paragraph that stands in so many of thirty articles belongs to the page, not to the news."""
_SLACK = 0.7
"""What has drifted is back when it is within so much of its threshold."""
_SHORT = 30
"""Shorter paragraphs ("Source: agency") repeat by themselves; characters."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What is compared of an article. `length` is in characters; `paragraphs` are hashes of its
    paragraphs, the short ones left out."""

    length: int
    title: str
    dated: bool
    language: str
    paragraphs: frozenset[int]


@dataclass(frozen=True, slots=True)
class Change:
    """One measure that drifted: "length", "titles", "dates", "languages" or "repeated"."""

    measure: str
    before: float
    now: float
    words: str


def shape_of(title: str, text: str, language: str, *, dated: bool) -> Shape:
    """The shape of an article with this text."""
    paragraphs = (" ".join(each.split()) for each in text.split("\n\n"))
    long = frozenset(hash(each) for each in paragraphs if len(each) >= _SHORT)
    return Shape(len(text), title.strip(), dated, language, long)


def find_drift(
    recent: Sequence[Shape], before: Sequence[Shape], *, was: frozenset[str] = frozenset()
) -> list[Change]:
    """What changed, in a fixed order; nothing while there is too little to compare.

    Both are newest first. `was` names the measures that had drifted at the last look.
    """
    if len(recent) < RECENT or len(before) < LEAST_BEFORE:
        return []
    runs = [before[first : first + RECENT] for first in range(0, len(before) - RECENT + 1, _STEP)]
    found = (
        _length(recent, before, runs, "length" in was),
        _share(recent, before, runs, _without_title, "titles", "titles" in was),
        _share(recent, before, runs, _without_date, "dates", "dates" in was),
        _languages(recent, before, runs, "languages" in was),
        _share(recent, before, runs, _repeated, "repeated", "repeated" in was),
    )
    return [change for change in found if change is not None]


def in_words(name: str, changes: Sequence[Change]) -> str:
    """ "Akorda: the last 30 articles differ from those before: …"."""
    said = "; ".join(change.words for change in changes)
    return f"{name}: the last {RECENT} articles differ from those before: {said}"


Runs = Sequence[Sequence[Shape]]


def _length(
    recent: Sequence[Shape], before: Sequence[Shape], runs: Runs, was: bool
) -> Change | None:
    now, usual = _typical(recent), _typical(before)
    medians = [_typical(run) for run in runs]
    short, long = usual * _HALF, usual * _DOUBLE
    if was:
        short, long = short / _SLACK, long * _SLACK
    else:
        short, long = min(short, min(medians) * 0.8), max(long, max(medians) * 1.25)
    if short <= now <= long:
        return None
    words = f"their text has {now:.0f} characters, usually {usual:.0f}"
    return Change("length", usual, now, words)


def _typical(shapes: Sequence[Shape]) -> float:
    return float(median(shape.length for shape in shapes))


def _without_title(shapes: Sequence[Shape]) -> float:
    """The share without a title of its own: none, or one that another one has too."""
    titles = Counter(shape.title for shape in shapes)
    return sum(not shape.title or titles[shape.title] > 1 for shape in shapes) / len(shapes)


def _without_date(shapes: Sequence[Shape]) -> float:
    return sum(not shape.dated for shape in shapes) / len(shapes)


def _repeated(shapes: Sequence[Shape]) -> float:
    """The share of paragraphs that stand in several of the articles."""
    counts = Counter(each for shape in shapes for each in shape.paragraphs)
    total = counts.total()
    repeated = sum(count for count in counts.values() if count >= _LEAST_REPEATS)
    return repeated / total if total else 0.0


_WORDS = {
    "titles": "{now:.0%} have no title of their own, usually {usual:.0%}",
    "dates": "{now:.0%} have no date, usually {usual:.0%}",
    "repeated": "{now:.0%} of their paragraphs repeat from one to the next, usually {usual:.0%}",
}


def _share(
    recent: Sequence[Shape],
    before: Sequence[Shape],
    runs: Runs,
    measure: Callable[[Sequence[Shape]], float],
    name: str,
    was: bool,
) -> Change | None:
    shares = [measure(run) for run in runs]  # runs of thirty: repetition grows with the number
    now, usual = measure(recent), median(shares)
    more = _MORE_REPEATED if name == "repeated" else _MORE_MISSING
    most = usual + more * _SLACK if was else max(usual + more, max(shares) + more / 2)
    if now <= most:
        return None
    return Change(name, usual, now, _WORDS[name].format(now=now, usual=usual))


def _languages(
    recent: Sequence[Shape], before: Sequence[Shape], runs: Runs, was: bool
) -> Change | None:
    usual = _mix(before)
    apart = _apart(_mix(recent), usual)
    most = _OTHER_LANGUAGES * _SLACK
    if not was:
        most = max(_OTHER_LANGUAGES, *(1.25 * _apart(_mix(run), usual) for run in runs))
    if apart <= most:
        return None
    words = f"{apart:.0%} are in other languages than usual ({_listed(_mix(recent))}"
    return Change("languages", 0.0, apart, f"{words}; usually {_listed(usual)})")


def _mix(shapes: Sequence[Shape]) -> dict[str, float]:
    counts = Counter(shape.language for shape in shapes)
    return {language: count / len(shapes) for language, count in counts.items()}


def _apart(one: dict[str, float], other: dict[str, float]) -> float:
    """What part of one mix would have to change to make it the other."""
    return sum(max(0.0, share - other.get(language, 0.0)) for language, share in one.items())


def _listed(mix: dict[str, float]) -> str:
    ordered = sorted(mix.items(), key=lambda each: (-each[1], each[0]))
    return ", ".join(f"{share:.0%} {language}" for language, share in ordered)
