"""`make benchmark-extraction`: the shapes of labelled pages, and the scores of a known case."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks.extraction import load, main, overlap, precision_recall

LINES = [f"The council agreed on part {n} of the plan, as few had expected." for n in range(12)]
PAGE = "<html><head><title>The plan</title></head><body><h1>The plan</h1><article>"
PAGE += "".join(f"<p>{one}</p>" for one in LINES) + "</article></body></html>"
TEXT = "\n\n".join(LINES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shapes = {
        "shingles/ground-truth.json": {"abc": {"articleBody": TEXT, "url": "https://a.example/1"}},
        "gold/gold.json": {"title": "The plan", "paragraphs": LINES, "url": "https://a.example/2"},
        "fundus/Plan.json": {
            "V1": {
                "title": "The plan",
                "body": {
                    "summary": LINES[:1],
                    "sections": [{"headline": [], "paragraphs": LINES[1:]}],
                },
            }
        },
    }
    for name, truth in shapes.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(truth), "utf-8")
    (tmp_path / "shingles/html").mkdir()
    (tmp_path / "shingles/html/abc.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    (tmp_path / "gold/page.html").write_text(PAGE, "utf-8")
    (tmp_path / "fundus/Plan_2026_01_06.html.gz").write_bytes(gzip.compress(PAGE.encode()))
    return tmp_path


def test_every_shape_is_read(folder: Path) -> None:
    found = load(folder)
    assert {name: [page.text for page in pages] for name, pages in found.items()} == {
        name: [TEXT] for name in ("fundus", "gold", "shingles")
    }
    assert [page.title for pages in found.values() for page in pages] == [
        "The plan", "The plan", None,
    ]  # fmt: skip


def test_the_table_has_both_readers(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(folder), "--repeat", "1", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["folder"] for line in lines] == ["fundus", "gold", "shingles"]
    for line in lines:
        assert line["monitor"]["F1"] == line["monitor"]["word F1"] == "1.0000"
        assert float(line["trafilatura"]["ms mean"]) > 0
    assert main([str(folder), "--repeat", "1"]) == 0
    assert "CPU: " in capsys.readouterr().out


def test_a_folder_without_pages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path)])


def test_pages_weigh_the_same_whatever_their_length() -> None:
    perfect = overlap("a b c d e", "a b c d e", 4)
    half = overlap("a b c d e f g h", "a b c d e", 4)
    nothing = overlap("a b c d", "w x y z", 4)
    assert (perfect, half, nothing) == ((1, 0, 0), (0.4, 0, 0.6), (0, 0.5, 0.5))
    precision, recall, f1 = precision_recall([perfect, half])
    assert (precision, recall) == (1.0, 0.7)
    assert f1 == pytest.approx(2 * 0.7 / 1.7)
