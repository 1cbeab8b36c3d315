"""How a gap stands after each document that was read to fill it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Failure, Fate, Gap, GapState, Place
from monitor.pipeline.decide_retry import decide_retry
from monitor.pipeline.walk_backfill import is_paged

# A pass goes on to other things after so many documents: two minutes at the usual spacing.
PAGES_PER_PASS = 60
# 400 pages of ten are what a busy agency publishes in a month.
PAGES_IN_ALL = 400
# A failing backfill is tried again after 5 minutes, 1, 6, and then every 24 hours, as long as it
# is configured. A sitemap that is written once a day may lag behind the channel so long.
_SLOWEST = 4
_LAGS = 4

NO_BACKFILL = (
    "no backfill is configured for this channel, and no other channel of its source announces "
    "the same"
)


@dataclass(frozen=True, slots=True)
class Document:
    """What one document of a walk showed of a gap.

    `found` counts what was new to the archive. `older`: something from before the gap; `newer`:
    something the channel showed when the gap was seen. `ended` says why no document follows.
    """

    place: Place
    found: int = 0
    older: bool = False
    newer: bool = False
    ended: str | None = None


def after_document(gap: Gap, document: Document, now: datetime) -> Gap:
    """The gap after one more document: filled when it reaches from one end to the other."""
    gap = replace(
        gap,
        place=document.place,
        pages_read=gap.pages_read + 1,
        entries_found=gap.entries_found + document.found,
        met_older=gap.met_older or document.older,
        met_newer=gap.met_newer or document.newer,
        attempts=0 if document.ended is None else gap.attempts,
        note=None,
    )
    paged = is_paged(gap.backfill or "")
    if paged and document.older:
        return _filled(gap, now)
    if document.ended is not None:
        return _unreached(gap, document.ended, now) if paged else _read_through(gap, now)
    if gap.pages_read >= PAGES_IN_ALL:
        note = f"{gap.pages_read} documents of the backfill were read without an end"
        return replace(gap, state=GapState.BOUNDED, note=note)
    return gap


def after_failure(gap: Gap, failure: Failure, now: datetime) -> Gap:
    """The gap after a document that could not be read: later, or never where that is certain."""
    attempts = gap.attempts + 1
    again = decide_retry(failure, min(attempts, _SLOWEST), now)
    if again is None or failure.fate is not Fate.RETRY:
        return replace(gap, state=GapState.UNFILLABLE, attempts=attempts, note=failure.detail)
    return replace(gap, attempts=attempts, next_attempt_at=again, note=failure.detail)


def started_with(gap: Gap, backfill: str) -> Gap:
    """The gap as it is filled from this address: from the start where it was another one."""
    if gap.backfill == backfill:
        return gap
    return replace(
        gap,
        state=GapState.OPEN,
        backfill=backfill,
        place=Place(),
        pages_read=0,
        attempts=0,
        met_older=False,
        met_newer=False,
        note=None,
    )


def closed_by(gap: Gap, channel: str, now: datetime) -> Gap:
    """The gap after another channel of the source was found to have announced everything."""
    return replace(_filled(gap, now), note=f"{channel} announces the same, and has no gap then")


def without_backfill(gap: Gap) -> Gap:
    return replace(gap, state=GapState.UNFILLABLE, note=NO_BACKFILL)


def _filled(gap: Gap, now: datetime) -> Gap:
    return replace(gap, state=GapState.FILLED, filled_at=now, note=None)


def _unreached(gap: Gap, ended: str, now: datetime) -> Gap:
    if gap.met_older:
        return _filled(gap, now)
    note = f"{ended}, and nothing on them had been known before the gap"
    return replace(gap, state=GapState.UNFILLABLE, note=note)


def _read_through(gap: Gap, now: datetime) -> Gap:
    """All that reaches into the gap was read: did it list what came before it and after it?"""
    if gap.met_older and gap.met_newer:
        return _filled(gap, now)
    lacking = "what came before the gap" if gap.met_newer else "what the channel shows now"
    note = f"the sitemap does not list {lacking}"
    attempts = gap.attempts + 1
    again = replace(gap, place=Place(), attempts=attempts, note=note)
    if attempts > _LAGS:
        return replace(again, state=GapState.UNFILLABLE)
    pause = decide_retry(Failure("gap.lag", note), min(attempts, _SLOWEST), now)
    return replace(again, next_attempt_at=pause or now + timedelta(days=1))
