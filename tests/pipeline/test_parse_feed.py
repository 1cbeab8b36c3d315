"""Feeds in the shapes that publishers give them, sound and broken."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Announced, Entry, Failure, Fate
from monitor.pipeline.parse_feed import parse_feed

URL = "https://news.example/en/feed/"
ALMATY = ZoneInfo("Asia/Almaty")
NOON = datetime(2026, 5, 5, 7, tzinfo=UTC)


def read(body: str | bytes, content_type: str = "") -> Announced | Failure:
    raw = body.encode() if isinstance(body, str) else body
    return parse_feed(raw, url=URL, content_type=content_type, zone=ALMATY)


def announced(body: str | bytes, content_type: str = "") -> Announced:
    found = read(body, content_type)
    assert isinstance(found, Announced), found
    return found


def failed(body: str | bytes) -> Failure:
    found = read(body)
    assert isinstance(found, Failure), found
    return found


def only(body: str | bytes) -> Entry:
    (entry,) = announced(body).entries
    return entry


def rss(*items: str, head: str = "") -> str:
    spaces = (
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"'
    )
    body = "\n".join(f"<item>{item}</item>" for item in items)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0" {spaces}><channel>'
        f"<title>Steppe News</title><link>https://news.example/</link>{head}\n{body}\n"
        "</channel></rss>\n"
    )


def item(number: int) -> str:
    return f"<title>Story {number}</title><link>https://news.example/{number}/</link>"


def test_rss_with_everything() -> None:
    entry = only(
        rss(
            "<title>Centre &#038; school &amp;#8220;open&amp;#8221;</title>"
            "<link>\n https://news.example/2026/05/centre/?a=1&amp;b=2 </link>"
            "<dc:creator><![CDATA[By Aida Nur and Tom Reed]]></dc:creator>"
            "<pubDate>Tue, 05 May 2026 12:00:00</pubDate>"
            '<guid isPermaLink="false">https://news.example/?p=7</guid>'
            "<description><![CDATA[<p>Short &amp; plain.</p>]]></description>"
            "<content:encoded><![CDATA[<p>One <b>bold</b> word.</p><script>x()</script>"
            "<p>Two<br/>lines</p>]]></content:encoded>",
            head="<language>en-US</language><ttl>30</ttl>",
        )
    )
    assert entry == Entry(
        url="https://news.example/2026/05/centre/?a=1&b=2",
        guid="https://news.example/?p=7",
        title="Centre & school “open”",
        summary="Short & plain.",
        published=NOON,
        published_raw="Tue, 05 May 2026 12:00:00",
        authors=("Aida Nur", "Tom Reed"),
        language="en",
        text="One bold word.\n\nTwo\n\nlines",
    )
    assert announced(rss(head="<ttl>30</ttl>")).ttl == timedelta(minutes=30)


def test_atom() -> None:
    found = announced(
        '<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="kz"><title>T</title>'
        '<entry><title type="html">A &amp;amp; &lt;i&gt;b&lt;/i&gt;</title><id>urn:1</id>'
        '<link rel="self" href="/self"/><link href="/kk/1" hreflang="kk"/>'
        "<author><name>Айгүл Серік</name><email>a@news.example</email></author>"
        "<updated>2026-05-05T12:00:00+05:00</updated>"
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Бір</p><p>Екі</p></div>'
        '</content></entry><entry><title>1 &lt; 2 &amp;amp; 3</title><link href="https://o.example"/>'
        "</entry></feed>"
    )
    first, second = found.entries
    assert (first.url, first.guid, first.title) == ("https://news.example/kk/1", "urn:1", "A & b")
    assert (first.authors, first.language, first.text) == (("Айгүл Серік",), "kk", "Бір\n\nЕкі")
    assert first.published == NOON
    assert second.title == "1 < 2 &amp; 3"


@pytest.mark.parametrize(
    ("fields", "summary", "text"),
    [
        ("<description>Short.</description>", "Short.", ""),
        ("<content:encoded>Long &lt;p&gt;text.</content:encoded>", "Long text.", "Long\n\ntext."),
        (
            "<description>Short.</description><content:encoded>Long.</content:encoded>",
            "Short.",
            "Long.",
        ),
    ],
)
def test_only_content_is_full_text(fields: str, summary: str, text: str) -> None:
    entry = only(rss(item(1) + fields))
    assert (entry.summary, entry.text) == (summary, text)


def test_atom_without_its_namespace_or_with_a_prefix() -> None:
    assert only("<feed><entry><title>Café</title></entry></feed>").title == "Café"
    prefixed = (
        '<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>T</a:title>'
        '<a:link href="https://news.example/1"/></a:entry></a:feed>'
    )
    assert only(prefixed).url == "https://news.example/1"


def test_rdf() -> None:
    entry = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        "<channel><title>T</title></channel><item><title>Ä</title><link>https://news.example/1</link>"
        "<dc:date>2026-05-05T12:00+05:00</dc:date></item></rdf:RDF>"
    )
    assert (entry.title, entry.published) == ("Ä", NOON)


def test_json_feed() -> None:
    found = announced(
        json.dumps(
            {
                "version": "https://jsonfeed.org/version/1.1",
                "language": "fr",
                "items": [
                    {
                        "id": 1,
                        "url": "/a",
                        "title": "Un & <deux>",
                        "content_html": "<p>x</p><p>y</p>",
                        "date_published": "2026-05-05T12:00:00+05:00",
                        "authors": [{"name": "Léa Roy"}],
                    },
                    {"id": "https://news.example/b", "content_text": "a < b"},
                    "damage",
                ],
            }
        )
    )
    first, second = found.entries
    assert (first.url, first.guid, first.title) == ("https://news.example/a", "1", "Un & <deux>")
    assert (first.text, first.authors, first.language) == ("x\n\ny", ("Léa Roy",), "fr")
    assert first.published == NOON
    assert (second.url, second.summary) == ("https://news.example/b", "a < b")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "http.empty"),
        (b" \n\xef\xbb\xbf", "http.empty"),
        (b"/etc/hostname", "parse.not_feed"),
        (b"http://127.0.0.1:9/feed", "parse.not_feed"),
        (b"<!DOCTYPE html><html><head><title>Sign in</title></head></html>", "parse.not_feed"),
        (b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"/>', "parse.not_feed"),
        (b'{"error": "no"}', "parse.not_feed"),
        (b'{"items": [{"url": "/a"', "parse.malformed"),
        (b"[" * 100_000, "parse.malformed"),
        (b"<rss><channel><item><<</item></channel></rss>", "parse.malformed"),
    ],
)
def test_what_is_no_feed_is_tried_again(body: bytes, code: str) -> None:
    failure = failed(body)
    assert (failure.code, failure.fate) == (code, Fate.RETRY)


def test_a_login_page_is_named() -> None:
    assert '"Sign in"' in failed("<html><head><title>Sign in</title>").detail


def test_a_feed_without_entries_is_fine() -> None:
    assert announced(rss()) == Announced()


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("A &#038; B", "A & B"),
        ("A &amp;#038; B", "A & B"),
        ("A &amp;amp;lt;b&gt; B", "A &lt;b> B"),
        ("<![CDATA[<b>Loud</b> &amp; 1 < 2]]>", "Loud & 1 < 2"),
        ("&lt;script&gt;alert(1)&lt;/script&gt; x", "alert(1) x"),
        ("Caf&eacute; &laquo;Nur&raquo;&nbsp;&#0;&#x1F;opens", "Café «Nur» opens"),
        ("  two\n lines\t", "two lines"),
    ],
)
def test_titles_are_plain_text_decoded_once(title: str, expected: str) -> None:
    assert only(rss(f"<title>{title}</title><link>/1</link>")).title == expected


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("<link>/1</link>", "https://news.example/1"),
        ("<link>2</link>", "https://news.example/en/feed/2"),
        ("<link>//o.example/3</link>", "https://o.example/3"),
        ("<link>https://news.example/a b</link>", "https://news.example/a%20b"),
        ("<guid>https://news.example/4</guid>", "https://news.example/4"),
        ('<guid isPermaLink="false">https://news.example/4</guid>', ""),
        ("<guid>12345</guid>", ""),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>data:text/html,x</link>", ""),
        (f"<link>https://news.example/{'a' * 10_000}</link>", ""),
        ("", ""),
    ],
)
def test_links_are_absolute_or_left_out_and_the_entry_stays(link: str, url: str) -> None:
    found = announced(rss(f"<title>T</title>{link}"))
    (entry,) = found.entries
    assert (entry.title, entry.url) == ("T", url)
    assert bool(found.warnings) == (not url)


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (
            "<dc:creator>Aida Nur</dc:creator><dc:creator>Tom Reed</dc:creator>",
            ("Aida Nur", "Tom Reed"),
        ),
        ("<author>desk@news.example (Aida Nur)</author>", ("Aida Nur",)),
        ("<author>desk@news.example</author>", ()),
        ("<author>Aida Nur &lt;desk@news.example&gt;</author>", ("Aida Nur",)),
        ("<dc:creator>Nur, Aida</dc:creator>", ("Nur, Aida",)),
        (
            "<dc:creator>Айгүл Серік, Ержан Әли және Том Рид</dc:creator>",
            ("Айгүл Серік", "Ержан Әли", "Том Рид"),
        ),
        ("<dc:creator>Par Léa Roy et Jean Val</dc:creator>", ("Léa Roy", "Jean Val")),
    ],
)
def test_authors_are_names_of_people(author: str, names: tuple[str, ...]) -> None:
    assert only(rss(item(1) + author)).authors == names


def test_an_unreadable_date_keeps_its_wording() -> None:
    found = announced(rss(item(1) + "<pubDate>2026-02-30</pubDate>"))
    (entry,) = found.entries
    assert (entry.published, entry.published_raw) == (None, "2026-02-30")
    assert found.warnings == ("entry.bad_date",)


@pytest.mark.parametrize("charset", ["windows-1251", "koi8-r", "utf-16"])
def test_other_charsets(charset: str) -> None:
    body = rss("<title>Открыт новый центр</title><link>/1</link>")
    assert only(body.replace("UTF-8", charset).encode(charset)).title == "Открыт новый центр"
    assert only(body.encode(charset)).title == "Открыт новый центр"


def test_a_declared_charset_of_the_header_and_its_warnings() -> None:
    body = rss("<title>Открыт новый центр</title><link>/1</link>").replace(' encoding="UTF-8"', "")
    declared = announced(body.encode("cp1251"), "text/xml; charset=windows-1251")
    assert declared.warnings == ()
    assert announced(body.encode("cp1251")).warnings == ("charset.guessed",)


@pytest.mark.parametrize("cut", [10, 60, 75])
def test_a_feed_that_breaks_off_keeps_its_whole_entries(cut: int) -> None:
    found = announced(rss(item(1), item(2), item(3))[:-cut])
    assert not found.complete
    assert [entry.title for entry in found.entries] == (
        ["Story 1", "Story 2", "Story 3"] if cut == 10 else ["Story 1", "Story 2"]
    )


def test_every_cut_is_noticed_and_no_entry_is_half() -> None:
    whole = rss(item(1), item(2))
    for end in range(whole.index("<channel>") + 9, len(whole.rstrip()) - 1):
        found = announced(whole[:end])
        assert not found.complete
        assert all(entry.title and entry.url for entry in found.entries)


@pytest.mark.parametrize("after", ["\n<!-- cached -->", "<script>x</script>", "\n\n"])
def test_what_follows_the_feed_does_not_count(after: str) -> None:
    assert announced(rss(item(1)) + after).complete


@pytest.mark.parametrize(
    "bad",
    [
        "<title>Bad<link>https://news.example/bad</link>",
        "<title>Bad</title><link>https://news.example/bad?a=1&b=2</link>",
        "<title>Bad <b</title><link>https://news.example/bad</link>",
        "<title lang=en>Bad</title><link>https://news.example/bad</link>",
        "<title>Bad</title><link>https://news.example/bad</link><summary>a <br> b</summary>",
        "<title>Bad</title><link>https://news.example/bad</link><ya:x>1</ya:x>",
        "<title><![CDATA[Bad <![CDATA[x]]> y]]></title><link>https://news.example/bad</link>",
    ],
)
def test_one_bad_entry_hides_no_other(bad: str) -> None:
    found = announced(rss(item(1), bad, item(2)))
    first, broken, last = found.entries
    assert (first.title, last.title) == ("Story 1", "Story 2")
    assert broken.title.startswith("Bad")
    assert broken.url.startswith("https://news.example/bad")
    assert found.warnings == ("parse.bozo",)


def test_notices_before_the_feed() -> None:
    found = announced("<br />\n<b>Notice</b>: x in a.php<br />\n" + rss(item(1)))
    assert (len(found.entries), found.warnings) == (1, ("parse.bozo",))


def test_external_entities_are_nothing() -> None:
    body = rss("<title>a&x;b&nb;c</title><link>/1</link>").replace(
        "<rss",
        '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/hostname"><!ENTITY nb "&#160;">]>\n<rss',
        1,
    )
    found = announced(body)
    assert found.entries[0].title == "ab c"
    assert found.warnings == ("sec.doctype",)


@pytest.mark.parametrize(
    ("entities", "title"),
    [
        ('<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">', "&c;"),
        (f'<!ENTITY a "{"x" * 20_000}">', "&a;" * 20),
    ],
)
def test_entity_bombs_are_refused(entities: str, title: str) -> None:
    body = rss(f"<title>{title}</title>").replace("<rss", f"<!DOCTYPE rss [{entities}]><rss", 1)
    assert failed(body).code == "parse.bomb"


@pytest.mark.parametrize(
    "field",
    [
        f'<description><![CDATA[<p style="{"a:" * 50_000}">x</p>]]></description>',
        f"<author>a@{'a.' * 32_000}!</author>",
        f"<dc:creator><![CDATA[a@{'a.' * 32_000}!]]></dc:creator>",
        f"<description><![CDATA[{'<div>' * 100_000}x]]></description>",
        f"<description>{'&lt;!--' * 50_000}</description>",
    ],
)
def test_what_takes_other_readers_seconds(field: str) -> None:
    assert only(rss(item(1) + field)).title == "Story 1"


def test_a_feed_sent_as_a_gzip_file() -> None:
    assert only(gzip.compress(rss(item(1)).encode())).title == "Story 1"


def test_a_flood_is_kept_whole() -> None:
    found = announced(rss(*(item(number) for number in range(2500))))
    assert len({entry.url for entry in found.entries}) == 2500


def test_no_other_module_calls_feedparser() -> None:
    root = Path(__file__).parents[2]
    modules = (
        path for name in ("monitor", "storage", "config") for path in (root / name).rglob("*.py")
    )
    users = [path.name for path in modules if "feedparser.parse" in path.read_text("utf-8")]
    assert users == ["parse_feed.py"]


@given(st.text(max_size=80), st.binary(max_size=40))
def test_any_document_is_announced_or_a_failure(inside: str, tail: bytes) -> None:
    for body in (rss(inside, item(1)), f"<feed><entry>{inside}</entry></feed>", f"<rss>{inside}"):
        found = read(body.encode("utf-8", "ignore") + tail)
        assert isinstance(found, Announced | Failure)


def test_atom_entries_inherit_the_authors_of_their_source_or_the_feed() -> None:
    found = announced(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>'
        "<author><name>Aida Nur</name><email>aida@news.example</email></author>"
        "<author><name>Tom Reed</name></author>"
        "<entry><title>a</title><id>1</id></entry>"
        "<entry><title>b</title><id>2</id><author><name>Own Author</name></author></entry>"
        "<entry><title>c</title><id>3</id><source><title>S</title>"
        "<author><name>Source Author</name></author></source></entry>"
        "<entry><title>d</title><id>4</id><source><title>S</title></source></entry></feed>"
    )
    feed = ("Aida Nur", "Tom Reed")
    authors = [entry.authors for entry in found.entries]
    assert authors == [feed, ("Own Author",), ("Source Author",), feed]
    assert [entry.url for entry in found.entries] == [""] * 4


def test_the_editor_of_an_rss_feed_is_no_author_of_its_items() -> None:
    head = "<managingEditor>desk@news.example (The Desk)</managingEditor>"
    assert only(rss(item(1), head=head)).authors == ()


def test_json_feed_items_inherit_the_authors_of_the_feed() -> None:
    feed = {
        "authors": [{"name": "Aida Nur"}, {"url": "https://news.example/"}],
        "items": [{"id": "1"}, {"id": "2", "author": {"name": "Own Author"}}],
    }
    first, second = announced(json.dumps(feed)).entries
    assert (first.authors, second.authors) == (("Aida Nur",), ("Own Author",))


def atom(*entries: str) -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom">{"".join(entries)}</feed>'


@pytest.mark.parametrize(
    ("feed", "urls"),
    [
        # Of several links the last page is meant; text in place of href is one too.
        (rss("<link>/1</link><link>/2</link>"), ["https://news.example/2"]),
        (
            atom(
                '<entry><link rel="enclosure" type="text/html">https://x.example/1</link></entry>'
            ),
            ["https://x.example/1"],
        ),
        # A guid without a host is one, a guid that is a name is none.
        (rss("<guid>/news/7</guid>"), ["https://news.example/news/7"]),
        (atom("<entry><id>/7</id></entry>"), ["https://news.example/7"]),
        (rss("<guid>news-7</guid>"), [""]),
        # Attributes without quotes, the last one with the slash of its address.
        (
            "<rss version=2.0 xmlns:dc=http://purl.org/dc/elements/1.1/><channel>"
            f"<item>{item(1)}</item></channel></rss>",
            ["https://news.example/1/"],
        ),
        (
            atom("<entry><title>A<link rel=alternate href=https://x.example/1 /></entry>"),
            ["https://x.example/1"],
        ),
        # Names in capitals, in a feed that has to be mended.
        (
            "<RSS><CHANNEL><ITEM><TITLE>A & B<LINK>https://x.example/1</LINK></ITEM>"
            "<ITEM><TITLE>C</TITLE><LINK>https://x.example/2</LINK></ITEM></CHANNEL></RSS>",
            ["https://x.example/1", "https://x.example/2"],
        ),
        # The link of an entry's image or source is not its own.
        (
            rss(
                "<title>A</b><link>https://x.example/1</link>"
                "<image><link>https://x.example/picture</link></image>"
                "<source><link>https://other.example/</link></source>"
            ),
            ["https://x.example/1"],
        ),
        # A root that cannot be read.
        (f"<rs s><channel><item>{item(1)}</item></channel></rss>", ["https://news.example/1/"]),
        (
            '<fed xmlns="x"><entry><link href="https://x.example/1"/></entry></feed>',
            ["https://x.example/1"],
        ),
        # A base that a feed which has to be mended declares.
        (
            '<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/c/">'
            '<entry><title>A & </b><link href="1"/></entry></feed>',
            ["https://b.example/c/1"],
        ),
    ],
)
def test_links_that_others_find_too(feed: str, urls: list[str]) -> None:
    assert [entry.url for entry in announced(feed).entries] == urls


def test_a_page_with_entries_in_it_is_no_feed() -> None:
    page = f"<html><body><div><item>{item(1)}</item></div></body></html>"
    assert failed(page).code == "parse.not_feed"
