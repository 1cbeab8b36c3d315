"""Colours and progress bars are for terminals; pipes and files get plain lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.newsroom.server import Newsroom
from tests.cli.conftest import Cli
from tests.cli.program import COMMAND, environment, run_program

pytestmark = pytest.mark.network

ESCAPE = "\x1b"


def variables(folder: Path) -> dict[str, str]:
    return {
        "MONITOR_CONFIG_DIR": str(folder / "config"),
        "MONITOR_ALLOW_PRIVATE_HOSTS": "true",
        "MONITOR_WORKERS": "1",
        "TERM": "xterm-256color",
    }


def test_in_a_pipe_there_are_no_codes_and_no_bar(cli: Cli, room: Newsroom) -> None:
    for command in (("poll",), ("status",), ("search",), ("show", "1"), ("sources",)):
        ended = run_program(*command, folder=cli.folder, **variables(cli.folder))
        assert ended.code == 0
        assert ended.out
        assert ESCAPE not in ended.out + ended.err
        assert "\r" not in ended.out + ended.err
    assert "articles" not in ended.err
    assert "━" not in ended.err


def test_on_a_terminal_a_pass_shows_how_it_gets_on(cli: Cli, room: Newsroom) -> None:
    drawn = on_a_terminal(cli.folder, "poll", "--json")
    assert ESCAPE in drawn
    assert "channels" in drawn
    assert "articles" in drawn


def test_on_a_terminal_long_work_on_files_shows_how_it_gets_on(cli: Cli) -> None:
    lines = [
        json.dumps({"url": f"https://example.org/{n}", "title": f"Title {n}", "text": "A text."})
        for n in range(3)
    ]
    file = cli.write("a.jsonl", "\n".join(lines))
    assert "3/3" in on_a_terminal(cli.folder, "import", str(file))
    assert "3/?" in on_a_terminal(cli.folder, "export", "-o", str(cli.folder / "out.jsonl"))


def on_a_terminal(folder: Path, *arguments: str) -> str:
    """What a run shows on stderr, a terminal; stdout goes elsewhere."""
    pty = pytest.importorskip("pty", reason="pseudo-terminals are POSIX")
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(variables(folder)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    drawn = b""
    while True:
        try:
            piece = os.read(ours, 65_536)
        except OSError:  # Linux: the last one has hung up
            break
        if not piece:
            break
        drawn += piece
    os.close(ours)
    assert process.wait(timeout=20) == 0
    return drawn.decode()


@pytest.mark.parametrize("arguments", ["export", "export --format csv", "search --json", "topics"])
def test_a_reader_that_leaves_early_is_no_error(arguments: str, cli: Cli) -> None:
    record = '{"url": "https://example.org/%d", "title": "A", "text": "%s"}\n'
    cli.write("many.jsonl", "".join(record % (n, "word " * 200) for n in range(200)))
    assert cli.run("import", "many.jsonl").code == 0
    command = subprocess.Popen(
        [*COMMAND, *arguments.split()],
        cwd=cli.folder,
        env=environment({"MONITOR_CONFIG_DIR": "config"}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    command.stdout.readline()
    command.stdout.close()
    said = command.stderr.read().decode()
    command.stderr.close()
    assert command.wait(timeout=20) == 0
    assert "Traceback" not in said
    assert "Broken" not in said


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is Linux")
@pytest.mark.parametrize("arguments", ["export", "status", "search --json", "settings"])
def test_an_output_that_is_full_is_one_line(arguments: str, cli: Cli) -> None:
    cli.write("one.jsonl", '{"url": "https://example.org/a", "title": "A", "text": "b"}')
    assert cli.run("import", "one.jsonl").code == 0
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [*COMMAND, *arguments.split()],
            cwd=cli.folder,
            env=environment({"MONITOR_CONFIG_DIR": "config"}),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=20,
            check=False,
        )
    assert ended.returncode == 1
    assert "No space left on device" in ended.stderr
    assert "Traceback" not in ended.stderr
