"""What holds for every route: headers, methods, errors without traces, files that are packaged."""

from __future__ import annotations

import logging
import re
import tomllib
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.web.app import ROUTES
from monitor.web.assets import FOLDER, load_assets
from monitor.web.messages import LANGUAGES
from monitor.web.pages import TEMPLATES
from tests.web.conftest import Archive, Client, Ids

EXPECTED = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self'; "
    "img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}


def addresses(client: Client, ids: Ids) -> list[str]:
    """One address of every route."""
    asset = next(iter(load_assets().values()))
    filled = {"id": str(ids.english), "digest": asset.digest, "name": asset.name}
    return [
        re.sub(r"{(\w+)}", lambda part: filled[part[1]], route.path.replace("s/{id}", "s/" + id_))
        for route in ROUTES
        for id_ in ["steppe" if "/sources/" in route.path else filled["id"]]
    ]


def assert_headers(answer: httpx.Response) -> None:
    headers = answer.headers
    assert {name: headers.get(name) for name in EXPECTED} == EXPECTED
    assert "set-cookie" not in headers


def test_every_route_carries_the_headers(client: Client, ids: Ids) -> None:
    for address in addresses(client, ids):
        for method, status in (("GET", 200), ("HEAD", 200), ("POST", 405), ("DELETE", 405)):
            answer = client.request(method, address)
            assert answer.status_code == status, (method, address)
            assert_headers(answer)


def test_what_is_refused_carries_them_too(client: Client) -> None:
    for address, status in (("/nowhere", 404), ("/articles/x", 404), ("/?since=x", 400)):
        answer = client.get(address)
        assert answer.status_code == status
        assert_headers(answer)
    refused = client.request("PUT", "/")
    assert set(refused.headers["allow"].split(", ")) == {"GET", "HEAD"}
    assert "can only be read" in refused.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_unforeseen_error_shows_no_trace(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    def fail(_query: object) -> None:
        raise RuntimeError("a secret path: /srv/monitor")

    monkeypatch.setattr(archive.index, "search", fail)
    answer = archive.client().get(f"/?q=forum&ui={language}")
    assert answer.status_code == 500
    assert_headers(answer)
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    page = LexborHTMLParser(answer.text)
    assert page.css_first("html").attributes["lang"] == language  # type: ignore[union-attr]
    assert page.css_first("h1") is not None


def test_a_database_that_is_gone_is_503_everywhere(
    archive: Archive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    client = archive.client()
    assert client.get("/healthz").json() == {"status": "ok"}
    archive.database.close()
    for file in tmp_path.glob("monitor.db*"):
        file.unlink()
    (tmp_path / "monitor.db").mkdir()
    with caplog.at_level(logging.CRITICAL):
        health = client.get("/healthz")
        front = client.get("/")
    assert (health.status_code, health.json()) == (503, {"status": "unavailable"})
    assert_headers(health)
    assert front.status_code == 503
    assert front.headers["retry-after"] == "30"
    assert "does not answer" in front.text
    assert str(tmp_path) not in front.text


def test_the_index_that_cannot_be_refreshed_is_said_and_searched_all_the_same(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.index.refresh(archive.database)

    def fail(_database: object) -> int:
        raise OSError("no space left on device")

    monkeypatch.setattr(archive.index, "refresh", fail)
    page = LexborHTMLParser(archive.client().get("/?q=startups").text)
    assert len(page.css(".found .item")) == 2
    assert "brought up to date" in page.css_first("[role=status]").text()  # type: ignore[union-attr]


def test_pages_name_their_files_by_content_and_those_are_kept_for_ever(client: Client) -> None:
    page = LexborHTMLParser(client.get("/").text)
    named = {
        each.attributes.get("href") or each.attributes.get("src") or ""
        for each in page.css("link[href], script[src], img[src]")
    }
    assert {address.rpartition("/")[2] for address in named} == {"site.css", "live.js", "icon.svg"}
    for address in named:
        answer = client.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    old = client.get("/static/0123456789abcdef/site.css")
    assert (old.status_code, old.headers["cache-control"]) == (200, "no-cache")


def test_nothing_comes_from_elsewhere() -> None:
    for file in (*FOLDER.iterdir(), *TEMPLATES.iterdir()):
        text = file.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|@import|url\(|style=", text), file.name
    assert (FOLDER / "live.js").stat().st_size <= 2048


def test_templates_and_files_are_inside_the_packages_of_the_wheel() -> None:
    root = Path(__file__).parents[2]
    project = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
    packages = project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    for folder in (FOLDER, TEMPLATES):
        assert folder.relative_to(root).parts[0] in packages
        assert any(folder.iterdir())


def test_every_route_is_read_only() -> None:
    assert ROUTES
    assert all(route.methods == {"GET", "HEAD"} for route in ROUTES)
