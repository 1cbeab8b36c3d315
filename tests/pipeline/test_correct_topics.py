"""What people decide about topics, and which topics are nearly one."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.topic import Topic
from monitor.model import Correction, Evidence, Match
from monitor.pipeline.compare_topics import TopicUse
from monitor.pipeline.correct_topics import correct_topics
from monitor.pipeline.match_topics import Judgement

WHEN = datetime(2026, 1, 1, tzinfo=UTC)
A, B, C = (Match(name, 1.0, (Evidence("t", "w", "text", 0, 1),)) for name in "abc")


def decide(topic: str, belongs: bool) -> Correction:
    return Correction(topic, belongs, WHEN, "Ann")


@pytest.mark.parametrize(
    ("decided", "belongs", "mere"),
    [
        ([], [A, B], [C]),
        ([decide("a", False)], [B], [C, A]),
        ([decide("a", True), decide("c", True)], [A, B, C], []),
        ([decide("d", True)], [A, B, Match("d", 0.0, ())], [C]),
        ([decide("d", False), decide("c", False)], [A, B], [C]),
    ],
)
def test_corrections_win(
    decided: list[Correction], belongs: list[Match], mere: list[Match]
) -> None:
    assert correct_topics([A, B], [C], decided) == (tuple(belongs), tuple(mere))


def test_topics_that_are_nearly_one() -> None:
    name = {"en": "A", "fr": "B", "ru": "C", "kk": "D"}
    topics = [
        Topic.model_validate({"id": each, "seed": "s", "name": name, "match": {}}) for each in "abc"
    ]
    use = TopicUse(topics)
    for number in range(10):
        matches = (A, B) if number < 6 else (A, C)
        use.add("en", Judgement(matches, (), (), "elsewhere"))
    [pair] = [each for each in use.overlaps() if each.other == "b"]
    assert (pair.one, pair.shared, pair.share) == ("a", 6, 1.0)
    assert [each.other for each in use.overlaps()] == ["b"]  # four with c are too few to tell
