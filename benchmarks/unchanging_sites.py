"""Many small sites on which nothing happens, each on an address of its own.

python -m benchmarks.unchanging_sites FOLDER N      as a program: writes FOLDER/sources/*.toml,
                                                    prints a line when open, ends with its stdin

Nothing is what a poller meets nearly always, so this is where its costs lie. The sites differ in
what announces their articles, in their validators and in what their robots.txt asks for.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from monitor.newsroom.clock import RealClock, whole_second
from monitor.newsroom.config import write_config
from monitor.newsroom.generate import generate_site
from monitor.newsroom.server import Newsroom
from monitor.newsroom.world import (
    AnnouncedBy,
    Article,
    Habits,
    Site,
    ValidatorHabit,
    World,
    build_world,
)

KINDS: tuple[AnnouncedBy, ...] = ("feed", "sitemap", "feed", "listing")
VALIDATORS: tuple[ValidatorHabit, ...] = ("both", "etag", "modified")
CRAWL_DELAY = timedelta(seconds=6)
PAGES_ALLOWED_EACH = 20
"""One site in twenty lets robots read its pages: elsewhere only what announces them is read."""
DELAYED_EACH = 3
CLOSED_EACH = 40
"""One site in forty closes all of itself to robots, where it is asked to be."""


def unchanging_world(start: datetime, sites: int, *, strict: bool = False) -> World:
    """`sites` generated sites with one article each, published before `start`. With `strict` some
    ask for a Crawl-delay, and some shut robots out of everything."""
    made: list[Site] = []
    articles: list[Article] = []
    for number in range(1, sites + 1):
        habits = Habits(
            announced_by=KINDS[number % len(KINDS)],
            validators=VALIDATORS[number % len(VALIDATORS)],
            robots=robots_of(number, strict=strict),
        )
        site, written = generate_site(
            7, 1, start=start, number=number, published=1, habits=habits, language="en"
        )
        made.append(site)
        articles += written
    return build_world(start, made, articles)


def robots_of(number: int, *, strict: bool = False) -> str:
    """The robots.txt of a site; robots of another name are always shut out."""
    lines = ["User-agent: *"]
    if strict and number % CLOSED_EACH == 1:
        lines.append("Disallow: /")
    lines.append("Disallow: /drafts/")
    if number % PAGES_ALLOWED_EACH:
        lines.append("Disallow: /news/")
    if strict and number % DELAYED_EACH == 0:
        lines.append(f"Crawl-delay: {CRAWL_DELAY.seconds}")
    return "\n".join([*lines, "", "User-agent: otherbot", "Disallow: /", ""])


async def _serve(folder: Path, sites: int) -> None:
    clock = RealClock()
    world = unchanging_world(whole_second(datetime.now(UTC)), sites)
    async with Newsroom(world, clock, own_addresses=True) as room:
        write_config(folder, room)
        sys.stdout.write("open\n")
        sys.stdout.flush()
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(_serve(Path(sys.argv[1]), int(sys.argv[2])))
