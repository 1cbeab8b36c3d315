"""Finding a Chromium for the browser tests, and installing one where that can be done.

`python tests/browser.py` is called by `make test` once. Without a browser those tests are
skipped, and named at the end of the run.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


def find_browser() -> Path | None:
    """A Chromium on this machine: the system's, or the one Playwright has downloaded."""
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        downloaded = Path(playwright.chromium.executable_path)
    return downloaded if downloaded.exists() else None


def install_browser() -> None:
    """Debian's package for root, Playwright's download for anybody else."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "chromium"]):
            subprocess.run(
                ["apt-get", *command], check=False, env=environment, stdout=subprocess.DEVNULL
            )
    else:
        subprocess.run(
            [sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=600
        )


if __name__ == "__main__":
    if find_browser() is None:
        sys.stderr.write("Installing Chromium for the browser tests …\n")
        install_browser()
    if find_browser() is None:
        sys.stderr.write("No Chromium could be installed; the browser tests will be skipped.\n")
