"""The addresses that hubs call, and where a subscription is shown."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from monitor.cli.status_command import _print
from monitor.web.app import create_app
from monitor.web.status_record import status_record
from storage.repositories import channels, subscriptions
from storage.repositories.status import read_status
from tests.web.conftest import NOW, Archive, Client
from tests.web.test_web_front import poll

HUB = "https://hub.example/push?key=1"
ASK = "hub.mode=subscribe&hub.challenge=word&hub.lease_seconds=864000&hub.topic="


@pytest.fixture
def asked(archive: Archive) -> tuple[Archive, str]:
    """The hub of the Steppe Tribune's channel was asked; and the channel's address."""
    poll(archive, "steppe")
    source = archive.catalog.sources["steppe"]
    url = source.channels[0].url
    with archive.database.write() as connection:
        [state] = channels.load(connection, [("steppe", url)])
        subscriptions.announce(connection, state.id, HUB, url, NOW)
        [waiting] = subscriptions.due(connection, NOW, 1)
        subscriptions.ask(
            connection,
            waiting,
            base_url="https://monitor.example.org",
            token="t0ken",
            secret="s3cret",
            now=NOW,
        )
    return archive, url


def with_hubs(archive: Archive) -> Client:
    app = create_app(archive.database, archive.index, archive.catalog, lambda: NOW, hubs=True)
    return Client(app)


def test_without_a_base_url_there_is_no_such_address(asked: tuple[Archive, str]) -> None:
    archive, url = asked
    client = archive.client()
    assert client.get(f"/websub/t0ken?{ASK}{url}").status_code == 404
    assert client.request("POST", "/websub/t0ken").status_code == 404


@pytest.mark.parametrize(
    ("path", "topic"),
    [
        ("t0ken", "https://other.example/"),
        ("t0ke", None),
        ("x" * 5000, None),
        ("%00", None),
        ("t0ken", ""),
    ],
)
def test_what_nobody_asked_for(asked: tuple[Archive, str], path: str, topic: str | None) -> None:
    archive, url = asked
    client = with_hubs(archive)
    about = url if topic is None else topic
    assert client.get(f"/websub/{path}?{ASK}{about}").status_code == 404
    assert client.request("HEAD", f"/websub/t0ken?{ASK}{url}").status_code == 404
    assert client.request("PUT", f"/websub/t0ken?{ASK}{url}").status_code == 405


def test_the_challenge_is_plain_text(asked: tuple[Archive, str]) -> None:
    archive, url = asked
    answer = with_hubs(archive).get(f"/websub/t0ken?{ASK.replace('word', '%3Cb%3E')}{url}")
    assert (answer.status_code, answer.text) == (200, "<b>")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk"])
def test_a_subscription_is_shown_without_its_secrets(
    asked: tuple[Archive, str], language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    archive, url = asked
    client = with_hubs(archive)
    shown = f"/sources/steppe?ui={language}"
    assert "hub.example" not in client.get(shown).text
    assert client.get(f"/websub/t0ken?{ASK}{url}").status_code == 200
    page = client.get(shown).text
    assert "hub.example" in page
    assert "key=1" not in page
    with archive.database.read() as connection:
        sources = list(archive.catalog.sources.values())
        record = status_record(read_status(connection, sources, NOW))
    [push] = [
        each["push"]
        for source in record["sources"]
        for each in source["channels"]
        if each.get("push")
    ]
    assert (push["hub"], push["state"], push["topic"]) == (HUB, "active", url)
    assert push["lease_until"].startswith(f"{NOW + timedelta(days=10):%Y-%m-%d}")
    _print(record)
    printed = capsys.readouterr().out
    assert f"pushed by {HUB} since " in printed
    for text in (page, printed, json.dumps(record), client.get("/api/v1/status").text):
        assert "t0ken" not in text
        assert "s3cret" not in text


def test_what_has_not_come_so_far_is_told_too(
    asked: tuple[Archive, str], capsys: pytest.CaptureFixture[str]
) -> None:
    archive, _ = asked
    with archive.database.read() as connection:
        sources = list(archive.catalog.sources.values())
        _print(status_record(read_status(connection, sources, NOW)))
    assert f"hub {HUB} pending, next attempt " in capsys.readouterr().out
