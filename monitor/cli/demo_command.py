"""`monitor demo`: the monitor at work on a bundled newsroom."""

from __future__ import annotations

import asyncio
import socket
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import click

from config.settings import Settings, load_settings
from monitor.bootstrap import build_app, load_checked_catalog, open_archive, open_services
from monitor.cli.output import json_option, note, print_json, say, start_logging
from monitor.cli.run_command import listening, log_pass, serve_until
from monitor.cli.stopping import stop_on_signals
from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.clock import FastClock, whole_second
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom
from monitor.workers.schedule import Schedule
from monitor.workers.services import LEASE
from storage.repositories import articles

TICK_SECONDS = 3.0


@click.command("demo")
@click.option(
    "--speed",
    type=click.FloatRange(1, 3600),
    default=240.0,
    show_default=True,
    help="How much faster the newsroom's clock runs: 240 shows a day in six minutes.",
)
@click.option("--seconds", type=click.FloatRange(1), help="Stop after so long; else on Ctrl-C.")
@json_option
def command(speed: float, seconds: float | None, as_json: bool) -> int:
    """Watch the monitor at work on a bundled newsroom, without internet. News sites on this
    machine publish in four languages while it runs. It keeps nothing: its archive is in a
    temporary folder that is removed at the end.

    \b
    Example:
      monitor demo
    """
    with tempfile.TemporaryDirectory(prefix="monitor-demo-") as name:
        folder = Path(name)
        settings = _settings(folder)
        start_logging(settings)
        with listening(settings) as listener:
            published, stored = asyncio.run(_demo(settings, folder, listener, speed, seconds))
    if as_json:
        print_json({"published": published, "stored": stored})
    else:
        say(f"{published} articles were published, {stored} are in the archive.")
    return 0


def _settings(folder: Path) -> Settings:
    """The user's settings, but for what must not touch the user's archive."""
    return load_settings().model_copy(
        update={
            "database_url": f"sqlite:///{folder}/demo.db",
            "index_dir": folder / "index",
            "config_dir": folder / "config",
            "allow_private_hosts": True,
        }
    )


async def _demo(
    settings: Settings,
    folder: Path,
    listener: socket.socket,
    speed: float,
    seconds: float | None,
) -> tuple[int, int]:
    start = whole_second(datetime.now(UTC))
    async with Newsroom(bundled_world(start), FastClock(start, speed)) as room:
        write_config(settings.config_dir, room)
        catalog = load_checked_catalog(settings)
        note(f"{len(room.world.articles)} articles on {len(room.sites)} sites; {speed:g}× time.")
        async with open_services(
            settings, catalog, now=room.clock.now, lease=LEASE * speed
        ) as services:
            with stop_on_signals() as stop:
                if seconds is not None:
                    asyncio.get_running_loop().call_later(seconds, stop.set)
                schedule = Schedule(services, tick=TICK_SECONDS, on_pass=log_pass)
                await serve_until(stop, schedule, build_app(settings, services), listener)
        return len(room.ledger.published()), _stored(settings)


def _stored(settings: Settings) -> int:
    with open_archive(settings) as archive, archive.database.read() as connection:
        return sum(articles.counts_by_source(connection).values())
