"""What is printed: foreign text must not command the terminal, styles of our own may."""

from __future__ import annotations

import json

import click
import pytest

from monitor.cli.output import note, say, visible
from tests.cli.conftest import Cli

HOSTILE = "News\x1b]0;owned\x07 \x1b[2J\x1b[8mhidden\u202e"


def test_terminal_codes_are_written_out() -> None:
    shown = visible(HOSTILE)
    assert shown.isprintable()
    assert shown.startswith(r"News\x1b]0;owned\x07")


def test_say_and_note_keep_our_styles_only(capsys: pytest.CaptureFixture[str]) -> None:
    with click.Context(click.Command("x"), color=True).scope():
        say(click.style("Title", bold=True) + HOSTILE + "\nsecond line")
        note(HOSTILE)
    captured = capsys.readouterr()
    assert "\x1b[1mTitle\x1b[0m" in captured.out
    assert captured.out.endswith("\nsecond line\n")
    for written in (captured.out, captured.err):
        assert "\x1b]" not in written
        assert "\x1b[2J" not in written
        assert "\x1b[8m" not in written
        assert "\u202e" not in written


def test_an_article_with_terminal_codes_is_shown_harmless(cli: Cli) -> None:
    record = {"url": "https://example.org/a", "title": HOSTILE, "text": f"A text.\n\n{HOSTILE}"}
    cli.write("a.jsonl", json.dumps(record))
    assert cli.run("import", str(cli.folder / "a.jsonl")).code == 0
    for arguments in (["show", "1"], ["search", "news"]):
        ended = cli.run(*arguments)
        assert "owned" in ended.out
        assert "\x1b" not in ended.out
        assert "\x07" not in ended.out


def test_a_record_is_one_line_for_every_reader(cli: Cli) -> None:
    text = "before\u2028after\u0085and\u2029so on\u009b2J"
    record = {"url": "https://example.org/b", "title": "Lines", "text": text}
    cli.write("b.jsonl", json.dumps(record))
    assert cli.run("import", str(cli.folder / "b.jsonl")).code == 0
    for arguments in (["export"], ["search", "before", "--json"], ["show", "1", "--json"]):
        out = cli.run(*arguments).out
        assert len(out.splitlines()) == 1
        assert json.loads(out)["text"] == text
