"""Which hub a feed announces, whom it is asked about, and when it is asked again."""

from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Announced, ChannelState, HubLinks, Reason
from monitor.pipeline.parse_feed import parse_feed
from monitor.pipeline.websub import (
    LONGEST_PAUSE,
    Subscription,
    SubscriptionState,
    callback_of,
    can_be_called,
    due_after_push,
    granted_lease,
    is_signed,
    joined_links,
    kept_reason,
    links_of_header,
    pause_after,
    renewal_at,
    request_form,
    topic_of,
)

FEED = "https://herald.example/feed"
HUB = "https://hub.example/"
ITEM = "<item><title>One</title><link>https://herald.example/1</link></item>"
NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def links(document: str) -> HubLinks:
    found = parse_feed(document.encode(), url=FEED, zone=ZoneInfo("UTC"))
    assert isinstance(found, Announced)
    return found.links


def rss(head: str, *, tail: str = "", item: str = ITEM) -> str:
    return (
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" '
        'xmlns:atom10="http://www.w3.org/2005/Atom" xmlns:a="http://www.w3.org/2005/Atom">'
        f"<channel><title>T</title>{head}{item}{tail}</channel></rss>"
    )


def atom(head: str, entry: str = "") -> str:
    return (
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
        f'{head}<entry><title>One</title><link href="https://herald.example/1"/>{entry}</entry>'
        "</feed>"
    )


@pytest.mark.parametrize(
    "document",
    [
        atom(f'<link rel="hub" href="{HUB}"/>'),
        rss(f'<atom:link rel="hub" href="{HUB}"/>'),
        rss(f"<atom10:link href='{HUB}' xmlns:atom10='http://www.w3.org/2005/Atom' rel='hub'/>"),
        rss("", tail=f'<a:link rel="hub" href="{HUB}" />'),
        rss(f'<atom:link\n  href="{HUB}"\n  rel="HUB"></atom:link>'),
        rss(f'<atom:link rel="search hub" title="a > b" href="{HUB}"/>'),
        rss(f'<atom:link rel="hub" href="{HUB}"/>').replace("</title>", "", 1),  # mended
        '{"version": "https://jsonfeed.org/version/1.1", "items": [], '
        f'"hubs": [{{"type": "rssCloud", "url": "https://c.example/"}}, '
        f'{{"type": "WebSub", "url": "{HUB}"}}]}}',
    ],
)
def test_a_hub_is_found(document: str) -> None:
    assert links(document).hubs == (HUB,)


@pytest.mark.parametrize(
    "document",
    [
        rss(""),
        rss(f'<!-- <atom:link rel="hub" href="{HUB}"/> -->'),
        rss(f'<description><![CDATA[<link rel="hub" href="{HUB}">]]></description>'),
        rss(f'<description>&lt;link rel="hub" href="{HUB}"/&gt;</description>'),
        rss("", item=f'<item><link>{FEED}</link><atom:link rel="hub" href="{HUB}"/></item>'),
        atom("", entry=f'<source><link rel="hub" href="{HUB}"/></source>'),
        rss('<atom:link rel="hub" href="ftp://hub.example/"/>'),
        rss('<atom:link rel="hub" href="https://user:word@hub.example/"/>'),
        rss('<atom:link rel="hub" href=""/>'),
        rss(f'<atom:link rel="github" href="{HUB}"/>'),
        '{"version": "https://jsonfeed.org/version/1.1", "items": [], "hubs": ["x", {"url": 3}]}',
    ],
)
def test_what_is_no_hub_of_this_feed(document: str) -> None:
    assert links(document).hubs == ()


def test_own_address_relative_links_and_entities() -> None:
    found = links(
        rss('<atom:link rel="self" href="/rss?a=1&amp;b=2"/><a:link rel="hub" href="h"/>')
    )
    assert found == HubLinks(("https://herald.example/h",), "https://herald.example/rss?a=1&b=2")
    feed = {"items": [], "feed_url": "/f.json", "hubs": [{"type": "websub", "url": "/h"}]}
    assert links(json.dumps(feed)) == HubLinks(
        ("https://herald.example/h",), "https://herald.example/f.json"
    )


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f'<{HUB}>; rel="hub"', HubLinks((HUB,))),
        (f"<{HUB}>;rel=hub", HubLinks((HUB,))),
        (
            f'</rss>; rel="self", <{HUB}>; title="a, b"; rel="hub next"',
            HubLinks((HUB,), "https://herald.example/rss"),
        ),
        (
            f'<{HUB}>; rel="hub", <https://b.example/>; rel="hub"',
            HubLinks((HUB, "https://b.example/")),
        ),
        (f'<{HUB}>; rel="preload"', HubLinks()),
        ("<<<>;;;,rel=hub", HubLinks()),
        ("", HubLinks()),
    ],
)
def test_the_link_header(value: str, found: HubLinks) -> None:
    assert links_of_header(value, FEED) == found


def test_the_header_comes_before_the_document() -> None:
    header, document = HubLinks(("a",), None), HubLinks(("b", "a"), "c")
    assert joined_links(header, document) == HubLinks(("a", "b"), "c")


@pytest.mark.parametrize(
    "text", ["<link " * 200_000, '<link rel="' * 50_000, '<a:link x="y" ' * 50_000]
)
def test_what_never_ends_is_read_in_time(text: str) -> None:
    """Each opening is looked at up to the next one only: these would else take minutes."""
    assert links(rss(text)) == HubLinks()
    assert links_of_header(text, FEED) == HubLinks()


