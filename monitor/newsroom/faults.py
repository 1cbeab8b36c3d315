"""Faults on demand: pure functions from a request and the right answer to a wrong one.

    room.fail("steppe-times", "/feed/*", faults.status(503, retry_after="120"), times=3)

What is wrong is either the answer itself or the manner in which its bytes go out.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from monitor.newsroom.exchange import Answer, Manner, Request
from monitor.newsroom.render import render

Fault = Callable[[Request, Answer], Answer]


def _always(answer: Answer) -> Fault:
    return lambda request, right: answer


def _manner(manner: Manner, *, compress: bool | None = None) -> Fault:
    def fault(request: Request, right: Answer) -> Answer:
        zipped = right.compress if compress is None else compress
        return replace(right, manner=manner, compress=zipped)

    return fault


def status(code: int, *, body: str = "", **headers: str) -> Fault:
    """An answer of that status; `retry_after="120"` becomes the header Retry-After."""
    named = tuple((name.replace("_", "-").title(), value) for name, value in headers.items())
    return _always(Answer(status=code, body=body.encode(), headers=named))


def redirect_to(url: str, code: int = 302) -> Fault:
    return _always(Answer(status=code, headers=(("Location", url),)))


def redirect_loop(code: int = 302) -> Fault:
    """There and back again: the address and the same with ?again=1 point at each other."""

    def fault(request: Request, right: Answer) -> Answer:
        back = "again" in request.query
        target = request.path if back else f"{request.path}?again=1"
        return Answer(status=code, headers=(("Location", target),))

    return fault


def reset_before_headers() -> Fault:
    return _manner(Manner(ending="reset-first"))


def reset_midway(keep: float = 0.5) -> Fault:
    """The connection is reset when that part of the body has gone out."""
    return _manner(Manner(keep=keep, ending="reset"))


def drip(chunk: int = 1, pause: float = 0.1) -> Fault:
    """The whole answer, `chunk` bytes at a time with `pause` seconds between."""
    return _manner(Manner(chunk=chunk, pause=pause))


def stall(seconds: float = 3600) -> Fault:
    """Not a byte before that time is over."""
    return _manner(Manner(wait=seconds))


def truncated(keep: float = 0.5) -> Fault:
    """Content-Length promises the whole, the connection closes before."""
    return _manner(Manner(keep=keep, ending="close"))


def close_truncated(keep: float = 0.5) -> Fault:
    """No length is declared, so a body cut short looks like a whole one."""
    return _manner(Manner(keep=keep, ending="close", declare_length=False), compress=False)


def gzip_bomb(mebibytes: int = 64, *, layers: int = 1) -> Fault:
    """A few kilobytes that inflate to so many mebibytes of spaces; twice packed with 2 layers."""

    def fault(request: Request, right: Answer) -> Answer:
        body = _zipped_spaces(mebibytes)
        for _ in range(layers - 1):
            body = _gzip(body)
        encoding = ", ".join(["gzip"] * layers)
        headers = (*right.headers, ("Content-Encoding", encoding))
        return replace(right, body=body, headers=headers, articles=(), compress=False)

    return fault


def wrong_charset(declared: str = "iso-8859-1") -> Fault:
    """The header names a charset that the body is not in."""

    def fault(request: Request, right: Answer) -> Answer:
        plain = right.content_type.partition(";")[0]
        return replace(right, content_type=f"{plain}; charset={declared}")

    return fault


def wrong_type(content_type: str = "application/octet-stream") -> Fault:
    return lambda request, right: replace(right, content_type=content_type)


def login_page() -> Fault:
    """A 200 with a page that asks for a password, whatever was asked for."""
    return _always(Answer(body=render("login.html").encode()))


def empty_body() -> Fault:
    return lambda request, right: replace(right, body=b"", articles=(), modified=None)


def lying_304() -> Fault:
    """Whoever asks conditionally hears that nothing has changed."""

    def fault(request: Request, right: Answer) -> Answer:
        if {"if-none-match", "if-modified-since"} & request.headers.keys():
            return Answer(status=304, kind=right.kind)
        return right

    return fault


def huge_feed(items: int = 10_000) -> Fault:
    """So many items more, after the real ones; their links lead to a 404. RSS and Atom."""

    def fault(request: Request, right: Answer) -> Answer:
        for end, item in ((b"</channel>", _RSS_ITEM), (b"</feed>", _ATOM_ENTRY)):
            head, found, tail = right.body.rpartition(end)
            if found:
                more = "".join(item.format(n) for n in range(1, items + 1)).encode()
                return replace(right, body=head + more + found + tail)
        return right

    return fault


_RSS_ITEM = (
    "<item><title>Filler {0}</title><link>http://127.0.0.1:9/filler/{0}</link>"
    "<guid>filler-{0}</guid></item>"
)
_ATOM_ENTRY = (
    "<entry><title>Filler {0}</title><link href='http://127.0.0.1:9/filler/{0}'/>"
    "<id>filler-{0}</id><updated>2026-01-01T00:00:00Z</updated></entry>"
)


def _gzip(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    return packer.compress(data) + packer.flush()


def _zipped_spaces(mebibytes: int) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    spaces = b" " * 1_048_576
    return b"".join(packer.compress(spaces) for _ in range(mebibytes)) + packer.flush()


@dataclass(slots=True)
class _Planned:
    site: str
    pattern: str
    fault: Fault
    left: int | None


class FaultPlan:
    """Which fault strikes next. The first planned one that fits a request is taken."""

    def __init__(self) -> None:
        self._planned: list[_Planned] = []
        self._lock = threading.Lock()

    def add(self, site: str, pattern: str, fault: Fault, times: int | None = None) -> None:
        """For the next `times` requests (always, for None) to paths like `pattern` ("/feed/*")."""
        with self._lock:
            self._planned.append(_Planned(site, pattern, fault, times))

    def clear(self, site: str | None = None) -> None:
        with self._lock:
            self._planned = [one for one in self._planned if site not in (None, one.site)]

    def take(self, site: str, request: Request) -> Fault | None:
        with self._lock:
            for one in self._planned:
                if one.left != 0 and fnmatchcase(site, one.site) and _fits(request, one.pattern):
                    one.left = None if one.left is None else one.left - 1
                    return one.fault
        return None


def _fits(request: Request, pattern: str) -> bool:
    return fnmatchcase(request.path, pattern) or fnmatchcase(request.target, pattern)
