"""What can be set about fetching, and the limits and Accept headers of each kind of document."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from config.product import default_user_agent

MIB = 1024 * 1024
# Decoded bytes. The largest feeds seen in the wild carry full texts and stay below 10 MiB; an
# article page above 5 MiB is not an article; RFC 9309 asks for at least 500 KiB of robots.txt.
FEED_LIMIT = 15 * MIB
SITEMAP_LIMIT = 50 * MIB  # what the sitemap protocol allows, uncompressed
PAGE_LIMIT = 5 * MIB
ROBOTS_LIMIT = 512 * 1024
ANSWER_LIMIT = 16 * 1024  # of what a form is answered with; nobody reads it

FEED_ACCEPT = (
    "application/rss+xml, application/atom+xml, application/feed+json, application/rdf+xml;q=0.9, "
    "application/xml;q=0.9, text/xml;q=0.9, application/json;q=0.8, */*;q=0.5"
)
SITEMAP_ACCEPT = "application/xml, text/xml, application/gzip;q=0.9, text/plain;q=0.8, */*;q=0.5"
PAGE_ACCEPT = "text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.5"
ROBOTS_ACCEPT = "text/plain, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class FetchSettings:
    """Durations are in seconds.

    `allow_private` lets loopback and private addresses through, nothing else that is refused.
    `total` bounds one `get`, its redirects included and pauses for politeness excluded; `connect`
    bounds name look-up and connecting, and `first_byte` all until the headers of an answer are
    there. A body slower than `minimum_rate` bytes a second, counted from `rate_after` on, is given
    up. `patience` is the longest that a `get` waits because a host asked for a pause; above it the
    answer is a Failure with `retry_after`.
    """

    allow_private: bool = False
    user_agent: str | None = None
    contact: str = ""
    total: float = 30.0
    connect: float = 10.0
    first_byte: float = 20.0
    rate_after: float = 10.0
    minimum_rate: float = 1024.0
    patience: timedelta = timedelta(seconds=60)
    max_redirects: int = 10

    @property
    def agent(self) -> str:
        return self.user_agent or default_user_agent(self.contact)
