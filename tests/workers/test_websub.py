"""Hubs over real sockets: asked for, asked back, pushed, renewed, denied, down, refused, left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import RedirectResponse, Response

from monitor.fetch.client import Fetcher
from monitor.pipeline.websub import SubscriptionState
from monitor.web.routes.websub import BODY_LIMIT, BURST
from monitor.workers.sandbox import Sandbox
from monitor.workers.schedule import Schedule
from monitor.workers.websub import Hubs
from storage.repositories import subscriptions
from tests.workers.hub import START, Desk, Herald, open_desk

pytestmark = pytest.mark.network

Scene = Callable[[Desk], Awaitable[None]]
Play = Callable[..., None]


@pytest.fixture
def play(tmp_path: Path, sandbox: Sandbox) -> Play:
    """Runs a scene at a desk."""

    def run(scene: Scene, herald: Herald | None = None, **settings: Any) -> None:
        async def whole() -> None:
            async with open_desk(tmp_path, sandbox, herald, **settings) as desk:
                await scene(desk)

        asyncio.run(whole())

    return run


async def subscribed(desk: Desk) -> None:
    await desk.poll()
    await desk.look()
    assert (await desk.one()).state is SubscriptionState.ACTIVE


def test_a_push_is_stored_within_one_tick(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        stored: list[int] = []
        schedule = Schedule(
            desk.services,
            tick=0.05,
            on_pass=lambda report: stored.append(sum(each.stored for each in report.sources)),
        )
        running = asyncio.create_task(schedule.run())
        async with asyncio.timeout(60):
            while sum(stored) < 2 or not desk.herald.said:
                await asyncio.sleep(0.02)
            assert (await desk.one()).state is SubscriptionState.ACTIVE
            desk.later(minutes=2)
            reads = desk.herald.reads
            desk.herald.stories = 3
            assert await desk.herald.push() == 202
            while sum(stored) < 3:
                await asyncio.sleep(0.02)
        assert desk.herald.reads == reads + 1
        schedule.stop()
        await running

    play(scene)


def test_what_is_asked_and_kept(play: Play, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    ours = ("monitor", "uvicorn", "httpcore", "sqlalchemy", "apscheduler")

    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        [form] = desk.herald.asked
        assert form["hub.mode"] == "subscribe"
        assert form["hub.topic"] == desk.feed
        assert form["hub.lease_seconds"] == "864000"
        assert len(form["hub.secret"]) >= 32
        assert form["hub.callback"].startswith(f"{desk.services.base_url}/websub/")
        kept = await desk.one()
        assert kept.lease_until == desk.now + timedelta(days=10)
        assert kept.since == desk.now
        await desk.look()
        assert len(desk.herald.asked) == 1
        lines = [each.getMessage() for each in caplog.records if each.name.startswith(ours)]
        assert any("subscribe" in line for line in lines)
        for secret in (kept.token, kept.secret):
            assert secret
            assert [line for line in lines if secret in line] == []

    play(scene)


def test_a_push_comes_no_faster_than_allowed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        desk.later(seconds=20)
        assert await desk.herald.push() == 202
        assert await desk.next_poll() == (
            START + timedelta(minutes=1),
            "pushed: its hub says that something is new",
        )

    play(scene)


def test_a_push_in_the_middle_of_a_reading_is_not_lost(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        desk.later(minutes=45)
        desk.herald.reading = asyncio.Event()
        polling = asyncio.create_task(desk.poll())
        async with asyncio.timeout(30):
            while desk.herald.reads < 2:
                await asyncio.sleep(0.01)
        desk.later(seconds=5)
        assert await desk.herald.push() == 202
        desk.herald.reading.set()
        await polling
        planned, _ = await desk.next_poll()
        assert planned is not None
        allowed = desk.now + timedelta(seconds=55)
        assert planned > allowed
        await desk.look()
        assert (await desk.next_poll())[0] == allowed

    play(scene)


@pytest.mark.parametrize("how", [{"secret": "wrong"}, {"method": "md5"}])
def test_a_wrong_signature_has_no_effect(play: Play, how: dict[str, str]) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        planned = await desk.next_poll()
        desk.later(minutes=2)
        assert await desk.herald.push(**how) == 202  # type: ignore[arg-type]
        assert await desk.next_poll() == planned
        kept = await desk.one()
        assert (kept.pushes, kept.forged, kept.pushed_at) == (0, 1, None)

    play(scene)


def test_a_push_that_is_too_long_is_refused(play: Play) -> None:
    async def chunks() -> Any:
        for _ in range(5):
            yield b"x" * (BODY_LIMIT // 4)

    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        callback = desk.herald.asked[0]["hub.callback"]
        assert await desk.herald.push(b"x" * BODY_LIMIT) == 202
        assert await desk.herald.push(b"x" * (BODY_LIMIT + 1)) == 413
        async with httpx.AsyncClient(trust_env=False) as client:
            assert (await client.post(callback, content=chunks())).status_code == 413
        assert (await desk.one()).pushes == 1

    play(scene)


def test_pushes_are_limited(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        said = [await desk.herald.push() for _ in range(BURST + 1)]
        assert said == [202] * BURST + [429]
        desk.later(seconds=10)
        assert await desk.herald.push() == 202

    play(scene)


def test_renewal_comes_before_the_lease_ends(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        begun = desk.now
        desk.later(minutes=39)
        await desk.look()
        assert len(desk.herald.asked) == 1
        desk.later(minutes=2)
        await desk.look()
        assert len(desk.herald.asked) == 2
        assert desk.herald.asked[0] == desk.herald.asked[1]
        kept = await desk.one()
        assert kept.since == begun
        assert kept.lease_until == desk.now + timedelta(hours=1)

    play(scene, Herald(verifies=3600))


def test_a_renewal_that_fails_keeps_what_there_is(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        desk.later(minutes=41)
        desk.herald.answers = [Response(status_code=500)]
        await desk.look()
        kept = await desk.one()
        assert kept.is_active(desk.now)
        assert kept.reason
        assert "500" in kept.reason
        desk.herald.answers = [Response(status_code=500)]
        desk.later(minutes=30)
        await desk.look()
        assert (await desk.one()).state is SubscriptionState.FAILING

    play(scene, Herald(verifies=3600))


def test_only_what_was_asked_for_is_confirmed(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        await desk.look()
        [form] = desk.herald.asked
        back = desk.herald.ask_back
        assert (await desk.one()).state is SubscriptionState.PENDING
        assert await back(form, topic="https://other.example/") == ""
        assert await back(form, mode="unsubscribe") == ""
        assert await back(form, mode="publish") == ""
        assert await back({**form, "hub.callback": form["hub.callback"][:-1]}) == ""
        assert (await desk.one()).state is SubscriptionState.PENDING
        assert await back(form) == "a-challenge"
        assert await back(form) == ""  # confirmed: nothing is asked for any more
        assert desk.herald.said == [404, 404, 404, 404, 200, 404]

    play(scene, Herald(verifies=None))


def test_a_hub_that_does_not_ask_back_is_asked_again(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        await desk.look()
        desk.later(minutes=59)
        await desk.look()
        assert len(desk.herald.asked) == 1
        desk.later(minutes=2)
        await desk.look()
        assert len(desk.herald.asked) == 2
        assert (await desk.one()).reason == "the hub has not asked back"

    play(scene, Herald(verifies=None))


def test_a_denial_is_kept_and_tried_again_another_day(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        await desk.look()
        [form] = desk.herald.asked
        await desk.herald.ask_back(form, mode="denied", reason="not\nhere")
        kept = await desk.one()
        assert (kept.state, kept.reason) == (
            SubscriptionState.DENIED,
            "denied by the hub: not here",
        )
        assert await desk.herald.ask_back(form) == ""
        desk.later(hours=23)
        await desk.look()
        assert len(desk.herald.asked) == 1
        desk.later(hours=2)
        await desk.look()
        assert len(desk.herald.asked) == 2

    play(scene, Herald(verifies=None))


def test_a_hub_that_refuses_is_asked_less_and_less(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        pauses = []
        for _ in range(12):
            desk.herald.answers = [Response(status_code=500)]
            await desk.look()
            kept = await desk.one()
            assert kept.state is SubscriptionState.FAILING
            pauses.append(kept.next_attempt_at - desk.now)
            desk.now = kept.next_attempt_at
        assert pauses[:3] == [timedelta(minutes=each) for each in (5, 10, 20)]
        assert pauses[-1] == timedelta(days=1)
        await desk.look()
        assert (await desk.one()).state is SubscriptionState.ACTIVE

    play(scene)


def test_a_hub_that_is_down_loses_nothing(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        report = await desk.poll()
        await desk.look()
        kept = await desk.one()
        assert kept.state is SubscriptionState.FAILING
        assert kept.next_attempt_at == desk.now + timedelta(minutes=5)
        desk.herald.stories = 3
        desk.later(minutes=45)
        report = await desk.poll()
        assert sum(each.stored for each in report.sources) == 1

    play(scene, Herald(hub="http://127.0.0.1:9/hub"))


@pytest.mark.parametrize("hub", ["http://10.0.0.1/hub", "http://169.254.169.254/hub"])
def test_a_private_hub_is_refused_by_the_guard(play: Play, hub: str) -> None:
    """Whatever the feed says: a form is posted to no address that a page would not be read from."""

    async def scene(desk: Desk) -> None:
        await desk.poll()
        async with Fetcher() as guarded:
            await Hubs(replace(desk.services, fetcher=guarded)).look()
        kept = await desk.one()
        assert kept.state is SubscriptionState.FAILING
        assert kept.reason
        assert "not a public address" in kept.reason

    play(scene, Herald(hub=hub))


def test_redirects_stay_on_the_host(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        desk.herald.answers = [RedirectResponse("/moved", 307)]
        await desk.poll()
        await desk.look()
        assert len(desk.herald.asked) == 2
        assert (await desk.one()).state is SubscriptionState.ACTIVE

    play(scene)


@pytest.mark.parametrize(("status", "why"), [(307, "another host"), (302, "answered 302")])
def test_other_redirects_are_not_followed(play: Play, status: int, why: str) -> None:
    async def scene(desk: Desk) -> None:
        port = desk.herald.base.rpartition(":")[2]
        desk.herald.answers = [RedirectResponse(f"http://localhost:{port}/moved", status)]
        await desk.poll()
        await desk.look()
        assert len(desk.herald.asked) == 1
        assert why in ((await desk.one()).reason or "")

    play(scene)


def test_a_hub_that_goes_is_left(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        desk.herald.hub, desk.herald.stories = None, 3
        desk.later(hours=25)
        await desk.poll()
        kept = await desk.one()
        assert kept.state is SubscriptionState.LEAVING
        assert await desk.herald.push() == 410
        await desk.look()
        assert desk.herald.asked[1]["hub.mode"] == "unsubscribe"
        assert desk.herald.asked[1]["hub.callback"] == desk.herald.asked[0]["hub.callback"]
        assert await desk.kept() == []
        assert await desk.herald.push() == 404

    play(scene)


def test_a_hub_that_never_confirms_the_end_is_left_all_the_same(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        await desk.look()
        await desk.herald.ask_back(desk.herald.asked[0])
        desk.herald.hub, desk.herald.stories = None, 3
        desk.later(hours=25)
        await desk.poll()
        for _ in range(5):
            await desk.look()
            desk.later(hours=25)
        assert [form["hub.mode"] for form in desk.herald.asked] == ["subscribe"] + [
            "unsubscribe"
        ] * 3
        assert await desk.kept() == []

    play(scene, Herald(verifies=None))


def test_another_address_of_ours_is_another_subscription(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        old = await desk.one()
        base = f"{desk.services.base_url}/elsewhere"
        restarted = Hubs(replace(desk.services, base_url=base))
        desk.herald.verifies = None
        await restarted.look()
        modes = {form["hub.mode"]: form["hub.callback"] for form in desk.herald.asked[1:]}
        assert modes["unsubscribe"].endswith(old.token or "?")
        assert modes["subscribe"].startswith(f"{base}/websub/")
        assert not modes["subscribe"].endswith(old.token or "?")
        assert {each.state for each in await desk.kept()} == {
            SubscriptionState.PENDING,
            SubscriptionState.LEAVING,
        }

    play(scene)


def test_a_source_that_goes_is_left(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await subscribed(desk)
        await desk.services.write(
            lambda connection: subscriptions.leave_unwanted(
                connection, set(), desk.services.base_url, desk.now
            )
        )
        await desk.look()
        assert desk.herald.asked[-1]["hub.mode"] == "unsubscribe"
        assert await desk.kept() == []

    play(scene)


def test_without_an_address_of_ours_nobody_is_asked(play: Play) -> None:
    async def scene(desk: Desk) -> None:
        await desk.poll()
        await desk.look()
        assert desk.herald.asked == []
        assert (await desk.one()).state is SubscriptionState.ANNOUNCED
        assert desk.services.base_url is None

    play(scene, base_url=None)
