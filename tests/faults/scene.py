"""Many faults side by side: a site each, in one newsroom, watched by one archive.

The real Fetcher over loopback sockets, the room's stepped clock, and `monitor status --json` as a
process of its own to say what a person would see.
"""

from __future__ import annotations

import asyncio
import json
import tomllib
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, select

from monitor.fetch.client import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.model import ArchivedArticle, ChannelState, EntryState, RaisedAlarm
from monitor.newsroom.clock import SteppedClock
from monitor.newsroom.generate import generate_site
from monitor.newsroom.server import Newsroom
from monitor.newsroom.truth import Truth
from monitor.newsroom.world import Article, Site, World, build_world
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from storage.repositories import alarms, articles, channels, entries
from storage.tables import entries as entry_rows
from storage.tables import polls as poll_rows
from tests.cli.program import run_program
from tests.faults.rough_server import rough_server
from tests.faults.table import Around, Case, Fault, Placed
from tests.workers.bench import START, make_bench
from tests.workers.test_flow_processes import variables

POLLS = 3
NEW = 3
WELL = "well"
IMPATIENT = FetchSettings(
    allow_private=True, total=1.5, connect=1.0, patience=timedelta(0), rate_after=1.0
)
"""A second and a half for one exchange, where the product waits for thirty."""


@dataclass(frozen=True)
class Look:
    """How one site stands at one time. `poll` is the last line of its channel's log, `told` what
    `monitor status --json` says of the source and `alarms` of what is open."""

    at: datetime
    state: ChannelState
    poll: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]
    archive: Sequence[ArchivedArticle]
    alarms: Sequence[RaisedAlarm]
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Course:
    """One fault from the poll before it to its end. `truths` are what must be stored at last, `new`
    the titles of what was published while it lasted."""

    well: Look
    sick: Sequence[Look]
    healed: Look
    truths: Sequence[Truth]
    new: frozenset[str]


def world_of(cases: Mapping[str, Case]) -> World:
    sites: list[Site] = []
    made: list[Article] = []
    for number, case in enumerate(cases.values(), start=1):
        site, found = generate_site(
            5,
            case.before + NEW,
            start=START,
            number=number,
            every=case.spacing,
            published=case.before,
            habits=case.habits,
            language=case.language,
        )
        sites.append(site)
        made += found
    return build_world(START, sites, made)


