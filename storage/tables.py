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
    Boolean,
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
    Column("plan_facts", JSON),  # the same reason as a key and its values
    Column("last_polled_at", Moment),
    Column("last_success_at", Moment),
    Column("last_new_at", Moment),
    Column("last_status", String),
    Column("last_http", Integer),
    Column("last_error", Plain),
    Column("lease_owner", String),
    Column("lease_until", Moment),
    Column("turnover_seconds", Float),
    Column("hints", JSON),
    Column("full_read_at", Moment),
    Column("moved_to", String),
    Column("moved_since", Moment),
    Column("moved_count", Integer),
    Column("moved_asked_at", Moment),  # when the address that moved was asked last
    Column("moved_adopted", Boolean),
    Column("quiet_until", Moment),  # its site asked everybody to wait until then
    UniqueConstraint("source", "url"),
)

# Channels at the hubs that they announce (WebSub). `token` ends the address that the hub calls;
# it and `secret` are known to the hub and to us only, and are drawn when it is first asked.
subscriptions = Table(
    "subscriptions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("state", String, nullable=False),  # announced, pending, active, denied, failing, leaving
    Column("hub", String, nullable=False),
    Column("topic", String, nullable=False),
    Column("announced_at", Moment, nullable=False),
    Column("base_url", String),
    Column("token", String, unique=True),
    Column("secret", String),
    Column("asked", String),  # what the hub has still to ask back: subscribe, unsubscribe
    Column("asked_at", Moment),
    Column("since", Moment),
    Column("lease_until", Moment),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment, nullable=False, index=True),
    Column("reason", Plain),
    Column("pushed_at", Moment),
    Column("pushes", Integer, nullable=False, default=0),
    Column("forged", Integer, nullable=False, default=0),
)

# Times in which a channel's window turned over between two readings: what may have been missed.
gaps = Table(
    "gaps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("opened_at", Moment, nullable=False),
    Column("known_until", Moment, nullable=False),
    Column("last_read_at", Moment, nullable=False),
    Column("state", String, nullable=False, index=True),  # open, filled, unfillable, bounded
    Column("filled_at", Moment),
    Column("backfill", String),
    Column("page", Integer, nullable=False, default=0),
    Column("pending", JSON),
    Column("pages_read", Integer, nullable=False, default=0),
    Column("entries_found", Integer, nullable=False, default=0),
    Column("attempts", Integer, nullable=False, default=0),
    Column("next_attempt_at", Moment),
    Column("suspected", Boolean, nullable=False),
    Column("met_older", Boolean, nullable=False, default=False),
    Column("met_newer", Boolean, nullable=False, default=False),
    Column("note", Plain),
    Column("lease_owner", String),
    Column("lease_until", Moment),
)

