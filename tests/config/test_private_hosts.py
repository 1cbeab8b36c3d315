"""Sources that literally name a loopback or private host."""

from __future__ import annotations

from pathlib import Path

import pytest

from config.catalog import Catalog, load_catalog, private_hosts
from config.private_hosts import is_private
from config.shipped import shipped_config

PRIVATE = [
    "localhost", "LOCALHOST.", "news.localhost", "intranet", "printer.local", "db.internal",
    "127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
    "10.0.0.1", "172.16.5.4", "192.168.1.1", "100.64.0.1", "169.254.169.254", "198.18.0.1",
    "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
]  # fmt: skip
PUBLIC = [
    "astanatimes.com", "www.akorda.kz", "8.8.8.8", "93.184.215.14", "2606:4700::1111",
    "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "local.example.org",
    "127.0.0.1.example.org", "xn--80ak6aa92e.com", "08.example.org",
]  # fmt: skip


@pytest.mark.parametrize("host", PRIVATE)
def test_private(host: str) -> None:
    assert is_private(host)


@pytest.mark.parametrize("host", PUBLIC)
def test_public(host: str) -> None:
    assert not is_private(host)


def _catalog(folder: Path, enabled: str) -> Catalog:
    (folder / "sources").mkdir()
    (folder / "sources" / "lab.toml").write_text(
        f"""
        name = "Lab"
        homepage = "https://example.org/"
        language = "en"
        enabled = {enabled}
        [[channels]]
        kind = "feed"
        url = "https://example.org/feed"
        [[channels]]
        kind = "feed"
        url = "http://127.0.0.1:8123/feed"
        backfill = "http://[::1]/feed?paged={{page}}"
        """,
        encoding="utf-8",
    )
    return load_catalog(folder)


def test_problems_name_source_key_host_and_setting(tmp_path: Path) -> None:
    found = [str(problem) for problem in private_hosts(_catalog(tmp_path, "true"))]
    assert found == [
        'source lab: channels[1].url: "127.0.0.1" is a private or loopback host; '
        "expected a public one, or MONITOR_ALLOW_PRIVATE_HOSTS=true",
        'source lab: channels[1].backfill: "::1" is a private or loopback host; '
        "expected a public one, or MONITOR_ALLOW_PRIVATE_HOSTS=true",
    ]


def test_sources_that_are_off_are_not_judged(tmp_path: Path) -> None:
    assert private_hosts(_catalog(tmp_path, "false")) == []


def test_no_shipped_source_is_private() -> None:
    assert private_hosts(load_catalog(shipped_config())) == []
