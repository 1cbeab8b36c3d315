"""One address for one article, and one key for its spellings."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.errors import InvalidUrl
from monitor.pipeline.canonical_url import LONGEST_URL, canonical_url, same_article_key


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://News.Example:443", "https://news.example/"),
        ("http://news.example:80/a#top", "http://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a", "https://news.example/a"),
        (
            "https://новости.қаз/а б".replace(" ", "%20"),
            "https://xn--b1amnebsh.xn--80ao21a/%D0%B0%20%D0%B1",
        ),
        ("http://[2001:DB8:0::1]/", "http://[2001:db8::1]/"),
        ("https://news.example/a/./b/../c/", "https://news.example/a/c/"),
        ("https://news.example/../../a/..", "https://news.example/"),
        ("https://news.example/%7ea%2fb%D0%b0?q=%5c", "https://news.example/~a%2Fb%D0%B0?q=%5C"),
        ("https://news.example/100%", "https://news.example/100%25"),
        ("https://news.example/a//b", "https://news.example/a//b"),
        ("https://news.example/{a}|b", "https://news.example/%7Ba%7D%7Cb"),
        ("https://news.example/?b=2&a=1", "https://news.example/?b=2&a=1"),
        ("https://news.example/a?&&", "https://news.example/a"),
        ("https://news.example/a;jsessionid=1F?x", "https://news.example/a?x"),
        (" \nhttps://news.example/a\n", "https://news.example/a"),
    ],
)
def test_what_cannot_change_the_answer_is_settled(url: str, expected: str) -> None:
    assert canonical_url(url) == expected


@pytest.mark.parametrize(
    "tracking",
    [
        "utm_source=rss",
        "UTM_Medium=feed",
        "utm%5Fcampaign=x",
        "fbclid=1",
        "gclid=1",
        "yclid=1",
        "ysclid=1",
        "at_medium=custom7",
        "mc_cid=1",
        "_openstat=x",
        "pk_campaign=x",
        "xtor=RSS-1",
        "ref=rss",
        "source=twitter",
        "rss",
    ],
)
def test_where_a_reader_came_from_is_dropped(tracking: str) -> None:
    assert canonical_url(f"https://news.example/a?{tracking}&id=7") == "https://news.example/a?id=7"
    assert canonical_url(f"https://news.example/a?{tracking}") == "https://news.example/a"


@pytest.mark.parametrize(
    "meant", ["id=7", "p=7", "page=2", "ref=chapter-2", "source=ministry", "lang=kk", "item", "t=1"]
)
def test_what_names_an_article_is_kept(meant: str) -> None:
    assert canonical_url(f"https://news.example/?{meant}").endswith(f"?{meant}")


def test_ampersands_that_were_escaped_twice() -> None:
    url = "https://news.example/?id=7&#038;utm_source=rss&amp;x=1"
    assert canonical_url(url) == "https://news.example/?id=7&x=1"


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("b", "https://news.example/dir/b"),
        ("/b", "https://news.example/b"),
        ("../b", "https://news.example/b"),
        ("//other.example/b", "https://other.example/b"),
        ("?p=2", "https://news.example/dir/a?p=2"),
        ("http://other.example", "http://other.example/"),
    ],
)
def test_relative_links(link: str, expected: str) -> None:
    assert canonical_url(link, "https://news.example/dir/a") == expected


@pytest.mark.parametrize(
    "url",
    [
        "",
        "news.example/a",
        "//news.example/a",
        "/a",
        "ftp://news.example/a",
        "javascript:alert(1)",
        "data:text/html,x",
        "mailto:desk@news.example",
        "http:news.example",
        "http:///a",
        "https://",
        "https://user:secret@news.example/",
        "https://@news.example/",
        "https://news.example\\@other.example/",
        "https://news.example/a b",
        "https://news.example/a\tb",
        "https://news.example/\0",
        "https://news.example:99999/",
        "https://news.example:0/",
        "https://news.example:80:80/",
        "https://news..example/",
        "https://-news.example/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://0177.0.0.1/",
        "https://999.1.1.1/",
        "https://[::1/",
        "https://[::g]/",
        "https://a%20b.example/",
        "https://news.example/" + "a" * LONGEST_URL,
        "https://news.example/" + "ы" * 400,
    ],
)
@pytest.mark.parametrize("base", [None, "ftp://news.example/"])
def test_refused(url: str, base: str | None) -> None:
    with pytest.raises(InvalidUrl):
        canonical_url(url, base)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "http://u@other.example/", "", "a b"])
def test_refused_beside_a_good_base(url: str) -> None:
    with pytest.raises(InvalidUrl):
        canonical_url(url, "https://news.example/")


_PIECES = st.sampled_from(
    [
        *"abé%&;=?#/.:@[]+'~! й",
        *("%2e", "%2F", "%d0", "&amp;", "amp;", "&#038;", "utm_x=1", "..", "//"),
    ]
)


@given(st.lists(_PIECES, max_size=25).map("".join))
@example("?&a&amp;mp;b")
@example("?amp;amp;b")
@example("/%25%32%65/x")
def test_canonical_twice_is_canonical_once(rest: str) -> None:
    try:
        once = canonical_url(f"https://news.example/{rest}")
    except InvalidUrl:
        return
    assert canonical_url(once) == once
    assert same_article_key(once) == same_article_key(f"https://news.example/{rest}")


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused(url: str) -> None:
    with suppress(InvalidUrl):
        assert canonical_url(url, "https://news.example/").isascii()


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/2026/05/slug/",
        "http://news.example/2026/05/slug",
        "https://www.news.example/2026/05/slug/",
        "https://m.news.example/2026/05/slug",
        "https://amp.news.example/2026/05/slug",
        "https://news.example/2026/05/slug/amp/",
        "https://news.example/amp/2026/05/slug",
        "https://news.example/2026/05/slug?amp=1",
        "https://news.example/2026/05/slug/?utm_source=rss#comments",
        "https://news.example//2026/05/slug",
    ],
)
def test_spellings_of_one_article_share_a_key(url: str) -> None:
    assert same_article_key(url) == "news.example/2026/05/slug"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/a", "https://news.example/b"),
        ("https://news.example/a?id=1", "https://news.example/a?id=2"),
        ("https://kk.news.example/a", "https://ru.news.example/a"),
        ("https://mirror.news.example/a", "https://news.example/a"),
        ("https://news.example/a%2Fb", "https://news.example/a/b"),
        ("https://news.example/a%3Fb", "https://news.example/a?b"),
        ("https://news.example/Ab", "https://news.example/ab"),
        ("https://news.example:8080/a", "https://news.example/a"),
        ("https://m.example/a", "https://www.example/a"),
    ],
)
def test_different_articles_have_different_keys(one: str, other: str) -> None:
    assert same_article_key(one) != same_article_key(other)


def test_letters_and_order_of_parameters_do_not_count() -> None:
    assert same_article_key("https://news.example/%d2%93?b=2&a=1") == same_article_key(
        "https://news.example/ғ?a=1&b=2"
    )
