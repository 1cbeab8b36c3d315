"""Untrusted bytes are parsed in child processes that can be killed.

A publisher's bytes can keep a parser busy for minutes (32 kB of an author's address: 10 s), fill
the memory or end the process. A child has limits of time, CPU and memory, no sockets, and is
replaced when it dies; what it was working on comes back as a `Failure`.
"""

from __future__ import annotations

import asyncio
import importlib
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import TYPE_CHECKING, Any, Self, TypeVar

from monitor.model import Failure, Fate

if TYPE_CHECKING:
    from multiprocessing.context import BaseContext

    from pebble import ProcessFuture, ProcessPool

T = TypeVar("T")

# What the children import before the first task, once for all of them under forkserver.
_WARMED = "monitor.workers.warmed"
_MEMORY = 2 * 1024**3
# Of memory in use. A child that has loaded everything holds 150 MB, after 200 usual pages 200.
_GROWN = 400 * 1024**2
_REPLACED = 75
"""A child that has grown ends with this code before the task that it took; another one does it."""
# A task's CPU time above its wall time: the limit that holds when the parent itself is stopped.
_SPARE_CPU = 5


class Sandbox:
    """A pool of children for pure, module-level functions of `monitor.pipeline`.

    Nothing is started before the first task. A child is replaced after `max_tasks`, and before
    its next task when it holds `grown` bytes; `memory` is its limit in bytes of address space.
    Safe to share between threads and tasks.
    """

    def __init__(
        self,
        workers: int = 1,
        *,
        max_tasks: int = 1000,
        memory: int = _MEMORY,
        grown: int = _GROWN,
    ) -> None:
        self._workers = workers
        self._max_tasks = max_tasks
        self._memory = memory
        self._grown = grown
        self._pool: ProcessPool | None = None
        self._closed = False
        self._starting = threading.Lock()
        self._unfinished: set[ProcessFuture[Any]] = set()

    async def run(
        self,
        function: Callable[..., T],
        *args: Any,
        timeout: float,
        fate: Fate = Fate.QUARANTINE,
        **kwargs: Any,
    ) -> T | Failure:
        """The value of `function(*args, **kwargs)`, or what went wrong.

        Failures carry `fate`: "parse.timeout" after `timeout` seconds (waiting for a free child
        not counted), "parse.memory", "parse.crash" where the child died, "parse.error" with type
        and message of an exception, "parse.stopped" (to be tried again) after `close`.
        Cancelling stops the child.
        """
        task = (function, args, kwargs, timeout, self._grown)
        for left in reversed(range(self._workers + 2)):  # every child may be due to be replaced
            pool = None
            try:
                # Children that run take a task at once; to start them takes a thread's patience.
                scheduled = self._schedule_if_running(task, timeout)
                if scheduled is None:
                    scheduled = await asyncio.to_thread(self._schedule, task, timeout)
                pool, future = scheduled
                return await asyncio.wrap_future(future)
            except Exception as error:
                again = _was_replaced(error) or self._replace_broken(pool, error)
                if not (left and again):
                    return _failure(error, function, timeout, fate)
        raise AssertionError("unreachable")

    def close(self) -> None:
        """Stop the children at once, for good. What they did comes back as "parse.stopped"."""
        with self._starting:
            self._closed = True
            self._put_away()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _schedule_if_running(
        self, task: Any, timeout: float
    ) -> tuple[ProcessPool, ProcessFuture[Any]] | None:
        if not self._starting.acquire(blocking=False):
            return None
        try:
            pool = self._pool
            if self._closed or pool is None or not pool.active:
                return None
            return pool, self._noted(pool.schedule(_task, args=task, timeout=timeout))
        except RuntimeError:
            return None
        finally:
            self._starting.release()

    def _noted(self, future: ProcessFuture[Any]) -> ProcessFuture[Any]:
        self._unfinished.add(future)
        future.add_done_callback(self._unfinished.discard)
        return future

    def _schedule(self, task: Any, timeout: float) -> tuple[ProcessPool, ProcessFuture[Any]]:
        with self._starting:
            if self._closed:
                raise _StoppedError
            for _ in range(2):
                if self._pool is None:
                    self._pool = _start_pool(self._workers, self._max_tasks, self._memory)
                try:
                    future = self._pool.schedule(_task, args=task, timeout=timeout)
                except RuntimeError:  # an idle child died: pebble gives the whole pool up
                    self._put_away()
                else:
                    return self._pool, self._noted(future)
        raise RuntimeError("no child process could be started")

    def _put_away(self) -> None:
        """Pebble leaves the tasks of a stopped pool waiting for ever, so they are ended here."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]
            pool.join()
        for future in list(self._unfinished):
            if not future.done():
                future.set_exception(_StoppedError())

    def _replace_broken(self, pool: ProcessPool | None, error: BaseException) -> bool:
        """Whether `pool` broke under a task that it had only queued; then it has been put away."""
        from concurrent.futures.process import BrokenProcessPool

        if not isinstance(error, BrokenProcessPool):
            return False
        with self._starting:
            if self._pool is pool:
                self._put_away()
        return True


class _StoppedError(Exception):
    """The sandbox was closed while a task was waiting or at work."""


def _start_pool(workers: int, max_tasks: int, memory: int) -> ProcessPool:
    from pebble import ProcessPool  # 40 ms that a command without parsing need not wait for

    return ProcessPool(
        max_workers=workers,
        max_tasks=max_tasks,
        initializer=_prepare_child,
        initargs=(memory,),
        context=_context(),
    )


def _context() -> BaseContext:
    """Never a plain fork: the parent has threads, connections and a database open."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, _WARMED])
    return context


