"""Which topics an article belongs to, with the words that say so, and where it takes place.

`build_matcher` reads all terms of all topics once, for each language; `Matcher.match` then passes
over title and text once each, whatever the number of terms (see `find_phrases`), and weighs what
it found (see `weigh_finds`). The syntax of terms is in `topic_terms`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from config.topic import Terms, Topic
from monitor.errors import ConfigError
from monitor.model import Evidence, Match, Mention
from monitor.pipeline.find_phrases import Found
from monitor.pipeline.topic_plans import Concepts, Plan, Planner, Reading, check_concepts
from monitor.pipeline.weigh_finds import LEAD, STRONG, TEXT, TITLE, Find, lead_end, weigh
from monitor.pipeline.words import LANGUAGES

__all__ = ["Concepts", "Matcher", "build_matcher"]

KAZAKHSTAN, CENTRAL_ASIA, ELSEWHERE = "kazakhstan", "central-asia", "elsewhere"

# Evidence kept of one term in one field. An article about AI names it in every other line.
_KEPT = 3


_Term = tuple[str, bool, Plan]
"""A term as it was written, whether it is a strong one, and its plan."""


@dataclass(frozen=True, slots=True)
class _Planned:
    """A topic made ready for one language."""

    topic: Topic
    terms: tuple[_Term, ...]
    never: tuple[Plan, ...]
    needs: tuple[Plan, ...]


_Keys = Mapping[int, tuple[tuple[int, int], ...]]
"""Phrase → the plans that have it for a key: which topic's, and which one of them."""


