"""The documents of a channel's backfill, one after the other, from the place where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from config.source import Channel, Source
from monitor.model import Announced, Failure, Place
from monitor.pipeline.walk_backfill import (
    children_to_read,
    is_optional,
    is_paged,
    is_past_the_end,
    page_address,
)
from monitor.workers.addressing import addressed
from monitor.workers.read_channel import parse_document, request
from monitor.workers.services import Services
from storage.repositories.entries import Addressed

Kind = Literal["feed", "sitemap", "listing"]

_REPEATED = 2
"""So many pages with nothing that was not on the ones before: the site ignores the number."""


_PENDING = 2500
"""More children than any walk reads; an index of a hostile site lists itself for ever."""


@dataclass(frozen=True, slots=True)
class Step:
    """What one document brought. `place` is where the walk stands then; `ended` says why nothing
    follows, `failure` why it could not be read."""

    place: Place
    found: tuple[Addressed, ...] = ()
    ended: str | None = None
    failure: Failure | None = None


class Walk:
    """One run of a walk; what it has done before is in its place."""

    def __init__(
        self, services: Services, source: Source, channel: Channel, place: Place, since: datetime
    ) -> None:
        assert channel.backfill is not None
        self.services = services
        self.source = source
        self.channel = channel
        self.backfill = channel.backfill
        self.since = since
        self.seen: set[str] = set()
        self.asked: set[str] = set()
        self.repeated = 0
        # What was taken down meanwhile moved everything up: the last page is read once more.
        self.place = replace(place, page=max(place.page - 1, 0))

    async def step(self) -> Step:
        """Read the next document."""
        paged = is_paged(self.backfill)
        step = await (self._page() if paged else self._sitemap())
        if step.failure is None:
            self.place = step.place
        return step

    async def _page(self) -> Step:
        number = self.place.page + 1
        after = Place(number)
        read = await self._read(page_address(self.backfill, number), self.channel.kind)
        if isinstance(read, Failure):
            if is_optional(read, number):
                return Step(after)
            if is_past_the_end(read, number):
                return Step(after, ended=f"the pages end at {number - 1}")
            return Step(self.place, failure=read)
        if not read.entries and number > 1:
            return Step(after, ended=f"the pages end at {number - 1}")
        found = self._addressed(read)
        keys = {each.key for each in found}
        self.repeated = self.repeated + 1 if keys <= self.seen and self.seen else 0
        self.seen |= keys
        ended = "the pages repeat themselves" if self.repeated >= _REPEATED else None
        return Step(after, found, ended)

    async def _sitemap(self) -> Step:
        first = self.place.pending is None
        address, *rest = self.place.pending or (self.backfill,)
        self.asked.add(address)
        read = await self._read(address, "sitemap", alone=first)
        if isinstance(read, Failure):
            if first or read.status not in (404, 410):
                return Step(self.place, failure=read)
            return self._after_sitemap((), rest)
        return self._after_sitemap(
            self._addressed(read), [*children_to_read(read, self.since), *rest]
        )

    def _after_sitemap(self, found: tuple[Addressed, ...], pending: Sequence[str]) -> Step:
        pending = [each for each in dict.fromkeys(pending) if each not in self.asked][:_PENDING]
        ended = None if pending else "every sitemap that reaches so far back was read"
        return Step(Place(pending=tuple(pending)), found, ended)

    async def _read(self, address: str, kind: Kind, *, alone: bool = False) -> Announced | Failure:
        """One document. One that is cut short is asked for once more; what stands `alone` may be
        a long feed or page of the channel's own kind."""
        read = await self._once(address, kind, alone)
        if isinstance(read, Announced) and not read.complete:
            read = await self._once(address, kind, alone)
        return read

    async def _once(self, address: str, kind: Kind, alone: bool) -> Announced | Failure:
        response = await request(
            self.services.fetcher, self.source, self.channel, url=address, kind=kind
        )
        if isinstance(response, Failure):
            return response
        kinds: list[Kind] = [kind]
        if alone and self.channel.kind != kind:
            kinds.append(self.channel.kind)
        for each in kinds:
            read = await parse_document(
                self.services.sandbox,
                self.source,
                self.channel,
                body=response.body,
                url=response.final_url,
                content_type=response.content_type,
                kind=each,
            )
            if isinstance(read, Announced):
                return read
        return read

    def _addressed(self, read: Announced) -> tuple[Addressed, ...]:
        return tuple(addressed(self.source, self.channel, read, self.services.now()))
