"""Settings, the catalogue and the schema from the command line."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from config.settings import Settings, variable
from tests.cli.conftest import Cli

TOPIC = """\
seed = "Bridges"

[name]
en = "Bridges"
fr = "Ponts"
ru = "Мосты"
kk = "Көпірлер"

[match.en]
strong = ["new bridge"]

[[examples]]
language = "en"
matches = true
title = "A new bridge"
text = "The new bridge was opened."

[[examples]]
language = "en"
matches = {second}
title = "A tunnel"
text = "A tunnel was opened under the river."
"""


def test_settings_names_each_one_and_where_it_comes_from(cli: Cli) -> None:
    cli.write(".env", 'MONITOR_PORT=9001\nMONITOR_WORKERS=7\nMONITOR_SMTP_URL="smtp://u:pw@mail"\n')
    lines = cli.lines("settings", "--json")
    assert [each["variable"] for each in lines] == [variable(n) for n in Settings.model_fields]
    found = {each["name"]: each for each in lines}
    assert all(
        set(each) >= {"name", "variable", "value", "origin", "meaning", "default"} for each in lines
    )
    assert (found["port"]["value"], found["port"]["origin"]) == ("9001", ".env")
    assert (found["workers"]["value"], found["workers"]["origin"]) == ("1", "environment")
    assert found["host"]["origin"] == "default"
    ended = cli.run("settings")
    assert "MONITOR_PORT=9001  (.env)" in ended.out
    assert "pw" not in ended.out


def test_a_setting_that_is_misspelt_is_named(cli: Cli) -> None:
    cli.set("PRT", "9000")
    ended = cli.run("settings")
    assert ended.code == 0
    assert "MONITOR_PRT" in ended.err
    cli.set("PORT", "often")
    ended = cli.run("poll")
    assert ended.code == 2
    assert ended.err.startswith("monitor: MONITOR_PORT: expected")


def test_migrate_twice(cli: Cli) -> None:
    first = cli.record("migrate", "--json")
    assert first["before"] is None
    assert cli.record("migrate", "--json") == {"before": first["after"], "after": first["after"]}
    assert "nothing to do" in cli.run("migrate").out


def test_init_copies_and_overwrites_nothing(cli: Cli) -> None:
    assert cli.record("init", "mine", "--json") == {"folder": "mine"}
    cli.set("CONFIG_DIR", "mine")
    assert len(cli.lines("sources", "--json")) > 1
    changed = cli.write("mine/concepts.toml", "# mine\n")
    ended = cli.run("init", "mine")
    assert ended.code == 2
    assert "concepts.toml" in ended.err
    assert changed.read_text(encoding="utf-8") == "# mine\n"
    (cli.folder / "half" / "topics").mkdir(parents=True)
    (cli.folder / "half" / "topics" / "ai-law.toml").touch()
    assert cli.run("init", "half").code == 2
    assert [path.name for path in (cli.folder / "half").rglob("*.toml")] == ["ai-law.toml"]
    assert cli.run("init", "config/sources/example.toml").code == 2


def test_sources_are_listed(cli: Cli) -> None:
    record = cli.record("sources", "--json")
    assert record == {
        "id": "example",
        "name": "Example",
        "homepage": "https://example.org/",
        "language": "en",
        "enabled": True,
        "channels": [{"kind": "feed", "url": "https://example.org/feed.xml"}],
        "articles": 0,
    }
    assert "example" in cli.run("sources").out
    ended = cli.run("sources", "check", "exmaple")
    assert (ended.code, "example" in ended.err) == (2, True)


def test_topics_are_listed(cli: Cli) -> None:
    lines = cli.lines("topics", "--json")
    assert [each["id"] for each in lines] == sorted(each["id"] for each in lines)
    assert "ai-law" in {each["id"] for each in lines}
    assert {"id", "name", "articles"} <= set(lines[0])
    assert set(lines[0]["name"]) == {"en", "fr", "ru", "kk"}


def test_topics_check_runs_the_examples(cli: Cli) -> None:
    cli.write("config/topics/bridges.toml", TOPIC.format(second="false"))
    ended = cli.run("topics", "check")
    assert (ended.code, ended.out) == (0, "2 examples of 1 topics, 0 do not hold\n")
    cli.write("config/topics/bridges.toml", TOPIC.format(second="true"))
    ended = cli.run("topics", "check", "bridges")
    assert ended.code == 1
    assert "bridges, example 2 (en): expected to match: A tunnel" in ended.out
    lines = cli.lines("topics", "check", "--json", code=1)
    assert [(each["example"], each["holds"]) for each in lines] == [(1, True), (2, False)]
    ended = cli.run("topics", "check", "tunnels")
    assert (ended.code, "bridges" in ended.err) == (2, True)


def test_topics_explain_shows_the_words_that_decide(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.write("config/topics/bridges.toml", TOPIC.format(second="false"))
    cli.write("text.txt", "Town celebrates\n\nThe new bridge was opened. The new bridge is long.")
    record = cli.record("topics", "explain", "text.txt", "--json")
    assert record["language"] == "en"
    [match] = record["topics"]
    assert match["topic"] == "bridges"
    assert {each["words"] for each in match["evidence"]} == {"new bridge"}
    assert "new bridge" in cli.run("topics", "explain", "text.txt").out

    piped = io.TextIOWrapper(io.BytesIO("Мост закрыт до пятницы.".encode()), encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", piped)
    assert cli.run("topics", "explain", "-").out == "ru · elsewhere\nno topic\n"


@pytest.mark.parametrize(
    ("name", "content"), [("missing.txt", None), ("latin.txt", b"caf\xe9"), ("config", None)]
)
def test_topics_explain_of_what_cannot_be_read(name: str, content: bytes | None, cli: Cli) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    ended = cli.run("topics", "explain", name)
    assert ended.code == 2
    assert ended.err.startswith(f"monitor: {name}: ")
