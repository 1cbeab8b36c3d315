"""Several passes at once, passes that are stopped, and owners that are gone."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import Connection

from monitor.newsroom import faults
from monitor.workers import claims
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from storage.repositories import channels, leases
from tests.workers.bench import Bench, open_bench, small_world

HOST = socket.gethostname()


def pages_asked_for(bench: Bench) -> Counter[str]:
    return Counter(
        f"{one.site} {one.target}"
        for one in bench.room.ledger.requests()
        if one.target.startswith("/news/")
    )


@pytest.mark.network
def test_two_passes_at_once_share_the_work(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench:
            # Only what is due: whoever comes later finds it held, or done.
            reports = await asyncio.gather(*(bench.poll() for _ in range(3)))
            assert sum(t.stored for report in reports for t in report.sources) == 12
            assert sum(len(t.channels) for report in reports for t in report.sources) == 3
            await bench.assert_exact()
            assert set(pages_asked_for(bench).values()) == {1}
            assert await bench.holders() == set()

    asyncio.run(scenario())


@pytest.mark.network
@pytest.mark.parametrize("how", ["stopped", "cancelled"])
def test_a_pass_that_is_broken_off_gives_everything_back(
    how: str, tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench:
            bench.room.fail("*", "/news/*", faults.drip(chunk=400, pause=0.05))
            stop = asyncio.Event()
            passing = asyncio.create_task(bench.poll(stop=stop))
            while not pages_asked_for(bench):
                await asyncio.sleep(0.01)
            if how == "stopped":
                stop.set()
                await passing
            else:
                passing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await passing
            assert len(await bench.archive()) < 12
            assert await bench.holders() == set()
            bench.room.heal()
            await bench.poll(everything=True)
            await bench.assert_exact()

    asyncio.run(scenario())


@pytest.mark.network
def test_a_pass_that_hangs_is_stopped_all_the_same(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.workers.runner.GRACE_SECONDS", 0.2)

    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench:
            bench.room.fail("g001", "*", faults.stall())
            stop = asyncio.Event()
            passing = asyncio.create_task(bench.poll(stop=stop))
            while len(await bench.archive()) < 8:
                await asyncio.sleep(0.05)
            stop.set()
            report = await asyncio.wait_for(passing, 10)
            assert [tally.stored for tally in report.sources] == [0, 4, 4]
            assert await bench.holders() == set()

    asyncio.run(scenario())


@pytest.mark.network
def test_what_a_dead_process_held_is_taken_over_at_once(tmp_path: Path, sandbox: Sandbox) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench:
            await claim_everything(bench, f"{HOST}:{dead_pid()}:0123abcd.ef")
            report = await bench.poll()
            assert report.held == 0
            await bench.assert_exact()

    asyncio.run(scenario())


@pytest.mark.network
def test_what_another_host_held_is_taken_when_its_lease_has_run_out(
    tmp_path: Path, sandbox: Sandbox
) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench:
            await claim_everything(bench, "elsewhere:1:0123abcd.ef")
            assert (await bench.poll()).held == 3
            assert await bench.archive() == []
            await bench.later(minutes=4.9).poll()
            assert await bench.archive() == []
            await bench.later(minutes=5.1).poll()
            await bench.assert_exact()

    asyncio.run(scenario())


@pytest.mark.network
def test_a_lease_is_renewed_while_its_owner_works(
    tmp_path: Path, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("monitor.workers.runner.RENEW_SECONDS", 0.05)

    async def scenario() -> None:
        async with open_bench(small_world(sites=1), tmp_path, sandbox) as bench:
            bench.room.fail("g001", "/feed.xml", faults.stall(3))
            passing = asyncio.create_task(bench.poll())
            while not bench.room.ledger.requests():
                await asyncio.sleep(0.01)
            bench.room.advance(minutes=10)
            await asyncio.sleep(0.5)
            assert (await bench.poll()).held == 1
            await passing
            await bench.assert_exact()

    asyncio.run(scenario())


async def claim_everything(bench: Bench, owner: str) -> None:
    """Claim every channel as a pass of another process does, which then goes on to die."""
    async with bench.services(owner=owner) as services:
        keys = [(s.id, c.url) for s in services.catalog.sources.values() for c in s.channels]

        def claim(connection: Connection) -> None:
            channels.register(connection, keys)
            ids = [state.id for state in channels.load(connection, keys)]
            now, until = services.now(), services.lease_end
            channels.claim(connection, ids, owner=owner, now=now, until=until)

        await services.write(claim)
        assert await services.read(leases.holders) == {owner}


def dead_pid() -> int:
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def test_who_is_gone() -> None:
    own = claims.new_owner()
    assert own != claims.new_owner()
    assert not claims.is_gone(own)
    assert not claims.is_gone(claims.new_owner())
    assert claims.is_gone(f"{HOST}:{dead_pid()}:0123abcd.ef")
    assert claims.is_gone(f"{HOST}:{os.getpid()}:0123abcd.ef")  # a pid is given out again
    assert not claims.is_gone(f"{HOST}:{os.getppid()}:0123abcd.ef")
    assert not claims.is_gone(f"elsewhere:{dead_pid()}:0123abcd.ef")
    for strange in ("", ":", "me", f"{HOST}:me:1", f"{HOST}::", f"{HOST}:{10**30}:1"):
        assert not claims.is_gone(strange)


@pytest.mark.network
def test_an_error_in_one_source_stops_no_other_one(
    tmp_path: Path, sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    async def scenario() -> None:
        async with open_bench(small_world(), tmp_path, sandbox) as bench, bench.services() as s:
            sources = list(s.catalog.sources.values())
            broken = sources[0].model_copy(update={"include": ("(",)})
            report = await run_pass(s, [broken, *sources[1:]])
            assert [tally.stored for tally in report.sources] == [0, 4, 4]
            assert report.needs_a_look
            [(_, poll)] = report.sources[0].channels
            assert poll.failure is not None
            assert poll.failure.code == "internal.error"

    asyncio.run(scenario())
    assert "feed.xml: unexpected error" in caplog.text
