"""What changed from one reading to the next, in words."""

from __future__ import annotations

import pytest

from monitor.pipeline.compare_versions import Change, compare_versions

BEFORE = "The council met on Monday.\n\nTwenty guests came to the bridge.\n\nIt was cold."


@pytest.mark.parametrize(
    ("after", "changes"),
    [
        (BEFORE, []),
        (BEFORE.replace("\n\n", "\n"), []),
        (BEFORE.replace("Twenty", "Two hundred"), [("Twenty", "Two hundred")]),
        (BEFORE + "\n\nAnd wet.", [("", "And wet.")]),
        (BEFORE.replace("\n\nIt was cold.", ""), [("It was cold.", "")]),
        (
            BEFORE.replace("Monday", "Friday").replace("cold", "hot"),
            [("Monday.", "Friday."), ("cold.", "hot.")],
        ),
        (
            BEFORE.replace("Twenty guests came", "Nobody at all came"),
            [("Twenty guests", "Nobody at all")],
        ),
        ("", [(" ".join(BEFORE.split()), "")]),
    ],
)
def test_changes(after: str, changes: list[tuple[str, str]]) -> None:
    assert compare_versions(BEFORE, after) == tuple(Change(*each) for each in changes)


def test_nearby_changes_are_one() -> None:
    assert compare_versions("a b c d e f g h", "a X c Y e f g h") == (Change("b c d", "X c Y"),)


def test_a_very_long_paragraph_is_shown_whole() -> None:
    before, after = "one " * 3000 + "end", "two " * 3000 + "end"
    [change] = compare_versions(before, after)
    assert change.removed.endswith("one end")
    assert change.added.endswith("two end")
