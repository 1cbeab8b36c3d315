"""Nothing but `monitor/fetch` talks to the network, and it has one place that imports the stack."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ALLOWED = (ROOT / "monitor" / "fetch", ROOT / "monitor" / "newsroom")
FORBIDDEN = (
    "httpx",
    "httpcore",
    "urllib.request",
    "http.client",
    "requests",
    "urllib3",
    "aiohttp",
)
# The rest of the program may listen, name its machine, and forbid sockets to its children.
SOCKET_NAMES = {"AF_INET", "AF_INET6", "create_server", "gethostname", "socket"}
CONNECTING = {"create_connection", "open_connection", "getaddrinfo", "sock_connect"}
PRODUCT = [
    path for folder in ("monitor", "config", "storage") for path in (ROOT / folder).rglob("*.py")
]


def imported(source: str) -> Iterator[str]:
    """Every module that is imported anywhere in the text, in functions too."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            called = ast.unparse(node.func)
            if called in ("__import__", "import_module", "importlib.import_module"):
                yield str(node.args[0].value)


def network_modules(source: str) -> list[str]:
    return [
        name
        for name in imported(source)
        if any(name == module or name.startswith(f"{module}.") for module in FORBIDDEN)
    ]


def connects(source: str) -> list[str]:
    """What a text does with sockets beyond listening."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom) and node.module == "socket":
            found.append("from socket import")
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            if ast.unparse(node.value) == "socket" and node.attr not in SOCKET_NAMES:
                found.append(f"socket.{node.attr}")
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "socket.socket" or called.rpartition(".")[2] in CONNECTING:
                found.append(called)
    return found


@pytest.mark.parametrize(
    "source",
    [
        "socket.create_connection(('a', 1))",
        "s = socket.socket()",
        "from socket import socket",
        "socket.getaddrinfo('a', 1)",
        "async def f():\n    await asyncio.open_connection('a', 1)",
    ],
)
def test_a_connection_is_found_however_it_is_made(source: str) -> None:
    assert connects(source)


def test_listening_is_no_connection() -> None:
    assert not connects("x: socket.socket = socket.create_server(('127.0.0.1', 0))")
    assert not connects("socket.getaddrinfo = refuse")


@pytest.mark.parametrize(
    "source",
    [
        "import httpx",
        "from urllib import request",
        "import urllib.request as r",
        "def f():\n    from http.client import HTTPConnection",
        "importlib.import_module('http.client')",
    ],
)
def test_an_import_is_found_however_it_is_written(source: str) -> None:
    assert network_modules(source)


def test_harmless_modules_are_not_taken_for_the_network() -> None:
    assert not network_modules("import urllib.parse\nfrom http import HTTPStatus")


def test_only_fetch_imports_the_network() -> None:
    assert len(PRODUCT) > 20
    found = {
        str(path.relative_to(ROOT)): modules
        for path in PRODUCT
        if not any(path.is_relative_to(folder) for folder in ALLOWED)
        and (modules := network_modules(text := path.read_text("utf-8")) + connects(text))
    }
    assert found == {}


def test_the_http_stack_is_imported_in_one_place() -> None:
    found = [
        path.name
        for path in (ROOT / "monitor" / "fetch").glob("*.py")
        if any(
            name.split(".")[0] in ("httpx", "httpcore")
            for name in imported(path.read_text("utf-8"))
        )
    ]
    assert found == ["stack.py"]
