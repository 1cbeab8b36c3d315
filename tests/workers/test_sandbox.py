"""Children that hang, die, grow or fail cost one Failure and nothing else."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

import pytest

from monitor.model import Article, Failure, Fate
from monitor.pipeline.extract_article import extract_article
from monitor.workers.sandbox import Sandbox

T = TypeVar("T")

_kept: list[bytes] = []


def add(one: int, other: int = 0) -> int:
    return one + other


def pid() -> int:
    return os.getpid()


def loop_for_ever() -> None:
    while True:
        pass


def sleep_for_ever() -> None:
    time.sleep(10_000)


def take_memory() -> int:
    return len(bytearray(8 * 1024**3))


def keep_memory(size: int) -> int:
    _kept.append(b"x" * size)
    return os.getpid()


def read_nowhere() -> None:
    ctypes.string_at(0)


def fail() -> None:
    raise ValueError("not what it seems")


def open_socket() -> str:
    try:
        socket.create_connection(("127.0.0.1", 9), timeout=1)
    except PermissionError:
        return "refused"
    return "opened"


def interrupt_signal() -> bool:
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as shared:
        yield shared


def run(sandbox: Sandbox, function: Callable[..., T], *args: Any, **options: Any) -> T | Failure:
    return asyncio.run(sandbox.run(function, *args, **options))


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def failure(value: object) -> Failure:
    assert isinstance(value, Failure)
    return value


def test_gives_the_value_of_the_function(sandbox: Sandbox) -> None:
    assert run(sandbox, add, 2, other=3, timeout=30) == 5


def test_extracts_a_page(sandbox: Sandbox) -> None:
    page = f"<html><h1>A title</h1><article><p>{'One sentence. ' * 40}</p></article></html>"
    article = run(sandbox, extract_article, page.encode(), url="https://example.org/a", timeout=30)
    assert isinstance(article, Article)
    assert article.title == "A title"


def test_an_endless_loop_is_killed_and_the_next_task_works(sandbox: Sandbox) -> None:
    failed = failure(run(sandbox, loop_for_ever, timeout=0.5))
    assert (failed.code, failed.fate) == ("parse.timeout", Fate.QUARANTINE)
    assert run(sandbox, add, 1, timeout=30) == 1


def test_the_fate_is_the_callers(sandbox: Sandbox) -> None:
    failed = failure(run(sandbox, sleep_for_ever, timeout=0.3, fate=Fate.RETRY))
    assert failed.fate is Fate.RETRY


def test_too_much_memory_is_refused(sandbox: Sandbox) -> None:
    assert failure(run(sandbox, take_memory, timeout=30)).code == "parse.memory"


def test_a_crash_is_survived(sandbox: Sandbox) -> None:
    assert failure(run(sandbox, read_nowhere, timeout=30)).code == "parse.crash"
    assert run(sandbox, add, 1, timeout=30) == 1


def test_an_exception_is_a_failure_with_its_type_and_message(sandbox: Sandbox) -> None:
    failed = failure(run(sandbox, fail, timeout=30))
    assert failed.code == "parse.error"
    assert "ValueError: not what it seems" in failed.detail


def test_an_idle_child_that_is_killed_is_replaced() -> None:
    with Sandbox(workers=1) as sandbox:
        first = run(sandbox, pid, timeout=30)
        assert isinstance(first, int)
        os.kill(first, signal.SIGKILL)
        while is_alive(first):
            time.sleep(0.05)
        time.sleep(0.3)  # the pool looks after its children every 0.1 s
        second = run(sandbox, pid, timeout=30)
        assert isinstance(second, int)
        assert second != first


def test_children_open_no_sockets_and_ignore_ctrl_c(sandbox: Sandbox) -> None:
    assert run(sandbox, open_socket, timeout=30) == "refused"
    assert run(sandbox, interrupt_signal, timeout=30) is True


def test_children_are_replaced_after_so_many_tasks() -> None:
    with Sandbox(workers=1, max_tasks=2) as sandbox:
        seen = [run(sandbox, pid, timeout=30) for _ in range(4)]
    assert len(set(seen)) == 2
    assert os.getpid() not in seen


def test_a_child_that_has_grown_is_replaced_before_its_next_task() -> None:
    with Sandbox(workers=1, grown=600 * 1024**2) as sandbox:
        first = run(sandbox, keep_memory, 1024, timeout=30)
        large = run(sandbox, keep_memory, 700 * 1024**2, timeout=30)
        after = run(sandbox, pid, timeout=30)
    assert first == large
    assert isinstance(after, int)
    assert after != large


def test_a_child_larger_than_allowed_from_the_start_still_works() -> None:
    with Sandbox(workers=1, grown=1) as sandbox:
        seen = [run(sandbox, pid, timeout=30) for _ in range(3)]
    assert len(set(seen)) == 3
    assert all(isinstance(each, int) for each in seen)


def test_nothing_is_left_after_closing() -> None:
    async def use() -> list[int | Failure]:
        async with Sandbox(workers=2) as sandbox:
            first = await asyncio.gather(*(sandbox.run(pid, timeout=30) for _ in range(2)))
            busy = asyncio.ensure_future(sandbox.run(loop_for_ever, timeout=600))
            await asyncio.sleep(0.3)
            busy.cancel()
            return first

    for process in asyncio.run(use()):
        assert isinstance(process, int)
        assert not is_alive(process)


def test_closing_ends_a_task_at_work() -> None:
    async def use() -> object:
        async with Sandbox(workers=1) as sandbox:
            await sandbox.run(pid, timeout=30)
            at_work = asyncio.ensure_future(sandbox.run(loop_for_ever, timeout=600))
            waiting = asyncio.ensure_future(sandbox.run(add, 1, timeout=600))
            await asyncio.sleep(0.3)
        return await asyncio.wait_for(asyncio.gather(at_work, waiting), 30)

    assert asyncio.run(use()) == [Failure("parse.stopped", "stopped before it was done")] * 2


def test_nothing_starts_after_closing() -> None:
    sandbox = Sandbox()
    sandbox.close()
    assert failure(run(sandbox, add, 1, timeout=30)).code == "parse.stopped"


def test_importing_it_starts_and_loads_nothing() -> None:
    code = (
        "import sys, monitor.workers.sandbox as s; box = s.Sandbox(); box.close();"
        "print([m for m in ('pebble', 'trafilatura', 'lxml') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert shown.stdout.strip() == "[]"


def test_ctrl_c_prints_nothing_from_children() -> None:
    code = (
        "import asyncio, signal, time, monitor.workers.sandbox as s\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "if __name__ == '__main__':\n"
        "    with s.Sandbox() as box:\n"
        "        asyncio.run(box.run(abs, 1, timeout=60))\n"
        "        print('ready', flush=True)\n"
        "        try: asyncio.run(box.run(time.sleep, 600, timeout=600))\n"
        "        except KeyboardInterrupt: pass\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.3)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert (process.returncode, errors) == (0, "")
