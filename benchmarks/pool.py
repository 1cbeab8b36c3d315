"""Pages through the pool of child processes: is memory flat, and what do two cores gain?

    python -m benchmarks.pool [DIR] [--pages 20000] [--workers 2] [--json]

Pages are the newsroom's, of many sites and charsets; with DIR every second one is a file from
there (`*.html`, `*.html.gz`). First all of them go through the pool, as a pass would send them,
while the memory of this process and of its children is measured (PSS: what they share counts
once): the last quarter may lie at most a tenth above the second. Then blocks of pages go through
one process and through the pool in turns; the gain is the median of their ratios. What the
machine itself allows is measured too: the gain of as many processes that share nothing. Exit code 1
when memory grows, or the gain is below 1.8 and below 97 % of what the machine allows.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import itertools
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from monitor.model import Failure
from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.exchange import Request
from monitor.newsroom.sites import SHAPES
from monitor.newsroom.sites.shape import Setting
from monitor.workers.parsing import extract_article
from monitor.workers.sandbox import Sandbox

if TYPE_CHECKING:
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Barrier

START = datetime(2026, 3, 21, tzinfo=UTC)
SITES = 40
ARTICLES_EACH = 40
SECONDS = 20.0
DEPTH = 4
SAMPLE_EVERY = 50
BLOCK = 200
BLOCKS = 7
GAIN = 1.8
NEARLY = 0.97
GROWTH = 1.10


@dataclass(frozen=True)
class Sent:
    """A page as it would be fetched."""

    url: str
    content_type: str
    body: bytes


@dataclass(frozen=True)
class Measured:
    """Memory in MiB, rates in pages per second; `failed` counts pages that gave no article."""

    pages: int
    workers: int
    kilobytes: float
    failed: int
    memory_second: float
    memory_last: float
    memory_most: float
    one_process: float
    pool: float
    gain: float
    ceiling: float
    cpus: int
    load: float

    @property
    def growth(self) -> float:
        return self.memory_last / self.memory_second

    @property
    def holds(self) -> bool:
        enough = min(GAIN, NEARLY * self.ceiling)
        return self.growth <= GROWTH and self.gain >= enough


def newsroom_pages() -> list[Sent]:
    """One of every article page of the generated sites."""
    world = bundled_world(START, generated=SITES, articles_each=ARTICLES_EACH)
    hosts = [host for site in world.sites for host in site.hosts if site.shape == "generated"]
    bases = {host.name: f"https://{host.name}.example" for host in hosts}
    late = START.replace(year=START.year + 1)
    sent = []
    for host in hosts:
        shape = SHAPES[host.site.shape](Setting(host, world, bases))
        for article in world.of_site(host.site.id):
            path = shape.path_of(article)
            answer = shape.answer(Request("GET", path, {}), late)
            sent.append(Sent(bases[host.name] + path, answer.content_type, answer.body))
    return sent


def saved_pages(folder: Path) -> list[Sent]:
    """The pages of a folder."""
    files = sorted(each for each in folder.rglob("*") if each.name.endswith((".html", ".html.gz")))
    return [
        Sent(
            f"https://saved.example/{number}",
            "text/html",
            gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes(),
        )
        for number, file in enumerate(files)
    ]


async def through_pool(sandbox: Sandbox, workers: int, pages: Iterator[Sent]) -> int:
    """How many pages gave nothing."""
    failed: list[bool] = []
    turns = asyncio.Semaphore(DEPTH * workers)

    async def read(page: Sent) -> None:
        try:
            outcome = await sandbox.run(
                extract_article,
                page.body,
                url=page.url,
                content_type=page.content_type,
                timeout=SECONDS,
            )
            failed.append(isinstance(outcome, Failure))
        finally:
            turns.release()

    async with asyncio.TaskGroup() as group:
        for page in pages:
            await turns.acquire()
            group.create_task(read(page))
    return sum(failed)


async def measure(pages: Sequence[Sent], count: int, workers: int, *, quiet: bool) -> Measured:
    """Memory first, then both sides in turns."""
    endless = itertools.cycle(pages)
    failed, samples = 0, list[float]()
    async with Sandbox(workers) as sandbox:
        for start in range(0, count, SAMPLE_EVERY):
            chunk = itertools.islice(endless, min(SAMPLE_EVERY, count - start))
            failed += await through_pool(sandbox, workers, chunk)
            samples.append(memory())
            if not quiet and start % 1000 == 0:
                sys.stderr.write(f"{start:6} pages, {samples[-1]:.0f} MiB\n")
        ones, pools = list[float](), list[float]()
        for number in range(BLOCKS + 1):
            block = list(itertools.islice(endless, BLOCK))
            sides = [ones, pools] if number % 2 else [pools, ones]
            for side in sides:
                begun = time.perf_counter()
                if side is ones:
                    for page in block:
                        extract_article(page.body, url=page.url, content_type=page.content_type)
                else:
                    await through_pool(sandbox, workers, iter(block))
                side.append(time.perf_counter() - begun)
    ones, pools = ones[1:], pools[1:]  # the first block loads what both need
    quarter = len(samples) // 4
    return Measured(
        pages=count,
        workers=workers,
        kilobytes=sum(len(page.body) for page in pages) / len(pages) / 1000,
        failed=failed,
        memory_second=median(samples[quarter : 2 * quarter]),
        memory_last=median(samples[3 * quarter :]),
        memory_most=max(samples),
        one_process=BLOCK / median(ones),
        pool=BLOCK / median(pools),
        gain=median(one / pool for one, pool in zip(ones, pools, strict=True)),
        ceiling=ceiling(pages[:BLOCK], workers),
        cpus=os.cpu_count() or 1,
        load=os.getloadavg()[0],
    )


def in_words(found: Measured) -> str:
    """What was measured, in four lines."""
    return (
        f"{found.pages} pages of {found.kilobytes:.0f} kB, {found.failed} without an article\n"
        f"memory: {found.memory_second:.0f} MiB in the second quarter, {found.memory_last:.0f} in "
        f"the last ({found.growth:.2f} times), {found.memory_most:.0f} at most\n"
        f"pages per second: {found.one_process:.0f} in one process, {found.pool:.0f} by "
        f"{found.workers} children: {found.gain:.2f} times (load {found.load:.1f} on "
        f"{found.cpus} cores); processes that share nothing: {found.ceiling:.2f} times\n"
        + ("holds" if found.holds else "does not hold")
    )


def ceiling(pages: Sequence[Sent], workers: int) -> float:
    """How many times the pages of one process so many processes read that share nothing."""
    alone = min(_side_by_side(pages, 1) for _ in range(2))
    return workers * alone / min(_side_by_side(pages, workers) for _ in range(2))


def _side_by_side(pages: Sequence[Sent], processes: int) -> float:
    """The seconds that the slowest of these processes takes for all pages."""
    context = multiprocessing.get_context("spawn")
    told: Queue[float] = context.Queue()
    together = context.Barrier(processes)
    started = [
        context.Process(target=_read_all, args=(pages, together, told)) for _ in range(processes)
    ]
    for each in started:
        each.start()
    taken = [told.get() for _ in started]
    for each in started:
        each.join()
    return max(taken)


def _read_all(pages: Sequence[Sent], together: Barrier, told: Queue[float]) -> None:
    for page in pages[:20]:
        extract_article(page.body, url=page.url, content_type=page.content_type)
    together.wait()
    begun = time.perf_counter()
    for page in pages:
        extract_article(page.body, url=page.url, content_type=page.content_type)
    told.put(time.perf_counter() - begun)


def memory() -> float:
    """MiB of this process and all that descend from it."""
    return sum(map(_held, _family(os.getpid()))) / 1024


def _family(root: int) -> set[int]:
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    family = {root}
    while more := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def _held(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def main() -> int:
    """Measure, print, and say by the exit code whether it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, metavar="DIR")
    parser.add_argument("--pages", type=int, default=20_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    pages = newsroom_pages()
    if given.folder is not None:
        saved = saved_pages(given.folder)
        pages = [each for pair in zip(pages, itertools.cycle(saved)) for each in pair]
    found = asyncio.run(measure(pages, given.pages, given.workers, quiet=given.json))
    if given.json:
        text = json.dumps(asdict(found) | {"growth": found.growth, "holds": found.holds})
    else:
        text = in_words(found)
    sys.stdout.write(f"{text}\n")
    return 0 if found.holds else 1


if __name__ == "__main__":
    sys.exit(main())
