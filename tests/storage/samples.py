"""Values to keep: an entry, an article, a poll, with what a test cares about given."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from monitor.model import (
    Article,
    ChannelState,
    Entry,
    EntryState,
    Failure,
    KeptEntry,
    Poll,
    PollStatus,
    Response,
)
from monitor.pipeline.find_duplicates import fingerprint
from storage.database import Database
from storage.repositories import articles, channels, entries
from storage.repositories.entries import Addressed

NOW = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
LEASE_END = NOW + timedelta(minutes=5)
SOURCE = "steppe-times"
FEED = "https://steppe.example/feed"
SITEMAP = "https://steppe.example/sitemap.xml"


def entry(path: str, **given: Any) -> Entry:
    return Entry(**{"url": f"https://steppe.example/{path}", "title": path.title()} | given)


def addressed(*found: Entry) -> list[Addressed]:
    return [Addressed(each, each.url.removeprefix("https://"), "steppe.example") for each in found]


def key(path: str) -> str:
    return f"steppe.example/{path}"


def channel(database: Database, url: str = FEED) -> ChannelState:
    with database.write() as connection:
        channels.register(connection, [(SOURCE, url)])
        return channels.load(connection, [(SOURCE, url)])[0]


def announce(
    database: Database,
    *found: Entry,
    channel_id: int | None = None,
    now: datetime = NOW,
    source: str = SOURCE,
) -> entries.Kept:
    with database.write() as connection:
        return entries.keep(connection, source, channel_id, addressed(*found), now)


def kept(database: Database, path: str) -> KeptEntry:
    with database.read() as connection:
        found = entries.by_key(connection, key(path))
    assert found is not None
    return found


def claim(
    database: Database,
    owner: str = "one",
    *,
    state: EntryState = EntryState.WAITING,
    now: datetime = NOW,
    limit: int = 100,
    host: str | None = None,
    source: str = SOURCE,
) -> list[KeptEntry]:
    with database.write() as connection:
        return entries.claim(
            connection,
            state,
            sources=[source],
            owner=owner,
            now=now,
            until=now + timedelta(minutes=5),
            limit=limit,
            host=host,
        )


def article(path: str = "a", text: str = "A text of its own.", **given: Any) -> Article:
    return Article(
        **{"url": f"https://steppe.example/{path}", "title": path.title(), "language": "en"}
        | {"text": text}
        | given
    )


def put(connection: Connection, one: Article, **given: Any) -> int:
    """Store an article as new, or as another reading of what is known under its address."""
    keys = [one.url.removeprefix("https://")]
    options: dict[str, Any] = {
        "source": SOURCE,
        "fingerprint": fingerprint(one.text),
        "keys": keys,
        "now": NOW,
        "known_as": articles.find(connection, keys),
    }
    return articles.store(connection, one, **(options | given))[0]


def store(database: Database, one: Article, **given: Any) -> int:
    with database.write() as connection:
        return put(connection, one, **given)


def poll(status: PollStatus = PollStatus.OK, **given: Any) -> Poll:
    usual = Poll(
        started_at=NOW,
        elapsed=timedelta(milliseconds=250),
        status=status,
        http=200,
        size=1000,
        found=10,
        new=0,
        next_poll_at=LATER,
        plan_reason="as usual",
        interval=timedelta(minutes=15),
    )
    return replace(usual, **given)


def response(body: bytes, **given: Any) -> Response:
    usual = Response(
        url="https://steppe.example/a",
        final_url="https://steppe.example/a/",
        status=200,
        headers={"content-type": "text/html; charset=utf-8"},
        body=body,
        fetched_at=NOW,
        elapsed=timedelta(seconds=1),
    )
    return replace(usual, **given)


GONE = Failure("http.404", "The page is not there", status=404)


def all_ids(connection: Connection) -> list[int]:
    """Every article's id, oldest first."""
    return [each.id for chunk in articles.in_chunks(connection) for each in chunk]
