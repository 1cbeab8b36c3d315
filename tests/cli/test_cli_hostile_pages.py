"""Pages that hang, break or mislead a parser: each has its fate, and the others are read."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

import monitor.cli.extract_command
from monitor.workers import extract
from tests.cli.conftest import Cli
from tests.workers.hostile_pages import GOOD, PAGES


def hang(body: bytes, **_: Any) -> None:
    """Extraction of a page that keeps it busy for ever; other pages are read as ever."""
    from monitor.pipeline.extract_article import extract_article

    if b"hang" in body:
        time.sleep(10_000)
    return extract_article(body, **_)  # type: ignore[return-value]


def test_files_one_after_the_other(cli: Cli) -> None:
    files = []
    for name, hostile in PAGES.items():
        file = cli.folder / f"{name}.html"
        file.write_bytes(hostile.body)
        files.append(str(file))
    ended = cli.run("extract", *files, "--json")
    assert ended.code == 1
    assert "Traceback" not in ended.err
    records = [json.loads(line) for line in ended.out.splitlines()]
    assert [record["file"] for record in records] == files
    for (name, hostile), record in zip(PAGES.items(), records, strict=True):
        code = (record["error"] or "").partition(":")[0]
        assert code in hostile.fates, (name, record["error"])
        assert hostile.contains in (record["text"] or ""), name


def test_a_file_of_50_megabytes_is_named_and_the_next_one_read(cli: Cli) -> None:
    large, good = cli.folder / "large.html", cli.folder / "good.html"
    large.write_bytes(b"<p>word</p>" * 5_000_000)
    good.write_text(GOOD, encoding="utf-8")
    ended = cli.run("extract", str(large), str(good))
    assert ended.code == 1
    assert "large.html holds more than" in ended.out
    assert "number 5 of its plans" in ended.out


def test_a_compressed_page_is_read(cli: Cli) -> None:
    file = cli.folder / "page.html"
    file.write_bytes(gzip.compress(GOOD.encode()))
    [record] = cli.lines("extract", str(file), "--json")
    assert "number 5 of its plans" in record["text"]


def test_a_page_that_hangs_is_named_and_the_next_one_read(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (monitor.cli.extract_command, extract):
        monkeypatch.setattr(module, "EXTRACT_SECONDS", 2.0)
        monkeypatch.setattr(module, "extract_article", hang)
    hangs = cli.write("hangs.html", GOOD.replace("</h1>", " hang</h1>"))
    good = cli.write("good.html", GOOD)
    ended = cli.run("extract", str(hangs), str(good))
    assert ended.code == 1
    assert "hangs.html" in ended.out
    assert "took longer than 2 s" in ended.out
    assert "number 5 of its plans" in ended.out


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    name = head.split(b" ", 2)[1].decode().strip("/")
    hostile = PAGES.get(name)
    if name == "large":
        body, kind = b"<p>word</p>" * 5_000_000, "text/html"
    elif hostile is None:
        body, kind = b"", "text/plain"
    else:
        body, kind = hostile.body, hostile.content_type
    status = "404 Not Found" if hostile is None and name != "large" else "200 OK"
    writer.write(
        f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nContent-Type: {kind}\r\n"
        "Connection: close\r\n\r\n".encode()
        + body
    )
    with suppress(ConnectionError):
        await writer.drain()
    writer.close()


@pytest.fixture
def town(cli: Cli) -> Iterator[str]:
    """The pages on a socket, and a source whose feed announces them all."""
    loop, started = asyncio.new_event_loop(), threading.Event()
    bases: list[str] = []

    async def run() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        bases.append(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        started.set()
        async with server:
            await server.serve_forever()

    def main() -> None:
        with suppress(asyncio.CancelledError):
            loop.run_until_complete(run())

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    assert started.wait(30)
    cli.set("ALLOW_PRIVATE_HOSTS", "true")
    yield bases[0]
    for task in asyncio.all_tasks(loop):
        loop.call_soon_threadsafe(task.cancel)
    thread.join(30)
    loop.close()


@pytest.mark.network
def test_add_names_each_page_and_stores_the_good_one(cli: Cli, town: str) -> None:
    names = ["nested", "empty", "large", "pdf", "mislabelled", "good"]
    cli.set("LOG_LEVEL", "error")
    source = (cli.folder / "config/sources/example.toml").read_text("utf-8")
    cli.write(
        "config/sources/example.toml",
        source.replace("https://example.org", town).replace(
            'language = "en"', 'language = "en"\nspacing = "0s"'
        ),
    )
    ended = cli.run("add", *(f"{town}/{name}" for name in names))
    assert ended.code == 1
    lines = ended.out.splitlines()
    assert len(lines) == len(names)
    for name, line in zip(names, lines, strict=True):
        assert f"{town}/{name}" in line
    assert [": new" in line for line in lines] == [False, False, False, False, True, True]
