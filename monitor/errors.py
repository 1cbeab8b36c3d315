"""Everything this program raises on purpose.

MonitorError                  exit code 1 unless said otherwise
├── UsageError                2   the call or the configuration is wrong; nothing was changed
│   ├── ConfigError           2   a TOML file or a setting: names file, key and what was expected
│   └── QueryError            2   a search that cannot be read
├── TryLater                  75  nothing is wrong that time does not mend
│   ├── LockHeld              75  another pass is at work
│   └── DatabaseUnavailable   75  it does not answer, or is locked
├── SchemaMismatch            2   the database is older or newer than this program
├── UnusableDatabase          2   the file is no database, is damaged or may not be used
└── InvalidUrl                2   not an absolute http(s) address

What a publisher does wrong is not an exception but a value: `monitor.model.Failure`.
"""

from __future__ import annotations


class MonitorError(Exception):
    """The message is one or two sentences for a person: what is wrong, where, and what helps."""

    exit_code = 1


class UsageError(MonitorError):
    """The call is wrong; nothing was changed."""

    exit_code = 2


class ConfigError(UsageError):
    """A source, a topic or a setting cannot be used as written."""


class QueryError(UsageError):
    """A search query cannot be read. `reason` is a stable word for interfaces that say it in
    other languages: "phrase", "long", "no_word", "only_excluded" or "day"."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason


class SchemaMismatch(UsageError):
    """The database was written by another version of this program."""


class UnusableDatabase(UsageError):
    """What MONITOR_DATABASE_URL names cannot be used as a database as it is."""


class InvalidUrl(UsageError):
    """Not an absolute http or https address."""


class TryLater(MonitorError):
    """Nothing is wrong that time does not mend."""

    exit_code = 75


class LockHeld(TryLater):
    """Another pass holds what this one wants."""


class DatabaseUnavailable(TryLater):
    """The database does not answer or stays locked."""
