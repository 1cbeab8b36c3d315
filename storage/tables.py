"""The tables: columns only. The table of a stage holds what is left to do for the next one.

channels → entries → pages → articles (→ versions, aliases, matches); `polls` is the log.

Long texts stand at the end of a row: SQLite reads a row from its beginning, and what it filters
and sorts by is then found without following the pages a text spills over to.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """An aware datetime in UTC; SQLite, which has no zones, keeps it naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a datetime without a zone cannot be kept: {value!r}")
        try:
            moment = value.astimezone(UTC)
        except OverflowError:  # the first and the last day of the calendar
            moment = value.replace(tzinfo=UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment: datetime = value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class Plain(TypeDecorator[str]):
    """A text that somebody else wrote, as `plain` leaves it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else plain(value)


_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def plain(text: str) -> str:
    """A text both databases can hold: NUL and halves of surrogate pairs become U+FFFD."""
    if not _UNSTORABLE.search(text):
        return text
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return joined.replace("\0", "\ufffd")


meta = Table(
    "meta",
    metadata,
    Column("key", String, primary_key=True),
    Column("value", String, nullable=False),
)

# One row, "change": the last number given to a changed article. Taken inside the transaction
# that changes it, so that numbers become visible in their order and an index can follow them.
counters = Table(
    "counters",
    metadata,
    Column("name", String, primary_key=True),
    Column("value", Integer, nullable=False),
)

channels = Table(
    "channels",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("url", String, nullable=False),
    Column("etag", String),
    Column("last_modified", String),
    Column("body_hash", String),
    Column("failures", Integer, nullable=False, default=0),
    Column("interval_seconds", Integer),
    Column("next_poll_at", Moment),
    Column("plan_reason", String),
    Column("last_polled_at", Moment),
    Column("last_success_at", Moment),
    Column("last_new_at", Moment),
    Column("last_status", String),
    Column("last_http", Integer),
    Column("last_error", Plain),
    Column("lease_owner", String),
    Column("lease_until", Moment),
    UniqueConstraint("source", "url"),
)

polls = Table(
    "polls",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("started_at", Moment, nullable=False, index=True),
    Column("elapsed_ms", Integer, nullable=False),
    Column("status", String, nullable=False),
    Column("http", Integer),
    Column("bytes", Integer, nullable=False),
    Column("found", Integer, nullable=False),
    Column("new", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("code", String),
    Column("detail", Plain),
    Column("next_poll_at", Moment, nullable=False),
)

entries = Table(
    "entries",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("host", String, nullable=False),
    Column("state", String, nullable=False),  # waiting, fetched, stored, skipped, quarantined
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment, nullable=False),
    Column("lease_owner", String, index=True),
    Column("lease_until", Moment),
    Column("published", Moment),
    Column("first_seen", Moment, nullable=False),
    Column("page_id", Integer),
    Column("article_id", ForeignKey("articles.id"), index=True),
    Column("url_key", String, nullable=False, unique=True),
    Column("url", String, nullable=False),
    Column("guid", Plain),
    Column("published_raw", Plain),
    Column("language", String),
    Column("code", String),
    Column("detail", Plain),
    Column("title", Plain, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("summary", Plain, nullable=False),
    Column("text", Plain, nullable=False),
    Index("ix_entries_state", "state"),
    Index("ix_entries_work", "source", "state", "host", "published"),
)

sightings = Table(
    "sightings",
    metadata,
    Column("entry_id", ForeignKey("entries.id"), primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), primary_key=True),
    Column("url", String, nullable=False),
    Column("guid", Plain),
    Column("first_seen", Moment, nullable=False),
    Column("announcement_hash", String, nullable=False),
    Index("ix_sightings_channel_id", "channel_id"),
)

pages = Table(
    "pages",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("entry_id", ForeignKey("entries.id"), nullable=False, index=True),
    Column("url", String, nullable=False),
    Column("final_url", String, nullable=False),
    Column("status", Integer, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("fetched_at", Moment, nullable=False),
    Column("sha256", String, nullable=False),
    Column("body", LargeBinary, nullable=False),  # compressed with zstd
)

articles = Table(
    "articles",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False, index=True),
    Column("language", String, nullable=False),
    Column("published", Moment),
    Column("first_seen", Moment, nullable=False, index=True),
    Column("date", Moment, nullable=False),  # published, else first_seen: lists are sorted by it
    Column("updated", Moment),
    Column("duplicate_of", ForeignKey("articles.id")),
    Column("story", Integer, index=True),
    Column("versions", Integer, nullable=False, default=1),
    Column("change", Integer, nullable=False, index=True),
    Column("classified_with", String, index=True),
    Column("fingerprint", String, nullable=False, index=True),
    Column("page_id", Integer),  # no foreign key: pages point to entries, entries to articles
    Column("published_offset", Integer),  # minutes east of UTC, as the publisher counts
    Column("published_from", String),
    Column("place", String),
    Column("text_from", String, nullable=False),
    Column("external_id", Plain),
    Column("url", String, nullable=False),
    Column("image", Plain),
    Column("section", Plain),
    Column("tags", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("reason", Plain, nullable=False),
    Column("title", Plain, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("text", Plain, nullable=False),
    Index("ix_articles_latest", "duplicate_of", "date", "id"),
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("page_id", ForeignKey("pages.id")),
    Column("title", Plain, nullable=False),
    Column("text", Plain, nullable=False),
)

# Every address an article was found under: announced, redirected to, declared canonical.
aliases = Table(
    "aliases",
    metadata,
    Column("url_key", String, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
)

matches = Table(
    "matches",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("topic", String, primary_key=True),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
    Index("ix_matches_topic", "topic", "article_id"),
)
