"""Which topics an article belongs to, with the words that say so, and where it takes place.

`build_matcher` reads all terms of all topics once, for each language; `Matcher.match` then passes
over title and text once each, whatever the number of terms (see `find_phrases`), and weighs what
it found (see `weigh_finds`). The syntax of terms is in `topic_terms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from config.topic import Terms, Topic
from monitor.errors import ConfigError
from monitor.model import Evidence, Match
from monitor.pipeline.find_phrases import Found
from monitor.pipeline.topic_plans import Concepts, Plan, Planner, Reading, check_concepts
from monitor.pipeline.weigh_finds import LEAD, STRONG, TEXT, TITLE, Find, lead_end, weigh
from monitor.pipeline.words import LANGUAGES

__all__ = ["Concepts", "Matcher", "build_matcher"]

KAZAKHSTAN, CENTRAL_ASIA, ELSEWHERE = "kazakhstan", "central-asia", "elsewhere"

# Evidence kept of one term in one field. An article about AI names it in every other line.
_KEPT = 3


@dataclass(frozen=True, slots=True)
class _Planned:
    """A topic made ready for one language. Terms stand beside their plans, as they were written."""

    topic: Topic
    terms: tuple[tuple[str, bool, Plan], ...]
    never: tuple[Plan, ...]
    needs: tuple[Plan, ...]
    reach: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Language:
    planner: Planner
    topics: tuple[_Planned, ...]
    kazakhstan: Plan
    central_asia: Plan


@dataclass(frozen=True, slots=True)
class Matcher:
    """All topics, ready. An article in a language of none of them is read with English terms."""

    languages: dict[str, _Language]

    def match(self, title: str, text: str, language: str) -> tuple[Match, ...]:
        """The topics of an article, in the order they were given; best evidence first."""
        code, known = self._known(language)
        title_read, text_read = _read(known, title), _read(known, text)
        present = title_read.present | text_read.present
        matches = (
            _match(planned, known, title_read, text_read, code)
            for planned in known.topics
            if not planned.reach.isdisjoint(present)
        )
        return tuple(match for match in matches if match is not None)

    def place(self, title: str, text: str, language: str) -> str:
        """What an article is about geographically: "kazakhstan", "central-asia" or "elsewhere".

        Weighed like a topic's strong terms, so that one mention far down counts for nothing.
        Kazakhstan goes first, unless its neighbours weigh more than twice as much.
        """
        code, known = self._known(language)
        title_read, text_read = _read(known, title), _read(known, text)
        country = _weight_of(known.kazakhstan, title_read, text_read, code)
        region = _weight_of(known.central_asia, title_read, text_read, code)
        if country >= 1.0 and country * 2 >= region:
            return KAZAKHSTAN
        return CENTRAL_ASIA if region >= 1.0 else ELSEWHERE

    def _known(self, language: str) -> tuple[str, _Language]:
        code = language if language in self.languages else "en"
        return code, self.languages[code]


def build_matcher(topics: Sequence[Topic], concepts: Concepts) -> Matcher:
    """Read every term of every topic and concept. Raises ConfigError for one that cannot be."""
    check_concepts(concepts, LANGUAGES)
    for topic in topics:
        if topic.scope != "anywhere" and topic.scope not in concepts:
            raise ConfigError(
                f'topic "{topic.id}": scope "{topic.scope}" needs a concept of that name; '
                f"expected [{topic.scope}] in config/concepts.toml"
            )
    return Matcher({language: _planned(topics, concepts, language) for language in LANGUAGES})


def _planned(topics: Sequence[Topic], concepts: Concepts, language: str) -> _Language:
    planner = Planner(language, concepts)
    for name in concepts:
        planner.concept(name)
    nothing = Plan(frozenset())
    return _Language(
        planner,
        tuple(_plan_topic(topic, planner) for topic in topics),
        planner.concept(KAZAKHSTAN) or nothing,
        planner.concept(CENTRAL_ASIA) or nothing,
    )


def _plan_topic(topic: Topic, planner: Planner) -> _Planned:
    def plans(role: str) -> Iterator[tuple[str, Plan]]:
        written: dict[str, None] = {}
        for language in ("any", planner.language):
            terms = topic.match.get(language, Terms())  # type: ignore[call-overload]
            where = f'topic "{topic.id}", [match.{language}] {role}'
            for term in getattr(terms, role):
                plan = planner.plan(term, where)
                if term not in written:
                    written[term] = None
                    yield term, plan

    strong = tuple((term, True, plan) for term, plan in plans("strong"))
    weak = tuple((term, False, plan) for term, plan in plans("weak"))
    reach: frozenset[int] = frozenset().union(*(plan.reach for _, _, plan in strong + weak))
    never = tuple(plan for _, plan in plans("never"))
    needs = tuple(plan for _, plan in plans("needs"))
    return _Planned(topic, strong + weak, never, needs, reach)


def _read(known: _Language, text: str) -> Reading:
    return Reading(known.planner.finder.find(text))


def _match(
    planned: _Planned, known: _Language, title: Reading, text: Reading, language: str
) -> Match | None:
    if not _in_scope(planned.topic.scope, known, title, text):
        return None
    title, text = title.without(planned.never), text.without(planned.never)
    if planned.needs and not any(title.spans(plan) or text.spans(plan) for plan in planned.needs):
        return None
    finds = list(_finds(planned.terms, title, text))
    score = weigh(finds, title.found, text.found, language, planned.topic.threshold)
    if score < planned.topic.threshold:
        return None
    return Match(planned.topic.id, score, tuple(_evidence(finds, title.found, text.found)))


def _in_scope(scope: str, known: _Language, title: Reading, text: Reading) -> bool:
    """The whole article is looked at, words that a topic hides from itself included."""
    wanted = {
        KAZAKHSTAN: (known.kazakhstan,),
        CENTRAL_ASIA: (known.central_asia, known.kazakhstan),
    }.get(scope)
    return wanted is None or any(title.spans(plan) or text.spans(plan) for plan in wanted)


def _finds(
    terms: Iterable[tuple[str, bool, Plan]], title: Reading, text: Reading
) -> Iterator[Find]:
    end = lead_end(text.found)
    for term, strong, plan in terms:
        for span in title.spans(plan):
            yield Find(term, strong, TITLE, span)
        for span in text.spans(plan):
            yield Find(term, strong, LEAD if span[0] < end else TEXT, span)


def _evidence(finds: Sequence[Find], title: Found, text: Found) -> Iterator[Evidence]:
    """Title, lead, text; strong before weak; then where it stands, the longest first."""
    fields = {field: at for at, field in enumerate(STRONG)}
    kept: dict[tuple[str, str], int] = {}
    order = sorted(
        finds,
        key=lambda find: (
            fields[find.field], not find.strong, find.span[0], -find.span[1], find.term
        ),
    )  # fmt: skip
    for find in order:
        seen = kept.get((find.term, find.field), 0)
        if seen < _KEPT:
            kept[find.term, find.field] = seen + 1
            found = title if find.field == TITLE else text
            start, end = found.tokens[find.span[0]].start, found.tokens[find.span[1]].end
            yield Evidence(find.term, found.text[start:end], find.field, start, end)


def _weight_of(plan: Plan, title: Reading, text: Reading, language: str) -> float:
    finds = list(_finds((("", True, plan),), title, text))
    return weigh(finds, title.found, text.found, language, 1.0)
