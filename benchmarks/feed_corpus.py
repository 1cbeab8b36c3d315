"""Any folder of feeds, read by this program and by plain feedparser: what do we lose?

    python -m benchmarks.feed_corpus DIR…

Every file is parsed twice, each time in a child process with limits. Reported are crashes, and
every entry with a link that feedparser finds and we do not; links that cannot be requested are
refused on purpose and listed with the reason. Exit code 1 on a crash or a loss.

Good folders: the `tests` of kurtmckee/feedparser, mmcdole/gofeed, miniflux/v2, rbren/rss-parser.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from monitor.errors import InvalidUrl
from monitor.model import Announced, Failure
from monitor.pipeline.canonical_url import same_article_key
from monitor.workers.parsing import parse_feed
from monitor.workers.sandbox import Sandbox

BASE = "https://example.org/"
"""What relative links are resolved against, by both."""
SECONDS = 20.0
LARGEST = 20 * 1024 * 1024
CRASHES = ("parse.timeout", "parse.memory", "parse.crash", "parse.error")


@dataclass
class Report:
    """`lost` and `refused` are (file, link, why); `crashed` is (file, what happened)."""

    files: int = 0
    feeds: int = 0
    entries: int = 0
    theirs: int = 0
    crashed: list[tuple[Path, str]] = field(default_factory=list)
    lost: list[tuple[Path, str, str]] = field(default_factory=list)
    refused: list[tuple[Path, str, str]] = field(default_factory=list)
    unread: Counter[str] = field(default_factory=Counter)

    @property
    def clean(self) -> bool:
        return not self.crashed and not self.lost


def files_in(folders: Sequence[Path]) -> Iterator[Path]:
    """The files of folders and of the folders in them, by name; hidden ones are left out."""
    for folder in folders:
        found = [folder] if folder.is_file() else sorted(folder.rglob("*"))
        for file in found:
            hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
            if file.is_file() and not hidden and 0 < file.stat().st_size <= LARGEST:
                yield file


@dataclass(frozen=True)
class PlainEntry:
    """An entry as feedparser gives it: the links that may stand for it, its own first, and
    whether that is only its guid."""

    links: tuple[str, ...]
    from_guid: bool


def plain_entries(body: bytes) -> list[PlainEntry]:
    """What feedparser makes of a body. Runs in a child."""
    import feedparser

    return [_plain(entry) for entry in feedparser.parse(io.BytesIO(body))["entries"]]


def _plain(entry: Any) -> PlainEntry:
    named = (entry.get("link"), entry.get("feedburner_origlink"))
    return PlainEntry(
        tuple(str(link) for link in named if link), from_guid=bool(entry.get("guidislink"))
    )


def compare(file: Path, sandbox: Sandbox, report: Report) -> None:
    """Read one file twice, and note what became of it."""
    body = file.read_bytes()
    zone = ZoneInfo("UTC")
    ours = asyncio.run(sandbox.run(parse_feed, body, url=BASE, zone=zone, timeout=SECONDS))
    theirs = asyncio.run(sandbox.run(plain_entries, body, timeout=SECONDS))
    report.files += 1
    found: Sequence[PlainEntry] = () if isinstance(theirs, Failure) else theirs
    report.theirs += len(found)
    if isinstance(ours, Failure):
        why = f"{ours.code}: {ours.detail}"
        if ours.code in CRASHES:
            report.crashed.append((file, why))
        report.unread[ours.code] += 1
        keys = set[str]()
    else:
        why = "not among our entries"
        report.feeds += 1
        report.entries += len(ours.entries)
        keys = _keys(ours)
    if isinstance(ours, Announced) and not ours.complete:
        found = _whole(file, found, keys, report)
    for entry in found:
        _judge(file, entry, keys, why, report)


def _keys(announced: Announced) -> set[str]:
    return {same_article_key(entry.url) for entry in announced.entries if entry.url}


def _whole(
    file: Path, found: Sequence[PlainEntry], keys: set[str], report: Report
) -> Sequence[PlainEntry]:
    """Without the last entry of a document that breaks off: half of it is not taken for it."""
    *whole, last = found or [PlainEntry((), from_guid=False)]
    alone = Report()
    _judge(file, last, keys, "", alone)
    report.refused += [(file, link, "the document breaks off in it") for _, link, _ in alone.lost]
    report.refused += alone.refused
    return whole


def _judge(file: Path, entry: PlainEntry, keys: set[str], why: str, report: Report) -> None:
    wanted, refused = set[str](), ""
    for link in entry.links:
        if entry.from_guid and not link.lower().startswith(("http://", "https://", "/")):
            refused = "a guid that is no address"
            continue
        try:
            wanted.add(same_article_key(urljoin(BASE, _unbroken(link))))
        except (InvalidUrl, ValueError) as error:
            refused = str(error)
    if wanted and not wanted & keys:
        report.lost.append((file, entry.links[0], why))
    elif entry.links and not wanted:
        report.refused.append((file, entry.links[0], refused))


def _unbroken(link: str) -> str:
    """As a browser reads it: without line breaks, with its spaces encoded."""
    return re.sub(r"[\t\r\n]+", "", link.strip()).replace(" ", "%20")


def lines(report: Report) -> Iterator[str]:
    """The report for a person."""
    for file, what in report.crashed:
        yield f"CRASH    {file}: {what}"
    for file, link, why in report.lost:
        yield f"LOST     {file}: {link!r}: {why}"
    for file, link, why in report.refused:
        yield f"refused  {file}: {link!r}: {why}"
    unread = ", ".join(f"{count} {code}" for code, count in sorted(report.unread.items()))
    yield (
        f"{report.files} files, {report.feeds} feeds, {report.entries} entries "
        f"(feedparser: {report.theirs}); not read: {unread or 'none'}"
    )
    yield (
        f"{len(report.crashed)} crashes, {len(report.lost)} entries lost, "
        f"{len(report.refused)} links refused"
    )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="feed_corpus", description=__doc__)
    parser.add_argument("folders", metavar="DIR", nargs="+", type=Path)
    folders = parser.parse_args(arguments).folders
    for folder in folders:
        if not folder.exists():
            parser.error(f"{folder}: expected a folder or a file")
    report = Report()
    with Sandbox(1) as sandbox:
        for file in files_in(folders):
            compare(file, sandbox, report)
    for line in lines(report):
        print(line)  # noqa: T201 - it is what this is for
    return 0 if report.clean else 1


if __name__ == "__main__":
    sys.exit(main())
