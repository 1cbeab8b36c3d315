"""WARC files of crawlers: how they keep pages, what they keep beside them, and what breaks."""

from __future__ import annotations

import gzip
from typing import Any

import pytest

from tests.cli.conftest import Cli
from tests.cli.crawled import address, answer, news, packed, page, record

INFO = record("", b"software: StormCrawler\r\n", kind="warcinfo")
REQUEST = record(address(1), b"GET /news/1 HTTP/1.1\r\nHost: example.org\r\n\r\n", kind="request")
META = record(address(1), b"fetchTimeMs: 120\r\n", kind="metadata")
REVISIT = record(address(9), answer(b""), kind="revisit")


def chunked(body: bytes) -> bytes:
    half = len(body) // 2
    parts = b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in (body[:half], body[half:]))
    return parts + b"0\r\n\r\n"


def imported(cli: Cli, data: bytes, *options: str, code: int = 0, name: str = "n.warc.gz") -> Any:
    cli.folder.joinpath(name).write_bytes(data)
    return cli.record("import", name, "--json", *options, code=code)


def titles(cli: Cli) -> list[str]:
    return sorted(each["title"] for each in cli.lines("export"))


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(news(1), id="headers renamed"),
        pytest.param(
            record(
                address(1),
                answer(
                    page(1),
                    "Content-Encoding: gzip",
                    "Transfer-Encoding: chunked",
                    "Content-Length: 99",
                ),
            ),
            id="headers left as they were, page unpacked",
        ),
        pytest.param(
            record(address(1), answer(page(1), "Content-Encoding: br")), id="brotli, unpacked"
        ),
        pytest.param(
            record(address(1), answer(gzip.compress(page(1)), "Content-Encoding: gzip")),
            id="packed as it came",
        ),
        pytest.param(
            record(
                address(1),
                answer(
                    chunked(gzip.compress(page(1))),
                    "Content-Encoding: gzip",
                    "Transfer-Encoding: chunked",
                ),
            ),
            id="packed and in chunks",
        ),
        pytest.param(
            record(address(1), answer(page(1), status="HTTP/2 200")), id="HTTP/2, no reason"
        ),
        pytest.param(
            record(address(1), answer(page(1), end="\n"), end="\n"), id="lines without CR"
        ),
        pytest.param(
            record(address(1), answer(page(1), kind=""), "WARC-Identified-Payload-Type: text/html"),
            id="its type is what the crawler found out",
        ),
        pytest.param(record(f"<{address(1)}>", answer(page(1))), id="address in brackets"),
        pytest.param(news(1, version="WARC/1.1", date="2025-10-02T09:30:00.123456789Z"), id="1.1"),
    ],
)
def test_a_page_is_read_however_it_is_kept(kept: bytes, cli: Cli) -> None:
    tally = imported(cli, packed([INFO, REQUEST, kept, META]))
    assert (tally["records"], tally["read"], tally["stored"]) == (4, 1, 1)
    [article] = cli.lines("export")
    assert article["title"] == "Report 1"
    assert "It is report number 1 of this year." in article["text"]
    assert article["first_seen"].startswith("2025-10-02T09:30:00")
    assert article["source"] == "example"


def test_what_is_no_page_is_passed_over(cli: Cli) -> None:
    beside = [
        INFO,
        REQUEST,
        REVISIT,
        META,
        record(address(2), answer(page(2), status="HTTP/1.1 404 Not Found")),
        record(address(3), answer(b"%PDF-1.7", kind="application/pdf")),
        record(address(4), answer(b"<rss/>", kind="application/rss+xml")),
        record("dns:example.org", b"1.2.3.4", kind="resource"),
        record(address(5), b"not HTTP at all"),
        record(address(6), answer(page(6)), date="yesterday"),
    ]
    tally = imported(cli, packed([*beside, news(1)]))
    assert (tally["records"], tally["read"], tally["stored"]) == (11, 1, 1)