def _prepare_child(memory: int) -> None:
    """Runs in the child before its first task."""
    import signal
    import socket

    # Ctrl-C reaches the whole process group; it is the parent that ends the children.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    importlib.import_module(_WARMED)
    _limit("RLIMIT_AS", memory)
    _limit("RLIMIT_CORE", 0)
    socket.socket = _NoSocket  # type: ignore[assignment,misc]
    socket.create_connection = _no_socket
    socket.getaddrinfo = _no_socket


def _limit(name: str, value: int) -> None:
    try:
        import resource
    except ImportError:  # pragma: no cover - Windows has no such limits
        return
    kind = getattr(resource, name, None)
    if kind is None:  # pragma: no cover
        return
    _, most = resource.getrlimit(kind)
    allowed = value if most == resource.RLIM_INFINITY else min(value, most)
    resource.setrlimit(kind, (allowed, most))


def _task(function: Callable[..., T], args: Any, kwargs: Any, timeout: float, grown: int) -> T:
    """Runs in the child: the task under a limit of CPU of its own."""
    import time

    if _has_worked() and _held() > grown:
        os._exit(_REPLACED)
    _limit("RLIMIT_CPU", int(time.process_time() + timeout) + _SPARE_CPU)
    return function(*args, **kwargs)


_done = 0


def _has_worked() -> bool:
    """Whether this is not the child's first task: a fresh one is as small as it gets."""
    global _done  # one child, one task at a time
    _done += 1
    return _done > 1


def _held() -> int:
    """The bytes of memory that this process holds; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", "rb") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:  # pragma: no cover - other systems count tasks only
        return 0


class _NoSocket:
    def __init__(self, *_: object, **__: object) -> None:
        _no_socket()


def _no_socket(*_: object, **__: object) -> Any:
    raise PermissionError("a parser opens no sockets")


def _was_replaced(error: BaseException) -> bool:
    from pebble import ProcessExpired

    return isinstance(error, ProcessExpired) and error.exitcode == _REPLACED


def _failure(
    error: BaseException, function: Callable[..., object], timeout: float, fate: Fate
) -> Failure:
    from pebble import ProcessExpired

    if isinstance(error, _StoppedError):
        return Failure("parse.stopped", "stopped before it was done", Fate.RETRY)
    name = getattr(function, "__name__", "parsing")
    if isinstance(error, (TimeoutError, FutureTimeoutError)):
        return Failure("parse.timeout", f"{name} took longer than {timeout:g} s", fate)
    if isinstance(error, MemoryError):
        return Failure("parse.memory", f"{name} asked for more memory than it may have", fate)
    if isinstance(error, ProcessExpired):
        return Failure("parse.crash", f"{name} ended its process (code {error.exitcode})", fate)
    message = " ".join(str(error).split())[:300]
    return Failure("parse.error", f"{name}: {type(error).__name__}: {message}", fate)
