"""Which addresses may be connected to, and which URLs may be asked for.

`ipaddress.is_global` is not enough: it is True for 224.0.0.1, ff02::1, 192.88.99.1, 64:ff9b::7f00:1
(NAT64 of 127.0.0.1), 2002:7f00:1:: (6to4 of it), ::127.0.0.1, 3fff::1 and fec0::1. So the list is
our own, after the IANA special-purpose registries; of IPv6 only global unicast (2000::/3) is let
through, less what is special inside it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote, urlsplit

import idna

from monitor.model import Failure, Fate

_LOCAL: tuple[tuple[str, str], ...] = (  # what `allow_private` lets through
    ("10.0.0.0/8", "private"),
    ("127.0.0.0/8", "loopback"),
    ("172.16.0.0/12", "private"),
    ("192.168.0.0/16", "private"),
    ("::1/128", "loopback"),
    ("fc00::/7", "private"),
)
_NEVER: tuple[tuple[str, str], ...] = (
    ("0.0.0.0/8", "unspecified"),
    ("100.64.0.0/10", "shared by carriers"),
    ("168.63.129.16/32", "cloud metadata"),
    ("169.254.0.0/16", "link-local"),
    ("192.0.0.0/24", "reserved for protocols"),
    ("192.0.2.0/24", "documentation"),
    ("192.31.196.0/24", "reserved for AS112"),
    ("192.52.193.0/24", "reserved for AMT"),
    ("192.88.99.0/24", "6to4 relay"),
    ("192.175.48.0/24", "reserved for AS112"),
    ("198.18.0.0/15", "benchmarking"),
    ("198.51.100.0/24", "documentation"),
    ("203.0.113.0/24", "documentation"),
    ("224.0.0.0/4", "multicast"),
    ("240.0.0.0/4", "reserved"),
    ("::/128", "unspecified"),
    ("::ffff:0:0/96", "IPv4-mapped"),
    ("::/96", "IPv4-compatible"),
    ("64:ff9b::/96", "NAT64"),
    ("64:ff9b:1::/48", "NAT64"),
    ("100::/64", "discard-only"),
    ("2001::/32", "Teredo"),
    ("2001::/23", "reserved for protocols"),
    ("2001:db8::/32", "documentation"),
    ("2002::/16", "6to4"),
    ("2620:4f:8000::/48", "reserved for AS112"),
    ("3fff::/20", "documentation"),
    ("5f00::/16", "segment routing"),
    ("fd00:ec2::/32", "cloud metadata"),
    ("fe80::/10", "link-local"),
    ("fec0::/10", "site-local"),
    ("ff00::/8", "multicast"),
)


def _networks(
    rows: tuple[tuple[str, str], ...],
) -> tuple[tuple[IPv4Network | IPv6Network, str], ...]:
    return tuple((IPv6Network(net) if ":" in net else IPv4Network(net), why) for net, why in rows)


_LOCAL_NETWORKS = _networks(_LOCAL)
_NEVER_NETWORKS = _networks(_NEVER)
_METADATA = IPv6Network("fd00:ec2::/32")
_GLOBAL_UNICAST = IPv6Network("2000::/3")


def refused_address(address: str, *, allow_private: bool = False) -> str | None:
    """Why `address`, an IP address as text, may not be connected to; None when it may.

    `allow_private` lets loopback and private networks through and nothing else.
    """
    try:
        ip = ip_address(address)
    except ValueError:
        return "not an IP address"
    if isinstance(ip, IPv6Address) and ip.scope_id is not None:
        return "bound to one network interface"
    # ::1 lies inside ::/96, so the local networks are looked at first; of them fd00:ec2::/32 is
    # taken back, because a cloud's metadata service is no intranet.
    for network, why in _LOCAL_NETWORKS:
        if ip in network and ip not in _METADATA:
            return None if allow_private else why
    for network, why in _NEVER_NETWORKS:
        if ip in network:
            return why
    if isinstance(ip, IPv6Address) and ip not in _GLOBAL_UNICAST:
        return "not assigned"
    return None


def is_address(host: str) -> bool:
    """Whether `host` is an IP address in its plain spelling, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Target:
    """A URL that passed the gate, spelt in the one way that every parser reads alike."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        return f"{self.scheme}://{_bracketed(self.host)}:{self.port}"

    @property
    def site(self) -> str:
        """host:port, to be polite to; a site's "www." and "m." are one machine as a rule."""
        bare = self.host.removeprefix("www.").removeprefix("m.")
        return f"{bare}:{self.port}"


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_AUTHORITY = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^][\\%:@\s]+)(:[0-9]*)?")
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
_LONE_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_LONGEST = 8192
_PORTS = {"http": 80, "https": 443}
# Printable ASCII that may stand in a path or query as it is; the rest is percent-encoded.
_SAFE = "".join(chr(code) for code in range(0x21, 0x7F) if chr(code) not in '"<>`{}#')


