"""What is imported over what is known: older texts, ids that come later, failures taken over."""

from __future__ import annotations

import json
from typing import Any

from tests.cli.conftest import Cli

RECORD = {
    "url": "https://steppe.example/dam",
    "title": "A dam is mended",
    "text": "The old dam above the town is mended before the winter, the mayor promised.",
    "first_seen": "2025-06-01T08:00:00+00:00",
}
LATER = RECORD | {
    "text": "The old dam above the town was mended in October, a month early, said the mayor.",
    "updated": "2025-10-01T08:00:00+00:00",
}


def imported(cli: Cli, *records: dict[str, Any]) -> Any:
    cli.write("given.jsonl", "".join(f"{json.dumps(each)}\n" for each in records))
    return cli.record("import", "given.jsonl", "--json")


def test_an_older_export_changes_nothing(cli: Cli) -> None:
    assert imported(cli, LATER)["stored"] == 1
    before = cli.lines("export")
    tally = imported(cli, RECORD)
    assert (tally["older"], tally["updated"]) == (1, 0)
    assert cli.lines("export") == before


def test_a_newer_one_is_a_version_of_its_own_time(cli: Cli) -> None:
    assert imported(cli, RECORD)["stored"] == 1
    assert imported(cli, LATER)["updated"] == 1
    assert imported(cli, RECORD)["older"] == 1
    assert imported(cli, LATER)["known"] == 1
    [article] = cli.lines("export")
    assert (article["versions"], article["text"]) == (2, LATER["text"])
    assert article["updated"] == LATER["updated"]


def test_a_text_without_a_time_is_the_newest(cli: Cli) -> None:
    imported(cli, LATER)
    undated = {key: value for key, value in RECORD.items() if key != "first_seen"}
    assert imported(cli, undated)["updated"] == 1


def test_an_id_that_comes_later_is_kept(cli: Cli) -> None:
    imported(cli, RECORD)
    assert imported(cli, RECORD | {"id": "desk-7"})["known"] == 1
    assert [each["external_id"] for each in cli.lines("export")] == ["desk-7"]
    imported(cli, RECORD | {"id": "desk-8"})
    imported(cli, LATER | {"id": "desk-9"})
    assert [each["external_id"] for each in cli.lines("export")] == ["desk-7"]
