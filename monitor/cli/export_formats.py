"""The formats of `monitor export`: each writes articles to a stream and counts them."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import IO, Any

from monitor.cli.output_file import text_of
from monitor.errors import UsageError
from monitor.model import ArchivedArticle
from monitor.pipeline.article_format import json_line, to_record
from monitor.pipeline.rss_document import TAIL, rss_head, rss_item

Articles = Iterable[ArchivedArticle]
Writer = Callable[[Articles, IO[bytes]], int]

COLUMNS = (
    "id", "url", "source", "language", "title", "authors", "published", "first_seen", "updated",
    "topics", "place", "duplicate_of", "story", "versions", "withdrawn", "image", "text",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_ROWS = 500


def write_jsonl(found: Articles, out: IO[bytes]) -> int:
    """One JSON object a line, in the article format."""
    count = 0
    with text_of(out) as text:
        for archived in found:
            text.write(json_line(to_record(archived)) + "\n")
            count += 1
    return count


def write_csv(found: Articles, out: IO[bytes]) -> int:
    """A table for spreadsheets."""
    count = 0
    with text_of(out) as text:
        text.write("\ufeff")  # without it spreadsheets read Cyrillic as Latin
        table = csv.DictWriter(text, COLUMNS)
        table.writeheader()
        for archived in found:
            record = to_record(archived)
            record["authors"] = "; ".join(record["authors"])
            record["topics"] = "; ".join(topic["id"] for topic in record["topics"])
            table.writerow({key: _cell(record[key]) for key in COLUMNS})
            count += 1
    return count


def rss_writer(title: str, link: str) -> Writer:
    """A feed of what matches, under this title and address."""

    def write(found: Articles, out: IO[bytes]) -> int:
        count = 0
        with text_of(out) as text:
            text.write(rss_head(title, link, "Articles of the archive, exported"))
            for archived in found:
                text.write(rss_item(archived))
                count += 1
            text.write(TAIL)
        return count

    return write


def write_parquet(found: Articles, out: IO[bytes]) -> int:
    """A table for data tools. Times are in UTC, `topics` are ids."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed: "
            "pip install 'digital-bridge-monitor[parquet]'"
        ) from error
    moment, words = pyarrow.timestamp("us", tz="UTC"), pyarrow.list_(pyarrow.string())
    kinds = {"published": moment, "first_seen": moment, "updated": moment, "withdrawn": moment}
    kinds |= {"authors": words, "topics": words, "versions": pyarrow.int32()}
    schema = pyarrow.schema([(name, kinds.get(name, pyarrow.string())) for name in COLUMNS])
    count = 0
    with pyarrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for rows in _in_batches(map(_row, found), _ROWS):
            writer.write_table(pyarrow.Table.from_pylist(rows, schema=schema))
            count += len(rows)
    return count


def _row(archived: ArchivedArticle) -> dict[str, Any]:
    record = to_record(archived)
    return {name: record[name] for name in COLUMNS} | {
        "published": archived.article.published,
        "first_seen": archived.first_seen,
        "updated": archived.updated,
        "withdrawn": archived.withdrawn,
        "topics": [match.topic for match in archived.matches],
    }


def _in_batches(rows: Iterator[dict[str, Any]], size: int) -> Iterator[Sequence[dict[str, Any]]]:
    while batch := list(islice(rows, size)):
        yield batch


def _cell(value: object) -> object:
    """A text that a spreadsheet would run as a formula is marked as text."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
