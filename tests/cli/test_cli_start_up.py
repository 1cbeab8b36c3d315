"""What a command loads before it begins: cron calls `monitor poll` every minute."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from monitor.newsroom.server import Newsroom
from tests.cli.conftest import Cli
from tests.cli.program import environment, run_program

# Runs a command, then tells on stderr which of the modules named before it were loaded.
PROBE = """
import json, sys
import monitor.cli
code = monitor.cli.run(sys.argv[1:])
tops = sorted({name.partition(".")[0] for name in sys.modules})
print(json.dumps({"code": code, "tops": tops, "all": sorted(sys.modules)}), file=sys.stderr)
"""
PARSERS = {"trafilatura", "feedparser", "lxml", "py3langid"}


def loaded(cli: Cli, *arguments: str, **variables: str) -> tuple[int, set[str]]:
    ended = subprocess.run(
        [sys.executable, "-c", PROBE, *arguments],
        cwd=cli.folder,
        env=environment({"MONITOR_CONFIG_DIR": "config", **variables}),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(ended.stderr.splitlines()[-1])
    return int(told["code"]), set(told["tops"]) | set(told["all"])


@pytest.mark.parametrize("arguments", [("--help",), ("--version",), (), ("pol",)])
def test_help_loads_nothing_heavy(arguments: tuple[str, ...], cli: Cli) -> None:
    _, modules = loaded(cli, *arguments)
    heavy = PARSERS | {"httpx", "sqlalchemy", "pydantic", "tantivy", "rich", "uvicorn", "numpy"}
    assert not modules & heavy
    assert not {name for name in modules if name.startswith("monitor.cli.")}


@pytest.mark.parametrize("command", ["status", "migrate", "sources", "search", "export"])
def test_reading_loads_no_parser(command: str, cli: Cli) -> None:
    code, modules = loaded(cli, command)
    assert code == 0
    assert not modules & (PARSERS | {"numpy"})


@pytest.mark.network
def test_a_pass_with_nothing_due_loads_no_parser(cli: Cli, room: Newsroom) -> None:
    allowed = {"MONITOR_ALLOW_PRIVATE_HOSTS": "true", "MONITOR_CONFIG_DIR": "config"}
    for site in room.sites:  # due again in a quarter of an hour
        file = cli.folder / "config" / "sources" / f"{site}.toml"
        text = file.read_text(encoding="utf-8").replace('"15s"', '"15m"').replace('"1s"', '"15m"')
        file.write_text(text, encoding="utf-8")
    assert run_program("poll", folder=cli.folder, **allowed).code == 0
    code, modules = loaded(cli, "poll", **allowed)
    assert code == 0
    assert modules & (PARSERS | {"numpy", "pebble"}) == set()
    # Not even the parent of a pass that has much to do.
    code, modules = loaded(cli, "poll", "--all", **allowed)
    assert code == 0
    assert modules & PARSERS == set()
