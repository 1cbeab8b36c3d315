"""A newspaper with a feed and its hub on real sockets, and a monitor whose page the hub calls."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from config.settings import Settings
from monitor.bootstrap import build_app, open_services
from monitor.fetch.client import Fetcher, FetchSettings
from monitor.pipeline.websub import Subscription
from monitor.workers.report import PassReport
from monitor.workers.runner import run_pass
from monitor.workers.sandbox import Sandbox
from monitor.workers.services import Services
from monitor.workers.websub import Hubs
from storage.repositories import channels, subscriptions

START = datetime(2026, 3, 21, 6, 0, tzinfo=UTC)
SOURCE = """\
name = "Herald"
homepage = "{base}/"
language = "en"
every = "30m"
min_interval = "1m"
spacing = "0s"

[[channels]]
kind = "feed"
url = "{base}/feed.xml"
"""
PARAGRAPH = (
    "<p>The council of the old harbour met on story {n} and heard {n} petitions about it.</p>"
)


@dataclass
class Herald:
    """`asked` are the forms that its hub was sent; `answers` what it answers the next ones with,
    202 when there is nothing left. `verifies` asks back by itself, with this lease."""

    base: str = ""
    stories: int = 2
    hub: str | None = "/hub"
    verifies: int | None = 864_000
    answers: list[Response] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    said: list[int] = field(default_factory=list)
    reads: int = 0
    reading: asyncio.Event | None = None
    _calls: set[asyncio.Task[None]] = field(default_factory=set)

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/feed.xml", self._feed),
                Route("/news/{n:int}", self._page),
                Route("/hub", self._asked, methods=["POST"]),
                Route("/moved", self._asked, methods=["POST"]),
            ]
        )

    async def _feed(self, request: Request) -> Response:
        self.reads += 1
        link = f'<atom:link rel="hub" href="{self.hub}"/>' if self.hub else ""
        items = "".join(
            f"<item><title>Story {n} of the harbour</title><link>{self.base}/news/{n}</link></item>"
            for n in range(self.stories, 0, -1)
        )
        if self.reading is not None:  # this answer is what stood there when it was asked for
            await self.reading.wait()
        return Response(
            '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel>'
            f"<title>Herald</title>{link}{items}</channel></rss>",
            media_type="application/rss+xml",
        )

    async def _page(self, request: Request) -> Response:
        n = request.path_params["n"]
        text = PARAGRAPH.format(n=n) * 6
        title = f"Story {n} of the harbour"
        return Response(
            f"<html lang='en'><head><title>{title}</title></head>"
            f"<body><article><h1>{title}</h1>{text}</article></body></html>",
            media_type="text/html",
        )

    async def _asked(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode("ascii")))
        self.asked.append(form)
        if self.answers:
            return self.answers.pop(0)
        if self.verifies is not None:  # before it answers: some hubs do
            await self.ask_back(form, lease=self.verifies)
        return Response(status_code=202)

    async def ask_back(self, form: Mapping[str, str], *, lease: int = 864_000, **said: str) -> str:
        """Ask the monitor whether it wants this; its answer's body, "" unless it is 200."""
        names = {f"hub.{name}": value for name, value in said.items()}
        query = {
            "hub.mode": form["hub.mode"],
            "hub.topic": form["hub.topic"],
            "hub.challenge": "a-challenge",
            "hub.lease_seconds": str(lease),
            **names,
        }
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(form["hub.callback"], params=query)
        self.said.append(answer.status_code)
        return answer.text if answer.status_code == 200 else ""

    async def push(
        self, body: bytes = b"<rss/>", *, secret: str | None = None, method: str = "sha256"
    ) -> int:
        """Tell the monitor that something is new; the status it answers."""
        form = next(each for each in reversed(self.asked) if each["hub.mode"] == "subscribe")
        key = (form["hub.secret"] if secret is None else secret).encode()
        signature = hmac.new(key, body, getattr(hashlib, method)).hexdigest()
        headers = {"X-Hub-Signature": f"{method}={signature}"}
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.post(form["hub.callback"], content=body, headers=headers)
        return answer.status_code


@dataclass
class Desk:
    """A monitor that watches the Herald; `now` is its clock."""

    herald: Herald
    services: Services
    hubs: Hubs
    now: datetime = START

    async def poll(self) -> PassReport:
        return await run_pass(self.services, list(self.services.catalog.sources.values()))

    async def look(self) -> None:
        await self.hubs.look()

    async def kept(self) -> list[Subscription]:
        """All subscriptions, those that are being left included."""
        far = self.now + timedelta(days=1000)
        return await self.services.read(lambda connection: subscriptions.due(connection, far, 100))

    async def one(self) -> Subscription:
        [found] = await self.kept()
        return found

    async def next_poll(self) -> tuple[datetime | None, str | None]:
        [state] = await self.services.read(
            lambda connection: channels.load(connection, [("herald", self.feed)])
        )
        return state.next_poll_at, state.plan_reason

    @property
    def feed(self) -> str:
        return f"{self.herald.base}/feed.xml"

    def later(self, **units: float) -> None:
        self.now += timedelta(**units)


@asynccontextmanager
async def listening(app: Any, listener: socket.socket) -> AsyncIterator[None]:
    server = _Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    def install_signal_handlers(self) -> None:  # the test's business
        return


def free_listener() -> tuple[socket.socket, str]:
    listener = socket.create_server(("127.0.0.1", 0))
    return listener, f"http://127.0.0.1:{listener.getsockname()[1]}"


@asynccontextmanager
async def open_desk(
    folder: Path, sandbox: Sandbox, herald: Herald | None = None, **settings: Any
) -> AsyncIterator[Desk]:
    """A desk over an archive in `folder`, and its page on a port of its own. `settings` are those
    that differ; `base_url=None` is one that nobody set."""
    herald = herald or Herald()
    (press, herald.base), (page, base) = free_listener(), free_listener()
    sources = folder / "config/sources"
    sources.mkdir(parents=True, exist_ok=True)
    (sources / "herald.toml").write_text(SOURCE.format(base=herald.base), encoding="utf-8")
    values: dict[str, Any] = {
        "database_url": f"sqlite:///{folder}/monitor.db",
        "index_dir": folder / "index",
        "config_dir": folder / "config",
        "allow_private_hosts": True,
        "base_url": base,
        **settings,
    }
    known = {name: value for name, value in values.items() if value is not None}
    settled = Settings(**{"_env_file": None, **known})
    async with (
        listening(herald.app(), press),
        open_services(settled, now=lambda: desk.now) as opened,
        Fetcher(FetchSettings(allow_private=True), sleep=_at_once) as fetcher,
    ):
        services = replace(opened, sandbox=sandbox, fetcher=fetcher, chance=lambda: 0.5)
        desk = Desk(herald, services, Hubs(services))
        async with listening(build_app(settled, services), page):
            yield desk


async def _at_once(_seconds: float) -> None:
    """Politeness has tests of its own."""
    await asyncio.sleep(0)
