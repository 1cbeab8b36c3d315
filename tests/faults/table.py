"""What a fault is, as a row: what goes wrong, what becomes of it, and how that is told.

A row is words for people (`docs/faults.md` is made of them) and a case that proves them over real
sockets: most are strikes on one site, tried side by side; some are stories of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from monitor.model import ChannelState, EntryState
from monitor.newsroom import faults
from monitor.newsroom.world import Habits
from monitor.workers.sandbox import Sandbox

FEED, NEW_PAGES, ALL = "/feed.xml", "/news/[345]-*", "*"
"""Paths to strike: the feed, the pages of what is new, everything."""
DAY = timedelta(days=1)

Range = tuple[timedelta, timedelta]
Wait = Callable[[ChannelState], Range]
"""The least and the longest pause until the next attempt, after a poll that left this state."""


@dataclass(frozen=True)
class Around:
    """Addresses of the scene that a strike may need: the room's hosts, and a place for `what`
    that speaks no proper HTTP."""

    base: str
    rough: Callable[[str], str]


@dataclass(frozen=True)
class Placed:
    """A strike that needs an address of the scene."""

    at: Callable[[Around], faults.Fault]


Strike = faults.Fault | Placed


def backed_off(state: ChannelState) -> Range:
    """Slower with each failure, within a tenth, and never beyond a day."""
    assert state.interval is not None
    pause = min(state.interval * (1 + state.failures), DAY)
    return pause * 0.9, min(pause * 1.1, DAY)


def own_line(state: ChannelState) -> Range:
    """As after one failure, however many there were: it may be this machine's own line."""
    assert state.interval is not None
    return state.interval * 2 * 0.9, state.interval * 2 * 1.1


def usual(state: ChannelState) -> Range:
    """The channel's own pace."""
    assert state.interval is not None
    return state.interval * 0.9, state.interval * 1.1


def within(least: timedelta, longest: timedelta | None = None) -> Wait:
    """A pause that was asked for, and up to a tenth more."""
    return lambda _: (least, longest or min(least * 1.1, DAY))


@dataclass(frozen=True)
class Case:
    """A strike on a site of which `before` articles are stored already and three are new.

    While it lasts the site is polled three times, an hour apart; afterwards, when the channel and
    its pages are due again, once more. `kept` of the new ones are stored meanwhile. `code` and
    `says` are of the channel; `waits` judges the pause after the first and the last poll; `states`
    are the new entries', `page_code` why they are there, `page_waits` the pauses before their next
    attempts after the first and the last poll. `command` sends them round again; `lost` of them are
    not stored in the end, and `extra` ones are that no site ever published. With `stand_in` it is
    the feed's words that are stored meanwhile; `dated` is whether a date is believed. Without
    `all_polls` the pause after the first poll only is judged.
    """

    strikes: tuple[tuple[str, Strike], ...] = ()
    lookup: tuple[str, ...] | Callable[[], OSError] | None = None
    habits: Habits = field(default_factory=Habits)
    language: str = "en"
    before: int = 3
    spacing: timedelta = timedelta(minutes=10)
    kept: int = 3
    code: str | None = None
    says: str = ""
    waits: Wait = usual
    reason: str = ""
    alarm: str | None = None
    warnings: frozenset[str] = frozenset()
    states: Mapping[EntryState, int] = field(default_factory=lambda: {EntryState.STORED: 3})
    page_code: str | None = None
    page_waits: tuple[timedelta, timedelta] | None = None
    command: bool = False
    lost: int = 0
    stand_in: bool = False
    dated: bool = True
    extra: int = 0
    all_polls: bool = True


Story = Callable[[Path, Sandbox], Coroutine[Any, Any, None]]


@dataclass(frozen=True)
class Proof:
    """A test that stands elsewhere: "tests/workers/test_flow.py::test_…"."""

    test: str


@dataclass(frozen=True)
class Fault:
    """One row. `wrong`, `stored`, `retried` and `reported` are for whoever runs the monitor."""

    name: str
    wrong: str
    stored: str
    retried: str
    reported: str
    case: Case | Story | Proof
