"""What `monitor settings` is made of: values, origins, and warnings about likely typos."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.describe import SettingLine, describe, setting_warnings
from config.secrets import masked
from config.settings import Settings, load_settings


@pytest.fixture(autouse=True)
def _empty_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.upper().startswith("MONITOR_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def _lines() -> dict[str, SettingLine]:
    return {line.variable: line for line in describe(load_settings())}


def test_every_setting_is_listed_by_its_variable() -> None:
    assert list(_lines()) == [f"MONITOR_{name.upper()}" for name in Settings.model_fields]


def test_origins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "MONITOR_PORT=8001\nexport monitor_workers=3\nMONITOR_HOST=\n", encoding="utf-8"
    )
    monkeypatch.setenv("MONITOR_PORT", "8002")
    lines = _lines()
    assert lines["MONITOR_PORT"].origin == "environment"
    assert lines["MONITOR_PORT"].value == "8002"
    assert lines["MONITOR_PORT"].default == "8000"
    assert lines["MONITOR_WORKERS"].origin == ".env"
    assert lines["MONITOR_WORKERS"].value == "3"
    assert lines["MONITOR_HOST"].origin == "default"
    assert lines["MONITOR_BASE_URL"].origin == "default"
    assert lines["MONITOR_BASE_URL"].value == "http://127.0.0.1:8002"


def test_values_are_written_for_people(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", "postgresql://news:hunter2@db.example.org/news")
    monkeypatch.setenv("MONITOR_SMTP_URL", "smtp://me:hunter2@mail.example.org:587")
    lines = _lines()
    assert lines["MONITOR_DATABASE_URL"].value == (
        "postgresql+psycopg://news:***@db.example.org/news"
    )
    assert lines["MONITOR_SMTP_URL"].value == "smtp://me:***@mail.example.org:587"
    assert lines["MONITOR_ALLOW_PRIVATE_HOSTS"].value == "false"
    assert lines["MONITOR_MAIL_FROM"].value == ""


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:a@b/c@host/db", "postgresql://u:***@host/db"),
        ("postgresql://host/db?user=u&password=pw", "postgresql://host/db?user=u&password=***"),
        ("postgresql://u@host/db?sslpassword=pw#x", "postgresql://u@host/db?sslpassword=***#x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("sqlite:///data/monitor.db", "sqlite:///data/monitor.db"),
    ],
)
def test_masking(url: str, shown: str) -> None:
    assert masked(url) == shown


def test_unknown_variables_are_named_with_the_nearest_setting(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("MONITOR_WORKER=3\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("MONITOR_CONFG_DIR", "/x")
    monkeypatch.setenv("MONITORING", "1")
    assert setting_warnings() == [
        'environment: MONITOR_CONFG_DIR is no setting; did you mean "MONITOR_CONFIG_DIR"?',
        '.env: MONITOR_WORKER is no setting; did you mean "MONITOR_WORKERS"?',
    ]


def test_a_line_of_the_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MONITOR_PORT=1\nMONITOR_HOST: x\n", encoding="utf-8")
    assert setting_warnings() == [".env, line 2: expected NAME=value"]


def test_nothing_to_warn_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MONITOR_PORT", "1")
    assert setting_warnings() == []
