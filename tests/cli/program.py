"""The program as a process of its own, in a group of its own, so that nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import monitor

ROOT = Path(next(iter(monitor.__path__))).parent
# A shell that starts the tests in the background lets them, and what they start, ignore Ctrl-C.
_HEEDS_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
COMMAND = (sys.executable, "-c", f"{_HEEDS_CTRL_C}; from monitor.cli import main; main()")
PATIENCE = 20.0


def environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these settings and no other ones."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}
    return {**kept, "PYTHONPATH": str(ROOT), "TZ": "UTC", "PYTHONUTF8": "1", **variables}


def start(*arguments: str, folder: Path, **variables: str) -> subprocess.Popen[str]:
    """Run `monitor …` in `folder`; both outputs are pipes."""
    return subprocess.Popen(
        [*COMMAND, *arguments],
        cwd=folder,
        env=environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@dataclass(frozen=True)
class Ended:
    """How a run ended."""

    code: int
    out: str
    err: str


def finish(process: subprocess.Popen[str]) -> Ended:
    """Wait for its end; no process that it started may be left."""
    out, err = process.communicate(timeout=PATIENCE)
    assert_nothing_is_left(process.pid)
    return Ended(process.returncode, out, err)


def run_program(*arguments: str, folder: Path, **variables: str) -> Ended:
    """Run `monitor …` to its end."""
    return finish(start(*arguments, folder=folder, **variables))


def assert_nothing_is_left(group: int) -> None:
    """Every process of the group is gone, or goes within moments."""

    def gone() -> bool:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        return False

    assert wait_until(gone), f"processes of group {group} are left"


def wait_until(condition: Callable[[], bool], seconds: float = PATIENCE) -> bool:
    """Whether the condition came true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
