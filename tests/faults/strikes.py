"""Strikes that the newsroom does not come with: what happens to a right answer."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlsplit

from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from tests.faults.table import Placed


def rough(path: str) -> Placed:
    """The feed leads to a server that speaks no proper HTTP."""
    return Placed(lambda around: faults.redirect_to(around.rough(path)))


def led_to(url: str) -> Placed:
    """The feed leads to `url`, in which {host} is the room's host and its port."""
    return Placed(
        lambda around: faults.redirect_to(url.replace("{host}", urlsplit(around.base).netloc))
    )


def body(change: Callable[[str], str | bytes], content_type: str | None = None) -> faults.Fault:
    """The text of the right body, changed."""

    def fault(request: Request, right: Answer) -> Answer:
        changed = change(right.body.decode("utf-8"))
        data = changed if isinstance(changed, bytes) else changed.encode()
        return replace(right, body=data, content_type=content_type or right.content_type)

    return fault


def each_item(change: Callable[[str], str]) -> faults.Fault:
    """Every item of the feed, changed."""

    def items(text: str) -> str:
        return re.sub(r"<item>.*?</item>", lambda item: change(item[0]), text, flags=re.S)

    return body(items)


def charset(actual: str, declared: str | None) -> faults.Fault:
    """Feed and pages in the charset `actual`, declared (everywhere, None: nowhere) another one."""

    def fault(request: Request, right: Answer) -> Answer:
        if right.kind not in ("feed", "page"):
            return right
        text = right.body.decode("utf-8")
        named = declared or ""
        text = re.sub(r' encoding="[^"]*"', f' encoding="{named}"' if named else "", text, count=1)
        meta = f'<meta charset="{named}">' if named else ""
        text = re.sub(r'<meta charset="[^"]*">', meta, text, count=1)
        plain = right.content_type.partition(";")[0]
        full = f"{plain}; charset={named}" if named else plain
        data = text.encode(actual, errors="xmlcharrefreplace")
        return replace(right, body=data, content_type=full, validators="none")

    return fault


def with_headers(*headers: tuple[str, str], validators: bool = True) -> faults.Fault:
    """The right answer with these headers; without validators of its own where told so."""

    def fault(request: Request, right: Answer) -> Answer:
        kept = right.validators if validators else "none"
        return replace(right, headers=(*right.headers, *headers), validators=kept)

    return fault


def encoded(label: str, pack: Callable[[bytes], bytes]) -> faults.Fault:
    """The body packed by `pack`, under that Content-Encoding ("" for none)."""

    def fault(request: Request, right: Answer) -> Answer:
        named = (("Content-Encoding", label),) if label else ()
        return replace(
            right, body=pack(right.body), headers=(*right.headers, *named), compress=False
        )

    return fault


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(data) + packer.flush()


def damaged(data: bytes) -> bytes:
    whole = bytearray(gzip.compress(data))
    whole[20:40] = b"\xff" * 20
    return bytes(whole)


def cookie_wall(request: Request, right: Answer) -> Answer:
    """Whoever has no cookie gets one, and is sent to the same address."""
    if "cookie" in request.headers:
        return right
    return Answer(status=302, headers=(("Set-Cookie", "seen=1"), ("Location", request.target)))


def endless_redirects(request: Request, right: Answer) -> Answer:
    step = int(request.query.get("step", "0")) + 1
    return Answer(status=302, headers=(("Location", f"{request.path}?step={step}"),))


def new_tag_each_time() -> faults.Fault:
    """An ETag that differs at every load of the same body."""
    loads = iter(range(1_000_000))

    def fault(request: Request, right: Answer) -> Answer:
        tag = (("ETag", f'"load-{next(loads)}"'),)
        return replace(right, headers=(*right.headers, *tag), validators="none", modified=None)

    return fault
