"""Pages: the bytes as they came."""

from __future__ import annotations

import os

import pytest
from sqlalchemy import func, select

from storage.database import Database
from storage.repositories import pages
from storage.tables import pages as table
from tests.storage.samples import LATER, NOW, announce, entry, kept, response


@pytest.fixture
def entry_id(database: Database) -> int:
    announce(database, entry("a"), entry("b"))
    return kept(database, "a").id


@pytest.mark.parametrize(
    "body", [b"", b"<p>\xd2\xe5\xea\xf1\xf2\x00</p>", os.urandom(100_000), b"x" * 5_000_000]
)
def test_bytes_come_back_as_they_came(database: Database, entry_id: int, body: bytes) -> None:
    with database.write() as connection:
        page_id = pages.keep(connection, entry_id, response(body))
    with database.read() as connection:
        page = pages.load(connection, page_id)
    assert page.body == body
    assert (page.id, page.entry_id, page.status) == (page_id, entry_id, 200)
    assert (page.url, page.final_url) == ("https://steppe.example/a", "https://steppe.example/a/")
    assert page.headers == {"content-type": "text/html; charset=utf-8"}
    assert page.fetched_at == NOW


def test_the_same_bytes_are_kept_once(database: Database, entry_id: int) -> None:
    with database.write() as connection:
        first = pages.keep(connection, entry_id, response(b"one"))
        other = pages.keep(connection, entry_id, response(b"two"))
        again = pages.keep(connection, entry_id, response(b"one", fetched_at=LATER))
        assert connection.scalar(select(func.count()).select_from(table)) == 2
    assert first == again != other


def test_every_entry_has_pages_of_its_own(database: Database, entry_id: int) -> None:
    with database.write() as connection:
        first = pages.keep(connection, entry_id, response(b"one"))
        assert pages.keep(connection, kept(database, "b").id, response(b"one")) != first


def test_pages_are_compressed(database: Database, entry_id: int) -> None:
    body = "".join(f"<li class='item'>Новость {number}</li>\n" for number in range(2_000)).encode()
    with database.write() as connection:
        page_id = pages.keep(connection, entry_id, response(body))
        size = connection.scalar(select(func.length(table.c.body)).where(table.c.id == page_id))
    assert size is not None
    assert size < len(body) / 5
