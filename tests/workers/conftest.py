"""The children that parse are shared by all tests of this folder: each costs half a second."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from monitor.workers.sandbox import Sandbox


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(2) as sandbox:
        yield sandbox
