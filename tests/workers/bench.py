"""A bench for whole passes: a newsroom, an archive in a folder, and what stands in it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from config.settings import Settings
from monitor.bootstrap import open_services
from monitor.model import ArchivedArticle, EntryState
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.config import write_config
from monitor.newsroom.generate import generate_site
from monitor.newsroom.server import Newsroom
from monitor.newsroom.world import Habits, ValidatorHabit, World, build_world
from monitor.workers.report import PassReport
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import articles, entries, leases

START = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)


def small_world(
    sites: int = 3,
    each: int = 8,
    published: int = 4,
    window: int = 20,
    validators: ValidatorHabit = "both",
) -> World:
    """Generated sites g001, g002, …; an article every ten minutes."""
    habits = Habits(window=window, validators=validators)
    made = [
        generate_site(
            5, each, start=START, number=number, published=published, habits=habits, language="en"
        )
        for number in range(1, sites + 1)
    ]
    found = [article for _, articles_ in made for article in articles_]
    return build_world(START, [site for site, _ in made], found)


@dataclass(frozen=True)
class Bench:
    """One room and one archive that watches it. `clock` is the archive's, the room's unless
    replaced."""

    room: Newsroom
    settings: Settings
    sandbox: Sandbox
    clock: Callable[[], datetime]

    @asynccontextmanager
    async def services(self, **changed: Any) -> AsyncIterator[Services]:
        """Services of an own owner over the archive, with the children that all tests share."""
        async with open_services(self.settings, now=self.clock) as services:
            yield replace(services, sandbox=self.sandbox, **changed)

    async def poll(self, **options: Any) -> PassReport:
        """One pass over every source, as `monitor poll` makes it."""
        async with self.services() as services:
            return await run_pass(services, list(services.catalog.sources.values()), **options)

    async def archive(self) -> list[ArchivedArticle]:
        """Everything that is stored, by id."""
        async with self.services() as services:
            return await services.read(
                lambda connection: [
                    each for chunk in articles.in_chunks(connection) for each in chunk
                ]
            )

    async def holders(self) -> set[str]:
        """Who holds channels or entries."""
        async with self.services() as services:
            return await services.read(leases.holders)

    async def states(self) -> Mapping[EntryState, int]:
        """How many entries stand in each state."""
        found: dict[EntryState, int] = {}
        async with self.services() as services:
            for (_, state), count in (await services.read(entries.counts)).items():
                found[state] = found.get(state, 0) + count
        return found

    def later(self, minutes: float) -> Bench:
        """The same, seen from a clock that is so much ahead of the room's."""
        ahead = timedelta(minutes=minutes)
        return replace(self, clock=lambda: self.clock() + ahead)

    async def assert_exact(self) -> None:
        """Nothing lost, nothing doubled: what the ledger says must be stored is, once."""
        stored = sorted(each.article.url for each in await self.archive())
        assert stored == sorted(map(self.room.url_of, self.room.ledger.must()))


def make_bench(room: Newsroom, folder: Path, sandbox: Sandbox) -> Bench:
    """Write the room's sources into `folder` and keep an archive there."""
    write_config(folder / "config", room)
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
        database_url=f"sqlite:///{folder}/monitor.db",
        index_dir=folder / "index",
        config_dir=folder / "config",
        allow_private_hosts=True,
    )
    return Bench(room, settings, sandbox, room.clock.now)


@asynccontextmanager
async def open_bench(world: World, folder: Path, sandbox: Sandbox) -> AsyncIterator[Bench]:
    """A bench over a room of its own, in the loop that runs already."""
    async with Newsroom(world, SteppedClock(START)) as room:
        yield make_bench(room, folder, sandbox)
