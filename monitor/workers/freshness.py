"""Conditional requests: when a channel may answer "nothing new", and when it is asked for all.

Servers have been seen that answer 304 for ever, or send one ETag with changing contents. So a
channel is read in full twice a day whatever it says, and one that is caught at it is asked
without conditions from then on.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from monitor.model import Announced, ChannelState, Failure, Response, Validators

FULL_READING = timedelta(hours=12)

NOT_BELIEVED = Validators(etag="")
"""Kept for a channel whose validators stayed the same while new entries came; never sent."""


def conditions(state: ChannelState, last_full: datetime | None, now: datetime) -> Validators | None:
    """What to make the next request conditional with; None to ask for the whole document."""
    if last_full is None or now - last_full >= FULL_READING:
        return None
    return state.validators


def next_validators(
    state: ChannelState,
    response: Response | None,
    announced: Announced | None,
    failure: Failure | None,
    new: int,
) -> Validators:
    """The validators to remember after a reading that brought `new` entries.

    They move only past what was read whole: after a failure, or a document that ends too early,
    the next request must bring everything again.
    """
    known = state.validators
    if failure is not None or response is None or known == NOT_BELIEVED:
        return known
    if announced is not None and not announced.complete:
        return known
    fresh = response.validators
    if response.not_modified:
        return Validators(fresh.etag or known.etag, fresh.last_modified or known.last_modified)
    if new and fresh == known != Validators():
        return NOT_BELIEVED
    return fresh
