"""A host that is open, and a request that it has in hand."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.newsroom.exchange import Answer
from monitor.newsroom.ledger import Ledger, Requested
from monitor.newsroom.world import Site


@dataclass(frozen=True, slots=True)
class OpenHost:
    """A host that answers. `base` is its address without a slash at the end."""

    name: str
    site: Site
    languages: tuple[str, ...]
    base: str


class InHand:
    """One request, from its arrival to its last byte."""

    def __init__(self, ledger: Ledger, entry: Requested, answer: Answer) -> None:
        self.answer = answer
        self._ledger = ledger
        self._entry = entry

    def delivered(self, complete: bool) -> None:
        self._ledger.deliver(self._entry, self.answer, complete)

    def broke_off(self) -> None:
        self._ledger.break_off(self._entry)
