"""What a changed topic would change, which terms find nothing, and which topics are nearly one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from config.topic import Topic
from monitor.model import ArchivedArticle, Match
from monitor.pipeline.match_topics import Judgement, Matcher

NEARLY_ONE = 0.6  # of the articles of either topic that belong to both
FEW = 5  # fewer articles than that say nothing about an overlap


@dataclass(frozen=True, slots=True)
class Change:
    """An article that a changed topic takes in (`match` says why) or lets go (None)."""

    archived: ArchivedArticle
    match: Match | None


@dataclass(slots=True)
class Trial:
    """A changed topic tried out: how many articles it has before and after, and which differ."""

    topic: str
    before: int = 0
    after: int = 0
    changes: list[Change] = field(default_factory=list)


def try_topic(
    topic: Topic,
    matcher: Matcher,
    archive: Iterable[ArchivedArticle],
    decided: Iterable[int],
) -> Trial:
    """Judge every article by `topic`, which `matcher` was built from. What people decided about
    it (`decided`: ids of articles) stays as it is. Copies are left out."""
    trial = Trial(topic.id)
    fixed = set(decided)
    for archived in archive:
        if archived.duplicate_of is not None:
            continue
        was = any(each.topic == topic.id for each in archived.matches)
        article = archived.article
        found = matcher.match(article.title, article.text, article.language)
        match = next((each for each in found if each.topic == topic.id), None)
        belongs = was if archived.id in fixed else match is not None
        trial.before += was
        trial.after += belongs
        if was != belongs:
            trial.changes.append(Change(archived, match if belongs else None))
    return trial


@dataclass(frozen=True, slots=True)
class IdleTerm:
    """A term that found nothing: of which topic, in which language ("any": in none), which role."""

    topic: str
    language: str
    role: str
    term: str


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two topics that share `shared` articles; `share` is that of the smaller one's articles."""

    one: str
    other: str
    shared: int
    share: float


class TopicUse:
    """Counts which terms find something and which topics meet, article by article."""

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = topics
        self._used: set[tuple[str, str, str]] = set()
        self._sizes: Counter[str] = Counter()
        self._shared: Counter[tuple[str, str]] = Counter()

    def add(self, language: str, judged: Judgement) -> None:
        for match in (*judged.matches, *judged.passing):
            for evidence in match.evidence:
                self._used.add((match.topic, language, evidence.term))
        topics = sorted(match.topic for match in judged.matches)
        self._sizes.update(topics)
        self._shared.update(combinations(topics, 2))

    def idle(self) -> Iterator[IdleTerm]:
        """The terms that found nothing, in the order of the files."""
        anywhere = {(topic, term) for topic, _, term in self._used}
        for topic in self._topics:
            for language, terms in topic.match.items():
                for role in ("strong", "weak"):
                    for term in getattr(terms, role):
                        used = (
                            (topic.id, term) in anywhere
                            if language == "any"
                            else (topic.id, language, term) in self._used
                        )
                        if not used:
                            yield IdleTerm(topic.id, language, role, term)

    def overlaps(self) -> Iterator[Overlap]:
        """Pairs of topics that are nearly one, the most alike first."""
        pairs = [
            Overlap(one, other, shared, shared / min(self._sizes[one], self._sizes[other]))
            for (one, other), shared in self._shared.items()
            if shared >= FEW
        ]
        for pair in sorted(pairs, key=lambda pair: (-pair.share, pair.one, pair.other)):
            if pair.share >= NEARLY_ONE:
                yield pair