@pytest.mark.parametrize(
    ("own", "read_at", "topic"),
    [
        ("https://herald.example/rss", None, "https://herald.example/rss"),
        ("https://cdn.example/rss", "https://cdn.example/x", "https://cdn.example/rss"),
        ("https://other.example/rss", None, FEED),
        (None, None, FEED),
    ],
)
def test_the_topic_is_on_a_host_of_the_feed(
    own: str | None, read_at: str | None, topic: str
) -> None:
    assert topic_of(FEED, own, read_at) == topic


@pytest.mark.parametrize(
    ("base_url", "public", "private"),
    [
        ("https://monitor.example.org", True, True),
        ("http://monitor.example.org/news", True, True),
        ("http://127.0.0.1:8000", False, True),
        ("http://192.168.1.4", False, True),
        ("http://[::1]:8000", False, True),
        ("https://monitor", False, True),
        ("https://monitor.local", False, True),
        ("ftp://monitor.example.org", False, False),
    ],
)
def test_who_can_be_called(base_url: str, public: bool, private: bool) -> None:
    assert can_be_called(base_url, allow_private=False) == public
    assert can_be_called(base_url, allow_private=True) == private


def test_what_is_posted() -> None:
    callback = callback_of("https://monitor.example.org/news/", "t0ken")
    assert callback == "https://monitor.example.org/news/websub/t0ken"
    assert request_form("subscribe", topic=FEED, callback=callback, secret="s") == {
        "hub.mode": "subscribe",
        "hub.topic": FEED,
        "hub.callback": callback,
        "hub.secret": "s",
        "hub.lease_seconds": "864000",
    }
    assert "hub.secret" not in request_form("unsubscribe", topic=FEED, callback="c", secret="s")


@pytest.mark.parametrize(
    ("said", "lease"),
    [
        ("86400", timedelta(days=1)),
        (None, timedelta(days=10)),
        ("", timedelta(days=10)),
        ("-5", timedelta(days=10)),
        ("1e9", timedelta(days=10)),
        ("0", timedelta(minutes=1)),
        ("999999999999", timedelta(days=90)),
    ],
)
def test_the_lease_that_is_granted(said: str | None, lease: timedelta) -> None:
    assert granted_lease(said) == lease
    assert NOW < renewal_at(NOW, lease) < NOW + lease


def test_pauses_grow_to_a_day() -> None:
    pauses = [pause_after(attempts, chance=0.5) for attempts in range(1, 40)]
    assert pauses[:4] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_PAUSE
    assert pause_after(1, chance=0.0) < pause_after(1, chance=1.0) <= 6 * MINUTE
    assert pause_after(99, chance=1.0) == LONGEST_PAUSE
    assert pause_after(1, chance=0.5, asked=timedelta(hours=2)) == timedelta(hours=2)
    assert pause_after(1, chance=0.5, asked=timedelta(days=9)) == LONGEST_PAUSE


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_signatures(method: str) -> None:
    signature = hmac.new(b"secret", b"body", getattr(hashlib, method)).hexdigest()
    assert is_signed("secret", b"body", f"{method}={signature}")
    assert is_signed("secret", b"body", f" {method.upper()}={signature.upper()} ")
    assert not is_signed("other", b"body", f"{method}={signature}")
    assert not is_signed("secret", b"other", f"{method}={signature}")
    assert not is_signed("secret", b"body", f"{method}={signature[:-1]}")


@pytest.mark.parametrize("header", ["", "sha256", "sha256=", "sha256=ы", "md5=x", "=", "none="])
def test_what_is_no_signature(header: str) -> None:
    assert not is_signed("secret", b"body", header)


def channel(**known: object) -> ChannelState:
    values: dict[str, object] = {
        "next_poll_at": NOW + 30 * MINUTE,
        "last_polled_at": NOW - 10 * MINUTE,
        **known,
    }
    return ChannelState(1, "herald", FEED, **values)  # type: ignore[arg-type]  # by name


def test_a_push_makes_a_channel_due_no_faster_than_allowed() -> None:
    assert due_after_push(channel(), NOW, 5 * MINUTE) == NOW
    assert due_after_push(channel(), NOW, 15 * MINUTE) == NOW + 5 * MINUTE
    assert due_after_push(channel(last_polled_at=None), NOW, 15 * MINUTE) == NOW


@pytest.mark.parametrize(
    "state",
    [
        channel(next_poll_at=NOW - MINUTE),  # planned for sooner already
        channel(next_poll_at=None),  # never read: due
        channel(last_polled_at=NOW + MINUTE),  # read since
        channel(last_http=429),
        channel(last_http=503),
        channel(plan=Reason("asked", {"pause": 3600})),
    ],
)
def test_a_push_that_changes_nothing(state: ChannelState) -> None:
    assert due_after_push(state, NOW, 5 * MINUTE) is None


def test_a_reason_is_one_short_line() -> None:
    assert kept_reason(" no\r\nway\0 \u202e here ") == "no way here"
    assert len(kept_reason("x" * 1000)) == 300


def test_secrets_do_not_show_in_what_is_printed() -> None:
    kept = Subscription(
        1, 2, SubscriptionState.ACTIVE, HUB, FEED, NOW, NOW, token="t0ken", secret="s3cret"
    )
    assert "t0ken" not in repr(kept)
    assert "s3cret" not in repr(kept)
    assert not kept.is_active(NOW)
