"""Who holds what: an owner is named "host:pid:run", and its leases end with its process.

A lease is renewed while its owner works. When the owner is gone, its leases run out, which takes
minutes; on its own host a process that is no more is noticed at once.
"""

from __future__ import annotations

import os
import socket
import uuid

from sqlalchemy import Connection

from monitor.workers.services import Services
from storage.repositories import leases

_RUN = uuid.uuid4().hex[:8]
"""Tells this process from one that had its pid before: in a container every program is pid 1."""


def new_owner() -> str:
    """A name for leases that nobody else has, now or later."""
    return f"{socket.gethostname()}:{os.getpid()}:{_RUN}.{uuid.uuid4().hex[:6]}"


def release_dead(connection: Connection) -> None:
    """Give back what processes of this host held that are no more."""
    gone = [owner for owner in leases.holders(connection) if is_gone(owner)]
    if gone:
        leases.release(connection, gone)


def is_gone(owner: str) -> bool:
    """Whether the owner was a process of this host that runs no more; False where in doubt."""
    place, _, run = owner.rpartition(":")
    host, _, pid = place.rpartition(":")
    if host != socket.gethostname() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():
        return run.partition(".")[0] != _RUN
    return not _runs(int(pid))


async def renew(services: Services) -> None:
    """Let this owner's leases last longer; to be called more often than they run out."""
    await services.write(
        lambda connection: leases.renew(connection, services.owner, services.lease_end)
    )


async def release(services: Services) -> None:
    """Give back what this owner still holds."""
    await services.write(lambda connection: leases.release(connection, [services.owner]))


def _runs(pid: int) -> bool:
    if os.name == "nt":  # pragma: no cover - there, this signal would end the process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # not ours to signal, or no pid at all
        return True
    return True
