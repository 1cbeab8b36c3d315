"""WebSub (w3.org/TR/websub): which hub a feed announces, what it is asked, and when.

announced ──asked──▶ pending ──the hub asks back──▶ active ──at 2/3 of the lease, asked again──▶ …
    ▲                   │                              │
    └── failing, denied ┴── a later attempt ◀──────────┘            leaving: until it is confirmed

A push is only a hint to read the channel now. What a hub sends is never read as news, so one that
lies, or is silent, loses nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from html import unescape
from typing import Any
from urllib.parse import urldefrag, urljoin, urlsplit

from config.private_hosts import is_private
from monitor.model import ChannelState, HubLinks
from monitor.pipeline.feed_hints import outside_entries

LEASE_ASKED = timedelta(days=10)
SHORTEST_LEASE, LONGEST_LEASE = timedelta(minutes=1), timedelta(days=90)
CONFIRM_WITHIN = timedelta(hours=1)
"""So long a hub may take to ask back; then it is asked anew."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(days=1)
STAYS = timedelta(days=1)
"""What was asked for stays so long at least: some feeds name now one hub or address, now another,
as one or another of their servers answers."""
LEAVE_ATTEMPTS = 3
"""A hub that never confirms the end is left all the same: its lease runs out."""
CALLBACK_PATH = "/websub/"
_RENEW_AT = 2 / 3
_MOST_HUBS = 5
_LONGEST_URL = 2048
_KEPT_REASON = 300
# SHA-1 is what the largest hubs still sign with. As an HMAC it is unbroken, and a push says nothing
# but "read this feed now".
_DIGESTS = {
    "sha1": hashlib.sha1,
    "sha256": hashlib.sha256,
    "sha384": hashlib.sha384,
    "sha512": hashlib.sha512,
}

# A quoted value holds no "<", so that one without an end is not searched to the document's.
_LINK = re.compile(r"<(?:[\w.-]+:)?link(?=\s)((?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*)>", re.I)
_ATTRIBUTE = re.compile(r"(?<![\w:.-])(rel|href)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_HEADER_LINK = re.compile(
    r"<([^<>]*)>((?:\s*;\s*[\w!#$&+.^`|~*-]+\s*(?:=\s*(?:\"[^\"]*\"|[^\s\",;]*))?)*)"
)
_HEADER_REL = re.compile(r";\s*rel\s*=\s*(?:\"([^\"]*)\"|([^\s\",;]+))", re.I)
_LONGEST_HEADER = 8192


class SubscriptionState(StrEnum):
    """How far a subscription has come."""

    ANNOUNCED = "announced"  # the feed names a hub; it has not been asked
    PENDING = "pending"  # asked; the hub has still to ask back
    ACTIVE = "active"  # the hub confirmed it; it may be being renewed
    DENIED = "denied"  # the hub will not; it is asked again another day
    FAILING = "failing"  # the hub does not answer, or refuses the request
    LEAVING = "leaving"  # nobody here wants it any more; the hub has to be told


@dataclass(frozen=True, slots=True)
class Subscription:
    """One channel at one hub. `token` and `secret` are None until the hub is first asked; they
    are for the hub alone. `asked` is what it has still to ask back. `pushes` counts its messages,
    `forged` those whose signature was wrong."""

    id: int
    channel_id: int
    state: SubscriptionState
    hub: str
    topic: str
    announced_at: datetime
    next_attempt_at: datetime
    base_url: str | None = None
    token: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    asked: str | None = None
    asked_at: datetime | None = None
    since: datetime | None = None
    lease_until: datetime | None = None
    attempts: int = 0
    reason: str | None = None
    pushed_at: datetime | None = None
    pushes: int = 0
    forged: int = 0

    @property
    def hub_host(self) -> str:
        return urlsplit(self.hub).hostname or ""

    def may_be_left(self, now: datetime) -> bool:
        """Whether another announcement is followed at once."""
        in_use = self.state in (SubscriptionState.PENDING, SubscriptionState.ACTIVE)
        return not in_use or now - self.announced_at >= STAYS

    def is_active(self, now: datetime) -> bool:
        return (
            self.state is SubscriptionState.ACTIVE
            and self.lease_until is not None
            and self.lease_until > now
        )


def links_of_document(text: str, url: str) -> HubLinks:
    """What the links of a feed's head say; those of its entries are about other feeds."""
    found = []
    for link in _LINK.finditer(outside_entries(text)):
        said = {name.lower(): one or two for name, one, two in _ATTRIBUTE.findall(link[1])}
        found.append((unescape(said.get("rel", "")), unescape(said.get("href", ""))))
    return _links(found, url)


def links_of_json(feed: Mapping[str, Any], url: str) -> HubLinks:
    """What a JSON Feed says: `hubs` of type WebSub, and `feed_url`."""
    hubs = feed.get("hubs")
    listed = [each for each in hubs if isinstance(each, dict)] if isinstance(hubs, list) else []
    found = [
        ("hub", str(each.get("url", "")))
        for each in listed
        if str(each.get("type", "")).lower() in ("websub", "pubsubhubbub")
    ]
    own = feed.get("feed_url")
    return _links([*found, ("self", own if isinstance(own, str) else "")], url)


