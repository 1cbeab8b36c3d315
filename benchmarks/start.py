"""What it costs to start: the help page, and a pass that finds nothing due, as cron calls it.

    python -m benchmarks.start [--rounds 7] [--json FILE]

CPU time of whole processes, the median of several, beside `python -c pass`. Byte code is written
in a first run, as an installation has it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.polling import environment, open_sites

LEAST = {"monitor --help": 0.25, "monitor poll": 0.6}
"""Seconds of CPU that each is to stay below on a machine of today."""


def seconds(command: Sequence[str], variables: Mapping[str, str], *, check: bool) -> float:
    """CPU seconds of one run; with `check` it must end well."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, env=dict(variables), check=check, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def measure(folder: Path, rounds: int) -> dict[str, float]:
    """Median CPU seconds by what was run."""
    variables = {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
        "PYTHONPATH": str(Path.cwd()),
        "MONITOR_CONFIG_DIR": str(folder / "config"),
        "MONITOR_DATABASE_URL": f"sqlite:///{folder}/monitor.db",
        "MONITOR_ALLOW_PRIVATE_HOSTS": "true",
    }
    call = "import sys; from monitor.cli import main; main(sys.argv[1:])"
    commands = {
        "python -c pass": (sys.executable, "-c", "pass"),
        "monitor --help": (sys.executable, "-c", call, "--help"),
        "monitor poll": (sys.executable, "-c", call, "poll"),
    }
    found: dict[str, list[float]] = {name: [] for name in commands}
    with open_sites(folder / "config", 3):
        for file in (folder / "config" / "sources").glob("*.toml"):  # not due again meanwhile
            file.write_text(file.read_text("utf-8").replace('"1s"', '"1h"'), "utf-8")
        for number in range(rounds + 2):
            for name, command in commands.items():
                # At first there is something to store, and byte code to write.
                spent = seconds(command, variables, check=number > 1)
                if number > 1:
                    found[name].append(spent)
    return {name: statistics.median(each) for name, each in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description="What it costs to start.")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found = measure(Path(name), options.rounds)
    base = found["python -c pass"]
    lines = ["| | CPU | wanted | ÷ python |", "|---|---:|---:|---:|"]
    for name, spent in found.items():
        wanted = f"{LEAST[name]:.2f} s" if name in LEAST else ""
        lines.append(f"| {name} | {spent:.3f} s | {wanted} | {spent / base:.0f} |")
    sys.stdout.write("\n".join(lines) + "\n")
    if options.json is not None:
        result = {**environment(), "cpu_seconds": {n: round(s, 3) for n, s in found.items()}}
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
