"""Source → entries: read one channel, keep what it announces, plan the next poll."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from config.source import Channel, Source
from monitor.model import (
    Announced,
    ChannelState,
    Failure,
    Move,
    Poll,
    PollStatus,
    Response,
)
from monitor.pipeline.channel_window import Window, observe
from monitor.pipeline.follow_move import after_reading, where_to_ask
from monitor.pipeline.freshness import freshness
from monitor.pipeline.plan_poll import Plan, plan_poll
from monitor.workers.addressing import addressed
from monitor.workers.find_gap import note_gap
from monitor.workers.freshness import conditions, next_validators, was_lied_to
from monitor.workers.read_channel import read_channel, request
from monitor.workers.services import Services
from monitor.workers.websub import note_hub
from storage.repositories import channels, entries
from storage.repositories.channels import Polled

_MAY_BE_OUR_LINE = frozenset({"fetch.dns", "fetch.dns_temp", "fetch.unreachable"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one visit to a channel brought: an answer, and what it announces, or a failure.

    `asked` is the address that was asked last; `body_hash` is the one to remember."""

    asked: str
    response: Response | None
    announced: Announced | None
    failure: Failure | None
    body_hash: str | None

    @property
    def status(self) -> PollStatus:
        if self.failure is not None:
            return PollStatus.FAILED
        return PollStatus.UNCHANGED if self.announced is None else PollStatus.OK


async def poll_channel(
    services: Services, source: Source, channel: Channel, state: ChannelState
) -> Poll:
    """One poll of a claimed channel. Entries, validators and a gap are kept together."""
    started = services.now()
    reading = await _read(services, source, channel, state)
    ended = services.now()
    if reading.announced is None:
        return await _note(services, source, channel, state, reading, started, ended)
    announced, response = reading.announced, reading.response
    found = addressed(source, channel, announced, ended)
    keys = {each.key for each in found}

    def keep(connection: Connection) -> Poll:
        kept = entries.keep(connection, source.id, state.id, found, ended)
        unseen = len(kept.unseen)
        window = observe(
            announced,
            wanted=len(keys),
            new=unseen,
            now=ended,
            last_read_at=state.last_success_at,
        )
        complete = announced.complete
        gap = note_gap(connection, state, window, keys, complete=complete, at=started)
        plan = _plan(services, source, channel, state, reading, window, ended)
        poll = replace(_poll(reading, plan, started, ended), found=len(found), new=kept.new)
        channels.record(
            connection,
            state,
            poll,
            validators=next_validators(
                state,
                response,
                announced,
                reading.failure,
                new=unseen,
                lied=was_lied_to(state, found, kept.unseen, started),
            ),
            body_hash=reading.body_hash,
            hints=announced.hints,
            full_read_at=started if complete else None,
            move=_move(channel, state, reading, started),
        )
        if services.polls(source.id):
            note_hub(connection, channel, state, response, announced, ended)
        return replace(poll, gap=gap)

    return await services.write(keep)


async def _note(
    services: Services,
    source: Source,
    channel: Channel,
    state: ChannelState,
    reading: Reading,
    started: datetime,
    ended: datetime,
) -> Poll:
    """A poll that announced nothing touches its channel only: it is written with others."""
    plan = _plan(services, source, channel, state, reading, None, ended)
    poll = _poll(reading, plan, started, ended)
    validators = next_validators(state, reading.response, None, reading.failure, new=0)
    move = _move(channel, state, reading, started)
    await services.note_poll(Polled(state, poll, validators, reading.body_hash, move=move))
    return poll


async def note_defect(
    services: Services, source: Source, channel: Channel, state: ChannelState, error: Exception
) -> Poll:
    """A defect of ours, met on one channel: it is recorded there and backs off like any failure,
    so that it neither stops the other channels nor asks again at every tick."""
    now = services.now()
    failure = Failure("internal.error", f"{type(error).__name__}: {error}")
    reading = Reading(channel.url, None, None, failure, state.body_hash)
    poll = _poll(reading, _plan(services, source, channel, state, reading, None, now), now, now)
    await services.note_poll(
        Polled(state, poll, state.validators, state.body_hash, move=state.move)
    )
    return poll


