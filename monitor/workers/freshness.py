"""Conditional requests: when a channel may answer "nothing new", and when it is asked for all.

Servers have been seen that answer 304 for ever, or send one ETag with changing contents. So a
channel is read in full twice a day whatever it says, and one that is caught at it is asked
without conditions from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta

from monitor.model import Announced, ChannelState, Failure, Response, Validators
from monitor.pipeline.plan_poll import wants_full_read
from storage.repositories.entries import Addressed

NOT_BELIEVED = Validators(etag="")
"""Kept for a channel whose validators stayed the same while new entries came; never sent."""

_CAUGHT = 3
"""So many entries that had been there when "not modified" was said: one or two are backdated."""
_LAG = timedelta(minutes=10)
"""Caches show an article minutes after the date it carries."""


def conditions(state: ChannelState, now: datetime) -> Validators | None:
    """What to make the next request conditional with; None to ask for the whole document."""
    return None if wants_full_read(state.full_read_at, now) else state.validators


def next_validators(
    state: ChannelState,
    response: Response | None,
    announced: Announced | None,
    failure: Failure | None,
    *,
    new: int,
    lied: bool = False,
) -> Validators:
    """The validators to remember after a reading that brought `new` entries.

    They move only past what was read whole: after a failure, or a document that ends too early,
    the next request must bring everything again.
    """
    if announced is not None and announced.more:
        # An index may read the same while the sitemaps that it leads to have changed.
        return Validators()
    known = state.validators
    if failure is not None or response is None or known == NOT_BELIEVED:
        return known
    if announced is not None and not announced.complete:
        return known
    fresh = response.validators
    if response.not_modified:
        return Validators(fresh.etag or known.etag, fresh.last_modified or known.last_modified)
    if lied or (new and fresh == known != Validators()):
        return NOT_BELIEVED
    return fresh


def was_lied_to(
    state: ChannelState, found: Sequence[Addressed], unseen: Collection[str], now: datetime
) -> bool:
    """Whether a full reading shows that the last 304 was none: what is new had been there then.

    A date without a time of day proves nothing.
    """
    if state.last_http != 304 or state.last_polled_at is None or conditions(state, now) is not None:
        return False
    told = state.last_polled_at - _LAG
    dates = {each.key: each.entry.published for each in found if each.key in unseen}
    before = [date for date in dates.values() if date and date.time() != time() and date < told]
    return len(before) >= _CAUGHT