def gate(url: str, *, allow_private: bool = False) -> Target | Failure:
    """The URL to ask for, or why it is refused. Names are judged again when connected to."""
    text = url.strip(" ")
    if len(text) > _LONGEST:
        return _bad_url(url, f"it is longer than {_LONGEST} characters")
    if _CONTROL.search(text):
        return _bad_url(url, "it contains a control character")
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return _bad_url(url, "its host or port cannot be read")
    if parts.scheme not in _PORTS:
        return Failure(
            "sec.scheme_refused",
            f"{_shown(url)} was refused: only http and https addresses are fetched",
            Fate.SKIP,
        )
    if "@" in parts.netloc:
        return _bad_url(url, "an address with a user name or password in it is not fetched")
    if not parts.hostname or port == 0 or not _AUTHORITY.fullmatch(parts.netloc):
        return _bad_url(url, "it has no host that all programs read alike")
    host = _plain_host(parts.hostname, bracketed=parts.netloc.startswith("["))
    if host is None:
        return _bad_url(url, "its host is not a valid name")
    if _ends_in_number(host) or ":" in host:
        why = refused_address(host, allow_private=allow_private)
        if why is not None:
            return refusal(parts.hostname, host, why, Fate.SKIP)
    netloc = _bracketed(host)
    if port is not None and port != _PORTS[parts.scheme]:
        netloc = f"{netloc}:{port}"
    rest = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(
        url=f"{parts.scheme}://{netloc}{quote(_LONE_PERCENT.sub('%25', rest), safe=_SAFE)}",
        scheme=parts.scheme,
        host=host,
        port=port or _PORTS[parts.scheme],
    )


def refusal(host: str, address: str, why: str, fate: Fate) -> Failure:
    """The one message for every address that is not public."""
    return Failure(
        "sec.ssrf_refused",
        f"{_shown(host)} was refused: {_shown(address)} is not a public address ({why})",
        fate,
    )


def _plain_host(host: str, *, bracketed: bool) -> str | None:
    """The host in lower-case ASCII without a final dot; None when it is no name or address."""
    if bracketed:
        try:
            return str(IPv6Address(host))
        except ValueError:
            return None
    if not host.isascii():
        try:  # "127。0。0。1" and "１２７.0.0.1" become plain digits here
            host = idna.encode(host, uts46=True).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return None
    host = host.lower().removesuffix(".")
    valid = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in host.split("."))
    return host if valid else None


def _ends_in_number(host: str) -> bool:
    """Whether the C library would read the host as IPv4: 2130706433, 0x7f.1, 0177.0.0.1, 127.1.

    Of these spellings only four plain decimal numbers pass `refused_address`.
    """
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _bad_url(url: str, why: str) -> Failure:
    return Failure("sec.url_refused", f"{_shown(url)} was refused: {why}", Fate.SKIP)


def _shown(text: str) -> str:
    """At most 200 characters, and none that could break a log line."""
    return _CONTROL.sub("?", text[:200])