async def _read(
    services: Services, source: Source, channel: Channel, state: ChannelState
) -> Reading:
    """The channel where it is: at its address, at the one it moved to, or whichever answers."""
    places = where_to_ask(channel.url, state.move, state.failures, services.now())
    for address in places:
        reading = await _read_at(services, source, channel, state, address)
        if reading.failure is None:
            break
    return reading


async def _read_at(
    services: Services, source: Source, channel: Channel, state: ChannelState, address: str
) -> Reading:
    rules = _rules(source, channel)
    same_rules = state.body_hash is None or state.body_hash.startswith(rules)
    validators = conditions(state, services.now()) if same_rules else None
    response = await request(services.fetcher, source, channel, validators, url=address)
    if isinstance(response, Failure):
        return Reading(address, None, None, response, state.body_hash)
    if response.not_modified:
        return Reading(address, response, None, None, state.body_hash)
    body_hash = f"{rules}:{channels.body_hash(response.body)}"
    # A full reading is one in earnest: an index that reads the same may lead to changed children.
    if validators is not None and body_hash == state.body_hash:
        return Reading(address, response, None, None, body_hash)
    announced = await read_channel(
        services.fetcher,
        services.sandbox,
        source,
        channel,
        body=response.body,
        url=response.final_url,
        content_type=response.content_type,
    )
    if isinstance(announced, Failure):
        return Reading(address, response, None, announced, state.body_hash)
    # Else the same bytes are to be read again: what is cut off, and an index, which may read the
    # same while the sitemaps that it leads to have changed.
    whole = announced.complete and not announced.more
    return Reading(address, response, announced, None, body_hash if whole else state.body_hash)


def _rules(source: Source, channel: Channel) -> str:
    """Names what the source's file says about reading the channel: other rules, another reading."""
    said = (channel.model_dump_json(), source.include, source.exclude, source.timezone)
    return hashlib.sha256(repr(said).encode()).hexdigest()[:8]


def _plan(
    services: Services,
    source: Source,
    channel: Channel,
    state: ChannelState,
    reading: Reading,
    window: Window | None,
    now: datetime,
) -> Plan:
    failure, response, announced = reading.failure, reading.response, reading.announced
    return plan_poll(
        now=now,
        every=source.every_of(channel),
        min_interval=source.min_interval_of(channel),
        interval=state.interval,
        turnover=state.turnover,
        failures=_failures(state, failure),
        retry_after=failure.retry_after if failure else None,
        chance=services.chance(),
        window=window,
        hints=announced.hints if announced else state.hints,
        fresh_for=freshness(response.headers, now) if response and not failure else None,
        gone=failure is not None and failure.status == 410,
    )


def _failures(state: ChannelState, failure: Failure | None) -> int:
    """How many failures in a row slow the channel down. What is as well this machine's own line
    that is down slows it once only: hours after the line is back are hours without news."""
    if failure is None:
        return 0
    return 1 if failure.code in _MAY_BE_OUR_LINE else state.failures + 1


def _poll(reading: Reading, plan: Plan, started: datetime, ended: datetime) -> Poll:
    failure, response, announced = reading.failure, reading.response, reading.announced
    return Poll(
        started_at=started,
        elapsed=ended - started,
        status=reading.status,
        http=response.status if response else failure.status if failure else None,
        size=len(response.body) if response else 0,
        found=0,
        new=0,
        next_poll_at=plan.next_at,
        plan_reason=plan.reason,
        plan=plan.why,
        interval=plan.interval,
        turnover=plan.turnover,
        warnings=announced.warnings if announced else (),
        failure=failure,
    )


def _move(channel: Channel, state: ChannelState, reading: Reading, now: datetime) -> Move | None:
    """What is believed of the channel's having moved. A failure changes nothing about it."""
    if reading.failure is not None or reading.response is None:
        return state.move
    move = after_reading(
        channel.url,
        state.move,
        asked=reading.asked,
        permanent_url=reading.response.permanent_url,
        now=now,
    )
    places = where_to_ask(channel.url, state.move, state.failures, now)
    if move is not None and channel.url in places:  # asked there too, if in vain
        return replace(move, asked_at=now)
    return move