# Walks through older announcements that a person asked for.
backfills = Table(
    "backfills",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel_id", ForeignKey("channels.id"), nullable=False, index=True),
    Column("backfill", String, nullable=False),
    Column("since", Moment, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("page", Integer, nullable=False, default=0),
    Column("pending", JSON),
    Column("pages_read", Integer, nullable=False, default=0),
    Column("entries_found", Integer, nullable=False, default=0),
    Column("note", Plain),
    Column("lease_owner", String),
    Column("lease_until", Moment),
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
    Column("failing_since", Moment),
    Column("check_at", Moment),  # when its page is looked at again for changes
    Column("checks", Integer, nullable=False, default=0),
    Column("gone", Integer, nullable=False, default=0),  # how often in a row it was not there
    Column("announcements", Integer, nullable=False, default=0),  # how often it was reworded
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
    Index("ix_entries_checks", "source", "check_at"),
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
    Column("guid_key", String),  # a digest: guids of several kilobytes fit into no index
    Column("modified", Moment),
    Index("ix_sightings_channel_id", "channel_id", "guid_key"),
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
    Column("source", String, nullable=False),
    Column("language", String, nullable=False),
    Column("published", Moment),
    Column("first_seen", Moment, nullable=False, index=True),
    Column("date", Moment, nullable=False),  # published, else first_seen: lists are sorted by it
    Column("updated", Moment),
    Column("withdrawn_at", Moment),  # its page was not there twice in a row
    Column("duplicate_of", ForeignKey("articles.id")),
    Column("story", Integer, index=True),
    Column("versions", Integer, nullable=False, default=1),
    Column("change", Integer, nullable=False, index=True),
    Column("indexed_at", Moment, index=True),  # when a search found it for the first time
    Column("classified_with", String, index=True),
    Column("fingerprint", String, nullable=False, index=True),
    Column("page_id", Integer),  # no foreign key: pages point to entries, entries to articles
    Column("published_offset", Integer),  # minutes east of UTC, as the publisher counts
    Column("published_from", String),
    Column("published_precision", String),  # second, minute, hour, day
    Column("place", String),
    Column("text_from", String, nullable=False),
    Column("external_id", Plain),
    Column("url", String, nullable=False),
    Column("image", Plain),
    Column("image_credit", Plain),
    Column("marks", JSON),  # partial, live
    Column("section", Plain),
    Column("tags", JSON, nullable=False),
    Column("languages", JSON, nullable=False),
    Column("reason", Plain, nullable=False),
    Column("title", Plain, nullable=False),
    Column("authors", JSON, nullable=False),
    Column("text", Plain, nullable=False),
    Index("ix_articles_latest", "duplicate_of", "date", "id"),
    Index("ix_articles_source", "source", "first_seen"),
)

versions = Table(
    "versions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("seen_at", Moment, nullable=False),
    Column("page_id", ForeignKey("pages.id")),
    Column("origin", String),  # "re-extracted": its difference is ours, not the publisher's
    Column("title", Plain, nullable=False),
    Column("text", Plain, nullable=False),
)

# How far the archive has been read again from its pages; a row is gone when its work is done.
reprocessings = Table(
    "reprocessings",
    metadata,
    Column("work", String, primary_key=True),  # the step, and which articles it is about
    Column("edition", String, nullable=False),  # of what reads: with another one it begins anew
    Column("started_at", Moment, nullable=False),
    Column("last_id", Integer, nullable=False),
)

# Every address an article was found under: announced, redirected to, declared canonical.
aliases = Table(
    "aliases",
    metadata,
    Column("url_key", String, primary_key=True),
    Column("article_id", ForeignKey("articles.id"), nullable=False, index=True),
    Column("path", String, index=True),  # what a site that moves to another domain keeps
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

# Topics that an article has something of, but too little to belong to.
passing = Table(
    "passing",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("topic", String, primary_key=True),
    Column("score", Float, nullable=False),
    Column("evidence", JSON, nullable=False),
)

# Whom and what an article names.
mentions = Table(
    "mentions",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("entity", String, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("evidence", JSON, nullable=False),
    Index("ix_mentions_entity", "entity", "article_id"),
)

# What a person decided about an article's topics; it wins over what its words say.
corrections = Table(
    "corrections",
    metadata,
    Column("article_id", ForeignKey("articles.id"), primary_key=True),
    Column("topic", String, primary_key=True),
    Column("belongs", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", Plain, nullable=False),
    Column("note", Plain),
)

# How many of a source's articles had a paragraph, by a digest of its letters: what many have is the
# site's own. `since` is how many articles had been counted before; the row without a digest counts
# them all.
paragraphs = Table(
    "paragraphs",
    metadata,
    Column("source", String, primary_key=True),
    Column("digest", String, primary_key=True),
    Column("articles", Integer, nullable=False),
    Column("since", Integer, nullable=False),
    Column("last_seen", Moment, nullable=False),
)

# What a person should look at. `open_as` names kind, source and channel as long as the alarm is
# open: what is open stands there once.
alarms = Table(
    "alarms",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String, nullable=False),
    Column("source", String, nullable=False),
    Column("channel_id", ForeignKey("channels.id")),
    Column("open_as", String, unique=True),
    Column("raised_at", Moment, nullable=False),
    Column("cleared_at", Moment),
    Column("sentence", Plain, nullable=False),
    Column("facts", JSON, nullable=False),
    Index("ix_alarms_source", "source", "kind", "cleared_at"),
)

# What happened to alarms, in its order: whoever tells of them remembers the last number told.
alarm_events = Table(
    "alarm_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alarm_id", ForeignKey("alarms.id"), nullable=False),
    Column("cleared", Boolean, nullable=False),  # else raised
    Column("at", Moment, nullable=False, index=True),
)

# What a source's channels announced at one time, against each other and the archive.
reconciliations = Table(
    "reconciliations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", String, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("facts", JSON, nullable=False),
    Index("ix_reconciliations_source", "source", "started_at"),
)

# What is usual for a source, learned from the archive now and then.
baselines = Table(
    "baselines",
    metadata,
    Column("source", String, primary_key=True),
    Column("learned_at", Moment),
    Column("compared_at", Moment),  # when its newest articles were compared with those before
    Column("facts", JSON, nullable=False),
)
