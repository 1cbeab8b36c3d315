"""How long an answer's headers promise that nothing new comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.freshness import freshness

NOW = datetime(2026, 5, 5, 12, tzinfo=UTC)
EXPIRES = "Tue, 05 May 2026 11:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"cache-control": "max-age=600"}, 600),
        ({"Cache-Control": 'public, MAX-AGE="600", must-revalidate'}, 600),
        ({"cache-control": "max-age=600", "age": "200"}, 400),
        ({"cache-control": "max-age=600", "age": "600"}, None),
        ({"cache-control": "max-age=600", "age": "soon"}, 600),
        ({"cache-control": "max-age=600, max-age=60"}, 60),
        ({"cache-control": "s-maxage=600"}, None),
        ({"cache-control": "max-age=0"}, None),
        ({"cache-control": "max-age=-5"}, None),
        ({"cache-control": "max-age=ten"}, None),
        ({"cache-control": "max-age"}, None),
        ({"cache-control": "no-cache, max-age=600"}, None),
        ({"cache-control": 'no-cache="set-cookie", max-age=600'}, None),
        ({"cache-control": "no-store"}, None),
        ({"cache-control": "max-age=" + "9" * 5000}, 7 * 86400),
        ({"cache-control": "max-age=600", "age": "9" * 30}, None),
        # Half an hour ahead by the server's clock, which is an hour late.
        ({"expires": EXPIRES, "date": "Tue, 05 May 2026 11:00:00 GMT"}, 1800),
        ({"expires": EXPIRES, "date": "Tue, 05 May 2026 11:00:00 GMT", "age": "300"}, 1500),
        ({"expires": "Tue, 05 May 2026 12:10:00 GMT"}, 600),
        ({"expires": "Tue, 05 May 2026 12:10:00 GMT", "date": "?"}, 600),
        ({"expires": EXPIRES}, None),
        ({"expires": "Wed, 01 Jan 2200 00:00:00 GMT"}, 7 * 86400),
        ({"expires": "0"}, None),
        ({"expires": "-1"}, None),
        ({"expires": EXPIRES, "date": "Tue, 05 May 2026 11:00:00 GMT", "pragma": "no-cache"}, None),
        # max-age is what counts where both are given, even one that cannot be read.
        ({"cache-control": "max-age=60", "expires": "Tue, 05 May 2026 12:10:00 GMT"}, 60),
        ({"cache-control": "max-age=x", "expires": "Tue, 05 May 2026 12:10:00 GMT"}, None),
        ({"cache-control": "private", "expires": "Tue, 05 May 2026 12:10:00 GMT"}, 600),
    ],
)
def test_freshness(headers: dict[str, str], seconds: int | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert freshness(headers, NOW) == expected


_VALUES = st.text(max_size=60) | st.from_regex(r"max-age=-?[0-9]{1,12}", fullmatch=True)
_NAMES = st.sampled_from(("cache-control", "expires", "date", "age", "pragma"))


@given(st.dictionaries(_NAMES, _VALUES))
def test_any_headers_promise_something_positive_or_nothing(headers: dict[str, str]) -> None:
    left = freshness(headers, NOW)
    assert left is None or timedelta(0) < left <= timedelta(days=7)
