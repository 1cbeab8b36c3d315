"""Stopping: nothing is lost, nothing is left, and the exit code says what happened."""

from __future__ import annotations

import os
import re
import signal
import socket
import sqlite3
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.server import Newsroom
from tests.cli.conftest import SOURCE, Cli
from tests.cli.program import (
    COMMAND,
    ROOT,
    Ended,
    environment,
    finish,
    run_program,
    start,
    wait_until,
)

pytestmark = [
    pytest.mark.network,
    pytest.mark.skipif(os.name == "nt", reason="signals are POSIX"),
]

STOP_SECONDS = 10  # what a service manager waits before it kills
needs_page = pytest.mark.skipif(
    not (ROOT / "monitor" / "web" / "app.py").exists(), reason="the page is not built yet"
)


def variables(folder: Path) -> dict[str, str]:
    return {
        "MONITOR_CONFIG_DIR": str(folder / "config"),
        "MONITOR_ALLOW_PRIVATE_HOSTS": "true",
        "MONITOR_PORT": "0",
        "MONITOR_WORKERS": "1",
    }


@pytest.fixture
def programs() -> Iterator[list[subprocess.Popen[str]]]:
    """What a failing test leaves running is ended."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def begin(
    programs: list[subprocess.Popen[str]], cli: Cli, *arguments: str, **more: str
) -> subprocess.Popen[str]:
    process = start(*arguments, folder=cli.folder, **(variables(cli.folder) | more))
    programs.append(process)
    return process


def asked_for_pages(room: Newsroom, site: str) -> bool:
    return any(one.target.startswith("/news/") for one in room.ledger.requests(site))


def in_the_middle(room: Newsroom, process: subprocess.Popen[str]) -> None:
    """Wait until one site is read and the other one hangs."""

    def reached() -> bool:
        assert process.poll() is None, process.communicate()
        return asked_for_pages(room, "g001") and asked_for_pages(room, "g002")

    assert wait_until(reached)


def assert_no_traceback(ended: Ended) -> None:
    assert "Traceback" not in ended.err
    assert "Error:" not in ended.err


def assert_next_pass_completes(cli: Cli, room: Newsroom) -> None:
    room.heal()
    ended = run_program("poll", "--all", folder=cli.folder, **variables(cli.folder))
    assert ended.code == 0, ended
    stored = sorted(each["url"] for each in cli.lines("export"))
    assert stored == sorted(map(room.url_of, room.ledger.must()))


@needs_page
def test_sigterm_in_the_middle_of_a_pass(
    cli: Cli, room: Newsroom, programs: list[subprocess.Popen[str]]
) -> None:
    room.fail("g002", "/news/*", faults.drip(chunk=1, pause=0.2))
    process = begin(programs, cli, "run")
    in_the_middle(room, process)
    asked = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(timeout=30)
    assert time.monotonic() - asked < STOP_SECONDS
    ended = finish(process)
    assert ended.code == 0, ended
    assert_no_traceback(ended)
    assert_next_pass_completes(cli, room)


@pytest.mark.parametrize("command", [pytest.param("run", marks=needs_page), "poll"])
def test_sigint_in_the_middle_of_a_pass(
    command: str, cli: Cli, room: Newsroom, programs: list[subprocess.Popen[str]]
) -> None:
    room.fail("g002", "/news/*", faults.stall())
    process = begin(programs, cli, command)
    in_the_middle(room, process)
    os.killpg(process.pid, signal.SIGINT)  # as a terminal sends Ctrl-C: to the children, too
    ended = finish(process)
    assert ended.code == 130, ended
    assert_no_traceback(ended)
    assert "Interrupted; everything stored so far is kept." in ended.err
    assert_next_pass_completes(cli, room)


def test_a_poll_that_is_asked_to_stop_reports_what_it_did(
    cli: Cli, room: Newsroom, programs: list[subprocess.Popen[str]]
) -> None:
    room.fail("g002", "/news/*", faults.stall())
    process = begin(programs, cli, "poll")
    in_the_middle(room, process)
    process.send_signal(signal.SIGTERM)
    ended = finish(process)
    assert ended.code in (0, 1), ended
    assert "g001: " in ended.out
    assert_no_traceback(ended)
    assert_next_pass_completes(cli, room)


def test_another_process_that_writes_does_not_keep_it_from_stopping(
    cli: Cli, room: Newsroom, programs: list[subprocess.Popen[str]]
) -> None:
    room.fail("g002", "/news/*", faults.stall())
    process = begin(programs, cli, "poll")
    in_the_middle(room, process)
    [file] = cli.folder.rglob("*.db")
    with closing(sqlite3.connect(file, isolation_level=None, timeout=10)) as other:
        other.execute("BEGIN IMMEDIATE")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=15)
        other.execute("ROLLBACK")
    assert_no_traceback(finish(process))
    assert_next_pass_completes(cli, room)


@needs_page
def test_a_second_run_on_the_same_port_says_so(
    cli: Cli, room: Newsroom, programs: list[subprocess.Popen[str]]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run_program(
            "run", folder=cli.folder, **(variables(cli.folder) | {"MONITOR_PORT": port})
        )
    assert ended.code == 2
    assert f"port {port}" in ended.err
    assert "MONITOR_PORT" in ended.err
    assert_no_traceback(ended)
    assert not room.ledger.requests()


@needs_page
@pytest.mark.parametrize(("host", "passes"), [("127.0.0.1:9", 2), ("nowhere.invalid", 1)])
def test_without_a_network_it_says_one_line_a_source_and_keeps_trying(
    host: str, passes: int, cli: Cli
) -> None:
    feed = f'[[channels]]\nkind = "feed"\nurl = "http://{host}/other.xml"\n'
    text = SOURCE.replace("https://example.org", f"http://{host}")
    text = text.replace("[[channels]]", 'every = "1s"\nmin_interval = "1s"\n\n[[channels]]', 1)
    cli.write("config/sources/example.toml", f"{text}\n{feed}")
    log = cli.folder / "log.txt"
    with log.open("w") as err:
        process = subprocess.Popen(  # a full pipe would stop it
            [*COMMAND, "run"],
            cwd=cli.folder,
            env=environment(variables(cli.folder)),
            stdout=subprocess.DEVNULL,
            stderr=err,
            start_new_session=True,
        )

    def troubles() -> list[str]:
        return [line for line in log.read_text().splitlines() if "WARNING example: " in line]

    try:
        assert wait_until(lambda: "The page is at " in log.read_text())
        assert wait_until(lambda: len(troubles()) >= passes), log.read_text()
        address = re.search(r"http://[0-9.:]+/", log.read_text())
        assert address is not None
        with urllib.request.urlopen(address[0], timeout=20) as page:
            assert page.status == 200
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert "2 channels" in troubles()[0]  # later on, one may be due before the other
    lines = [line for line in said.splitlines() if host.partition(":")[0] in line]
    assert [line for line in lines if "The page is at" not in line] == troubles()
