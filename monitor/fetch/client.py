"""Fetch one document politely and safely: the only way to a publisher.

gate the URL → ask robots.txt → wait for the site's turn → one exchange → judge the status
     ▲                                                          │
     └────────────────────── redirect ──────────────────────────┘
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self
from urllib.parse import urlencode, urljoin

from monitor.fetch.addresses import Target, gate
from monitor.fetch.connect import GuardedBackend, Resolve, SystemResolver
from monitor.fetch.exchange import GuardedTransport, Reply, exchange, shared_tls
from monitor.fetch.politeness import Politeness
from monitor.fetch.request import Ask, Headers, form_headers, request_headers
from monitor.fetch.robots import Robots
from monitor.fetch.settings import (
    ANSWER_LIMIT,
    PAGE_ACCEPT,
    ROBOTS_ACCEPT,
    ROBOTS_LIMIT,
    FetchSettings,
)
from monitor.fetch.stack import httpx
from monitor.fetch.statuses import refused_status
from monitor.model import Failure, Response, Validators

__all__ = ["FetchSettings", "Fetcher"]

_REDIRECTS = frozenset((301, 302, 303, 307, 308))
_PERMANENT = frozenset((301, 308))
_SAME_METHOD = frozenset((307, 308))  # the others ask for a GET of something else
# Worth one more request at once: a kept-alive connection that the server had given up, a reset.
_ONCE_MORE = frozenset(("fetch.reset", "fetch.truncated"))
# A host in one of these states is left alone for a moment, rather than by every page in turn.
_DOWN = frozenset(
    ("fetch.dns", "fetch.dns_temp", "fetch.refused", "fetch.unreachable", "fetch.connect_timeout")
)
_DOWN_PAUSE = timedelta(seconds=30)
_THROTTLED_PAUSE = timedelta(seconds=30)  # after a 429 that names no time


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class _Budget:
    """What is left of one `get`: seconds of exchange, and the one repetition."""

    seconds: float
    used: float = 0.0
    again: bool = True


class Fetcher:
    """An async context manager; one for the whole process, because it holds the politeness.

    `clock` gives aware datetimes and `sleep` takes seconds; both serve politeness, robots.txt and
    `fetched_at`, never the deadlines of an exchange. `resolve`, `tls` and `transport` replace
    the system's resolver, the shared TLS context and the network: for tests. A `transport` of
    one's own is outside the guard on addresses that names resolve to.
    """

    def __init__(
        self,
        settings: FetchSettings | None = None,
        *,
        clock: Callable[[], datetime] = _now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._settings = settings or FetchSettings()
        self._clock = clock
        self._resolver = SystemResolver()
        backend = GuardedBackend(
            resolve or self._resolver, allow_private=self._settings.allow_private
        )
        self._transport = transport or GuardedTransport(backend, tls or shared_tls())
        self._politeness = Politeness(clock=clock, sleep=sleep, patience=self._settings.patience)
        self._robots = Robots(clock=clock)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._transport.aclose()
        self._resolver.close()

    def keep_quiet(self, url: str, pause: timedelta, status: int) -> None:
        """Ask nothing of the site of `url` for so long: what is left of what it once asked for,
        with that status."""
        target = gate(url, allow_private=self._settings.allow_private)
        if isinstance(target, Target):
            code = "http.5xx" if status >= 500 else "http.429"
            because = Failure(code, f"{target.host} asked for quiet", status=status)
            self._politeness.hold(target.site, pause, because)

    async def get(
        self,
        url: str,
        *,
        validators: Validators | None = None,
        accept: str = PAGE_ACCEPT,
        limit: int,
        spacing: timedelta,
        user_agent: str | None = None,
        robots: bool = False,
    ) -> Response | Failure:
        """The document at `url`, redirects followed; what goes wrong is a Failure, never raised.

        `limit` is the largest decoded body in bytes. `spacing` is the least pause between the end
        of one request to the site and the start of the next, whoever makes them. With `robots`
        every address on the way must be allowed by its robots.txt, whose Crawl-delay counts too.
        """
        agent = user_agent or self._settings.agent
        headers, conditional = request_headers(agent, accept, validators)
        return await self._follow(
            Ask(url, headers, conditional, limit, spacing, robots_for=agent if robots else None)
        )

    async def post(
        self, url: str, form: Mapping[str, str], *, spacing: timedelta
    ) -> Failure | None:
        """Post a form; None when the other side took it (2xx). The addresses are guarded as for
        `get`; redirects are followed on the same host only and never out of TLS, and nothing is
        sent a second time because a connection broke. The answer's body is no more than looked at.
        """
        headers = form_headers(self._settings.agent)
        sent, budget = urlencode(form).encode("ascii"), _Budget(self._settings.total)
        first, seen = None, set[str]()
        while True:
            target = gate(url, allow_private=self._settings.allow_private)
            if isinstance(target, Failure):
                return target
            if target.url in seen or len(seen) > self._settings.max_redirects:
                return _astray(target, again=target.url in seen)
            first = first or target
            if not _as_safe(first, target):
                return _elsewhere(first, target)
            seen.add(target.url)
            async with self._politeness.turn(target.site, spacing) as refused:
                if refused is not None:
                    return refused
                reply = await self._sent(target, headers, sent, budget)
                if isinstance(reply, Failure):
                    self._remember(target, reply)
                    return reply
            where = _location(reply) if reply.status in _SAME_METHOD else None
            if where is None:
                return None
            url = _joined(target.url, where)

    async def _sent(
        self, target: Target, headers: Headers, form: bytes, budget: _Budget
    ) -> Reply | Failure:
        """The answer to one POST: one that took it, or one that leads on."""
        begun = asyncio.get_running_loop().time()
        reply = await exchange(
            self._transport,
            target,
            headers,
            limit=ANSWER_LIMIT,
            cut=True,
            budget=budget.seconds - budget.used,
            settings=self._settings,
            form=form,
        )
        budget.used += asyncio.get_running_loop().time() - begun
        if isinstance(reply, Failure) or 200 <= reply.status < 300:
            return reply
        if reply.status in _SAME_METHOD and _location(reply):
            return reply
        now = self._clock()
        return (
            refused_status(
                reply.status, reply.headers, host=target.host, conditional=False, now=now
            )
            or reply
        )

    async def _follow(self, ask: Ask) -> Response | Failure:
        budget, seen, permanent = _Budget(self._settings.total), set[str](), True
        url = ask.url
        while True:
            target = gate(url, allow_private=self._settings.allow_private)
            if isinstance(target, Failure):
                return target
            if target.url in seen or len(seen) > self._settings.max_redirects:
                return _astray(target, again=target.url in seen)
            seen.add(target.url)
            reply = await self._reply(target, ask, budget)
            if isinstance(reply, Failure):
                return reply
            where = _location(reply) if reply.status in _REDIRECTS else None
            if where is None:
                break
            permanent = permanent and reply.status in _PERMANENT
            url = _joined(target.url, where)
        return Response(
            url=ask.url,
            final_url=target.url,
            status=reply.status,
            headers=reply.headers,
            body=reply.body,
            fetched_at=self._clock(),
            elapsed=timedelta(seconds=budget.used),
            permanent_url=target.url if permanent and len(seen) > 1 else None,
        )

    async def _reply(self, target: Target, ask: Ask, budget: _Budget) -> Reply | Failure:
        """The answer to one hop, allowed by robots.txt, in turn, and with an acceptable status."""
        spacing = ask.spacing
        if ask.robots_for is not None:
            delay = await self._robots.delay(target, ask.robots_for, self._robots_of(ask))
            if isinstance(delay, Failure):
                return delay
            spacing = max(spacing, delay)
        while True:
            async with self._politeness.turn(target.site, spacing) as refused:
                if refused is not None:
                    return refused
                reply = await self._once(target, ask, budget)
                if isinstance(reply, Failure):
                    self._remember(target, reply)
            if isinstance(reply, Reply) or reply.code not in _ONCE_MORE or not budget.again:
                return reply
            budget.again = False

    async def _once(self, target: Target, ask: Ask, budget: _Budget) -> Reply | Failure:
        begun = asyncio.get_running_loop().time()
        reply = await exchange(
            self._transport,
            target,
            ask.headers,
            limit=ask.limit,
            cut=ask.cut,
            budget=budget.seconds - budget.used,
            settings=self._settings,
        )
        budget.used += asyncio.get_running_loop().time() - begun
        if isinstance(reply, Failure) or (reply.status in _REDIRECTS and _location(reply)):
            return reply
        failure = refused_status(
            reply.status,
            reply.headers,
            reply.body,
            host=target.host,
            conditional=ask.conditional,
            now=self._clock(),
        )
        return failure or reply

    def _remember(self, target: Target, failure: Failure) -> None:
        fewer = failure.status == 429 or failure.code == "http.429"  # some say it by a 403
        if (fewer or failure.status == 503) and failure.retry_after is not None:
            self._politeness.hold(target.site, failure.retry_after, failure)
        elif fewer:
            self._politeness.hold(target.site, _THROTTLED_PAUSE, failure)
        elif failure.code in _DOWN:
            self._politeness.hold(target.site, _DOWN_PAUSE, failure, waits=False)

    def _robots_of(self, ask: Ask) -> Callable[[str], Awaitable[Response | Failure]]:
        headers, _ = request_headers(ask.robots_for or self._settings.agent, ROBOTS_ACCEPT, None)

        def fetch(url: str) -> Awaitable[Response | Failure]:
            return self._follow(Ask(url, headers, False, ROBOTS_LIMIT, ask.spacing, cut=True))

        return fetch


def _location(reply: Reply) -> str | None:
    """Where a redirect leads, as written; many servers write UTF-8 there."""
    value = reply.headers.get("location", "")
    with suppress(UnicodeDecodeError):
        value = value.encode("latin-1").decode("utf-8")
    return value.strip() or None


def _joined(base: str, where: str) -> str:
    try:
        return urljoin(base, where)
    except ValueError:  # a host that cannot be read; the gate says so
        return where


def _as_safe(first: Target, target: Target) -> bool:
    """Whether a form for `first` may go to `target`: a form may hold a secret, so from https it
    goes to the very same port by https only."""
    if first.scheme == "https":
        return target.origin == first.origin
    return target.host == first.host


def _elsewhere(target: Target, other: Target) -> Failure:
    detail = f"{target.host} leads a form on to another host or port, {other.origin}; it stays"
    return Failure("fetch.redirect_elsewhere", detail)


def _astray(target: Target, *, again: bool) -> Failure:
    how = "in a circle (it may insist on cookies)" if again else "on without an end"
    return Failure("fetch.redirect_loop", f"{target.host} leads {how}: {target.url}")
