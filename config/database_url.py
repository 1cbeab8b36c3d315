"""Which database URLs can be used, without loading a database driver."""

from __future__ import annotations

import re
from pathlib import Path

_EXPECTED = (
    'expected "sqlite:///path/to/file.db" or "postgresql+psycopg://user:password@host/database"'
)
_SCHEME = re.compile(r"(?P<dialect>\w+)(?:\+(?P<driver>\w+))?://(?P<rest>.*)", re.DOTALL)


def usable_url(value: str) -> str:
    """The URL as SQLAlchemy wants it: `postgres://` and a missing driver are filled in.

    Raises ValueError for another database, or a driver that is not installed with the program.
    """
    found = _SCHEME.fullmatch(value.strip())
    if found is None:
        raise ValueError(_EXPECTED)
    dialect, driver, rest = found["dialect"], found["driver"], found["rest"]
    if dialect == "sqlite" and driver in (None, "pysqlite"):
        if rest and not rest.startswith("/"):
            raise ValueError('expected three slashes before the path: "sqlite:///data/monitor.db"')
        return f"sqlite://{rest}"
    if dialect in ("postgresql", "postgres") and driver in (None, "psycopg"):
        return f"postgresql+psycopg://{rest}"
    raise ValueError(_EXPECTED)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite URL; None for a database in memory and for PostgreSQL."""
    dialect, _, rest = url.partition("://")
    path = rest.partition("?")[0][1:].removeprefix("file:")
    if dialect.partition("+")[0] != "sqlite" or path in ("", ":memory:"):
        return None
    return Path(path)
