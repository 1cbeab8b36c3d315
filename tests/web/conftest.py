"""A small archive in a real file, and a browser without a window that asks its pages."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from config.catalog import Catalog
from config.source import Source
from config.topic import Topic
from monitor.model import Article, Evidence, Match
from monitor.pipeline.find_duplicates import fingerprint
from monitor.web.app import create_app
from storage.database import Database
from storage.migrations import prepare
from storage.repositories import articles
from storage.search.index import SearchIndex

NOW = datetime(2025, 10, 8, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Client:
    """Asks an application without a network; an error in it is answered, not raised."""

    app: Starlette

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(
                transport=transport, base_url="http://monitor.test"
            ) as client:
                return await client.request(method, path, headers=headers)

        return asyncio.run(ask())

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return self.request("GET", path, headers)


@dataclass(frozen=True)
class Archive:
    """A database with its index, and how to put articles into it."""

    database: Database
    index: SearchIndex
    catalog: Catalog

    def store(
        self, article: Article, source: str = "steppe", topics: Mapping[str, str] | None = None
    ) -> int:
        """Store an article; `topics` are ids with the words of its text that decide for them."""
        with self.database.write() as connection:
            stored, _ = articles.store(
                connection,
                article,
                source=source,
                fingerprint=fingerprint(article.text),
                keys=[article.url],
                now=NOW - timedelta(hours=2),
            )
            articles.classify(
                connection,
                stored,
                [_match(article, topic, words) for topic, words in (topics or {}).items()],
                place="kazakhstan",
                catalog="tests",
                text_fingerprint=fingerprint(article.text),
            )
        return stored

    def link_copies(self, first: int, *others: int) -> None:
        with self.database.write() as connection:
            articles.link_copies(connection, first, others)

    def app(self) -> Starlette:
        return create_app(self.database, self.index, self.catalog, lambda: NOW)

    def client(self) -> Client:
        return Client(self.app())


def _match(article: Article, topic: str, words: str) -> Match:
    field, text = ("title", article.title) if words in article.title else ("text", article.text)
    start = text.index(words)
    return Match(topic, 2.0, (Evidence(words, words, field, start, start + len(words)),))


def _source(id_: str, name: str, *, enabled: bool = True) -> Source:
    address = f"https://{id_}.example/"
    return Source.model_validate(
        {
            "id": id_,
            "name": name,
            "homepage": address,
            "language": "en",
            "enabled": enabled,
            "channels": [{"kind": "feed", "url": f"{address}feed"}],
        }
    )


def _topic(id_: str, **names: str) -> Topic:
    return Topic.model_validate({"id": id_, "name": names, "seed": "A passage.", "match": {}})


CATALOG = Catalog(
    sources={
        each.id: each
        for each in (
            _source("quiet", "The Quiet Gazette", enabled=False),
            _source("river", "River Herald"),
            _source("steppe", "Steppe Tribune"),
        )
    },
    topics={
        each.id: each
        for each in (
            _topic("ai-law", en="AI law", fr="Droit de l'IA", ru="Право об ИИ", kk="ЖИ заңы"),
            _topic("forum", en="The forum", fr="Le forum", ru="Форум", kk="Форум"),
            _topic("payments", en="Payments", fr="Paiements", ru="Платежи", kk="Төлемдер"),
        )
    },
    concepts={},
    entities={},
)

ENGLISH = Article(
    url="https://steppe.example/forum-opens",
    title="The forum opens with nine hundred startups",
    text="Startups from forty countries met in the capital on Thursday.\n\n"
    "The organisers expect sixty thousand visitors, twice as many as a year before.",
    language="en",
    authors=("Ada Brook",),
    published=NOW - timedelta(hours=1),
    published_from="json-ld",
    text_from="feed",
    reason="the channel carries more text than the page",
)
FRENCH = Article(
    url="https://river.example/fr/loi",
    title="Les députés adoptent la loi sur les systèmes à haut risque",
    text="L'Assemblée a voté hier soir. Les entreprises devront étiqueter les images produites.",
    language="fr",
    published=NOW - timedelta(days=2),
    published_from="meta",
)
RUSSIAN = Article(
    url="https://river.example/ru/zakon",
    title="Сенат одобрил закон об искусственном интеллекте",
    text="Документ вступит в силу через год.\n\nОн запрещает системы, которые оценивают граждан.",
    language="ru",
    published=NOW - timedelta(days=1),
    published_from="channel",
)
KAZAKH = Article(
    url="https://steppe.example/kk/tolem",
    title="Дүкендердің көбі ортақ төлем белгісіне көшті",
    text="Енді сатып алушы қай банктің клиенті екені маңызды емес. Қаладағы әрбір дүкенге "
    "қажетті жабдық тегін берілді, ал ауылдар келесі жылға дейін қосылады.",
    language="kk",
    published=None,
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Archive]:
    database = Database(f"sqlite:///{tmp_path}/monitor.db")
    prepare(database)
    yield Archive(database, SearchIndex(tmp_path / "index"), CATALOG)
    database.close()


@dataclass(frozen=True)
class Ids:
    """The ids of the articles in `archive`; `copy` repeats the English one."""

    english: int
    french: int
    russian: int
    kazakh: int
    copy: int


@pytest.fixture
def archive(empty: Archive) -> Archive:
    """Four articles in four languages and a copy, three topics of which two have articles."""
    english = empty.store(ENGLISH, "steppe", {"forum": "The forum"})
    empty.store(FRENCH, "river", {"ai-law": "haut risque"})
    empty.store(RUSSIAN, "river", {"ai-law": "оценивают граждан"})
    empty.store(KAZAKH, "steppe")
    copy = empty.store(replace(ENGLISH, url="https://river.example/forum"), "river")
    empty.link_copies(english, copy)
    return empty


@pytest.fixture
def ids(archive: Archive) -> Ids:
    with archive.database.read() as connection:
        return Ids(*(each.id for chunk in articles.in_chunks(connection) for each in chunk))


@pytest.fixture
def client(archive: Archive) -> Client:
    return archive.client()
