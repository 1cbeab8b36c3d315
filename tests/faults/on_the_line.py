"""Faults below HTTP: names, connections, bytes that come slowly, cut short or not at all."""

from __future__ import annotations

import socket

from monitor.newsroom import faults
from tests.faults.strikes import led_to, rough
from tests.faults.table import FEED, Case, Fault, Strike, backed_off, own_line

NOTHING = "nothing; the validators stay"
SLOWER = "backs off: the pace times (1 + failures), at most a day"
FAILING = "; alarm `failing` from the third time"


def _no_name() -> OSError:
    return socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def _no_answer() -> OSError:
    return socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")


def _failing(
    name: str,
    wrong: str,
    code: str,
    strike: Strike,
    *,
    says: str = "",
    alarm: str = "failing",
    retried: str = SLOWER,
) -> Fault:
    case = Case(
        strikes=((FEED, strike),),
        kept=0,
        code=code,
        says=says,
        waits=backed_off,
        alarm=alarm,
    )
    return Fault(name, wrong, NOTHING, retried, f"`{code}`{FAILING}", case)


FAULTS = (
    Fault(
        "name-unknown",
        "the host's name does not exist",
        NOTHING,
        "after twice the pace, every time: it may be this machine's own line",
        f"`fetch.dns`{FAILING}",
        Case(lookup=_no_name, kept=0, code="fetch.dns", waits=own_line, alarm="failing"),
    ),
    Fault(
        "name-server-silent",
        "the name server does not answer",
        NOTHING,
        "after twice the pace, every time",
        f"`fetch.dns_temp`{FAILING}",
        Case(lookup=_no_answer, kept=0, code="fetch.dns_temp", waits=own_line, alarm="failing"),
    ),
    Fault(
        "refused",
        "nobody listens at the host's address",
        NOTHING,
        SLOWER,
        f"`fetch.refused`{FAILING}",
        Case(
            lookup=("127.0.0.2",),
            kept=0,
            code="fetch.refused",
            waits=backed_off,
            alarm="failing",
        ),
    ),
    Fault(
        "name-points-inside",
        "the host's name points at a cloud's metadata service",
        f"{NOTHING}; nothing is connected to",
        SLOWER,
        f"`sec.ssrf_refused`{FAILING}",
        Case(
            lookup=("169.254.169.254",),
            kept=0,
            code="sec.ssrf_refused",
            waits=backed_off,
            alarm="failing",
        ),
    ),
    Fault(
        "name-points-inside-too",
        "of the addresses of the host's name one is not public",
        f"{NOTHING}; nothing is connected to",
        SLOWER,
        f"`sec.ssrf_refused`{FAILING}",
        Case(
            lookup=("127.0.0.1", "169.254.169.254"),
            kept=0,
            code="sec.ssrf_refused",
            waits=backed_off,
            alarm="failing",
        ),
    ),
    _failing(
        "redirect-inside",
        "the feed leads to a cloud's metadata service",
        "sec.ssrf_refused",
        faults.redirect_to("http://169.254.169.254/latest/meta-data/"),
    ),
    _failing(
        "redirect-to-file",
        "the feed leads to `file:///etc/passwd`",
        "sec.scheme_refused",
        faults.redirect_to("file:///etc/passwd"),
    ),
    _failing(
        "redirect-to-script",
        "the feed leads to a `javascript:` address",
        "sec.scheme_refused",
        faults.redirect_to("javascript:alert(1)"),
    ),
    _failing(
        "redirect-with-password",
        "the feed leads to an address with a user name and a password in it",
        "sec.url_refused",
        led_to("http://user:secret@{host}/feed.xml"),
    ),
    _failing(
        "redirect-very-long",
        "the feed leads to an address of 10,000 characters",
        "sec.url_refused",
        led_to("http://{host}/feed.xml?" + "x" * 10_000),
    ),
    _failing(
        "reset-first", "reset before the answer", "fetch.reset", faults.reset_before_headers()
    ),
    _failing(
        "reset-midway", "reset in the middle of the body", "fetch.truncated", faults.reset_midway()
    ),
    _failing(
        "cut-short", "fewer bytes than Content-Length says", "fetch.truncated", faults.truncated()
    ),
    _failing(
        "chunks-cut-short",
        "the connection ends within a chunk",
        "fetch.truncated",
        rough("/chunks-cut"),
    ),
    _failing("chunks-wrong", "a chunk without a length", "fetch.protocol", rough("/chunks-wrong")),
    _failing(
        "two-lengths", "two Content-Lengths that differ", "fetch.protocol", rough("/two-lengths")
    ),
    _failing("first-byte-late", "not a byte in time", "fetch.too_slow", faults.stall()),
    _failing(
        "drip",
        "the body comes drop by drop",
        "fetch.too_slow",
        faults.drip(chunk=20, pause=0.1),
    ),
    _failing("slow-headers", "headers without an end", "fetch.too_slow", rough("/slow-headers")),
    _failing(
        "endless-1xx",
        "informational answers (103) without an end",
        "fetch.too_slow",
        rough("/endless-1xx"),
    ),
    _failing("not-http", "the port speaks SSH and hangs up", "fetch.reset", rough("/garbage")),
    _failing("nonsense", "the answer is no HTTP", "fetch.protocol", rough("/nonsense")),
    _failing("huge-header", "a header of 1 MB", "fetch.protocol", rough("/huge-header")),
    _failing("tls-missing", "https at a port without TLS", "fetch.tls", rough("/no-tls")),
    _failing(
        "tls-self-signed",
        "a certificate that nobody vouches for; http is not tried instead",
        "fetch.tls",
        rough("/self-signed"),
        says="certificate",
    ),
)
