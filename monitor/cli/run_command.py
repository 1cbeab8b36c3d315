"""`monitor run`: scheduler and web page in one process, until stopped."""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import click
import uvicorn
from starlette.applications import Starlette

from config.catalog import Catalog
from config.settings import Settings, load_settings
from monitor.bootstrap import build_app, load_checked_catalog, open_services
from monitor.cli.output import note, start_logging
from monitor.cli.progress import watch_pass
from monitor.cli.stopping import stop_on_signals
from monitor.errors import UsageError
from monitor.workers.report import PassReport, Watcher
from monitor.workers.schedule import Schedule

log = logging.getLogger("monitor.run")


@click.command("run")
def command() -> int:
    """Keep polling, and serve the web page, until stopped.

    SIGTERM finishes what is in hand and ends with 0, Ctrl-C ends with 130; nothing is lost either
    way. The page is at MONITOR_BASE_URL, http://127.0.0.1:8000 unless set.

    \b
    Example:
      monitor run
      MONITOR_PORT=9000 monitor run
    """
    settings = load_settings()
    start_logging(settings)
    catalog = load_checked_catalog(settings)
    with listening(settings) as listener, watch_pass() as watcher:
        asyncio.run(_run(settings, catalog, listener, watcher))
    return 0


async def _run(
    settings: Settings, catalog: Catalog, listener: socket.socket, watcher: Watcher
) -> None:
    async with open_services(settings, catalog) as services:
        with stop_on_signals() as stop:
            schedule = Schedule(services, watcher=watcher, on_pass=log_pass)
            await serve_until(stop, schedule, build_app(settings, services), listener)


async def serve_until(
    stop: asyncio.Event, schedule: Schedule, app: Starlette, listener: socket.socket
) -> None:
    """Run the schedule and the page side by side until `stop` is set."""
    server = _Server(
        uvicorn.Config(
            app, log_config=None, lifespan="off", access_log=False, timeout_graceful_shutdown=3
        )
    )
    ticking = asyncio.create_task(schedule.run())
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    host, port = listener.getsockname()[:2]
    note(f"The page is at http://{host}:{port}/ — Ctrl-C stops.")
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({stopped, ticking, serving}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopped.cancel()
        schedule.stop()
        server.should_exit = True
        await asyncio.gather(ticking, serving)


def log_pass(report: PassReport) -> None:
    """One line a source that had something to say."""
    for tally in report.sources:
        if (trouble := tally.trouble()) is not None:
            log.warning("%s: %s; it is tried again", tally.source, trouble)
        if tally.stored or tally.updated or tally.failed:
            log.info("%s: %s", tally.source, tally.in_words())


class _Server(uvicorn.Server):
    """Signals are this program's business: the pass in hand comes before the page."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The page's address, taken before anything starts: a second `run` is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        listener = socket.create_server((settings.host, settings.port), family=family)
    except OSError as error:
        raise UsageError(
            f"The page cannot be served on {settings.host} port {settings.port}: "
            f"{error.strerror}; set MONITOR_PORT to another port"
        ) from error
    with listener:
        yield listener
