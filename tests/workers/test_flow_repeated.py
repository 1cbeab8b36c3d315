"""What a site puts below every text is learned from its articles and left out of later ones."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from config.settings import Settings
from monitor.bootstrap import open_services
from monitor.pipeline.page_repeated import LEAST_ARTICLES
from monitor.workers.runner import run_pass
from storage.repositories import articles

pytestmark = pytest.mark.network

ARTICLES = 12
FOOTER = "The town paper has been printed by the river since the year of the great flood."
SOURCE = """\
name = "Town"
homepage = "{base}/"
language = "en"
spacing = "0s"

[[channels]]
kind = "listing"
url = "{base}/list.html"
item = "li"
link = "a"
"""


def page(path: str) -> str:
    if path == "/list.html":
        links = (f"<li><a href='/news/{n}'>Plan {n}</a></li>" for n in range(ARTICLES))
        return f"<ul>{''.join(links)}</ul>"
    number = path.rpartition("/")[2]
    text = "".join(
        f"<p>On day {day} the council spoke about plan number {number}, and it was agreed that "
        f"part {day} of plan {number} would be carried out before all others.</p>"
        for day in range(1, 7)
    )
    return (
        f"<html lang='en'><head><title>Plan {number}</title></head><body><article>"
        f"<h1>Plan {number}</h1>{text}<p>{FOOTER}</p></article></body></html>"
    )


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    path = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
    body = (b"" if path == "/robots.txt" else page(path).encode()) or b"User-agent: *\nDisallow:\n"
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
    writer.write(f"{head}Connection: close\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()


def test_a_repeated_paragraph_is_left_out_once_it_is_known(tmp_path: Path) -> None:
    async def scenario() -> list[str]:
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        sources = tmp_path / "config" / "sources"
        sources.mkdir(parents=True)
        (sources / "town.toml").write_text(SOURCE.format(base=base), encoding="utf-8")
        settings = Settings(
            _env_file=None,  # type: ignore[call-arg]  # pydantic-settings' own
            database_url=f"sqlite:///{tmp_path}/monitor.db",
            config_dir=tmp_path / "config",
            allow_private_hosts=True,
            workers=1,
        )
        async with server, open_services(settings) as services:
            town = services.catalog.sources["town"]
            for _ in range(2):  # the second reading says nothing new of the first articles
                await run_pass(services, [town], everything=True)
            found = await services.read(
                lambda connection: [one for some in articles.in_chunks(connection) for one in some]
            )
            assert all(one.versions == 1 for one in found)
            return [one.article.text for one in found]

    texts = asyncio.run(scenario())
    assert len(texts) == ARTICLES
    assert sum(FOOTER in text for text in texts) == LEAST_ARTICLES
    assert all("part 6 of plan" in text for text in texts)
