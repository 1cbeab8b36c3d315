"""Progress bars for passes and backfills, on a terminal only: none in a pipe, none under cron."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from monitor.model import Backfill, Failure, Poll
from monitor.workers.extract import Outcome
from monitor.workers.report import NobodyWatches, Watcher

if TYPE_CHECKING:
    from monitor.workers.backfill import BackfillWatcher


@contextmanager
def watch_pass(*, wanted: bool = True) -> Iterator[Watcher]:
    """A watcher that draws on stderr while the block runs, or one that is silent."""
    if not wanted or not sys.stderr.isatty():
        yield NobodyWatches()
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn())
    detail = TextColumn("{task.fields[detail]}")
    with Progress(*columns, detail, console=Console(stderr=True), transient=True) as progress:
        yield _Bars(progress)


@contextmanager
def counted(
    label: str, total: int | None = None, *, wanted: bool = True
) -> Iterator[Callable[[int], None]]:
    """A bar on stderr that the yielded function moves on by so many, on a terminal only; where
    the total is not known it shows the count and that something is going on."""
    if not wanted or not sys.stderr.isatty():
        yield lambda done: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (TextColumn("{task.description:>9}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(label, total=total)
        yield lambda done: progress.advance(task, done)


class _Bars:
    """Two bars: channels read, and pages fetched and extracted."""

    def __init__(self, progress: Progress) -> None:  # type: ignore[name-defined]  # noqa: F821
        self._progress = progress
        self._channels = progress.add_task("channels", total=None, detail="")
        self._pages = progress.add_task("articles", total=0, detail="")
        self._expected = 0

    def channels_due(self, count: int) -> None:
        self._progress.update(self._channels, total=count)

    def channel_read(self, source: str, url: str, poll: Poll) -> None:
        self._progress.update(self._channels, advance=1, detail=source)

    def pages_due(self, count: int) -> None:
        self._expected += count
        self._progress.update(self._pages, total=self._expected)

    def page_done(self, source: str, url: str, outcome: Outcome | Failure) -> None:
        self._progress.update(self._pages, advance=1, detail=url[:60])

    def document_read(self, walk: Backfill) -> None:
        """One more document of an archive; nobody knows how many there are."""
        detail = f"{walk.entries_found} new in {walk.pages_read} documents"
        self._progress.update(self._channels, description="archive", advance=1, detail=detail)


@contextmanager
def watch_backfill() -> Iterator[BackfillWatcher]:
    """The same for a backfill, which reads documents of an archive."""
    with watch_pass() as watcher:
        yield _Backfill(watcher)


class _Backfill:
    """Shows documents where a pass shows channels; how many there are nobody knows."""

    def __init__(self, watcher: Watcher) -> None:
        self.channels_due = watcher.channels_due
        self.channel_read = watcher.channel_read
        self.pages_due = watcher.pages_due
        self.page_done = watcher.page_done
        self._watcher = watcher

    def document_read(self, source: str, walk: Backfill) -> None:
        if isinstance(self._watcher, _Bars):
            self._watcher.document_read(walk)
