"""Days of a newsroom in seconds: sites with many articles, polls when they are due, outages."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from monitor.model import Gap, GapState
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.generate import generate_site
from monitor.newsroom.server import Newsroom
from monitor.newsroom.world import Site, World, build_world
from monitor.workers.report import PassReport
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import gaps
from tests.workers.bench import START, Bench, make_bench

FEED = Site("steppe-times", "wordpress", "The Steppe Times", ("en",))
SITEMAP = Site("continental", "continental", "Continental", ("en",), hosts_by_language=True)
LISTING = Site("palace", "palace", "The Palace", ("en",))


def busy_world(
    site: Site, count: int = 400, every: timedelta = timedelta(minutes=29), before: int = 8
) -> World:
    """A site with an article `every` so often, `before` of them before the start."""
    _, made = generate_site(
        7, count, start=START, every=every, published=before, language=site.languages[0]
    )
    return build_world(START, [site], [replace(each, site=site.id) for each in made])


def edit_config(bench: Bench, *changes: tuple[str, str]) -> None:
    """Change the sources' files: a pace of hours instead of seconds, and what is given. The
    palace's listings in languages that it does not publish in are left out."""
    for file in sorted((bench.settings.config_dir / "sources").glob("*.toml")):
        text = file.read_text("utf-8")
        for old, new in (('"15s"', '"2h"'), ('"1s"', '"5m"'), *changes):
            text = text.replace(old, new)
        text = re.sub(r"\[\[channels\]\]\n[^\[]*?/(?:ru|kz)/events[^\[]*", "", text)
        file.write_text(text, "utf-8")


def simulated(
    world: World, folder: Path, sandbox: Sandbox, *changes: tuple[str, str]
) -> Simulation:
    return Simulation(world, folder, sandbox, changes)


@dataclass
class Simulation:
    """`async with` opens the room and the services."""

    world: World
    folder: Path
    sandbox: Sandbox
    changes: Sequence[tuple[str, str]] = ()

    async def __aenter__(self) -> Simulation:
        self.room = Newsroom(self.world, SteppedClock(START))
        await self.room.open()
        self.bench = make_bench(self.room, self.folder, self.sandbox)
        edit_config(self.bench, *self.changes)
        self._services = self.bench.services()
        self.services: Services = await self._services.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._services.__aexit__(None, None, None)
        await self.room.close()

    @property
    def now(self) -> datetime:
        return self.room.clock.now()

    async def poll(self, **options: object) -> PassReport:
        sources = list(self.services.catalog.sources.values())
        return await run_pass(self.services, sources, **options)  # type: ignore[arg-type]

    async def run(self, hours: float) -> None:
        """Poll whenever something is due, for so long."""
        end = self.now + timedelta(hours=hours)
        while self.now < end:
            report = await self.poll()
            due = report.next_poll_at or end
            step = min(max(due - self.now, timedelta(seconds=30)), end - self.now)
            self.room.advance(by=step)

    async def run_with_outages(self, *outages: float, between: float = 10.0) -> None:
        """Polling for `between` hours, then none for the hours of an outage, in turns; to the end
        of the world, and long enough after it."""
        for outage in outages:
            await self.run(between)
            self.room.advance(hours=outage)
        last = max(each.published for each in self.world.articles.values())
        await self.run(max((last - self.now) / timedelta(hours=1), 0) + 3)

    async def gaps(self) -> list[Gap]:
        return list(reversed(await self.services.read(lambda c: gaps.newest(c, 100))))

    async def states(self) -> list[GapState]:
        return [gap.state for gap in await self.gaps()]

    async def assert_complete(self) -> None:
        """Every article that is published is stored exactly once."""
        await self.assert_complete_at(self.now)

    async def assert_complete_at(self, moment: datetime) -> None:
        """Every article that was published by then is stored exactly once."""
        stored = [each.article.url for each in await self.bench.archive()]
        assert len(stored) == len(set(stored))
        wanted = {
            self.room.url_of(each.id)
            for each in self.world.articles.values()
            if each.published <= moment
        }
        assert wanted - set(stored) == set()


async def cancelled(task: asyncio.Task[object]) -> None:
    """Cancel a task and wait for its end."""
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
