"""Scores extraction on a folder of labelled pages, plain trafilatura beside it.

    python -m benchmarks.extraction DIR [--repeat 3] [--json]

DIR is one of these, or a folder of such folders:

- `ground-truth.json` (id → articleBody, url) beside `html/<id>.html.gz`: Scrapinghub's benchmark
- `gold.json` (title, paragraphs, url) beside one `*.html`
- `<name>.json` (V1 → title, body with summary and sections) beside `<name>_<date>.html.gz`: Fundus

Precision and recall are those of Scrapinghub's evaluate.py: over shingles of four words, each page
weighing the same. Word F1 is over single words. Milliseconds are of CPU, the readings of a page by
both taking turns; what the first reading of all loads is not counted.
"""

from __future__ import annotations

import argparse
import gzip
import json
import logging
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median

import trafilatura

from monitor.model import Article
from monitor.pipeline.extract_article import extract_article

_WORD = re.compile(r"\w+")
_SHINGLE = 4


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page and its truth; `title` is None where the truth has none."""

    name: str
    url: str
    html: bytes
    text: str
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What one reader made of one page, in how much CPU (seconds)."""

    title: str | None
    text: str
    seconds: float


def load(folder: Path) -> dict[str, list[Labelled]]:
    """The labelled pages of a folder, or of the folders in it, by the names of the folders."""
    found = {folder.name: list(_pages(folder))}
    for child in sorted(folder.iterdir()):
        if child.is_dir():
            found[child.name] = list(_pages(child))
    return {name: pages for name, pages in found.items() if pages}


def _pages(folder: Path) -> Iterator[Labelled]:
    truth, gold = folder / "ground-truth.json", folder / "gold.json"
    if truth.is_file():
        for key, one in json.loads(truth.read_text("utf-8")).items():
            html = _html(folder / "html" / f"{key}.html.gz")
            yield Labelled(key[:12], one["url"], html, one["articleBody"])
    elif gold.is_file():
        one = json.loads(gold.read_text("utf-8"))
        text = "\n\n".join(one["paragraphs"])
        for page in sorted(folder.glob("*.html*")):
            yield Labelled(page.stem, one.get("url", ""), _html(page), text, one["title"])
    else:
        for described in sorted(folder.glob("*.json")):
            yield from _fundus(described)


def _fundus(described: Path) -> Iterator[Labelled]:
    versions = json.loads(described.read_text("utf-8"))
    pages = sorted(described.parent.glob(f"{described.stem}_*.html*"))
    for page, version in zip(pages, versions.values(), strict=False):
        body = version["body"]
        parts = [
            one for part in body["sections"] for one in (*part["headline"], *part["paragraphs"])
        ]
        text = "\n\n".join([*body["summary"], *parts])
        url = f"https://{described.stem.lower()}.example/a-page"
        yield Labelled(page.name.partition(".")[0], url, _html(page), text, version["title"])


def _html(page: Path) -> bytes:
    raw = page.read_bytes()
    return gzip.decompress(raw) if page.suffix == ".gz" else raw


def ours(page: Labelled) -> tuple[str | None, str]:
    found = extract_article(page.html, url=page.url or "https://a.example/a-page")
    return (found.title, found.text) if isinstance(found, Article) else (None, "")


def plain_trafilatura(page: Labelled) -> tuple[str | None, str]:
    return None, trafilatura.extract(page.html, url=page.url or None) or ""


READERS: dict[str, Callable[[Labelled], tuple[str | None, str]]] = {
    "monitor": ours,
    "trafilatura": plain_trafilatura,
}


def read_all(pages: Sequence[Labelled], repeat: int) -> dict[str, list[Read]]:
    """Every page by every reader in turn; the CPU of a page is the mean over the repeats."""
    for page in pages[:3]:
        for reader in READERS.values():
            reader(page)
    spent: dict[str, list[float]] = {name: [0.0] * len(pages) for name in READERS}
    found: dict[str, list[tuple[str | None, str]]] = {name: [] for name in READERS}
    for turn in range(repeat):
        for place, page in enumerate(pages):
            for name, reader in READERS.items():
                started = time.process_time()
                result = reader(page)
                spent[name][place] += time.process_time() - started
                if turn == 0:
                    found[name].append(result)
    return {
        name: [
            Read(title, text, seconds / repeat)
            for (title, text), seconds in zip(found[name], spent[name], strict=True)
        ]
        for name in READERS
    }