def links_of_header(value: str, url: str) -> HubLinks:
    """What a Link header says (RFC 8288), several of them joined by commas."""
    found = []
    for link in _HEADER_LINK.finditer(value[:_LONGEST_HEADER]):
        rel = _HEADER_REL.search(link[2])
        found.append((rel[1] or rel[2] or "" if rel else "", link[1]))
    return _links(found, url)


def joined_links(header: HubLinks, document: HubLinks) -> HubLinks:
    """Header and document as one; what the header says comes first, as WebSub has it."""
    hubs = tuple(dict.fromkeys((*header.hubs, *document.hubs)))[:_MOST_HUBS]
    return HubLinks(hubs, header.own or document.own)


def _links(found: Iterable[tuple[str, str]], url: str) -> HubLinks:
    hubs, own = [], None
    for rel, href in found:
        names = rel.lower().split()
        address = _absolute(href, url) if "hub" in names or "self" in names else None
        if address is None:
            continue
        if "hub" in names:
            hubs.append(address)
        if "self" in names and own is None:
            own = address
    return HubLinks(tuple(dict.fromkeys(hubs))[:_MOST_HUBS], own)


def _absolute(href: str, url: str) -> str | None:
    """The address that a link leads to; None where nobody can be asked there."""
    href = href.strip()
    if not href or not href.isprintable() or any(letter.isspace() for letter in href):
        return None
    try:
        address = urldefrag(urljoin(url, href)).url
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    return address if usable and "@" not in parts.netloc and len(address) <= _LONGEST_URL else None


def topic_of(channel_url: str, own: str | None, read_at: str | None = None) -> str:
    """What the hub is asked about: the address that the feed calls its own if it is on a host that
    the feed was read from, else the channel's. A feed must not subscribe us to somebody else's."""
    hosts = {urlsplit(each).hostname for each in (channel_url, read_at or channel_url)}
    return own if own is not None and urlsplit(own).hostname in hosts else channel_url


def can_be_called(base_url: str, *, allow_private: bool) -> bool:
    """Whether a hub elsewhere can reach this address; with `allow_private` any host will do."""
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    return (
        parts.scheme in ("http", "https") and bool(host) and (allow_private or not is_private(host))
    )


def callback_of(base_url: str, token: str) -> str:
    """The address that the hub calls."""
    return f"{base_url.rstrip('/')}{CALLBACK_PATH}{token}"


def request_form(mode: str, *, topic: str, callback: str, secret: str) -> dict[str, str]:
    """What is posted to the hub; `mode` is "subscribe" or "unsubscribe"."""
    form = {"hub.mode": mode, "hub.topic": topic, "hub.callback": callback}
    if mode == "subscribe":
        form["hub.secret"] = secret
        form["hub.lease_seconds"] = str(round(LEASE_ASKED.total_seconds()))
    return form


def granted_lease(said: str | None) -> timedelta:
    """The lease that a hub grants when it asks back; what it leaves out is what was asked for."""
    if not said or not re.fullmatch(r"[0-9]{1,12}", said):
        return LEASE_ASKED
    return min(max(timedelta(seconds=min(int(said), 10**9)), SHORTEST_LEASE), LONGEST_LEASE)


def renewal_at(now: datetime, lease: timedelta) -> datetime:
    return now + lease * _RENEW_AT


def pause_after(attempts: int, *, chance: float, asked: timedelta | None = None) -> timedelta:
    """The pause after so many attempts in vain: doubled each time, within a tenth, a day at most;
    `asked` is what the hub itself asked for."""
    doubled = FIRST_PAUSE * (1 << min(max(attempts - 1, 0), 20))
    pause = min(doubled, LONGEST_PAUSE) * (0.9 + 0.2 * min(max(chance, 0.0), 1.0))
    return min(max(pause, asked or timedelta(0)), LONGEST_PAUSE)


def is_signed(secret: str, body: bytes, header: str) -> bool:
    """Whether X-Hub-Signature is that of `body` under the secret."""
    method, _, signature = header.strip().partition("=")
    digest = _DIGESTS.get(method.lower())
    if digest is None:
        return False
    expected = hmac.new(secret.encode("ascii"), body, digest).hexdigest()
    return hmac.compare_digest(expected.encode("ascii"), signature.lower().encode("utf-8"))


def due_after_push(
    state: ChannelState, pushed_at: datetime, min_interval: timedelta
) -> datetime | None:
    """When the channel is to be read because of a push; None where it is planned for then already,
    was read since, or its site asked for a pause."""
    last, planned = state.last_polled_at, state.next_poll_at
    if planned is None or (last is not None and last > pushed_at):
        return None
    if state.last_http in (429, 503) or (state.plan is not None and state.plan.key == "asked"):
        return None
    due = pushed_at if last is None else max(pushed_at, last + min_interval)
    return due if due < planned else None


def kept_reason(said: str) -> str:
    """What a hub gives as its reason, as one line that can be kept and shown."""
    line = " ".join("".join(each if each.isprintable() else " " for each in said).split())
    return line[:_KEPT_REASON]
