"""The search index: Tantivy, derived from the archive and rebuilt from it at any time.

It follows the archive's change sequence: `position.json` says up to where. When that file is
lost, names another archive or another layout, the index is built anew.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import tantivy
from tantivy import FieldType, Occur, Order

from monitor.errors import ConfigError
from monitor.model import ArchivedArticle
from storage.database import Database
from storage.migrations import archive_id
from storage.repositories import articles
from storage.search.query import Clause, Filters, Query
from storage.search.terms import query_terms, terms

LAYOUT = 1
"""Raised when fields or terms change: indexes of another layout are built anew."""
BATCH = 500
TITLE_WEIGHT = 3.0
_HEAP = 64_000_000  # bytes; below 15 MB a thread Tantivy refuses
_TOKENIZER = "terms"
_POSITION = "position.json"


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

    def refresh(self, database: Database) -> int:
        """Index what changed since the last time; returns how many articles.

        0 also when another process is at it: that one sees the same changes.
        """
        with self._refreshing, database.read() as connection:
            identity, last = archive_id(connection), articles.last_change(connection)
        with self._refreshing:
            position = self._position(identity, last)
            if position == last:
                return 0
            with self._writer(rebuild=position == 0) as writer:
                return 0 if writer is None else self._follow(database, writer, identity, position)

    def rebuild(self, database: Database) -> int:
        """Forget the index and build it anew; returns how many articles it holds."""
        (self.folder / _POSITION).unlink(missing_ok=True)
        return self.refresh(database)

    def search(self, query: Query) -> Hits:
        """Run a query against what is indexed now."""
        index = self._open()
        if index is None:
            return Hits((), 0, frozenset())
        index.reload()
        searcher = index.searcher()
        clauses = [(clause, query_terms(clause.words)) for clause in query.clauses]
        wanted = frozenset(
            term
            for clause, alternatives in clauses
            if not clause.excluded
            for each in alternatives
            for term in each
        )
        built = self._build(clauses, query.filters)
        by_date = query.sort == "date" or not query.clauses
        result = searcher.search(
            built,
            limit=query.limit,
            offset=query.offset,
            order_by_field="date" if by_date else None,
            order=Order.Desc,
        )
        ids = tuple(int(searcher.doc(address)["id"][0]) for _, address in result.hits)
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
        exact = {"topic": filters.topic, "source": filters.source, "language": filters.language}
        for field, value in exact.items():
            if value is not None:
                yield tantivy.Query.term_query(self._schema, field, value)
        if filters.since is not None or filters.until is not None:
            yield tantivy.Query.range_query(
                self._schema,
                "date",
                FieldType.Integer,
                None if filters.since is None else _seconds(filters.since),
                None if filters.until is None else _seconds(filters.until),
                include_upper=filters.until is None,
            )

    def _follow(
        self, database: Database, writer: tantivy.IndexWriter, identity: str, position: int
    ) -> int:
        done = 0
        while True:
            with database.read() as connection:
                changed = articles.changed_since(connection, position, BATCH)
            if not changed:
                return done
            for _, archived in changed:
                writer.delete_documents_by_term("id", archived.id)
                writer.add_document(_document(archived))
            writer.commit()
            position = changed[-1][0]
            done += len(changed)
            self._remember(identity, position)

    @contextmanager
    def _writer(self, *, rebuild: bool) -> Iterator[tantivy.IndexWriter | None]:
        """The one writer of the index; None while another process has it."""
        if rebuild:
            self._clear()
        self.folder.mkdir(parents=True, exist_ok=True)
        index = self._open(create=True)
        assert index is not None
        try:
            writer = index.writer(_HEAP, 1)
        except ValueError as error:
            if "lock" not in str(error).casefold():
                raise
            yield None
            return
        try:
            yield writer
        finally:
            writer.wait_merging_threads()

    def _clear(self) -> None:
        """Remove an index; a folder that holds anything else is left alone."""
        if not self.folder.exists() or not any(self.folder.iterdir()):
            return
        if not (self.folder / "meta.json").exists():
            raise ConfigError(
                f"MONITOR_INDEX_DIR: {self.folder} holds other files; expected an empty folder"
            )
        self._index = None
        shutil.rmtree(self.folder)

    def _open(self, *, create: bool = False) -> tantivy.Index | None:
        if self._index is None:
            if not create and not (self.folder / _POSITION).exists():
                return None
            self._index = tantivy.Index(self._schema, path=str(self.folder))
            whitespace = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
            self._index.register_tokenizer(_TOKENIZER, whitespace)
        return self._index

    def _position(self, identity: str, last: int) -> int:
        """Up to which change the index is; 0 when it has to be built anew."""
        try:
            position = json.loads((self.folder / _POSITION).read_text())
        except (OSError, ValueError):
            return 0
        same = position.get("archive") == identity and position.get("layout") == LAYOUT
        change = int(position.get("change", 0))
        return change if same and change <= last else 0

    def _remember(self, identity: str, change: int) -> None:
        """Written after the commit: a crash between the two indexes a batch again, no more."""
        position = {"archive": identity, "layout": LAYOUT, "change": change}
        draft = self.folder / f"{_POSITION}.new"
        draft.write_text(json.dumps(position))
        draft.replace(self.folder / _POSITION)


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", stored=True, indexed=True, fast=True)
    builder.add_text_field("title", tokenizer_name=_TOKENIZER, index_option="position")
    builder.add_text_field("text", tokenizer_name=_TOKENIZER, index_option="position")
    for name in ("topic", "source", "language"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("date", indexed=True, fast=True)
    return builder.build()


def _document(archived: ArchivedArticle) -> tantivy.Document:
    article = archived.article
    document = tantivy.Document()
    document.add_integer("id", archived.id)
    for field, text in (("title", article.title), ("text", article.text)):
        document.add_text(field, " ".join(term for _, term in terms(text, article.language)))
    for match in archived.matches:
        document.add_text("topic", match.topic)
    document.add_text("source", archived.source)
    document.add_text("language", article.language)
    document.add_integer("date", _seconds(article.published or archived.first_seen))
    return document


def _seconds(moment: datetime) -> int:
    return int(moment.timestamp())
