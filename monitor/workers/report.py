"""What a pass did, counted while it runs and reported when it ends."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from monitor.model import Failure, Poll, Stored
from monitor.workers.extract import Outcome


@dataclass
class SourceTally:
    """The counts of one source in one pass. `updated` are new versions of known articles."""

    source: str
    channels: list[tuple[str, Poll]] = field(default_factory=list)
    stored: int = 0
    updated: int = 0
    duplicates: int = 0
    failed: int = 0

    def count(self, outcome: Outcome | Failure) -> None:
        """Count what became of one entry. A copy is stored and counted as a duplicate."""
        if isinstance(outcome, Failure):
            self.failed += 1
        elif outcome.stored is Stored.NEW:
            self.stored += 1
        elif outcome.stored is Stored.UPDATED:
            self.updated += 1
        if isinstance(outcome, Outcome) and outcome.is_copy and outcome.stored is Stored.NEW:
            self.duplicates += 1

    def in_words(self) -> str:
        """The counts for a person: "3 new, 1 of them a copy, 1 failed"."""
        copies = "copy" if self.duplicates == 1 else "copies"
        parts = [
            f"{self.stored} new" if self.stored else "nothing new",
            f"{self.duplicates} of them {copies}" if self.duplicates else "",
            f"{self.updated} updated" if self.updated else "",
            f"{self.failed} failed" if self.failed else "",
        ]
        return ", ".join(part for part in parts if part)

    def trouble(self) -> str | None:
        """What failed among the channels, in one line: the most frequent reason, and how often."""
        reasons = Counter(poll.failure.detail for _, poll in self.channels if poll.failure)
        if not reasons:
            return None
        [(reason, _)] = reasons.most_common(1)
        count = reasons.total()
        return reason if count == 1 else f"{reason}; {count} channels failed"


@dataclass(frozen=True)
class PassReport:
    """One pass, finished or stopped. `held` channels were left to another pass at work."""

    started: datetime
    finished: datetime
    sources: Sequence[SourceTally]
    held: int = 0
    next_poll_at: datetime | None = None

    @property
    def needs_a_look(self) -> bool:
        """Whether something failed that a person may want to know of."""
        return any(
            tally.failed or any(poll.failure for _, poll in tally.channels)
            for tally in self.sources
        )


class Watcher(Protocol):
    """Is told how a pass gets on; a progress bar, or nothing."""

    def channels_due(self, count: int) -> None: ...

    def channel_read(self, source: str, url: str, poll: Poll) -> None: ...

    def pages_due(self, count: int) -> None: ...

    def page_done(self, source: str, url: str, outcome: Outcome | Failure) -> None: ...


class NobodyWatches:
    """A watcher for passes that run unseen."""

    def channels_due(self, count: int) -> None:
        pass

    def channel_read(self, source: str, url: str, poll: Poll) -> None:
        pass

    def pages_due(self, count: int) -> None:
        pass

    def page_done(self, source: str, url: str, outcome: Outcome | Failure) -> None:
        pass
