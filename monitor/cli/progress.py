"""A progress bar for a pass, on a terminal only: none in a pipe, none under cron."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from monitor.model import Failure, Poll
from monitor.workers.extract import Outcome
from monitor.workers.report import NobodyWatches, Watcher


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
