"""The one place that knows the concrete classes: Settings → Services."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from config.catalog import Catalog, load_catalog, private_hosts
from config.settings import Settings
from monitor.errors import ConfigError
from monitor.fetch.client import Fetcher
from monitor.fetch.settings import FetchSettings
from monitor.pipeline.websub import can_be_called
from monitor.workers.claims import new_owner
from monitor.workers.judge import Judge
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import LEASE, Services
from storage.database import Database
from storage.migrations import prepare
from storage.search.index import SearchIndex

if TYPE_CHECKING:
    from starlette.applications import Starlette


def now() -> datetime:
    """The clock of this program."""
    return datetime.now(UTC)


def load_checked_catalog(settings: Settings) -> Catalog:
    """The sources and topics; ConfigError when a source is out of this installation's bounds."""
    catalog = load_catalog(settings.config_dir)
    problems = [] if settings.allow_private_hosts else private_hosts(catalog)
    if problems:
        raise ConfigError("\n".join(str(problem) for problem in problems))
    return catalog


@dataclass(frozen=True, slots=True)
class Archive:
    """What is needed to read: the database and the search index over it."""

    database: Database
    index: SearchIndex


@contextmanager
def open_archive(settings: Settings, *, writing: bool = False) -> Iterator[Archive]:
    """The archive, ready to be read. An empty database is given its tables."""
    database = Database(settings.database_url)
    try:
        if writing:
            _make_room(settings.index_dir)
        prepare(database)
        yield Archive(database, SearchIndex(settings.index_dir))
    finally:
        database.close()


@asynccontextmanager
async def open_services(
    settings: Settings,
    catalog: Catalog | None = None,
    *,
    now: Callable[[], datetime] = now,
    lease: timedelta = LEASE,
) -> AsyncIterator[Services]:
    """Everything a worker needs. Children and connections are gone when the block ends."""
    catalog = catalog or load_checked_catalog(settings)
    with open_archive(settings, writing=True) as archive:
        async with (
            Fetcher(_fetch_settings(settings)) as fetcher,
            Sandbox(settings.workers) as sandbox,
        ):
            yield Services(
                catalog=catalog,
                judge=Judge(catalog),
                database=archive.database,
                fetcher=fetcher,
                sandbox=sandbox,
                index=archive.index,
                workers=settings.workers,
                lease=lease,
                owner=new_owner(),
                now=now,
                chance=random.random,
                base_url=_callable_base(settings),
            )


def _callable_base(settings: Settings) -> str | None:
    """The page's address if hubs can call it: one that was set, and is public."""
    is_set = "base_url" in settings.model_fields_set
    private = settings.allow_private_hosts
    return (
        settings.base_url
        if is_set and can_be_called(settings.base_url, allow_private=private)
        else None
    )


def _make_room(folder: Path) -> None:
    """The index is written last: what is wrong with its folder must be said first."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"MONITOR_INDEX_DIR: {folder} cannot be used: {error.strerror}"
        ) from error


def open_fetcher(settings: Settings) -> Fetcher:
    """The way to a publisher, for commands that store nothing."""
    return Fetcher(_fetch_settings(settings))


def open_sandbox(settings: Settings) -> Sandbox:
    """Children that parse, for commands that store nothing."""
    return Sandbox(settings.workers)


def _fetch_settings(settings: Settings) -> FetchSettings:
    return FetchSettings(allow_private=settings.allow_private_hosts, user_agent=settings.user_agent)


def build_app(settings: Settings, services: Services) -> Starlette:
    """The web page over the same archive; loaded only where it is served."""
    from monitor.web.app import create_app

    app: Starlette = create_app(
        services.database,
        services.index,
        services.catalog,
        services.now,
        hubs=services.base_url is not None,
    )
    return app
