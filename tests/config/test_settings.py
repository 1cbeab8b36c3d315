"""Settings from the environment and `.env`: values, defaults that follow others, and errors."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.settings import Settings, load_settings
from config.shipped import shipped_config
from monitor.errors import ConfigError


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("MONITOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_defaults() -> None:
    settings = load_settings()
    assert settings.database_url == "sqlite:///data/monitor.db"
    assert settings.config_dir == shipped_config()
    assert settings.index_dir == Path("data/monitor.db.index")
    assert settings.allow_private_hosts is False
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.workers == 2
    assert settings.smtp_url is None


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MONITOR_PORT=8001\nMONITOR_WORKERS=3\n", encoding="utf-8")
    monkeypatch.setenv("MONITOR_PORT", "8002")
    settings = load_settings()
    assert (settings.port, settings.workers) == (8002, 3)


def test_the_file_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MONITOR_PORT=8001\n", encoding="utf-8-sig")
    assert load_settings().port == 8001


def test_an_empty_variable_is_unset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_SMTP_URL", "")
    monkeypatch.setenv("MONITOR_PORT", "")
    settings = load_settings()
    assert (settings.smtp_url, settings.port) == (None, 8000)


def test_the_address_follows_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PORT", "9000")
    assert load_settings().base_url == "http://127.0.0.1:9000"
    monkeypatch.setenv("MONITOR_HOST", "0.0.0.0")
    assert load_settings().base_url == "http://127.0.0.1:9000"
    monkeypatch.setenv("MONITOR_HOST", "::1")
    assert load_settings().base_url == "http://[::1]:9000"


def test_the_user_agent_names_the_contact(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "+" not in load_settings().user_agent
    monkeypatch.setenv("MONITOR_CONTACT_URL", "https://example.org/monitor")
    assert load_settings().user_agent.endswith(" (+https://example.org/monitor)")


@pytest.mark.parametrize(
    ("given", "kept", "index"),
    [
        ("sqlite:////var/lib/news.db", "sqlite:////var/lib/news.db", "/var/lib/news.db.index"),
        ("sqlite:///news.db?timeout=5", "sqlite:///news.db?timeout=5", "news.db.index"),
        ("sqlite+pysqlite:///news.db", "sqlite:///news.db", "news.db.index"),
        ("sqlite://", "sqlite://", "data/index"),
        ("postgresql+psycopg://u:p@h/d", "postgresql+psycopg://u:p@h/d", "data/index"),
        ("postgresql://u:p@h/d", "postgresql+psycopg://u:p@h/d", "data/index"),
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d", "data/index"),
    ],
)
def test_database_urls(monkeypatch: pytest.MonkeyPatch, given: str, kept: str, index: str) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", given)
    settings = load_settings()
    assert settings.database_url == kept
    assert settings.index_dir == Path(index)


def test_a_home_folder_in_a_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/someone")
    monkeypatch.setenv("MONITOR_CONFIG_DIR", "~/news")
    assert load_settings().config_dir == Path("/home/someone/news")


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("MONITOR_DATABASE_URL", "mysql://h/d", 'expected "sqlite:///path/to/file.db"'),
        ("MONITOR_DATABASE_URL", "postgresql+asyncpg://h/d", 'or "postgresql+psycopg://'),
        ("MONITOR_DATABASE_URL", "data/monitor.db", 'expected "sqlite:///path/to/file.db"'),
        ("MONITOR_DATABASE_URL", "sqlite://data/x.db", "expected three slashes"),
        ("MONITOR_ALLOW_PRIVATE_HOSTS", "maybe", 'expected true or false, not "maybe"'),
        ("MONITOR_PORT", "http", 'expected a whole number, not "http"'),
        ("MONITOR_PORT", "65536", 'expected a number of at most 65535, not "65536"'),
        ("MONITOR_WORKERS", "0", 'expected a number of at least 1, not "0"'),
        ("MONITOR_BASE_URL", "example.org", 'begins with "https://" or "http://"'),
        ("MONITOR_LOG_LEVEL", "loud", 'expected "debug", "info", "warning", "error"'),
        ("MONITOR_SMTP_URL", "mail.example.org:25", '"smtps://mail.example.org"'),
        ("MONITOR_MAIL_FROM", "nobody", "expected a mail address"),
        ("MONITOR_USER_AGENT", "Монитор", "as a header can carry it"),
    ],
)
def test_a_bad_value_names_the_variable_and_what_is_expected(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigError) as caught:
        load_settings()
    assert str(caught.value).startswith(f"{name}: ")
    assert expected in str(caught.value)


def test_all_bad_values_are_told_at_once_and_no_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "mysql://root:hunter2@h/d")
    (tmp_path / ".env").write_text("MONITOR_PORT=x\n", encoding="utf-8")
    with pytest.raises(ConfigError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert {line.partition(":")[0] for line in lines} == {"MONITOR_DATABASE_URL", "MONITOR_PORT"}
    assert "hunter2" not in str(caught.value)


def test_a_file_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("MONITOR_MAIL_FROM=Монитор\n".encode("cp1251"))
    with pytest.raises(ConfigError, match=r"^\.env: expected UTF-8"):
        load_settings()


def test_every_setting_has_a_meaning_of_one_line() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description, name
        assert "\n" not in field.description
        assert field.description.endswith(".")
