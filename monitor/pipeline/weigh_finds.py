"""How much the finds of a topic's terms weigh: the numbers, and why they are what they are.

The usual threshold is 1.0, and an article belongs to a topic that it is about, or gives a sentence
of substance. From that follow the weights:

* a strong term in the title or the lead is what the article is about: it is enough alone;
* below the lead one is not (0.6): "asked whether artificial intelligence would change her work,
  she laughed"; two sentences with one are (1.2), and so is one sentence of substance (0.6 + 0.4):
  one that gives an amount ("85 % of payments", "1,700 members"; dates and years are none,
  biographies are full of them), or that is long and has another term of the topic in it (0.2 each;
  a weak term also weighs itself);
* weak terms count once each, where they weigh most, and never where a strong one covers them.
  Fewer than three different ones stay below the threshold whatever they add up to.

Chosen on texts written for it (tests/pipeline, the examples in config/topics) so that each case
above comes out with room on both sides; the topics' quality test holds them in place.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor.pipeline.find_phrases import Found, Span

TITLE, LEAD, TEXT = "title", "lead", "text"

STRONG = {TITLE: 1.5, LEAD: 1.0, TEXT: 0.6}
WEAK = {TITLE: 0.45, LEAD: 0.35, TEXT: 0.2}
AMOUNT, LONG, ANOTHER = 0.4, 0.2, 0.2  # signs of substance
SUBSTANCE_MOST = 0.4
ENOUGH_SENTENCES = 5  # strong sentences that count in one field: length is not relevance
DIFFERENT_WEAK = 3
WEAK_CEILING = 0.9  # of the threshold, with fewer different weak terms than that

# Words that make a sentence long: Russian and Kazakh say in fewer words what English does.
LONG_SENTENCE = {"en": 20, "fr": 22, "ru": 15, "kk": 14}

# The lead ends with the paragraph in which its tenth word stands (a dateline alone is none), and
# after sixty words at the latest.
LEAD_LEAST, LEAD_MOST = 10, 60


@dataclass(frozen=True, slots=True)
class Find:
    """A term, met in a field at some words."""

    term: str
    strong: bool
    field: str
    span: Span


def lead_end(found: Found) -> int:
    """How many words of a text belong to its lead."""
    tokens = found.tokens
    most = min(len(tokens), LEAD_MOST)
    for index in range(min(LEAD_LEAST, most), most):
        gap = found.text[tokens[index - 1].end : tokens[index].start]
        if "\n" in gap and "\n\n" in gap.replace(" ", "").replace("\r", ""):
            return index
    return most


def weigh(finds: Sequence[Find], title: Found, text: Found, language: str, bar: float) -> float:
    """The score of a topic's finds against its threshold, `bar`."""
    covered = {
        (find.field == TITLE, word)
        for find in finds
        if find.strong
        for word in range(find.span[0], find.span[1] + 1)
    }
    weak = [find for find in finds if not find.strong and not _covered(find, covered)]
    score = _strong([find for find in finds if find.strong], weak, title, text, language)
    best: dict[str, float] = {}
    for find in weak:
        best[find.term] = max(best.get(find.term, 0.0), WEAK[find.field])
    added = sum(best.values())
    if not score and len(best) < DIFFERENT_WEAK:
        added = min(added, WEAK_CEILING * bar)
    return round(score + added, 2)


def _covered(find: Find, covered: set[tuple[bool, int]]) -> bool:
    return any(
        (find.field == TITLE, word) in covered for word in range(find.span[0], find.span[1] + 1)
    )


def _strong(
    strong: Sequence[Find], weak: Sequence[Find], title: Found, text: Found, language: str
) -> float:
    """Strong finds count by the sentence: a name said twice in one is one mention."""
    score = 0.0
    for field, found in ((TITLE, title), (LEAD, text), (TEXT, text)):
        here = [find for find in strong if find.field == field]
        sentences = sorted({found.sentence_of[find.span[0]] for find in here})
        for sentence in sentences[:ENOUGH_SENTENCES]:
            score += STRONG[field]
            if field == TEXT:
                score += _substance(sentence, [*here, *weak], found, language)
    return score


def _substance(sentence: int, finds: Iterable[Find], found: Found, language: str) -> float:
    """Signs that a sentence below the lead says something about what was found in it."""
    at = found.sentence_of
    words = found.tokens[bisect_left(at, sentence) : bisect_right(at, sentence)]
    spans = sorted(
        find.span for find in finds if find.field == TEXT and at[find.span[0]] == sentence
    )
    signs = 0.0
    if len(words) >= LONG_SENTENCE.get(language, LONG_SENTENCE["en"]):
        signs += LONG
    if any(span[0] > spans[0][1] for span in spans[1:]):
        signs += ANOTHER
    if signs < SUBSTANCE_MOST and _AMOUNT.search(found.text, words[0].start, words[-1].end + 2):
        signs += AMOUNT
    return min(signs, SUBSTANCE_MOST)


_AMOUNT = re.compile(
    r"""\d\s?%
      | \b\d{1,3}(?:[\s.,]\d{3})+\b
      | \b(?!(?:19|20)\d\d\b)\d{3,}\b     # years apart
      | \d\s(?:per\s?cent|pour\scent|процент|пайыз
             |mill|bill|trill|thousand|милл|млн|млрд|трлн|трилл|тыс|мың)""",
    re.VERBOSE | re.IGNORECASE,
)