@dataclass(frozen=True, slots=True)
class _Language:
    planner: Planner
    topics: tuple[_Planned, ...]
    terms: _Keys
    never: _Keys
    entities: tuple[tuple[str, Plan], ...]
    kazakhstan: Plan
    central_asia: Plan


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is found in an article: the topics it belongs to, those it mentions in passing, whom
    and what it names, and what it is about geographically."""

    matches: tuple[Match, ...]
    passing: tuple[Match, ...]
    mentions: tuple[Mention, ...]
    place: str


@dataclass(frozen=True, slots=True)
class Matcher:
    """All topics, ready. An article in a language of none of them is read with English terms."""

    languages: dict[str, _Language]

    def judge(self, title: str, text: str, language: str) -> Judgement:
        """All that one reading of an article says."""
        article = self._read(title, text, language)
        found = list(_found(article))
        return Judgement(
            tuple(match for match, belongs in found if belongs),
            tuple(match for match, belongs in found if not belongs),
            tuple(_mentions(article)),
            _place(article),
        )

    def match(self, title: str, text: str, language: str) -> tuple[Match, ...]:
        """The topics of an article, in the order they were given; best evidence first."""
        article = self._read(title, text, language)
        return tuple(match for match, belongs in _found(article) if belongs)

    def place(self, title: str, text: str, language: str) -> str:
        """What an article is about geographically: "kazakhstan", "central-asia" or "elsewhere".

        Weighed like a topic's strong terms, so that one mention far down counts for nothing.
        Kazakhstan goes first, unless its neighbours weigh more than twice as much.
        """
        return _place(self._read(title, text, language))

    def _read(self, title: str, text: str, language: str) -> _Article:
        code = language if language in self.languages else "en"
        known = self.languages[code]
        find = known.planner.finder.find
        return _Article(code, known, Reading(find(title)), Reading(find(text)))


@dataclass(frozen=True, slots=True)
class _Article:
    """An article, read with the terms of a language."""

    language: str
    known: _Language
    title: Reading
    text: Reading

    def has(self, plan: Plan) -> bool:
        return bool(self.title.spans(plan) or self.text.spans(plan))

    def touched(self, keys: _Keys) -> dict[int, list[int]]:
        """By topic, which of its plans have a key here."""
        found = {
            each
            for phrase in self.title.present | self.text.present
            for each in keys.get(phrase, ())
        }
        touched: dict[int, list[int]] = {}
        for topic, plan in sorted(found):
            touched.setdefault(topic, []).append(plan)
        return touched


def build_matcher(
    topics: Sequence[Topic], concepts: Concepts, entities: Iterable[str] = ()
) -> Matcher:
    """Read every term of every topic and concept; `entities` are the concepts whose mentions are
    counted. Raises ConfigError for a term that cannot be read."""
    check_concepts(concepts, LANGUAGES)
    for topic in topics:
        if topic.scope != "anywhere" and topic.scope not in concepts:
            raise ConfigError(
                f'topic "{topic.id}": scope "{topic.scope}" needs a concept of that name; '
                f"expected [{topic.scope}] in config/concepts.toml"
            )
    names = tuple(entities)
    return Matcher({code: _planned(topics, concepts, names, code) for code in LANGUAGES})


def _planned(
    topics: Sequence[Topic], concepts: Concepts, entities: Sequence[str], language: str
) -> _Language:
    planner = Planner(language, concepts)
    for name in concepts:
        planner.concept(name)
    nothing = Plan(frozenset())
    planned = tuple(_plan_topic(topic, planner) for topic in topics)
    return _Language(
        planner,
        planned,
        _keys([[plan for _, _, plan in each.terms] for each in planned]),
        _keys([each.never for each in planned]),
        tuple((name, planner.concept(name) or nothing) for name in entities),
        planner.concept(KAZAKHSTAN) or nothing,
        planner.concept(CENTRAL_ASIA) or nothing,
    )


def _keys(plans_of_topics: Sequence[Sequence[Plan]]) -> _Keys:
    keys: dict[int, list[tuple[int, int]]] = {}
    for topic, plans in enumerate(plans_of_topics):
        for number, plan in enumerate(plans):
            for phrase in plan.keys:
                keys.setdefault(phrase, []).append((topic, number))
    return {phrase: tuple(places) for phrase, places in keys.items()}


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
    never = tuple(plan for _, plan in plans("never"))
    needs = tuple(plan for _, plan in plans("needs"))
    return _Planned(topic, strong + weak, never, needs)


def _found(article: _Article) -> Iterator[tuple[Match, bool]]:
    """What there is of each topic, and whether the article belongs to it."""
    hidden = article.touched(article.known.never)
    for number, terms in article.touched(article.known.terms).items():
        planned = article.known.topics[number]
        match = _match(article, planned, terms, hidden.get(number, ()))
        if match is not None:
            yield match, match.score >= planned.topic.threshold


def _match(
    article: _Article, planned: _Planned, terms: Iterable[int], never: Iterable[int]
) -> Match | None:
    if not _in_scope(planned.topic.scope, article):
        return None
    hidden = [planned.never[number] for number in never]
    article = replace(
        article, title=article.title.without(hidden), text=article.text.without(hidden)
    )
    if planned.needs and not any(article.has(plan) for plan in planned.needs):
        return None
    finds = list(_finds((planned.terms[number] for number in terms), article.title, article.text))
    title, text = article.title.found, article.text.found
    if not finds:
        return None
    score = weigh(finds, title, text, article.language, planned.topic.threshold)
    return Match(planned.topic.id, score, tuple(_evidence(finds, title, text)))


def _mentions(article: _Article) -> Iterator[Mention]:
    for name, plan in article.known.entities:
        finds = list(_finds(((f"@{name}", True, plan),), article.title, article.text))
        if finds:
            evidence = tuple(_evidence(finds, article.title.found, article.text.found))
            yield Mention(name, len(finds), evidence)


def _in_scope(scope: str, article: _Article) -> bool:
    """The whole article is looked at, words that a topic hides from itself included."""
    known = article.known
    wanted = {
        KAZAKHSTAN: (known.kazakhstan,),
        CENTRAL_ASIA: (known.central_asia, known.kazakhstan),
    }.get(scope)
    return wanted is None or any(article.has(plan) for plan in wanted)


def _place(article: _Article) -> str:
    country = _weight_of(article.known.kazakhstan, article)
    region = _weight_of(article.known.central_asia, article)
    if country >= 1.0 and country * 2 >= region:
        return KAZAKHSTAN
    return CENTRAL_ASIA if region >= 1.0 else ELSEWHERE


def _finds(terms: Iterable[_Term], title: Reading, text: Reading) -> Iterator[Find]:
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


def _weight_of(plan: Plan, article: _Article) -> float:
    finds = list(_finds((("", True, plan),), article.title, article.text))
    return weigh(finds, article.title.found, article.text.found, article.language, 1.0)
