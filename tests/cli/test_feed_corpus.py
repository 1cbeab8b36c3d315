"""`benchmarks.feed_corpus`: what it counts as lost, and that odd feeds lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import feed_corpus

ITEM = "<item><title>A</title><link>https://news.example/1</link></item>"
ODD = {
    "plain.xml": f"<rss><channel>{ITEM}</channel></rss>",
    "no-root.xml": f"<rs s><channel>{ITEM}</channel></rss>",
    "shouting.xml": f"<rss><channel>{ITEM}</channel></rss>".upper().replace("HTTPS", "https"),
    "spaced.xml": "<rss><channel><item><link>https://news.example/a b</link></item>"
    "</channel></rss>",
    "cut.xml": f"<rss><channel>{ITEM}<item><link>https://news.example/2</link><title>Ha",
    "deep/script.xml": "<rss><channel><item><link>javascript:void(0)</link></item></channel></rss>",
    "deep/named.xml": "<rss><channel><item><guid>item-7</guid></item></channel></rss>",
    "deep/page.html": "<html><body><p>No feed</p></body></html>",
    "deep/latin.xml": "<?xml version='1.0' encoding='iso-8859-1'?><rss><channel><item>"
    "<link>https://news.example/\xe9t\xe9</link></item></channel></rss>",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in ODD.items():
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode("iso-8859-1"))
    return tmp_path


def test_nothing_is_lost(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert feed_corpus.main([str(folder)]) == 0
    told = capsys.readouterr().out
    assert "0 crashes, 0 entries lost, 3 links refused" in told
    assert "an address that begins with" in told
    assert "a guid that is no address" in told
    assert "the document breaks off in it" in told


def test_a_loss_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_corpus, "_keys", lambda announced: set())
    assert feed_corpus.main([str(folder / "plain.xml")]) == 1
    assert "LOST" in capsys.readouterr().out
