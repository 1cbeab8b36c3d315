"""`monitor sources check ID --saved`: rules tried out against pages saved beside what they hold."""

from __future__ import annotations

import json

import pytest

from config.shipped import copy_shipped, shipped_config
from tests.cli.conftest import Cli


@pytest.mark.parametrize("source", ["akorda", "astana-times", "euronews"])
def test_the_shipped_sources_read_their_saved_pages(cli: Cli, source: str) -> None:
    cli.set("CONFIG_DIR", shipped_config())
    lines = cli.lines("sources", "check", source, "--saved", "--json")
    assert len(lines) >= 2
    assert all(line["differences"] == [] for line in lines)
    assert "as expected" in cli.run("sources", "check", source, "--saved").out


def test_what_differs_is_said(cli: Cli) -> None:
    text = [f"The council agreed on part {n} of its plan, as few had expected." for n in range(6)]
    page = "<title>The plan</title><h1>The plan</h1><article>"
    page += "".join(f"<p>{one}</p>" for one in text) + "</article>"
    told = {"url": "https://example.org/1", "title": "A plan", "text": [*text[1:], "And more."]}
    cli.write("config/sources/pages/example/one.html", page)
    cli.write("config/sources/pages/example/one.json", json.dumps(told))
    [line] = cli.lines("sources", "check", "example", "--saved", "--json", code=1)
    assert line["page"] == "one"
    assert [one.partition(":")[0] for one in line["differences"]] == [
        "the title is 'The plan', not 'A plan'", "missing", "too much",
    ]  # fmt: skip
    ended = cli.run("sources", "check", "example", "--saved")
    assert (ended.code, "too much: The council agreed on part 0" in ended.out) == (1, True)


def test_a_source_without_saved_pages_says_so(cli: Cli) -> None:
    ended = cli.run("sources", "check", "example", "--saved")
    assert (ended.code, "no page is saved" in ended.err) == (2, True)


def test_init_copies_the_rules_and_their_pages(cli: Cli) -> None:
    copy_shipped(cli.folder / "mine")
    cli.set("CONFIG_DIR", "mine")
    assert cli.lines("sources", "check", "akorda", "--saved", "--json")
