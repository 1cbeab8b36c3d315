"""The pages in a real browser: they load, they work, nothing is refused and nothing overflows."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

import pytest
import uvicorn
from playwright.sync_api import Browser, sync_playwright

from tests.browser import find_browser
from tests.web.conftest import ENGLISH, Archive, Ids

SIZES = ((360, 740), (820, 1000), (1440, 900))

pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    executable = find_browser()
    if executable is None:
        pytest.skip("there is no Chromium on this machine; `python tests/browser.py` installs one")
    with sync_playwright() as driver:
        running = driver.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        yield running
        running.close()


@pytest.fixture
def address(archive: Archive) -> Iterator[str]:
    """The application behind a real server on loopback."""
    config = uvicorn.Config(archive.app(), port=0, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(10)


def test_a_search_by_hand(browser: Browser, address: str) -> None:
    page = browser.new_page(locale="ru-RU")
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(address)
    assert page.locator("html").get_attribute("lang") == "ru"
    page.get_by_role("searchbox").fill("искусственный")
    page.get_by_role("button", name="Найти").click()
    page.wait_for_url("**/?q=*")
    assert page.locator("h1").inner_text() == "Найдена 1 статья"
    assert page.locator(".found h2 mark").inner_text() == "искусственном"
    assert page.url.count("=") == 1, "empty fields are left out of the address"
    page.locator(".found h2 a").click()
    assert "Сенат" in page.locator("h1").inner_text()
    assert complaints == []
    page.close()


def test_it_works_without_scripts(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("searchbox").fill("startup")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=startup&topic=*")
    assert page.locator(".found .item").count() == 2
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_overflows_at_any_width(
    browser: Browser, address: str, ids: Ids, archive: Archive, scheme: Literal["light", "dark"]
) -> None:
    long = "Электрондықүкіметінфрақұрылымы" * 8
    stored = archive.store(replace(ENGLISH, url=f"https://steppe.example/{long}", title=long))
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    for width, height in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        for path in ("/", "/?q=forum&topic=forum", "/?since=x", f"/articles/{stored}", "/nowhere"):
            for language in ("kk", "fr"):
                mark = "&" if "?" in path else "?"
                page.goto(f"{address}{path}{mark}ui={language}")
                overflow = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert overflow <= 0, (width, path, language)
    context.close()


def test_the_latest_articles_appear_by_themselves(
    browser: Browser, address: str, archive: Archive
) -> None:
    page = browser.new_page()
    page.clock.install()
    page.goto(address)
    archive.store(replace(ENGLISH, url="https://steppe.example/new", title="A surprise"))
    assert page.get_by_text("A surprise").count() == 0
    page.clock.run_for(11_000)
    page.get_by_text("A surprise").wait_for()
    page.close()
