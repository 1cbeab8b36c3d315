"""Keeping the search index level with the archive while pages are served.

Whoever stores articles brings the index up to date; a process that only serves pages has nobody
to do it. A search therefore starts a refresh and waits for it a moment. Building a large index
anew takes minutes: until that is done, searches find what is in it already.
"""

from __future__ import annotations

import logging
import threading

from storage.database import Database
from storage.search.index import SearchIndex

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds a search waits: enough for what a pass stores, not for a whole archive."""


class FreshIndex:
    """One refresh at a time, whatever the number of searches that wait for it."""

    def __init__(self, database: Database, index: SearchIndex, patience: float = PATIENCE) -> None:
        self.index = index
        self._database = database
        self._patience = patience
        self._lock = threading.Lock()
        self._worker: threading.Thread | None = None
        self._level = False

    def catch_up(self) -> bool:
        """Bring the index up to date; False when that takes longer, or does not work now."""
        with self._lock:
            if self._worker is None or not self._worker.is_alive():
                # A daemon: stopping the program does not wait; the index continues where it was.
                self._worker = threading.Thread(target=self._refresh, daemon=True)
                self._worker.start()
            worker = self._worker
        worker.join(self._patience)
        return self._level and not worker.is_alive()

    def _refresh(self) -> None:
        self._level = False
        try:
            self.index.refresh(self._database, patience=self._patience)
            self._level = self.index.is_level(self._database)
        except Exception:
            # What is in the index can be searched all the same; the reason goes to the log.
            log.exception("The search index could not be brought up to date")
