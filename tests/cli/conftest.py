"""The command line, run in this process in a folder of its own with settings of its own."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import monitor.cli
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom, running_newsroom
from tests.cli.program import Ended
from tests.workers.bench import START, small_world

SOURCE = """\
name = "Example"
homepage = "https://example.org/"
language = "en"

[[channels]]
kind = "feed"
url = "https://example.org/feed.xml"
"""


@dataclass
class Cli:
    """`run` ends as the program would; `folder` is where it is called."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    environment: pytest.MonkeyPatch

    def run(self, *arguments: str) -> Ended:
        self.capture.readouterr()
        code = monitor.cli.run(arguments)
        out, err = self.capture.readouterr()
        return Ended(code, out, err)

    def lines(self, *arguments: str, code: int = 0) -> list[dict[str, Any]]:
        """What it prints as JSON Lines."""
        ended = self.run(*arguments)
        assert ended.code == code, ended
        return [json.loads(line) for line in ended.out.splitlines()]

    def record(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """What it prints as one JSON object."""
        [record] = self.lines(*arguments, code=code)
        return record

    def set(self, name: str, value: object) -> None:
        self.environment.setenv(f"MONITOR_{name}", str(value))

    def write(self, name: str, text: str) -> Path:
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        return file

    @property
    def database(self) -> Path:
        return self.folder / "data" / "monitor.db"


@pytest.fixture
def cli(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[Cli]:
    """One source, the shipped topics, no archive yet."""
    for name in list(os.environ):
        if name.startswith("MONITOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    cli = Cli(tmp_path, capsys, monkeypatch)
    cli.write("config/sources/example.toml", SOURCE)
    cli.set("CONFIG_DIR", "config")
    cli.set("WORKERS", 1)
    yield cli
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.fixture
def room(cli: Cli) -> Iterator[Newsroom]:
    """Two small sites, and the configuration that watches them in place of the example."""
    (cli.folder / "config" / "sources" / "example.toml").unlink()
    with running_newsroom(small_world(sites=2, each=4, published=3), SteppedClock(START)) as room:
        write_config(cli.folder / "config", room)
        cli.set("ALLOW_PRIVATE_HOSTS", "true")
        yield room
