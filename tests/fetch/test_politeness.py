from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from monitor.fetch.politeness import Politeness
from monitor.model import Failure

BUSY = Failure("http.429", "a.kz asks for fewer requests (429)", status=429)
NONE, TWO, MINUTE = timedelta(0), timedelta(seconds=2), timedelta(seconds=60)


def polite(time: Any) -> Politeness:
    return Politeness(clock=time.clock, sleep=time.sleep, patience=MINUTE)


def test_the_pause_runs_from_the_end_of_one_to_the_start_of_the_next(
    run: Callable[..., Any], time: Any
) -> None:
    async def scene() -> None:
        politeness = polite(time)
        for seconds in (0, 5, 0):
            async with politeness.turn("a:80", TWO):
                time.pass_by(seconds=seconds)
        time.pass_by(seconds=0.5)
        async with politeness.turn("a:80", TWO):
            pass
        async with politeness.turn("b:80", TWO):
            pass

    run(scene())
    assert time.slept == [2, 2, 1.5]


def test_one_at_a_time_and_in_order(run: Callable[..., Any], time: Any) -> None:
    seen: list[str] = []

    async def visit(politeness: Politeness, name: str) -> None:
        async with politeness.turn("a:80", NONE):
            seen.append(f"in {name}")
            await asyncio.sleep(0)
            seen.append(f"out {name}")

    async def scene() -> None:
        politeness = polite(time)
        await asyncio.gather(*(visit(politeness, name) for name in "xyz"))

    run(scene())
    assert seen == ["in x", "out x", "in y", "out y", "in z", "out z"]


def test_a_long_quiet_refuses_and_a_short_one_is_waited_for(
    run: Callable[..., Any], time: Any
) -> None:
    async def scene() -> list[Failure | None]:
        politeness, given = polite(time), []
        politeness.hold("a:80", timedelta(minutes=20), BUSY)
        for minutes in (0, 12, 7.5, 0):
            time.pass_by(minutes=minutes)
            async with politeness.turn("a:80", NONE) as refused:
                given.append(refused)
        return given

    first, second, third, fourth = run(scene())
    assert (first.code, first.retry_after) == ("http.429", timedelta(minutes=20))
    assert second.retry_after == timedelta(minutes=8)
    assert third is None
    assert fourth is None
    assert time.slept == [30]


def test_a_host_that_is_down_is_not_waited_for(run: Callable[..., Any], time: Any) -> None:
    async def scene() -> Failure | None:
        politeness = polite(time)
        down = Failure("fetch.refused", "a refused the connection")
        politeness.hold("a:80", timedelta(seconds=30), down, waits=False)
        async with politeness.turn("a:80", NONE) as refused:
            return refused

    refused = run(scene())
    assert refused.code == "fetch.refused"
    assert time.slept == []


def test_a_shorter_quiet_does_not_end_a_longer_one(run: Callable[..., Any], time: Any) -> None:
    async def scene() -> Failure | None:
        politeness = polite(time)
        politeness.hold("a:80", timedelta(hours=2), BUSY)
        politeness.hold("a:80", timedelta(seconds=30), BUSY)
        async with politeness.turn("a:80", NONE) as refused:
            return refused

    assert run(scene()).retry_after == timedelta(hours=2)


def test_a_clock_set_back_does_not_stretch_the_pause(run: Callable[..., Any], time: Any) -> None:
    async def scene() -> None:
        politeness = polite(time)
        async with politeness.turn("a:80", TWO):
            pass
        time.pass_by(hours=-1)
        async with politeness.turn("a:80", TWO):
            pass

    run(scene())
    assert time.slept == [2]


def test_a_visit_that_was_cancelled_leaves_the_turn_to_the_next(
    run: Callable[..., Any], time: Any
) -> None:
    async def scene() -> bool:
        politeness = polite(time)
        entered = asyncio.Event()

        async def stuck() -> None:
            async with politeness.turn("a:80", NONE):
                entered.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(stuck())
        await entered.wait()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        async with politeness.turn("a:80", NONE) as refused:
            return refused is None

    assert run(scene())


def test_sites_at_rest_are_forgotten_and_held_ones_are_not(
    run: Callable[..., Any], time: Any
) -> None:
    async def scene() -> tuple[int, Failure | None]:
        politeness = polite(time)
        politeness.hold("held:80", timedelta(hours=20), BUSY)
        for number in range(6000):
            time.pass_by(seconds=10)
            async with politeness.turn(f"{number}:80", TWO):
                pass
        async with politeness.turn("held:80", TWO) as refused:
            return len(politeness._sites), refused

    kept, refused = run(scene())
    assert kept < 2100
    assert refused is not None


def test_a_longer_pause_is_kept_before_whoever_comes_next(
    run: Callable[..., Any], time: Any
) -> None:
    async def scene() -> None:
        politeness = polite(time)
        for spacing in (5 * TWO, TWO, TWO, NONE, NONE):
            async with politeness.turn("a:80", spacing):
                pass

    run(scene())
    assert time.slept == [10, 2, 2]
