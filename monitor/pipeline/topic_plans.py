"""Terms made ready for one language: phrases numbered, concepts resolved, and where they stand."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.errors import ConfigError
from monitor.pipeline.find_phrases import Found, PhraseFinder, Span
from monitor.pipeline.topic_terms import Concept, Expression, Near, Phrase, parse_term, refused

Concepts = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Concept → language or "any" → terms, as config/concepts.toml has them."""

# A page may be one list of names, so combinations are bounded: finds of the first operand that are
# tried in one text, and finds of each further one on either side of the one before it.
_STARTS = 1000
_BESIDE = 4


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What a term looks for: the numbers of phrases, and combinations of plans.

    Wherever a plan is found, one of its `keys` stands. A combination has those of its rarest
    operand: "@ai ~ watchdog" need not be looked at in every text about AI.
    """

    phrases: frozenset[int]
    nears: tuple[NearPlan, ...] = ()
    keys: frozenset[int] = field(init=False)
    single: int | None = field(init=False)  # where one phrase is all of it

    def __post_init__(self) -> None:
        alone = len(self.phrases) == 1 and not self.nears
        object.__setattr__(self, "single", next(iter(self.phrases)) if alone else None)
        rarest = (min((part.keys for part in near.operands), key=len) for near in self.nears)
        object.__setattr__(self, "keys", self.phrases.union(*rarest))


@dataclass(frozen=True, slots=True, eq=False)
class NearPlan:
    operands: tuple[Plan, ...]
    within: tuple[int | None, ...]


class Planner:
    """Makes plans of the terms of one language. An error names what the term belongs to."""

    def __init__(self, language: str, concepts: Concepts) -> None:
        self.language = language
        self.finder = PhraseFinder(language)
        self._concepts = concepts
        self._planned: dict[str, Plan] = {}
        self._open: list[str] = []

    def plan(self, term: str, where: str) -> Plan:
        return self._expression(parse_term(term, where), term, where)

    def concept(self, name: str) -> Plan | None:
        """The plan of a concept, or None where there is no such concept."""
        return self._concept(name) if name in self._concepts else None

    def _expression(self, expression: Expression, term: str, where: str) -> Plan:
        if isinstance(expression, Phrase):
            return Plan(frozenset({self.finder.add(expression)}))
        if isinstance(expression, Near):
            operands = tuple(self._expression(each, term, where) for each in expression.operands)
            return Plan(frozenset(), (NearPlan(operands, expression.within),))
        return self._known_concept(expression, term, where)

    def _known_concept(self, concept: Concept, term: str, where: str) -> Plan:
        if concept.name not in self._concepts:
            known = ", ".join(f"@{name}" for name in sorted(self._concepts)) or "none"
            raise refused(
                term, where, f'has an unknown concept "@{concept.name}"; expected one of: {known}'
            )
        if concept.name in self._open:
            circle = " → ".join(f"@{name}" for name in [*self._open, concept.name])
            raise refused(
                term, where, f"makes a circle ({circle}); expected concepts that do not need it"
            )
        return self._concept(concept.name)

    def _concept(self, name: str) -> Plan:
        known = self._planned.get(name)
        if known is not None:
            return known
        self._open.append(name)
        plans = [
            self.plan(term, f'concept "{name}", {language}')
            for language in ("any", self.language)
            for term in self._concepts[name].get(language, ())
        ]
        self._open.pop()
        plan = Plan(
            frozenset().union(*(each.phrases for each in plans)),
            tuple(near for each in plans for near in each.nears),
        )
        self._planned[name] = plan
        return plan


def check_concepts(concepts: Concepts, languages: Sequence[str]) -> None:
    """Read every concept, used or not, so that a typo is told when the file is read."""
    for name, by_language in concepts.items():
        for language in by_language:
            if language not in ("any", *languages):
                raise ConfigError(
                    f'concept "{name}": unknown language "{language}"; '
                    f"expected any, {', '.join(languages)}"
                )


class Reading:
    """A title or a text, read in one language; finds are remembered. A find that touches one of
    the `hidden` words is none."""

    def __init__(self, found: Found, hidden: frozenset[int] = frozenset()) -> None:
        self.found = found
        self.present = found.phrases.keys()
        self._hidden = hidden
        self._spans: dict[Plan, Sequence[Span]] = {}

    def spans(self, plan: Plan) -> Sequence[Span]:
        """Where a plan is met, in order, each place once."""
        known = self._spans.get(plan)
        if known is None:
            known = () if plan.keys.isdisjoint(self.present) else self._look(plan)
            self._spans[plan] = known
        return known

    def _look(self, plan: Plan) -> Sequence[Span]:
        if plan.single is not None:
            return self._standing(plan.single)
        spans = {span for phrase in plan.phrases & self.present for span in self._standing(phrase)}
        for near in plan.nears:
            spans.update(self._together(near))
        return tuple(sorted(spans))

    def without(self, plans: Iterable[Plan]) -> Reading:
        """The same, with every word that one of these plans covers hidden from all others."""
        spans = [span for plan in plans for span in self.spans(plan)]
        hidden = frozenset(word for first, last in spans for word in range(first, last + 1))
        return Reading(self.found, hidden) if hidden else self

    def _standing(self, phrase: int) -> Sequence[Span]:
        spans = self.found.phrases[phrase]
        if not self._hidden:
            return spans
        return [span for span in spans if self._hidden.isdisjoint(range(span[0], span[1] + 1))]

    def _together(self, near: NearPlan) -> Iterable[Span]:
        """The tightest place in each sentence where all operands of a combination meet."""
        parts: list[Sequence[Span]] = []
        for operand in near.operands:
            spans = self.spans(operand)
            if not spans:
                return
            parts.append(spans)
        if len(parts) == 2:  # either may come first: begin with the rarer one
            parts.sort(key=len)
        tightest: dict[int, Span] = {}
        for start in parts[0][:_STARTS]:
            chosen = self._chain([start], parts[1:], near.within)
            if chosen is None:
                continue
            span = min(first for first, _ in chosen), max(last for _, last in chosen)
            sentence = self.found.sentence_of[start[0]]
            best = tightest.get(sentence, span)
            tightest[sentence] = min(best, span, key=lambda each: (each[1] - each[0], each))
        yield from tightest.values()

    def _chain(
        self, chosen: list[Span], parts: Sequence[Sequence[Span]], within: Sequence[int | None]
    ) -> list[Span] | None:
        """One find of each further operand, near enough to the one before; none may overlap."""
        if not parts:
            return chosen
        last = chosen[-1]
        at = bisect_left(parts[0], last)
        beside = parts[0][max(0, at - _BESIDE) : at + _BESIDE]
        for _, span in sorted(self._near(last, beside, within[0])):
            if all(_distance(span, other) > 0 for other in chosen):
                whole = self._chain([*chosen, span], parts[1:], within[1:])
                if whole is not None:
                    return whole
        return None

    def _near(
        self, span: Span, others: Iterable[Span], within: int | None
    ) -> Iterator[tuple[int, Span]]:
        """Those of the others that stand near it and do not overlap it, each with its distance."""
        sentence_of = self.found.sentence_of
        for other in others:
            apart = _distance(span, other)
            if apart <= 0:
                continue
            if within is None:
                if sentence_of[span[0]] == sentence_of[other[0]]:
                    yield apart, other
            elif apart <= within:
                yield apart, other


def _distance(one: Span, other: Span) -> int:
    """Words from one to the other: 1 for neighbours, 0 or less where they overlap."""
    return max(one[0] - other[1], other[0] - one[1])
