"""Announced hubs → pushes: ask for them, ask again before the lease ends, leave what is over.

Beside the passes, at every tick: leave what nobody wants any more → make channels due that were
pushed in the middle of a reading → ask the hubs whose turn it is. That a hub asks back, and pushes,
arrives at the web page (`monitor.web.routes.websub`).
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from config.source import Channel
from monitor.errors import MonitorError
from monitor.model import Announced, ChannelState, Failure, Response
from monitor.pipeline.websub import (
    CONFIRM_WITHIN,
    Subscription,
    callback_of,
    joined_links,
    links_of_header,
    pause_after,
    request_form,
    topic_of,
)
from monitor.workers.services import Services
from storage.repositories import subscriptions

log = logging.getLogger(__name__)

HUB_SPACING = timedelta(seconds=1)
AT_ONCE = 50
"""So many are asked at one tick; thousands are through within the hour."""
_TOKEN_BYTES = 24  # 192 bits: nobody finds an address by trying
_SECRET_BYTES = 32


def note_hub(
    connection: Connection,
    channel: Channel,
    state: ChannelState,
    response: Response | None,
    announced: Announced,
    now: datetime,
) -> None:
    """Keep what a feed announces about hubs: the first of them is asked. A document that was cut
    short says nothing about what it lacks."""
    if channel.kind != "feed" or response is None:
        return
    header = links_of_header(response.headers.get("link", ""), response.final_url)
    links = joined_links(header, announced.links)
    if links.hubs or announced.complete:
        hub = links.hubs[0] if links.hubs else None
        topic = topic_of(channel.url, links.own, response.final_url)
        subscriptions.announce(connection, state.id, hub, topic, now)


class Hubs:
    """All subscriptions of one process; `look` is called at every tick, one at a time."""

    def __init__(self, services: Services) -> None:
        self.services = services
        self._min_intervals = subscriptions.min_intervals(services.catalog.sources.values())
        self._settled = False

    async def look(self) -> None:
        """Do what is due. What goes wrong is logged: polling must not suffer from it. Errors of the
        database carry the values they were about, secrets among them: they are only named."""
        try:
            await self._look()
        except MonitorError as error:
            log.warning("hubs: %s; trying again later", error)
        except SQLAlchemyError as error:
            log.error("hubs: this look failed: %s", type(error).__name__)
        except Exception:
            log.exception("hubs: this look failed")

    async def _look(self) -> None:
        if not self._settled:  # sources and address stay the same as long as a process lives
            await self._leave_unwanted()
            self._settled = True
        now, base_url = self.services.now(), self.services.base_url
        due, pushed = await self.services.read(
            lambda connection: (
                subscriptions.due(connection, now, AT_ONCE, only_leaving=base_url is None),
                subscriptions.to_hasten(connection, self._min_intervals),
            )
        )
        if pushed:
            await self.services.write(
                lambda connection: subscriptions.hasten(connection, self._min_intervals)
            )
        ended = await asyncio.gather(*(self._ask(each) for each in due), return_exceptions=True)
        for error in filter(None, ended):  # no hub keeps the others from being asked
            raise error

    async def _leave_unwanted(self) -> None:
        now = self.services.now()
        await self.services.write(
            lambda connection: subscriptions.leave_unwanted(
                connection, self._min_intervals.keys(), self.services.base_url, now
            )
        )

    async def _ask(self, waiting: Subscription) -> None:
        """Ask one hub for what is due; that it is asked is written down before."""
        now = self.services.now()
        base_url = waiting.base_url or self.services.base_url
        assert base_url is not None
        token, secret = secrets.token_urlsafe(_TOKEN_BYTES), secrets.token_hex(_SECRET_BYTES)
        each = await self.services.write(
            lambda connection: subscriptions.ask(
                connection, waiting, base_url=base_url, token=token, secret=secret, now=now
            )
        )
        if each is None:
            return
        failure = await self._post(each)
        pause = pause_after(
            each.attempts,
            chance=self.services.chance(),
            asked=failure.retry_after if failure else None,
        )
        if failure is None:
            log.info("%s: asked %s to %s", each.topic, each.hub_host, each.asked)
            wait = max(CONFIRM_WITHIN, pause)
            await self.services.write(
                lambda connection: subscriptions.asked(connection, each, wait)
            )
            return
        log.warning("%s: the hub %s: %s", each.topic, each.hub_host, failure.detail)
        ended = self.services.now()
        await self.services.write(
            lambda connection: subscriptions.refused(
                connection, each, failure.detail, now=ended, again_at=ended + pause
            )
        )

    async def _post(self, each: Subscription) -> Failure | None:
        base_url, token, secret = each.base_url or "", each.token or "", each.secret or ""
        form = request_form(
            each.asked or "", topic=each.topic, callback=callback_of(base_url, token), secret=secret
        )
        failure = await self.services.fetcher.post(each.hub, form, spacing=HUB_SPACING)
        if failure is not None and (token in failure.detail or secret in failure.detail):
            # A hub may lead on to an address made of what it was sent; that stays between us.
            return replace(failure, detail="the hub led on to an address that it may not show")
        return failure
