"""One request at a time to a site, with a pause between two, and none while it asks for quiet."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from monitor.model import Failure

_KEPT = 2048  # sites remembered before those at rest are forgotten


@dataclass(slots=True)
class _Site:
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    queued: int = 0
    ended: datetime | None = None
    spacing: timedelta = timedelta(0)  # what the last request asked for
    held_until: datetime | None = None
    because: Failure | None = None
    waits: bool = False


class Politeness:
    """Shared by everything that fetches. `sleep` takes seconds; `clock` gives aware datetimes."""

    def __init__(
        self,
        *,
        clock: Callable[[], datetime],
        sleep: Callable[[float], Awaitable[None]],
        patience: timedelta,
    ) -> None:
        self._clock = clock
        self._sleep = sleep
        self._patience = patience
        self._sites: dict[str, _Site] = {}

    @asynccontextmanager
    async def turn(self, name: str, spacing: timedelta) -> AsyncIterator[Failure | None]:
        """Waits for the site `name` and holds it. Gives a Failure, and no turn, when the site is
        quiet for longer than `patience`; its `retry_after` is what is left of that time."""
        site = self._site(name)
        site.queued += 1
        try:
            async with site.turn:
                refused = await self._quiet(site)
                if refused is not None:
                    yield refused
                    return
                await self._space(site, spacing)
                try:
                    yield None
                finally:
                    site.ended, site.spacing = self._clock(), spacing
        finally:
            site.queued -= 1

    def hold(self, name: str, pause: timedelta, because: Failure, *, waits: bool = True) -> None:
        """No request to the site before `pause` is over. With `waits` a short pause is waited for
        by the next turn; without, it is refused at once for the same reason."""
        site = self._site(name)
        until = self._clock() + pause
        if site.held_until is None or until >= site.held_until:
            site.held_until, site.because, site.waits = until, because, waits

    async def _quiet(self, site: _Site) -> Failure | None:
        if site.held_until is None or site.because is None:
            return None
        left = site.held_until - self._clock()
        if left <= timedelta(0):
            site.held_until = None
            return None
        if site.waits and left <= self._patience:
            await self._sleep(left.total_seconds())
            return None
        return replace(site.because, retry_after=left)

    async def _space(self, site: _Site, spacing: timedelta) -> None:
        if site.ended is None:
            return
        # A Crawl-delay keeps its distance from what comes after it, too: a poll knows of none.
        spacing = max(spacing, site.spacing)
        # Never longer than the spacing, even when the clock was set back in between.
        left = min(site.ended + spacing - self._clock(), spacing)
        if left > timedelta(0):
            await self._sleep(left.total_seconds())

    def _site(self, name: str) -> _Site:
        if name not in self._sites and len(self._sites) >= _KEPT:
            self._forget_resting()
        return self._sites.setdefault(name, _Site())

    def _forget_resting(self) -> None:
        """Forgets sites that nobody waits for and that have had an hour of rest."""
        now, rest = self._clock(), timedelta(hours=1)
        self._sites = {
            name: site
            for name, site in self._sites.items()
            if site.queued
            or (site.held_until is not None and site.held_until > now)
            or (site.ended is not None and now - site.ended < rest)
        }
