"""Open the newsroom as a program: `python -m monitor.newsroom --help`."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from monitor.newsroom.bundled import bundled_world
from monitor.newsroom.clock import Clock, FastClock, RealClock, whole_second
from monitor.newsroom.config import write_config
from monitor.newsroom.server import Newsroom


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m monitor.newsroom",
        description="News sites on 127.0.0.1. Prints one line of JSON when they are open.",
    )
    parser.add_argument("--config", type=Path, help="write source files below this folder")
    parser.add_argument("--articles", type=Path, help="a folder of texts, for the bundled ones")
    parser.add_argument("--port", type=int, default=0, help="the first port; 0: any that is free")
    parser.add_argument("--speed", type=float, default=1.0, help="60: an hour in a minute")
    parser.add_argument("--start", type=datetime.fromisoformat, help="the world's start (now)")
    parser.add_argument("--generated", type=int, default=0, help="how many generated sites")
    parser.add_argument("--each", type=int, default=40, help="articles of a generated site")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--ledger", type=Path, help="keep the ledger in this SQLite file")
    return parser


async def _run(options: argparse.Namespace) -> None:
    now = datetime.now(UTC)
    start = whole_second(options.start or now)
    clock: Clock = RealClock() if options.speed == 1 else FastClock(now, options.speed)
    world = bundled_world(
        start,
        options.articles,
        generated=options.generated,
        articles_each=options.each,
        seed=options.seed,
    )
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    async with Newsroom(world, clock, first_port=options.port, ledger=options.ledger) as room:
        if options.config is not None:
            write_config(options.config, room)
        sites = {name: host.base for name, host in room.sites.items()}
        sys.stdout.write(json.dumps({"start": start.isoformat(), "sites": sites}) + "\n")
        sys.stdout.flush()
        await stop.wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_run(_options().parse_args()))
