"""What hubs call (WebSub): "do you want this?", and "it has changed".

A push carries news that is neither read nor trusted: with the right signature it makes its channel
due, and the poll fetches from the publisher. The address of a subscription is a secret of the hub
and ours, so it appears in no log.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from config.catalog import Catalog
from monitor.errors import MonitorError
from monitor.pipeline.websub import (
    CALLBACK_PATH,
    LONGEST_PAUSE,
    Subscription,
    SubscriptionState,
    granted_lease,
    is_signed,
)
from monitor.web.problems import problem
from monitor.web.site import Site, site_of
from storage.repositories import subscriptions

log = logging.getLogger(__name__)

T = TypeVar("T")

BODY_LIMIT = 1024 * 1024
BODY_SECONDS = 15.0
BURST, REFILL = 30, timedelta(seconds=2)
"""So many pushes of one subscription at once, and one more every so often."""
_LONGEST_CHALLENGE = 4096
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def routes(catalog: Catalog) -> tuple[Route, ...]:
    """The addresses of one application, which counts the calls of each subscription."""
    calls = _Calls(catalog)
    return (Route(f"{CALLBACK_PATH}{{token}}", calls.answer, methods=["GET", "POST"]),)


class _Calls:
    """Both calls of a hub, and how many pushes each subscription has left: token → (left, when)."""

    def __init__(self, catalog: Catalog) -> None:
        self._min_intervals = subscriptions.min_intervals(catalog.sources.values())
        self._left: dict[str, tuple[float, datetime]] = {}

    async def answer(self, request: Request) -> Response:
        answer = self._pushed if request.method == "POST" else self._asked_back
        return await _quietly(request, answer)

    async def _asked_back(self, request: Request) -> Response:
        """The challenge, where the hub names what we asked for; else 404: "we do not want it"."""
        said = request.query_params
        mode, topic = said.get("hub.mode", ""), said.get("hub.topic", "")
        challenge = said.get("hub.challenge", "")
        site, token = site_of(request), request.path_params["token"]
        now = site.now()

        def settle(connection: Connection) -> bool:
            if mode == "denied":
                reason, again_at = said.get("hub.reason", ""), now + LONGEST_PAUSE
                return subscriptions.deny(connection, token, topic, reason, again_at=again_at)
            if mode == "unsubscribe":
                return subscriptions.confirm_end(connection, token, topic)
            lease = granted_lease(said.get("hub.lease_seconds"))
            return subscriptions.confirm(connection, token, topic, lease, now)

        usable = mode == "denied" or (
            mode in ("subscribe", "unsubscribe") and 0 < len(challenge) <= _LONGEST_CHALLENGE
        )
        known = usable and await _known(site, token) is not None and request.method == "GET"
        if not known or not await _write(site, settle):
            return problem(request, 404, "no_page", "no_page_help")
        return PlainTextResponse("" if mode == "denied" else challenge)

    async def _pushed(self, request: Request) -> Response:
        """202 for whatever a hub sends to a subscription: it is not told whether we believe it."""
        site, token = site_of(request), request.path_params["token"]
        subscription = await _known(site, token)
        if subscription is None or subscription.secret is None:
            return problem(request, 404, "no_page", "no_page_help")
        if subscription.state is SubscriptionState.LEAVING:
            return PlainTextResponse("This subscription is over.\n", 410)
        now = site.now()
        if not self._take(token, now):
            wait = str(round(REFILL.total_seconds()))
            return PlainTextResponse("Too many.\n", 429, headers={"Retry-After": wait})
        body = await _body(request)
        if isinstance(body, Response):
            return body
        header = request.headers.get("x-hub-signature", "")
        signed = is_signed(subscription.secret, body, header)

        def note(connection: Connection) -> None:
            if not signed:
                subscriptions.count_forged(connection, subscription)
                return
            subscriptions.push(connection, subscription, now)
            subscriptions.hasten(connection, self._min_intervals, subscription.channel_id)

        await _write(site, note)
        return Response(status_code=202)

    def _take(self, token: str, now: datetime) -> bool:
        """Whether this subscription may push once more now. Only tokens that exist come here."""
        left, last = self._left.get(token, (float(BURST), now))
        left = min(left + max(now - last, timedelta(0)) / REFILL, BURST)
        self._left[token] = (left - 1 if left >= 1 else left, now)
        return left >= 1


async def _quietly(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """The answer; what goes wrong is logged without the address, which is a secret, and without
    what an error of the database says of the values it was about."""
    try:
        return await answer(request)
    except (MonitorError, SQLAlchemyError) as error:
        shown = error if isinstance(error, MonitorError) else type(error).__name__
        log.error("A hub called in vain: %s", shown)
        return PlainTextResponse("Try again later.\n", 503, headers={"Retry-After": "60"})


async def _known(site: Site, token: str) -> Subscription | None:
    if not _TOKEN.fullmatch(token):
        return None

    def look() -> Subscription | None:
        with site.database.read() as connection:
            return subscriptions.by_token(connection, token)

    return await asyncio.to_thread(look)


async def _write(site: Site, work: Callable[[Connection], T]) -> T:
    def run() -> T:
        with site.database.write() as connection:
            return work(connection)

    return await asyncio.to_thread(run)


async def _body(request: Request) -> bytes | Response:
    """The message, whose signature is over all of it; what is too long or too slow is refused."""
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared[:18]) > BODY_LIMIT:
        return _too_long()
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for chunk in request.stream():
                body += chunk
                if len(body) > BODY_LIMIT:
                    return _too_long()
    except TimeoutError:
        return PlainTextResponse("Too slow.\n", 408, headers={"Connection": "close"})
    except ClientDisconnect:
        return PlainTextResponse("Broken off.\n", 400)
    return bytes(body)


def _too_long() -> Response:
    # The rest of it is not read, so the connection cannot be used again.
    return PlainTextResponse("Longer than 1 MiB.\n", 413, headers={"Connection": "close"})
