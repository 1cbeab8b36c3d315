"""What one poll of an unchanged channel costs, against the bare request that it must contain.

    python -m benchmarks.polling [--sites 1000] [--rounds 5] [--json FILE]

The sites run in a process of their own. The product polls all of them once, which stores what
they announce; then rounds follow in which both sides ask for the same documents on the same
conditions, one after the other and each side first in turn:

    httpx     an AsyncClient, as many requests at once as a pass has sources at work
    monitor   a whole pass, as `monitor poll` makes it: claim, robots.txt, 304, plan, commit

What counts is CPU time of the process and of its children, and the median over the rounds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path

import httpx

from config.settings import Settings
from monitor.bootstrap import open_services
from monitor.model import ChannelState, PollStatus
from monitor.workers.report import PassReport
from monitor.workers.runner import SOURCES_AT_ONCE, run_pass
from monitor.workers.services import Services
from storage.repositories import channels

ROUND_LASTS = timedelta(minutes=5)
"""So much later on the product's clock each round begins: as often as cron asks for a pass."""
AGENT = "benchmark"
PACKAGES = ("httpx", "httpcore", "sqlalchemy", "h11")


@dataclass(frozen=True)
class Spent:
    """One side of one round: CPU and wall time in seconds, and how many polls it made."""

    polls: int
    not_modified: int
    cpu: float
    wall: float

    @property
    def cpu_ms(self) -> float:
        return self.cpu / self.polls * 1000

    @property
    def per_second(self) -> float:
        return self.polls / self.wall


@dataclass(frozen=True)
class Side:
    """One side over all rounds: the medians."""

    name: str
    polls: int
    not_modified: float
    cpu_ms: float
    per_second: float
    ratio: float


class Later:
    """A clock that is moved on by hand and runs meanwhile."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


async def measure(folder: Path, rounds: int) -> list[Side]:
    """Poll all sources of `folder`/config, then measure both sides in turn."""
    clock = Later()
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
        database_url=f"sqlite:///{folder}/monitor.db",
        index_dir=folder / "index",
        config_dir=folder / "config",
        allow_private_hosts=True,
    )
    ours: list[Spent] = []
    bare: list[Spent] = []
    async with open_services(settings, now=clock) as services, _bare_client() as client:
        await _pass(services)
        asked = await _asked(services)
        for number in range(rounds + 1):
            clock.ahead += ROUND_LASTS
            sides = [_ask_bare(client, asked), _poll(services)]
            order = (0, 1) if number % 2 else (1, 0)
            spent = {place: await sides[place] for place in order}
            if number:  # the first round fills caches of both
                bare.append(spent[0])
                ours.append(spent[1])
    base = statistics.median(each.cpu_ms for each in bare)
    return [_side("httpx", bare, base), _side("monitor", ours, base)]


def _side(name: str, rounds: Sequence[Spent], base: float) -> Side:
    cpu_ms = statistics.median(each.cpu_ms for each in rounds)
    return Side(
        name=name,
        polls=sum(each.polls for each in rounds),
        not_modified=sum(each.not_modified for each in rounds) / sum(each.polls for each in rounds),
        cpu_ms=round(cpu_ms, 3),
        per_second=round(statistics.median(each.per_second for each in rounds), 1),
        ratio=round(cpu_ms / base, 2),
    )


async def _pass(services: Services) -> PassReport:
    return await run_pass(services, list(services.catalog.sources.values()))


async def _poll(services: Services) -> Spent:
    with _stopwatch() as elapsed:
        report = await _pass(services)
    polls = [poll for tally in report.sources for _, poll in tally.channels]
    failed = [poll.failure for poll in polls if poll.status is PollStatus.FAILED]
    if failed or len(polls) != len(services.catalog.sources):
        raise SystemExit(f"{len(polls)} polls, of which {len(failed)} failed: {failed[:3]}")
    return Spent(len(polls), sum(poll.http == 304 for poll in polls), *elapsed())


async def _asked(services: Services) -> list[ChannelState]:
    keys = [
        (source.id, channel.url)
        for source in services.catalog.sources.values()
        for channel in source.channels
    ]
    return await services.read(lambda connection: channels.load(connection, keys))


@asynccontextmanager
async def _bare_client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(headers={"User-Agent": AGENT}) as client:
        yield client


async def _ask_bare(client: httpx.AsyncClient, asked: Sequence[ChannelState]) -> Spent:
    statuses: list[int] = []
    waiting = iter(asked)

    async def ask() -> None:
        for state in waiting:
            known = state.validators
            conditions = {"If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
            headers = {name: value for name, value in conditions.items() if value}
            answer = await client.get(state.url, headers=headers)
            statuses.append(answer.status_code)

    with _stopwatch() as elapsed:
        await asyncio.gather(*(ask() for _ in range(SOURCES_AT_ONCE)))
    return Spent(len(statuses), statuses.count(304), *elapsed())


@contextmanager
def _stopwatch() -> Iterator[Elapsed]:
    elapsed = Elapsed()
    yield elapsed
    elapsed.stop()


class Elapsed:
    """CPU and wall time in seconds between its making and `stop`."""

    def __init__(self) -> None:
        self._began = _cpu(), time.perf_counter()
        self._ended = self._began

    def stop(self) -> None:
        self._ended = _cpu(), time.perf_counter()

    def __call__(self) -> tuple[float, float]:
        return self._ended[0] - self._began[0], self._ended[1] - self._began[1]


def _cpu() -> float:
    """Seconds of all threads, and of children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@contextmanager
def open_sites(folder: Path, sites: int) -> Iterator[None]:
    """The sites in a process of their own; their source files are below `folder`."""
    command = [sys.executable, "-m", "benchmarks.unchanging_sites", str(folder), str(sites)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        if not process.stdout.readline():
            raise SystemExit("the sites did not open")
        yield
        process.communicate()


def environment() -> dict[str, str | int]:
    """What a figure depends on."""
    return {
        "machine": platform.machine(),
        "system": platform.system(),
        "cpus": os.cpu_count() or 0,
        "python": platform.python_version(),
        **{package: version(package) for package in PACKAGES},
    }


def table(sides: Sequence[Side]) -> str:
    lines = [
        "| | polls | answered 304 | CPU per poll | polls per second | CPU ÷ httpx |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    lines += [
        f"| {side.name} | {side.polls} | {side.not_modified:.1%} | {side.cpu_ms:.2f} ms"
        f" | {side.per_second:.0f} | {side.ratio:.2f} |"
        for side in sides
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--sites", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with open_sites(folder / "config", options.sites):
            sides = asyncio.run(measure(folder, options.rounds))
    sys.stdout.write(table(sides) + "\n")
    if options.json is not None:
        result = {
            "sites": options.sites,
            "rounds": options.rounds,
            **environment(),
            "sides": [asdict(side) for side in sides],
        }
        options.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