def test_a_page_that_its_crawler_cut_is_not_taken_for_whole(cli: Cli) -> None:
    tally = imported(cli, packed([news(1, "WARC-Truncated: length"), news(2)]))
    assert (tally["cut"], tally["stored"], titles(cli)) == (1, 1, ["Report 2"])


def damaged(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


@pytest.mark.parametrize("where", ["header", "data", "checksum", "length"])
def test_a_damaged_record_hides_no_other(where: str, cli: Cli) -> None:
    one, two, three = (packed([news(number)]) for number in (1, 2, 3))
    at = {"header": 0, "data": len(two) // 2, "checksum": -8, "length": -2}[where] % len(two)
    tally = imported(cli, one + damaged(two, at) + three, code=1)
    assert titles(cli) == ["Report 1", "Report 3"]
    assert tally["damaged"] == 1
    assert tally["broken"][0]["file"] == "n.warc.gz"


def test_junk_between_records_hides_no_other(cli: Cli) -> None:
    data = packed([news(1)]) + b"\x1f\x8b\x08 half a disk block \x00\x00" + packed([news(2)])
    tally = imported(cli, data, code=1)
    assert (tally["damaged"], titles(cli)) == (1, ["Report 1", "Report 2"])


@pytest.mark.parametrize("kept", ["members", "one piece", "plain"])
@pytest.mark.parametrize("cut", [10, 100])
def test_a_file_that_is_cut_is_read_up_to_there(kept: str, cut: int, cli: Cli) -> None:
    records = [INFO, *map(news, range(1, 6))]
    plain = b"".join(records)
    data = {"members": packed(records), "one piece": gzip.compress(plain), "plain": plain}[kept]
    name = "n.warc" if kept == "plain" else "n.warc.gz"
    assert imported(cli, data, name=name)["stored"] == 5
    cli.set("DATABASE_URL", "sqlite:///cut.db")
    tally = imported(cli, data[:-cut], code=1, name=name)
    assert tally["damaged"] == 1
    assert 1 <= tally["stored"] <= 4


def test_a_padded_file_is_whole(cli: Cli) -> None:
    assert imported(cli, packed([news(1)]) + bytes(5000))["damaged"] == 0


def test_imported_twice_or_in_halves_it_is_the_same(cli: Cli) -> None:
    records = [news(number) for number in range(1, 7)]
    assert imported(cli, packed(records[:3]))["stored"] == 3
    tally = imported(cli, packed(records))
    assert (tally["stored"], tally["known"]) == (3, 3)
    before = cli.lines("export")
    again = imported(cli, packed(records))
    assert (again["stored"], again["updated"], again["known"]) == (0, 0, 6)
    assert cli.lines("export") == before


def test_captures_make_versions_in_the_order_of_their_dates(cli: Cli) -> None:
    def capture(number: int, day: int) -> bytes:
        return record(address(1), answer(page(number)), date=f"2025-10-0{day}T00:00:00Z")

    assert imported(cli, packed([capture(1, 1), capture(3, 5)]))["updated"] == 1
    assert imported(cli, packed([capture(2, 3)]))["known"] == 1
    assert imported(cli, packed([capture(2, 7)]))["updated"] == 1
    [article] = cli.lines("export")
    assert (article["title"], article["versions"]) == ("Report 2", 3)
    assert article["updated"] == "2025-10-07T00:00:00+00:00"


def test_only_what_is_watched(cli: Cli) -> None:
    other = record("https://elsewhere.example/a", answer(page(2)))
    tally = imported(cli, packed([news(1), other]), "--watched")
    assert (tally["stored"], tally["unwanted"], titles(cli)) == (1, 1, ["Report 1"])


def test_the_rules_of_a_source_hold(cli: Cli) -> None:
    file = cli.folder / "config" / "sources" / "example.toml"
    file.write_text(f'exclude = ["/news/2"]\n{file.read_text("utf-8")}', "utf-8")
    tally = imported(cli, packed([news(1), news(2)]))
    assert (tally["stored"], tally["unwanted"], titles(cli)) == (1, 1, ["Report 1"])
