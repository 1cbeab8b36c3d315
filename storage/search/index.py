"""The search index: Tantivy, derived from the archive and rebuilt from it at any time.

It follows the archive's change sequence: `position.json` says up to where. When that file is
lost, names another archive or another layout, or is ahead of the archive (an older backup was
restored), the index is built anew.
"""

from __future__ import annotations

import fcntl
import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

import tantivy
from tantivy import FieldType, Occur, Order

from monitor.errors import ConfigError, LockHeld, MonitorError
from monitor.model import ArchivedArticle
from storage.database import Database
from storage.migrations import archive_id
from storage.repositories import articles
from storage.search.query import MAX_LIMIT, Clause, Filters, Query, wall_clock
from storage.search.terms import query_terms, terms

LAYOUT = 1
"""Raised when fields or terms change: indexes of another layout are built anew."""
BATCH = 500
TITLE_WEIGHT = 3.0
_HEAP = 64_000_000  # bytes; below 15 MB a thread Tantivy refuses
_TOKENIZER = "terms"
_POSITION = "position.json"
_LOCK = "refresh.lock"
REBUILD_PATIENCE = 30.0
"""Seconds that `rebuild` waits for a refresh in progress, which takes a few."""
# What Tantivy and this module write; anything else in the folder belongs to somebody else.
_OWN_FILE = re.compile(
    r"[0-9a-f]{32}\.(\d+\.)?\w+|meta\.json|\.managed\.json|\.tantivy-\w+\.lock|\.tmp\w+"
    r"|position\.json(\.new)?|refresh\.lock"
)


@dataclass(frozen=True, slots=True)
class Hits:
    """The ids of one page of results in their order, and how many there are in all.

    `wanted` are the terms that were looked for, to mark them.
    """

    ids: tuple[int, ...]
    total: int
    wanted: frozenset[str]


