"""What robots.txt allows (RFC 9309), read once for each origin and remembered."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from protego import Protego

from monitor.fetch.addresses import Target
from monitor.model import Failure, Fate, Response

KEPT = timedelta(hours=6)
KEPT_AFTER_ERROR = timedelta(hours=1)
# A host that cannot be reached may be back in a minute; meanwhile a batch of its pages must not
# wait for the connection one after the other.
KEPT_AFTER_FAULT = timedelta(minutes=1)
LONGEST_DELAY = timedelta(seconds=300)
_ORIGINS_KEPT = 2048

# Answers of the network, not of the site: they are reported as they are.
_FAULTS = frozenset(
    f"fetch.{name}"
    for name in ("dns", "dns_temp", "refused", "unreachable", "connect_timeout", "tls", "reset")
) | {"fetch.too_slow"}

FetchRobots = Callable[[str], Awaitable[Response | Failure]]


@dataclass(slots=True)
class _Rules:
    """`parsed` is None where everything is allowed; `failure` where nothing can be known yet."""

    until: datetime
    parsed: Protego | None = None
    failure: Failure | None = None


@dataclass(slots=True)
class _Origin:
    reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    rules: _Rules | None = None


class Robots:
    def __init__(self, *, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._origins: dict[str, _Origin] = {}

    async def delay(self, target: Target, agent: str, fetch: FetchRobots) -> timedelta | Failure:
        """The Crawl-delay for `agent`, zero if none is set; a Failure when `target` is disallowed
        or robots.txt cannot be read. `fetch` gets the address of a robots.txt."""
        rules = await self._rules(target, fetch)
        if rules.failure is not None:
            left = max(rules.until - self._clock(), timedelta(0))
            return replace(rules.failure, retry_after=left)
        if rules.parsed is None:
            return timedelta(0)
        name = _robot_name(agent)
        if not rules.parsed.can_fetch(target.url, name):
            return Failure(
                "blocked.robots", f"{target.host} does not want robots at {target.url}", Fate.SKIP
            )
        seconds = rules.parsed.crawl_delay(name) or 0.0
        return timedelta(seconds=min(seconds, LONGEST_DELAY.total_seconds()))

    async def _rules(self, target: Target, fetch: FetchRobots) -> _Rules:
        if target.origin not in self._origins and len(self._origins) >= _ORIGINS_KEPT:
            self._forget_expired()
        origin = self._origins.setdefault(target.origin, _Origin())
        async with origin.reading:
            if origin.rules is None or origin.rules.until <= self._clock():
                answer = await fetch(f"{target.origin}/robots.txt")
                origin.rules = _read(answer, target.host, self._clock())
            return origin.rules

    def _forget_expired(self) -> None:
        now = self._clock()
        self._origins = {
            name: origin
            for name, origin in self._origins.items()
            if origin.reading.locked() or (origin.rules is not None and origin.rules.until > now)
        }


def _read(answer: Response | Failure, host: str, now: datetime) -> _Rules:
    if isinstance(answer, Response):
        text = answer.body.decode("utf-8-sig", errors="replace")
        return _Rules(now + KEPT, parsed=Protego.parse(text))
    fewer = answer.status == 429 or answer.code == "http.429"
    if answer.status is not None and 400 <= answer.status < 500 and not fewer:
        return _Rules(now + KEPT)
    if answer.code.startswith("sec.") or answer.code == "fetch.redirect_loop":
        return _Rules(now + KEPT)  # RFC 9309: as if there were none; the page itself is gated too
    if answer.code in _FAULTS:
        return _Rules(now + (answer.retry_after or KEPT_AFTER_FAULT), failure=answer)
    failure = Failure(
        "robots.unavailable",
        f"robots.txt of {host} cannot be read, so its pages wait: {answer.detail}",
        status=answer.status,
    )
    return _Rules(now + (answer.retry_after or KEPT_AFTER_ERROR), failure=failure)


def _robot_name(agent: str) -> str:
    """The product name, so that words in the contact address match no group by accident."""
    return agent if agent.startswith("Mozilla/") else agent.partition("/")[0]
