"""Validators, conditional requests and compression, without a socket."""

from __future__ import annotations

import gzip
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from monitor.newsroom.exchange import Answer, Request, finish

MODIFIED = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
RIGHT = Answer(body=b"<rss/>" * 100, modified=MODIFIED, articles=(("a", 1),))


def _ask(**headers: str) -> Request:
    return Request("GET", "/", {name.replace("_", "-"): value for name, value in headers.items()})


def _header(answer: Answer, name: str) -> str:
    return dict(answer.headers)[name]


def test_both_validators_are_sent() -> None:
    sent = finish(_ask(), RIGHT)
    assert _header(sent, "Last-Modified") == "Sat, 21 Mar 2026 06:00:00 GMT"
    assert _header(sent, "ETag").startswith('"')
    assert sent.body == RIGHT.body


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', "*"])
def test_a_known_tag_is_answered_with_304(form: str) -> None:
    tag = _header(finish(_ask(), RIGHT), "ETag")
    again = finish(_ask(if_none_match=form.format(tag)), RIGHT)
    assert (again.status, again.body, again.articles) == (304, b"", ())
    assert _header(again, "ETag") == tag


def test_a_tag_decides_before_a_date() -> None:
    date = "Sat, 21 Mar 2026 06:00:00 GMT"
    assert finish(_ask(if_modified_since=date), RIGHT).status == 304
    assert finish(_ask(if_modified_since=date, if_none_match='"other"'), RIGHT).status == 200


@pytest.mark.parametrize(
    "date", ["Sat, 21 Mar 2026 05:59:59 GMT", "yesterday", "Sat, 21 Mar 2026 09:00:00 -0000"]
)
def test_an_older_or_unreadable_date_gets_the_whole(date: str) -> None:
    assert finish(_ask(if_modified_since=date), RIGHT).status == 200


def test_the_compressed_body_has_a_tag_of_its_own() -> None:
    plain = finish(_ask(), RIGHT)
    packed = finish(_ask(accept_encoding="br, gzip;q=0.8"), RIGHT)
    assert gzip.decompress(packed.body) == RIGHT.body
    assert _header(packed, "Content-Encoding") == "gzip"
    assert _header(packed, "ETag") != _header(plain, "ETag")
    for tag in (_header(packed, "ETag"), _header(plain, "ETag")):
        asked = _ask(if_none_match=tag, accept_encoding="gzip")
        assert finish(asked, RIGHT).status == 304


@pytest.mark.parametrize("offer", ["", "identity", "gzip;q=0", "deflate, gzip; q=0.0"])
def test_who_does_not_accept_gzip_gets_none(offer: str) -> None:
    assert finish(_ask(accept_encoding=offer), RIGHT).body == RIGHT.body


def test_validators_follow_the_habit() -> None:
    names = {
        habit: {name for name, _ in finish(_ask(), replace(RIGHT, validators=habit)).headers}
        & {"ETag", "Last-Modified"}
        for habit in ("both", "etag", "modified", "none", "lying")
    }
    assert names == {
        "both": {"ETag", "Last-Modified"},
        "etag": {"ETag"},
        "modified": {"Last-Modified"},
        "none": set(),
        "lying": {"ETag"},
    }


def test_an_error_is_never_conditional() -> None:
    assert finish(_ask(if_none_match="*"), Answer(status=503)).status == 503
