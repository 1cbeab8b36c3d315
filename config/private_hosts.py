"""Finds sources that name a loopback or private host, before a request is refused for it.

This is a courtesy, not the guard: a name that resolves to a private address shows only when it is
connected to, and `monitor/fetch` judges that.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from config.problems import Problem
from config.source import Source

_PART = re.compile(r"0x[0-9a-f]*|\d+", re.IGNORECASE | re.ASCII)
_LOCAL_NAMES = ("localhost", "local", "internal", "lan", "home.arpa")
_CARRIERS = {  # IPv6 networks that lead to an IPv4 address, and where in them it stands, in bits
    ipaddress.IPv6Network("::/96"): 0,
    ipaddress.IPv6Network("64:ff9b::/96"): 0,
    ipaddress.IPv6Network("::ffff:0:0/96"): 0,
    ipaddress.IPv6Network("2002::/16"): 80,
}


def private_addresses(sources: Iterable[Source]) -> list[Problem]:
    """Every address of a channel of an enabled source whose host is literally private."""
    return [
        Problem(
            f"source {source.id}",
            f'"{host}" is a private or loopback host; expected a public one, or '
            "MONITOR_ALLOW_PRIVATE_HOSTS=true",
            f"channels[{index}].{key}",
        )
        for source in sources
        if source.enabled
        for index, channel in enumerate(source.channels)
        for key, url in (("url", channel.url), ("backfill", channel.backfill))
        if url and is_private(host := urlsplit(url).hostname or "")
    ]


def is_private(host: str) -> bool:
    """Whether a host, as written in a URL, is a name or an address that no public site has."""
    host = host.rstrip(".").lower()
    address = _address(host)
    if address is not None:
        return not address.is_global or address.is_multicast
    return "." not in host or host.endswith(tuple(f".{name}" for name in _LOCAL_NAMES))


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    if ":" not in host:
        return _ipv4(host)
    try:
        address = ipaddress.IPv6Address(host)
    except ValueError:
        return None
    for network, bits in _CARRIERS.items():
        if address in network and int(address) > 1:
            return ipaddress.IPv4Address(int(address) >> bits & 0xFFFFFFFF)
    return address


def _ipv4(host: str) -> ipaddress.IPv4Address | None:
    """As the C library reads it: "127.1", "0x7f.0.0.1", "2130706433" and "0177.0.0.1" too."""
    parts = host.split(".")
    if len(parts) > 4 or not all(_PART.fullmatch(part) for part in parts):
        return None
    try:
        *high, low = (_number(part) for part in parts)
    except ValueError:  # "08": octal has no 8
        return None
    if any(number > 255 for number in high) or low >= 256 ** (4 - len(high)):
        return None
    value = low
    for position, number in enumerate(high):
        value += number << (8 * (3 - position))
    return ipaddress.IPv4Address(value)


def _number(part: str) -> int:
    if part.lower().startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if part.startswith("0") else 10)