def overlap(expected: str, found: str, size: int) -> tuple[float, float, float]:
    """True positives, false positives and false negatives, as shares of all shingles."""
    wanted, got = _shingles(expected, size), _shingles(found, size)
    true = (wanted & got).total()
    false, missed = (got - wanted).total(), (wanted - got).total()
    total = true + false + missed
    return (true / total, false / total, missed / total) if total else (0.0, 0.0, 0.0)


def _shingles(text: str, size: int) -> Counter[tuple[str, ...]]:
    words = _WORD.findall(text)
    shingles = (tuple(words[place : place + size]) for place in range(len(words) - size + 1))
    return Counter(shingles if len(words) >= size else [tuple(words)] if words else [])


def precision_recall(
    measured: Sequence[tuple[float, float, float]],
) -> tuple[float, float, float]:
    """Precision and recall averaged over the pages, and the F1 of these averages."""
    precision = mean([true / (true + false) for true, false, _ in measured if true + false] or [0])
    recall = mean([true / (true + missed) for true, _, missed in measured if true + missed] or [0])
    both = precision + recall
    return precision, recall, 2 * precision * recall / both if both else 0.0


def rows(pages: Sequence[Labelled], reads: dict[str, list[Read]]) -> Iterator[list[str]]:
    for name, found in reads.items():
        pairs = list(zip(pages, found, strict=True))
        precision, recall, f1 = precision_recall(
            [overlap(page.text, read.text, _SHINGLE) for page, read in pairs]
        )
        word = precision_recall([overlap(page.text, read.text, 1) for page, read in pairs])[2]
        titled = [(page, read) for page, read in pairs if page.title and read.title is not None]
        exact = f"{sum(page.title == read.title for page, read in titled)}/{len(titled)}"
        spent = [1000 * read.seconds for read in found]
        yield [
            name,
            f"{f1:.4f}",
            f"{precision:.4f}",
            f"{recall:.4f}",
            f"{word:.4f}",
            exact if titled else "-",
            f"{mean(spent):.2f}",
            f"{median(spent):.2f}",
        ]


HEADER = ["", "F1", "precision", "recall", "word F1", "title", "ms mean", "ms median"]


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--repeat", type=int, default=3, help="readings of each page (3)")
    parser.add_argument("--json", action="store_true", help="one object for each folder")
    given = parser.parse_args(arguments)
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    if not given.folder.is_dir():
        parser.error(f"{given.folder} is no folder")
    folders = load(given.folder)
    if not folders:
        parser.error(f"no labelled pages in {given.folder}")
    for name, pages in folders.items():
        _say(name, pages, read_all(pages, max(1, given.repeat)), as_json=given.json)
    return 0


def _say(
    name: str, pages: Sequence[Labelled], reads: dict[str, list[Read]], *, as_json: bool
) -> None:
    ours, plain = (sum(read.seconds for read in reads[one]) for one in READERS)
    ratio = ours / plain if plain else 0.0
    table = list(rows(pages, reads))
    if as_json:
        readers = {row[0]: dict(zip(HEADER[1:], row[1:], strict=True)) for row in table}
        _line(json.dumps({"folder": name, "pages": len(pages), "cpu_ratio": ratio, **readers}))
        return
    _line(f"{name}: {len(pages)} pages")
    for row in (HEADER, *table):
        _line("  " + f"{row[0]:<12}" + "".join(f"{cell:>11}" for cell in row[1:]))
    _line(f"  CPU: {ratio:.2f} of trafilatura's\n")


def _line(text: str) -> None:
    print(text)  # noqa: T201 - it is what this is for


if __name__ == "__main__":
    sys.exit(main())
