"""What an article belongs to when people have had their say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.model import Correction, Match


def correct_topics(
    matches: Sequence[Match], passing: Sequence[Match], corrections: Iterable[Correction]
) -> tuple[tuple[Match, ...], tuple[Match, ...]]:
    """Matches and passing mentions after the corrections, each in their order.

    What was taken away stays as a passing mention with its evidence; what was added keeps the
    score and the evidence it has, which may be none (a score of 0).
    """
    decided = {each.topic: each.belongs for each in corrections}
    found = {each.topic: each for each in (*matches, *passing)}
    belonging = {each.topic for each in matches}
    kept = [each for each in matches if decided.get(each.topic, True)]
    added = [
        found.get(topic, Match(topic, 0.0, ()))
        for topic, belongs in decided.items()
        if belongs and topic not in belonging
    ]
    left = [each for each in passing if not decided.get(each.topic, False)]
    removed = [each for each in matches if not decided.get(each.topic, True)]
    return (*kept, *added), (*left, *removed)