class Scene:
    """`async with` opens the room, the archive and the way between them."""

    def __init__(self, faults: Sequence[Fault], folder: Path, sandbox: Sandbox) -> None:
        self.cases = {each.name: each.case for each in faults if isinstance(each.case, Case)}
        self.cases[WELL] = Case()
        self.sites = {name: f"g{n:03d}" for n, name in enumerate(self.cases, start=1)}
        self.ill = False
        self.slept: list[float] = []
        self._folder, self._sandbox = folder, sandbox
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        enter = self._open.enter_async_context
        self.room = await enter(Newsroom(world_of(self.cases), SteppedClock(START)))
        self.rough = await enter(rough_server())
        self.bench = make_bench(self.room, self._folder, self._sandbox)
        self._write_names()
        fetcher = await enter(
            Fetcher(IMPATIENT, clock=self.room.clock.now, sleep=self._sleep, resolve=self._resolve)
        )
        self.services: Services = await enter(
            self.bench.services(fetcher=fetcher, chance=lambda: 0.5)
        )
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._open.aclose()

    async def poll(self, *, everything: bool) -> None:
        sources = list(self.services.catalog.sources.values())
        await run_pass(self.services, sources, everything=everything)

    def strike(self) -> None:
        self.ill = True
        self.room.hang_up()  # hours have passed: names are looked up again
        for name, case in self.cases.items():
            host = self.room.sites[self.sites[name]]
            around = Around(host.base, self.rough)
            for pattern, strike in case.strikes:
                fault = strike.at(around) if isinstance(strike, Placed) else strike
                self.room.fail(host.name, pattern, fault)

    def heal(self) -> None:
        self.ill = False
        self.room.heal()

    async def looks(self, *, at_status: bool = True) -> dict[str, Look]:
        """How every site stands, as `monitor status` says it where that is asked, too."""
        told = json.loads((await self.status()).out) if at_status else {"sources": []}
        by_source = {each["source"]: each for each in told["sources"]}

        def read(connection: Connection) -> dict[str, Look]:
            archive = [one for chunk in articles.in_chunks(connection) for one in chunk]
            raised = alarms.open_alarms(connection)
            return {
                name: self._look(connection, site, archive, raised, by_source.get(site, {}))
                for name, site in self.sites.items()
            }

        return await self.services.read(read)

    async def status(self) -> Any:
        return await asyncio.to_thread(
            run_program, "status", "--json", folder=self._folder, **variables(self._folder)
        )

    async def send_round_again(self) -> None:
        """`monitor quarantine retry`, by the room's clock, for the faults that need it."""
        wanted = {self.sites[name] for name, case in self.cases.items() if case.command}
        query = select(entry_rows.c.id).where(
            entry_rows.c.source.in_(wanted), entry_rows.c.state == EntryState.QUARANTINED
        )
        now = self.services.now()
        await self.services.write(lambda c: entries.retry(c, now, list(c.scalars(query))))

    def course(self, name: str, well: Look, sick: Sequence[Look], healed: Look) -> Course:
        site = self.sites[name]
        made = self.room.world.of_site(site)
        return Course(
            well=well,
            sick=sick,
            healed=healed,
            truths=[self.room.truth(each.id) for each in made],
            new=frozenset(each.versions[0].title for each in made[-NEW:]),
        )

    def _look(
        self,
        connection: Connection,
        site: str,
        archive: Sequence[ArchivedArticle],
        raised: Sequence[RaisedAlarm],
        told: Mapping[str, Any],
    ) -> Look:
        [channel] = self.services.catalog.sources[site].channels
        [state] = channels.load(connection, [(site, channel.url)])
        of_site = select(entry_rows).where(entry_rows.c.source == site)
        log = (
            select(poll_rows)
            .where(poll_rows.c.channel_id == state.id)
            .order_by(poll_rows.c.id.desc())
        )
        return Look(
            at=self.services.now(),
            state=state,
            poll=dict(connection.execute(log.limit(1)).mappings().one()),
            entries=[dict(row) for row in connection.execute(of_site).mappings()],
            archive=[each for each in archive if each.source == site],
            alarms=[each for each in raised if each.alarm.source == site],
            told=told,
        )

    def _write_names(self) -> None:
        """A pace of hours, and channels whose name is looked up where a fault wants that."""
        for name, site in self.sites.items():
            file = self._folder / "config/sources" / f"{site}.toml"
            text = file.read_text("utf-8").replace('"15s"', '"2h"').replace('"1s"', '"5m"')
            if self.cases[name].lookup is not None:
                url = tomllib.loads(text)["channels"][0]["url"]
                named = url.replace("127.0.0.1", f"{site}.test")
                text = text.replace(f'url = "{url}"', f'url = "{named}"')
            file.write_text(text, "utf-8")

    async def _resolve(self, host: str, port: int) -> Sequence[str]:
        name = next((n for n, site in self.sites.items() if host == f"{site}.test"), None)
        lookup = self.cases[name].lookup if name is not None and self.ill else None
        if lookup is None:
            return ["127.0.0.1"]
        if isinstance(lookup, tuple):
            return lookup
        raise lookup()

    async def _sleep(self, seconds: float) -> None:
        """Pauses for politeness pass by themselves; the room's clock stands."""
        self.slept.append(seconds)


async def play(faults: Sequence[Fault], folder: Path, sandbox: Sandbox) -> dict[str, Course]:
    """Every fault that is a case: read before it strikes, three times under it, and after it."""
    async with Scene(faults, folder, sandbox) as scene:
        await scene.poll(everything=True)
        well = await scene.looks(at_status=False)
        scene.strike()
        sick = []
        for number in range(1, POLLS + 1):
            scene.room.advance(hours=1)
            await scene.poll(everything=True)
            sick.append(await scene.looks(at_status=number == POLLS))
        scene.heal()
        await scene.send_round_again()
        scene.room.advance(hours=25)
        await scene.poll(everything=False)
        healed = await scene.looks()
        return {
            name: scene.course(name, well[name], [each[name] for each in sick], healed[name])
            for name in scene.cases
        }