class SearchIndex:
    """One folder with an index. Safe to use from several threads and processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._schema = _schema()
        self._index: tantivy.Index | None = None
        self._refreshing = threading.Lock()

    def refresh(
        self,
        database: Database,
        *,
        patience: float = 0.0,
        stop: Callable[[], bool] = lambda: False,
    ) -> int:
        """Index what changed since the last time; returns how many articles.

        While another process indexes, it is waited for `patience` seconds; then 0 is returned,
        and `is_level` tells whether that one has come far enough. `stop` is asked between
        batches. Raises ConfigError when the folder cannot be used, or holds other files and the
        index has to be built anew.
        """
        with self._refreshing, self._named_errors():
            with database.read() as connection:
                identity, last = archive_id(connection), articles.last_change(connection)
            position = self._position(identity, last)
            if position == last or (position is None and last == 0 and not self._exists()):
                return 0
            if position is None:
                self._refuse_other_files()
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone(patience) as alone:
                return self._catch_up(database, identity, last, stop) if alone else 0

    def is_level(self, database: Database, change: int | None = None) -> bool:
        """Whether everything up to `change` (all that is in the archive now) can be found."""
        with database.read() as connection:
            identity, last = archive_id(connection), articles.last_change(connection)
        wanted = last if change is None else change
        return wanted == 0 or (self._position(identity, last) or 0) >= wanted

    def rebuild(self, database: Database) -> int:
        """Forget the index and build it anew; returns how many articles it holds.

        Raises LockHeld while another process indexes.
        """
        with self._refreshing, self._named_errors():
            self._refuse_other_files()
            self.folder.mkdir(parents=True, exist_ok=True)
            with self._alone(patience=REBUILD_PATIENCE) as alone:
                if not alone:
                    raise LockHeld("Another process is indexing; try again later")
                (self.folder / _POSITION).unlink(missing_ok=True)
                with database.read() as connection:
                    identity, last = archive_id(connection), articles.last_change(connection)
                return self._catch_up(database, identity, last, lambda: False)

    def search(self, query: Query) -> Hits:
        """Run a query against what is indexed now."""
        clauses = [(clause, query_terms(clause.words)) for clause in query.clauses]
        wanted = frozenset(
            term
            for clause, alternatives in clauses
            if not clause.excluded
            for each in alternatives
            for term in each
        )
        with self._named_errors():
            searcher = self._searcher()
            if searcher is None:
                return Hits((), 0, wanted)
            limit, offset = min(query.limit, MAX_LIMIT), max(query.offset, 0)
            shown = limit > 0 and offset < searcher.num_docs
            by_date = query.sort == "date" or not query.clauses
            result = searcher.search(
                self._build(clauses, query.filters),
                limit=limit if shown else 1,
                offset=offset if shown else 0,
                order_by_field="date" if by_date else None,
                order=Order.Desc,
            )
            hits = result.hits if shown else ()
            ids = tuple(int(searcher.doc(address)["id"][0]) for _, address in hits)
            total: int = result.count  # type: ignore[attr-defined]  # missing in the stubs of 0.27
        return Hits(ids, total, wanted)

    def _build(
        self, clauses: Sequence[tuple[Clause, list[tuple[str, ...]]]], filters: Filters
    ) -> tantivy.Query:
        parts = [
            (Occur.MustNot if clause.excluded else Occur.Must, self._clause(alternatives))
            for clause, alternatives in clauses
        ]
        parts += [(Occur.Must, each) for each in self._filters(filters)]
        if not parts:
            return tantivy.Query.all_query()
        return tantivy.Query.boolean_query(parts)

    def _clause(self, alternatives: Sequence[tuple[str, ...]]) -> tantivy.Query:
        """One word or phrase, in any of the languages, in the title or in the text."""
        options = []
        for each in alternatives:
            title = self._sequence("title", each)
            options.append((Occur.Should, tantivy.Query.boost_query(title, TITLE_WEIGHT)))
            options.append((Occur.Should, self._sequence("text", each)))
        return tantivy.Query.boolean_query(options)

    def _sequence(self, field: str, sequence: tuple[str, ...]) -> tantivy.Query:
        if len(sequence) == 1:
            return tantivy.Query.term_query(self._schema, field, sequence[0])
        return tantivy.Query.phrase_query(self._schema, field, list(sequence))

    def _filters(self, filters: Filters) -> Iterator[tantivy.Query]:
        exact = {
            "topic": filters.topic,
            "source": filters.source,
            "language": filters.language,
            "entity": filters.entity,
        }
        for field, value in exact.items():
            if value is not None:
                yield tantivy.Query.term_query(self._schema, field, value)
        if filters.since is not None or filters.until is not None:
            yield tantivy.Query.range_query(
                self._schema,
                "day",
                FieldType.Integer,
                None if filters.since is None else _seconds(filters.since),
                None if filters.until is None else _seconds(filters.until),
                include_upper=filters.until is None,
            )

    def _catch_up(
        self, database: Database, identity: str, last: int, stop: Callable[[], bool]
    ) -> int:
        """Index everything up to now. Nobody else writes here meanwhile."""
        position = self._position(identity, last)  # another process may have been here just now
        index = self._opened_if_whole()
        if index is None:
            self._clear()
            position, index = None, self._opened()
        writer = index.writer(_HEAP, 1)
        try:
            if position is None:  # those who search meanwhile keep the files they have open
                writer.delete_all_documents()
                writer.commit()
            return self._follow(database, writer, identity, position or 0, stop)
        finally:
            writer.wait_merging_threads()

    def _follow(
        self,
        database: Database,
        writer: tantivy.IndexWriter,
        identity: str,
        position: int,
        stop: Callable[[], bool],
    ) -> int:
        done = 0
        while not stop():
            with database.read() as connection:
                changed = articles.changed_since(connection, position, BATCH)
            if not changed:
                break
            for _, archived in changed:
                writer.delete_documents_by_term("id", archived.id)
                writer.add_document(_document(archived))
            writer.commit()
            position = changed[-1][0]
            done += len(changed)
            self._remember(identity, position)
        if position == 0:
            self._remember(identity, 0)
        return done

    @contextmanager
    def _alone(self, patience: float) -> Iterator[bool]:
        """Keep other processes from writing; False when one still does after `patience` seconds.

        Ends with the process."""
        give_up = time.monotonic() + patience
        with (self.folder / _LOCK).open("w") as lock:
            while not (mine := _locked(lock)) and time.monotonic() < give_up:
                time.sleep(0.05)
            yield mine

    @contextmanager
    def _named_errors(self) -> Iterator[None]:
        """What the file system and Tantivy say, as one of our errors that names the folder."""
        try:
            yield
        except OSError as error:
            raise ConfigError(
                f"MONITOR_INDEX_DIR: {self.folder} cannot be used: {error.strerror}"
            ) from error
        except ValueError as error:
            raise MonitorError(
                f"The search index in {self.folder} cannot be used: `monitor reindex` builds it "
                f"anew ({error})"
            ) from error

    def _refuse_other_files(self) -> None:
        if not self.folder.exists():
            return
        others = [each.name for each in self.folder.iterdir() if not _own(each)]
        if others:
            raise ConfigError(
                f"MONITOR_INDEX_DIR: {self.folder} holds other files ({min(others)}): "
                "expected an empty folder, nothing was changed"
            )

    def _clear(self) -> None:
        """Remove an index; a folder that holds anything else is left alone."""
        self._refuse_other_files()
        self._index = None
        for each in self.folder.iterdir():
            if each.name != _LOCK:
                each.unlink()

    def _exists(self) -> bool:
        return (self.folder / "meta.json").exists()

    def _opened(self) -> tantivy.Index:
        """The index, made where there is none. Who writes opens it anew: others wrote before."""
        index = tantivy.Index(self._schema, path=str(self.folder))
        whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
        index.register_tokenizer(_TOKENIZER, whitespace)
        return index

    def _opened_if_whole(self) -> tantivy.Index | None:
        """None where what is there is damaged or of other fields."""
        try:
            return self._opened()
        except ValueError:
            return None

    def _searcher(self) -> tantivy.Searcher | None:
        """What is committed now; None where nothing is, or another process begins anew."""
        if not (self._exists() and (self.folder / _POSITION).exists()):
            self._index = None
            return None
        index = self._index or self._opened()
        index.reload()
        self._index = index
        return index.searcher()

    def _position(self, identity: str, last: int) -> int | None:
        """Up to which change the index is; None when it has to be built anew."""
        try:
            position = json.loads((self.folder / _POSITION).read_text())
            same = (position["archive"], position["layout"]) == (identity, LAYOUT)
            change = int(position["change"])
        except (OSError, ValueError, TypeError, LookupError):
            return None
        return change if same and self._exists() and 0 <= change <= last else None

    def _remember(self, identity: str, change: int) -> None:
        """Written after the commit: a crash between the two indexes a batch again, no more."""
        position = {"archive": identity, "layout": LAYOUT, "change": change}
        draft = self.folder / f"{_POSITION}.new"
        draft.write_text(json.dumps(position))
        draft.replace(self.folder / _POSITION)


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name=_TOKENIZER, index_option="position")
    builder.add_text_field("text", tokenizer_name=_TOKENIZER, index_option="position")
    for name in ("topic", "source", "language", "entity"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("date", indexed=True, fast=True)
    builder.add_integer_field("day", indexed=True, fast=True)
    return builder.build()


def _document(archived: ArchivedArticle) -> tantivy.Document:
    article = archived.article
    document = tantivy.Document()
    document.add_integer("id", archived.id)
    for field, text in (("title", article.title), ("text", article.text)):
        document.add_text(field, " ".join(term for _, term in terms(text, article.language)))
    for match in archived.matches:
        document.add_text("topic", match.topic)
    for name in archived.entities:
        document.add_text("entity", name)
    document.add_text("source", archived.source)
    document.add_text("language", article.language)
    date = article.published or archived.first_seen
    document.add_integer("date", _seconds(date))
    document.add_integer("day", _seconds(wall_clock(date)))
    return document


def _own(file: Path) -> bool:
    return file.is_file() and _OWN_FILE.fullmatch(file.name) is not None


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
