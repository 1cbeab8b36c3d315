"""What people get wrong: the message names the place, the exit code says whose fault it is, and
nothing is half-written."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from monitor.newsroom.faults import Fault
from monitor.newsroom.server import Newsroom
from tests.cli.conftest import SOURCE, Cli

LISTING = SOURCE.replace('kind = "feed"', 'kind = "listing"')


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a": 'name = "A\n'}, ["sources/a.toml, line 1", "TOML"]),
        ({"a": f'colour = "red"\n{SOURCE}'}, ["sources/a.toml, line 1", "colour", "unknown key"]),
        ({"a": SOURCE.replace("https://example.org/feed", "file:///etc/passwd")},
         ["sources/a.toml, line 7", "channels[0].url", "https://", "file:///etc/passwd"]),
        ({"a": SOURCE, "A": SOURCE}, ["sources/a.toml", "sources/A.toml", "taken"]),
        ({"a": SOURCE, "b": SOURCE}, ["sources/b.toml, line 7", "sources/a.toml", "once"]),
        ({"a": SOURCE.replace("example.org", "127.0.0.1")},
         ["source a", "127.0.0.1", "MONITOR_ALLOW_PRIVATE_HOSTS"]),
        ({"a": SOURCE.replace("example.org", "intranet.local")}, ["intranet.local", "private"]),
        ({"a": LISTING}, ["sources/a.toml", "item", "CSS selector"]),
        ({"a": SOURCE.replace('"en"', '"kz"')}, ["language", '"kk"']),
        ({}, ["no source"]),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", [("poll", "--all"), ("status",), ("run",)])
def test_a_catalogue_that_is_wrong(
    command: tuple[str, ...], files: dict[str, str], said: list[str], cli: Cli
) -> None:
    (cli.folder / "config/sources/example.toml").unlink()
    for name, text in files.items():
        cli.write(f"config/sources/{name}.toml", text)
    ended = cli.run(*command)
    assert ended.code == 2
    assert ended.out == ""
    for words in said:
        assert words in ended.err
    assert all(line.startswith("monitor: ") for line in ended.err.splitlines())
    assert not cli.database.exists()


def test_every_problem_of_every_file_is_told_at_once(cli: Cli) -> None:
    cli.write("config/sources/a.toml", "name = ")
    cli.write("config/sources/b.toml", SOURCE.replace("https://example.org/feed", "nowhere"))
    cli.write("config/topics/c.toml", 'seed = "x"\n')
    ended = cli.run("poll")
    for place in ("sources/a.toml", "sources/b.toml", "topics/c.toml"):
        assert place in ended.err


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("nonsense", 2),
        ("mysql://host/name", 2),
        ("sqlite://two/slashes.db", 2),
        ("sqlite:////proc/nowhere/monitor.db", 2),
        ("postgresql+psycopg://127.0.0.1:9/name", 75),
        ("postgresql+psycopg://monitor:secret@127.0.0.1:9/name", 75),
    ],
)
def test_a_database_that_cannot_be_reached(url: str, code: int, cli: Cli) -> None:
    cli.set("DATABASE_URL", url)
    for command in (("status",), ("search", "law"), ("poll",), ("migrate",)):
        ended = cli.run(*command)
        assert ended.code == code, ended
        assert ended.out == ""
        assert ended.err.startswith("monitor: ")
        assert "secret" not in ended.err


def test_a_database_that_is_none(cli: Cli) -> None:
    cli.write("text.db", "Dear diary\n" * 200)
    cli.write("empty.db", "")
    for name in ("text.db", "empty.db", "config"):
        cli.set("DATABASE_URL", f"sqlite:///{name}")
        for command in (("status",), ("poll",), ("migrate",), ("import", "config/x.jsonl")):
            cli.write("config/x.jsonl", "")
            ended = cli.run(*command)
            assert ended.code in (1, 2), (name, command)
            assert name in ended.err
    assert (cli.folder / "text.db").read_text(encoding="utf-8") == "Dear diary\n" * 200
    assert (cli.folder / "empty.db").stat().st_size == 0


def test_a_database_of_a_newer_version_or_another_program(cli: Cli) -> None:
    cli.run("migrate")
    change(cli.database, "UPDATE alembic_version SET version_num = '9999'")
    before = cli.database.read_bytes()
    for command in (("status",), ("poll",), ("migrate",), ("search", "x"), ("export",), ("run",)):
        ended = cli.run(*command)
        assert ended.code == 2
        assert "9999" in ended.err
        assert "newer" in ended.err
    assert cli.database.read_bytes() == before
    cli.set("DATABASE_URL", "sqlite:///theirs.db")
    change(cli.folder / "theirs.db", "CREATE TABLE recipes (name)")
    ended = cli.run("poll")
    assert (ended.code, "another program" in ended.err) == (2, True)


def change(file: Path, statement: str) -> None:
    connection = sqlite3.connect(file)
    connection.execute(statement)
    connection.commit()
    connection.close()


@pytest.mark.parametrize("command", [("poll",), ("add", "https://example.org/a")])
def test_a_data_folder_that_cannot_be_written(command: tuple[str, ...], cli: Cli) -> None:
    cli.write("data", "a file where the folder should be")
    ended = cli.run(*command)
    assert ended.code == 2
    assert "data" in ended.err
    assert "MONITOR_DATABASE_URL" in ended.err


def test_an_index_folder_that_cannot_be_used_is_said_before_anything_is_stored(cli: Cli) -> None:
    cli.write("one.jsonl", '{"url": "https://example.org/a", "title": "A", "text": "b"}')
    cli.set("INDEX_DIR", "one.jsonl/index")
    ended = cli.run("import", "one.jsonl")
    assert ended.code == 2
    assert "MONITOR_INDEX_DIR" in ended.err
    assert not cli.database.exists()


def test_a_private_address_is_not_added(cli: Cli) -> None:
    for url in ("http://127.0.0.1:8000/a", "http://[::1]/a", "http://192.168.0.1/"):
        ended = cli.run("add", "https://example.org/well", url)
        assert ended.code == 2
        assert "MONITOR_ALLOW_PRIVATE_HOSTS" in ended.err
        assert url in ended.err
    for url in ("file:///etc/passwd", "javascript:alert(1)", "example.org", "https://"):
        ended = cli.run("add", url)
        assert (ended.code, url in ended.err) == (2, True)
    assert not cli.database.exists()


def empty_feed() -> Fault:
    def fault(request: Request, right: Answer) -> Answer:
        body = b"<rss version='2.0'><channel><title>Nothing</title></channel></rss>"
        return Answer(body=body, content_type="application/rss+xml", kind="feed")

    return fault


@pytest.mark.network
def test_a_login_page_and_an_empty_feed_where_a_feed_should_be(cli: Cli, room: Newsroom) -> None:
    room.fail("g001", "/feed.xml", faults.login_page())
    room.fail("g002", "/feed.xml", empty_feed())
    record = cli.record("poll", "--json", code=1)
    login, empty = (source["channels"][0] for source in record["sources"])
    assert (login["status"], login["found"], login["new"]) == ("failed", 0, 0)
    assert login["error"].startswith("parse.not_feed: ")
    assert "feed" in login["error"].partition(": ")[2]
    assert (empty["status"], empty["found"], empty["error"]) == ("ok", 0, None)
    assert cli.lines("export") == []
    assert login["error"].partition(": ")[2] in cli.run("status").out


@pytest.mark.network
def test_a_feed_of_five_thousand_items(cli: Cli, room: Newsroom) -> None:
    """Their pages cannot be reached: they wait, and are not asked for one by one."""
    room.fail("g001", "/feed.xml", faults.huge_feed(5_000))
    record = cli.record("poll", "g001", "--json", code=1)
    [channel] = record["sources"][0]["channels"]
    assert (channel["found"], channel["new"]) == (5_003, 5_003)
    status = cli.record("status", "--json")
    assert status["articles"] == 3
    assert status["waiting"] == 5_000
    assert status["quarantined"] == 0
