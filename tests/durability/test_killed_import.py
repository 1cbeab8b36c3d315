"""An import that is killed leaves nothing half done, and goes on when it is run again."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from monitor.errors import MonitorError
from storage.database import Database
from tests.cli.crawled import news, packed
from tests.cli.program import finish, start, wait_until

PAGES = 40


def test_an_import_that_is_killed_goes_on(tmp_path: Path) -> None:
    (tmp_path / "news.warc.gz").write_bytes(packed(map(news, range(PAGES))))
    variables = {
        "MONITOR_DATABASE_URL": f"sqlite:///{tmp_path}/monitor.db",
        "MONITOR_INDEX_DIR": str(tmp_path / "index"),
    }
    for at_least in (1, 10):
        process = start("import", "news.warc.gz", folder=tmp_path, **variables)
        assert wait_until(lambda least=at_least: count(tmp_path, "articles") >= least)  # type: ignore[misc]
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        stored = count(tmp_path, "articles")
        assert stored == count(tmp_path, "entries WHERE state = 'stored'")
        assert stored == count(tmp_path, "entries") == count(tmp_path, "pages")
    assert stored < PAGES
    ended = finish(start("import", "news.warc.gz", "--json", folder=tmp_path, **variables))
    tally = json.loads(ended.out)
    assert (ended.code, tally["known"], tally["stored"]) == (0, stored, PAGES - stored)
    assert count(tmp_path, "articles") == count(tmp_path, "pages") == PAGES
    assert count(tmp_path, "articles WHERE classified_with IS NULL OR indexed_at IS NULL") == 0


def count(folder: Path, table: str) -> int:
    """How many rows there are; none as long as there is no such table."""
    if not (folder / "monitor.db").exists():
        return 0
    database = Database(f"sqlite:///{folder}/monitor.db")
    try:
        with database.read() as connection:
            found = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
            return int(str(found))
    except (MonitorError, SQLAlchemyError):
        return 0
    finally:
        database.close()
