"""What a channel asks for: how much of it is granted, and when completeness comes first."""

from __future__ import annotations

from datetime import timedelta

from monitor.model import ChannelState
from monitor.newsroom.faults import Fault as Strike
from tests.faults.strikes import body, with_headers
from tests.faults.table import FEED, Case, Fault, Range, Wait, within

ALL = "everything that is new"
HOUR = timedelta(hours=1)


def stretched(state: ChannelState) -> Range:
    """The pace, and up to a fifth more for courtesy's sake."""
    assert state.interval is not None
    return state.interval, state.interval * 1.2 * 1.1


def _asked(name: str, wrong: str, retried: str, strike: Strike, waits: Wait, reason: str) -> Fault:
    case = Case(
        strikes=((FEED, strike),),
        before=14,
        spacing=timedelta(minutes=20),
        waits=waits,
        reason=reason,
        all_polls=False,
    )
    return Fault(name, wrong, ALL, retried, f"with the next poll: {reason}", case)


def _in_the_head(markup: str) -> Strike:
    return body(lambda text: text.replace("<description>", f"{markup}<description>", 1))


def _skip(*hours: int) -> str:
    return "<skipHours>" + "".join(f"<hour>{hour}</hour>" for hour in hours) + "</skipHours>"


WHEN_ASKED = "when it asks, because its window turns over slowly enough"
EARLIER = "earlier than it asks, after two fifths of the time in which its window turns over"

FAULTS = (
    _asked(
        "max-age",
        "`Cache-Control: max-age=3600` on a feed read every 58 minutes",
        WHEN_ASKED,
        with_headers(("Cache-Control", "max-age=3600")),
        within(HOUR),
        "the site says that nothing changes for 1 h",
    ),
    _asked(
        "max-age-too-long",
        "`Cache-Control: max-age=86400` on a feed that turns over in hours",
        EARLIER,
        with_headers(("Cache-Control", "max-age=86400")),
        stretched,
        "articles could be missed",
    ),
    _asked(
        "expires",
        "an Expires that lies an hour after the answer's Date",
        WHEN_ASKED,
        with_headers(
            ("Date", "Sat, 21 Mar 2026 00:00:00 GMT"), ("Expires", "Sat, 21 Mar 2026 01:00:00 GMT")
        ),
        within(HOUR),
        "the site says that nothing changes for 1 h",
    ),
    _asked(
        "ttl",
        "a `<ttl>` of 60 minutes",
        WHEN_ASKED,
        _in_the_head("<ttl>60</ttl>"),
        within(HOUR),
        "the channel asks for 1 h between readings",
    ),
    _asked(
        "ttl-too-long",
        "a `<ttl>` of a day on a feed that turns over in hours",
        EARLIER,
        _in_the_head("<ttl>1440</ttl>"),
        stretched,
        "articles could be missed",
    ),
    _asked(
        "skip-hours",
        "`<skipHours>` that name the hour in which the next poll would be",
        "when that hour is over",
        _in_the_head(_skip(7, 9)),
        within(HOUR - timedelta(minutes=2), HOUR),
        "the feed asks for no visits before",
    ),
    _asked(
        "skip-days",
        "`<skipDays>` that name the whole of today",
        EARLIER,
        _in_the_head("<skipDays><day>Saturday</day></skipDays>"),
        stretched,
        "articles could be missed",
    ),
)
