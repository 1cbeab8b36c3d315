"""Files that cannot be imported: each bad line is named, and nothing is stored."""

from __future__ import annotations

import pytest

from tests.cli.conftest import Cli

GOOD = '{"url": "https://example.org/good", "title": "Good", "text": "All is well."}\n'


def test_an_import_with_a_bad_line_stores_nothing(cli: Cli) -> None:
    cli.write("good.jsonl", GOOD)
    bad = [
        '{"url": "https://example.org/a", "title": "A"}',
        "",
        "{not json}",
        '["a list"]',
        '{"url": "file:///etc/passwd", "title": "A", "text": "b"}',
        '{"url": "https://example.org/a", "title": "A", "text": "b", "published": "2025-10-02"}',
        '{"url": "https://example.org/a", "title": "A", "text": "b", "authors": "C"}',
        "[" * 100_000,
    ]
    cli.write("bad.jsonl", "\n".join(bad))
    ended = cli.run("import", "good.jsonl", "bad.jsonl")
    assert ended.code == 2
    for line, word in {
        1: "text",
        3: "JSON",
        4: "object",
        5: "url",
        6: "offset",
        7: "authors",
    }.items():
        assert any(
            f"bad.jsonl, line {line}: " in said and word in said for said in ended.err.splitlines()
        ), (line, ended.err)
    assert "bad.jsonl, line 8: " in ended.err
    assert "Nothing was stored" in ended.err
    assert not cli.database.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.jsonl", None, "cannot be read"),
        ("page.html", b"<p>", ".jsonl"),
        ("latin.jsonl", b'{"title": "\xe9"}', "UTF-8"),
        ("folder.jsonl/", None, "cannot be read"),
    ],
)
def test_files_that_cannot_be_imported(
    name: str, content: bytes | None, words: str, cli: Cli
) -> None:
    if name.endswith("/"):
        (cli.folder / name).mkdir()
    elif content is not None:
        (cli.folder / name).write_bytes(content)
    ended = cli.run("import", name)
    assert ended.code == 2
    assert name.rstrip("/") in ended.err
    assert words in ended.err
    assert not cli.database.exists()
