"""What went wrong below HTTP, as a named Failure with a sentence for a person."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator

from monitor.fetch.connect import AddressRefused, NameNotResolved
from monitor.fetch.stack import httpcore, httpx
from monitor.model import Failure

# Names that do not exist; everything else that a resolver reports may be over in a minute.
_NO_NAME = (socket.EAI_NONAME, getattr(socket, "EAI_NODATA", socket.EAI_NONAME))
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL, errno.ENETDOWN)
_RESET = (errno.ECONNRESET, errno.ECONNABORTED, errno.EPIPE)

_HANDSHAKE_GOES_ON = (ssl.SSLWantReadError, ssl.SSLWantWriteError)  # context, not cause

_READ_OR_WRITE = (httpx.ReadError, httpx.WriteError, httpcore.ReadError, httpcore.WriteError)
_CONNECT_TIMEOUT = (httpx.ConnectTimeout, httpcore.ConnectTimeout)
_OTHER_TIMEOUT = (httpx.TimeoutException, httpcore.TimeoutException)
_CONNECT = (httpx.ConnectError, httpcore.ConnectError)

# h11 and httpcore in their own words, when a connection ends before the answer does.
_CUT_SHORT = ("peer closed connection", "incomplete message body", "incomplete chunked read")
_NOTHING_SAID = ("disconnected without sending", "connectionterminated", "streamreset")


def fault_of(error: Exception, host: str, *, answered: bool) -> Failure:
    """`answered` says whether the headers of an answer had arrived."""
    chain = list(_causes(error))
    for link in chain:
        if isinstance(link, AddressRefused):
            return link.failure
        if isinstance(link, NameNotResolved):
            return _unresolved(link.error, host)
    if isinstance(error, _CONNECT_TIMEOUT):
        return Failure("fetch.connect_timeout", f"{host} did not accept a connection in time")
    if isinstance(error, _OTHER_TIMEOUT):
        return too_slow(host)
    for link in chain if not answered else ():
        if isinstance(link, ssl.SSLError) and not isinstance(link, _HANDSHAKE_GOES_ON):
            return _insecure(link, host)
    if isinstance(error, _CONNECT):
        return _not_connected(chain, host)
    words = " ".join(str(link).lower() for link in chain)
    broken = isinstance(error, _READ_OR_WRITE) or any(
        isinstance(link, OSError) and link.errno in _RESET for link in chain
    )
    if answered and (broken or any(word in words for word in (*_CUT_SHORT, *_NOTHING_SAID))):
        return Failure(
            "fetch.truncated", f"{host} ended the connection before its answer was whole"
        )
    if broken or any(word in words for word in _NOTHING_SAID):
        return Failure("fetch.reset", f"{host} ended the connection without a valid answer")
    return Failure(
        "fetch.protocol",
        f"{host} does not answer in valid HTTP ({type(error).__name__}: {str(error)[:120]})",
    )


def too_slow(host: str) -> Failure:
    return Failure("fetch.too_slow", f"{host} did not deliver its answer in time")


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        if isinstance(error, BaseExceptionGroup):
            yield from error.exceptions
        error = error.__cause__ or error.__context__


def _unresolved(error: OSError, host: str) -> Failure:
    if isinstance(error, socket.gaierror) and error.errno in _NO_NAME:
        return Failure("fetch.dns", f"{host} could not be found (no internet, or a wrong name)")
    return Failure(
        "fetch.dns_temp",
        f"{host} could not be found (no internet, or the name server does not answer)",
    )


def _insecure(error: ssl.SSLError, host: str) -> Failure:
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure(
            "fetch.tls", f"the certificate of {host} is not valid: {error.verify_message}"
        )
    reason = (error.reason or str(error)).replace("_", " ").lower()
    return Failure("fetch.tls", f"no secure connection to {host}: {reason}")


def _not_connected(chain: list[BaseException], host: str) -> Failure:
    numbers = [link.errno for link in chain if isinstance(link, OSError)]
    if errno.ECONNREFUSED in numbers:
        return Failure("fetch.refused", f"{host} refused the connection")
    if errno.ETIMEDOUT in numbers:
        return Failure("fetch.connect_timeout", f"{host} did not accept a connection in time")
    if any(number in _UNREACHABLE for number in numbers):
        return Failure("fetch.unreachable", f"there is no way to {host} from this network")
    if any(number in _RESET for number in numbers):
        return Failure("fetch.reset", f"{host} ended the connection while it was being made")
    why = str(chain[0])[:120] or type(chain[-1]).__name__
    return Failure("fetch.refused", f"{host} could not be connected to ({why})")
