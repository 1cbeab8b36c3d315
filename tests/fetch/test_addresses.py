from __future__ import annotations

import pytest

from monitor.fetch.addresses import Target, gate, refused_address
from monitor.model import Failure

PUBLIC = (
    "1.1.1.1",
    "8.8.8.8",
    "9.255.255.255",
    "11.0.0.0",
    "100.63.255.255",
    "100.128.0.0",
    "126.255.255.255",
    "128.0.0.1",
    "169.253.255.255",
    "169.255.0.0",
    "172.15.255.255",
    "172.32.0.0",
    "192.0.1.0",
    "192.167.255.255",
    "192.169.0.0",
    "198.17.255.255",
    "198.20.0.0",
    "203.0.112.255",
    "223.255.255.255",
    "2001:200::1",
    "2001:4860:4860::8888",
    "2606:4700::1111",
    "2a00:1450::1",
    "2003::1",
    "3ffe::1",
)
LOCAL = (
    "10.0.0.1",
    "10.255.255.255",
    "127.0.0.1",
    "127.255.255.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "::1",
    "fc00::1",
    "fd12:3456::1",
)
NEVER = (
    "0.0.0.0",
    "0.1.2.3",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "192.0.0.8",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::127.0.0.1",
    "::8.8.8.8",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "64:ff9b::7f00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:10::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2a00:1450::1%1",
    "fec0::1",
    "ff02::1",
    "",
    "example.com",
    "2130706433",
    "127.1",
    "010.0.0.1",
)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_let_through(address: str) -> None:
    assert refused_address(address) is None
    assert refused_address(address, allow_private=True) is None


@pytest.mark.parametrize("address", LOCAL)
def test_local_addresses_need_permission(address: str) -> None:
    assert refused_address(address) in ("private", "loopback")
    assert refused_address(address, allow_private=True) is None


@pytest.mark.parametrize("address", NEVER)
def test_permission_for_private_addresses_lets_nothing_else_through(address: str) -> None:
    assert refused_address(address)
    assert refused_address(address, allow_private=True)


@pytest.mark.parametrize(
    ("url", "spelt"),
    [
        ("https://example.com", "https://example.com/"),
        ("HTTPS://Example.COM:443/A?b=c#d", "https://example.com/A?b=c"),
        ("http://example.com.:8080/", "http://example.com:8080/"),
        ("https://қазақстан.қаз/жаңалық", None),
        ("https://пример.рф/новости?тег=ИИ", None),
        ("https://foo_bar.example.com/", "https://foo_bar.example.com/"),
        ("https://example.com/a b/100%/%D0%B0?q=[x]", None),
        ("http://[2606:4700:0:0::1111]:8080/", "http://[2606:4700::1111]:8080/"),
        ("http://1.1.1.1/", "http://1.1.1.1/"),
        (" https://example.com/?a=http://127.0.0.1/@x\\y ", None),
    ],
)
def test_good_urls_are_spelt_in_one_way(url: str, spelt: str | None) -> None:
    target = gate(url)
    assert isinstance(target, Target), target
    assert target.url == spelt or spelt is None
    assert target.url.isascii()
    assert " " not in target.url
    assert gate(target.url) == target  # spelt once, it stays so


def test_names_and_paths_of_other_scripts_are_encoded() -> None:
    target = gate("https://қазақстан.қаз/жаңа лық/100%?q=%D0%B0")
    assert isinstance(target, Target)
    assert target.host == "xn--80aaa0a6awh12ed.xn--80ao21a"
    assert target.url.endswith("/%D0%B6%D0%B0%D2%A3%D0%B0%20%D0%BB%D1%8B%D2%9B/100%25?q=%D0%B0")


def test_www_and_mobile_names_are_one_site_and_ports_are_not() -> None:
    sites = [
        target.site
        for url in ("https://www.a.kz/", "https://a.kz/", "https://m.a.kz/", "http://a.kz:81/")
        if isinstance(target := gate(url), Target)
    ]
    assert sites == ["a.kz:443", "a.kz:443", "a.kz:443", "a.kz:81"]


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/",
        "data:text/html,x",
        "javascript:alert(1)",
        "gopher://127.0.0.1:25/",
        "//example.com/",
        "/path",
        "example.com",
        "",
    ],
)
def test_other_schemes_are_refused(url: str) -> None:
    failure = gate(url)
    assert isinstance(failure, Failure)
    assert failure.code == "sec.scheme_refused"


@pytest.mark.parametrize(
    "url",
    [
        "http:///host/",
        "http:/example.com/",
        "http:example.com",
        "http://127.0.0.1\\@example.com/",
        "http://example.com\\@127.0.0.1/",
        "http:\\\\127.0.0.1/",
        "http://user:secret@example.com/",
        "http://example.com@127.0.0.1/",
        "http://exam\tple.com/",
        "http://example.com/\nHost: 127.0.0.1",
        "http://example.com/\x00",
        "http://example.com:80:90/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http://example.com:8o/",
        "http://exam ple.com/",
        "http://127%2e0%2e0%2e1/",
        "http://[::1/",
        "http://[::1]evil.example/",
        "http://[fe80::1%25eth0]/",
        "http://[v1.x]/",
        "http://a..b/",
        "http://-a.example/",
        "http://" + "a" * 64 + ".example/",
        "http://example.com/" + "a" * 9000,
        "http://ex\u2100mple.com/",
    ],
)
def test_urls_that_two_parsers_read_differently_are_refused(url: str) -> None:
    failure = gate(url, allow_private=True)
    assert isinstance(failure, Failure)
    assert failure.code == "sec.url_refused"
    assert "\n" not in failure.detail
    assert len(failure.detail) < 400


@pytest.mark.parametrize(
    "host", ["2130706433", "0x7f.1", "0x7f000001", "0177.0.0.1", "127.1", "0", "127.0.0.01", "0x"]
)
def test_odd_spellings_of_numbers_are_refused_even_with_permission(host: str) -> None:
    for allow_private in (False, True):
        failure = gate(f"http://{host}/", allow_private=allow_private)
        assert isinstance(failure, Failure)
        assert failure.code == "sec.ssrf_refused"


@pytest.mark.parametrize("host", ["127。0。0。1", "１２７.0.0.1", "127.0.0.1.", "①②⑦.0.0.1"])
def test_look_alike_digits_are_read_as_the_resolver_would(host: str) -> None:
    failure = gate(f"http://{host}/")
    assert isinstance(failure, Failure)
    assert failure.code == "sec.ssrf_refused"
    allowed = gate(f"http://{host}/", allow_private=True)
    assert isinstance(allowed, Target)
    assert allowed.host == "127.0.0.1"
