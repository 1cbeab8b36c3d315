"""Faults of what a feed says: broken markup, attacks, charsets, links that lead nowhere."""

from __future__ import annotations

import re

from monitor.newsroom import faults
from monitor.newsroom.exchange import Answer, Request
from tests.faults.on_the_line import FAILING, NOTHING, SLOWER
from tests.faults.strikes import body, charset, each_item
from tests.faults.table import ALL, FEED, Case, Fault, Strike, backed_off, usual

EVERYTHING = "everything that is new"
PACE = "at the channel's own pace"


def _read(
    name: str,
    wrong: str,
    strike: Strike,
    *warnings: str,
    where: str = FEED,
    stored: str = EVERYTHING,
    language: str = "en",
    **case: object,
) -> Fault:
    told = ", ".join(f"`{each}`" for each in sorted(warnings))
    made = Case(
        strikes=((where, strike),),
        language=language,
        warnings=frozenset(warnings),
        **case,  # type: ignore[arg-type]
    )
    reported = f"a warning with the poll: {told}" if told else "nothing"
    return Fault(name, wrong, stored, PACE, reported, made)


def _refused(name: str, wrong: str, code: str, strike: Strike, *, alarm: str = "failing") -> Fault:
    case = Case(strikes=((FEED, strike),), kept=0, code=code, waits=backed_off, alarm=alarm)
    told = FAILING if alarm == "failing" else f"; alarm `{alarm}` from the second time"
    return Fault(name, wrong, NOTHING, SLOWER, f"`{code}`{told}", case)


def _with_doctype(declarations: str) -> faults.Fault:
    def change(text: str) -> str:
        return text.replace("<rss", f"<!DOCTYPE rss [{declarations}]>\n<rss", 1)

    return body(change)


def _billion_laughs() -> faults.Fault:
    levels = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _with_doctype(f'<!ENTITY l0 "ha">{levels}')


def _external() -> faults.Fault:
    stolen = _with_doctype('<!ENTITY stolen SYSTEM "file:///etc/passwd">')
    used = each_item(lambda item: item.replace("</description>", "&stolen;</description>"))

    def fault(request: Request, right: Answer) -> Answer:
        return stolen(request, used(request, right))

    return fault


def _of_links(link: str) -> faults.Fault:
    """One item more, whose link is that."""
    words = "What the feed itself says of it is all that there is to be kept. " * 5
    item = (
        f"<item><title>Elsewhere</title><link>{link}</link><guid>elsewhere</guid>"
        f"<description>{words}</description></item>"
    )
    return body(lambda text: text.replace("</channel>", f"{item}</channel>"))


def _one_bad_byte(text: str) -> bytes:
    return text.encode().replace(b"<description>", b"<description>\xff", 1)


_GIANT = (
    "<item><title>Giant</title><guid>giant</guid>"
    '<content:encoded xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    f"{'word ' * 450_000}</content:encoded></item>"
)

FAULTS = (
    _read(
        "bare-ampersand",
        "a bare & in every item",
        each_item(lambda item: item.replace("<description>", "<description>A&B & C ")),
        "parse.bozo",
    ),
    _read(
        "tag-not-closed",
        "descriptions without an end",
        each_item(lambda item: item.replace("</description>", "")),
        "parse.bozo",
    ),
    _read(
        "junk-in-front",
        "a PHP notice before the document",
        body(lambda text: f"<br />\n<b>Notice</b>: Undefined index<br />\n{text}"),
        "parse.bozo",
    ),
    _read(
        "nul-and-control",
        "NUL and control characters in every description",
        each_item(lambda item: item.replace("<description>", "<description>\x00\x07\x1b")),
    ),
    _read("xxe", "an external entity, `file:///etc/passwd`", _external(), "sec.doctype"),
    _refused("billion-laughs", "entities made of entities", "parse.bomb", _billion_laughs()),
    _refused(
        "quadratic-entity",
        "a long entity, used a thousand times",
        "parse.bomb",
        body(
            lambda text: text.replace(
                "<rss", f'<!DOCTYPE rss [<!ENTITY x "{"x" * 9000}">]><rss', 1
            ).replace("<description>", "<description>" + "&x;" * 1000, 1)
        ),
    ),
    _read(
        "quadratic-author",
        "an author of 64 KB of mail address",
        each_item(lambda item: item.replace("<title>", f"<author>{'a@' * 32_000}</author><title>")),
    ),
    _read(
        "quadratic-style",
        "50 KB of style in every description",
        each_item(
            lambda item: item.replace(
                "<description>", f"<description>&lt;p style='{'a:b;' * 12_500}'&gt;"
            )
        ),
    ),
    _read(
        "very-deep",
        "100,000 elements in each other in a description",
        body(
            lambda text: text.replace("<description>", "<description>" + "&lt;div&gt;" * 100_000, 2)
        ),
    ),
    _read(
        "very-deep-xml",
        "100,000 XML elements in each other in an item",
        body(
            lambda text: text.replace("</item>", f"{'<x>' * 100_000}{'</x>' * 100_000}</item>", 1)
        ),
    ),
    _read(
        "giant-entry",
        "an item of 2 MB without a link",
        body(lambda text: text.replace("</channel>", f"{_GIANT}</channel>")),
        "entry.oversize",
        "entry.no_link",
        stored="everything that is new; the item's text cut at 1 MiB",
        extra=1,
    ),
    _refused(
        "body-is-a-path",
        "a body that reads `/etc/passwd`",
        "parse.not_feed",
        body(lambda text: "/etc/passwd"),
        alarm="not_feed",
    ),
    _refused(
        "body-is-an-address",
        "a body that is an address",
        "parse.not_feed",
        body(lambda text: "http://127.0.0.1:9/feed.xml"),
        alarm="not_feed",
    ),
    _refused(
        "body-is-a-sitemap",
        "a sitemap where a feed was",
        "parse.not_feed",
        body(lambda text: '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"></urlset>'),
        alarm="not_feed",
    ),
    _read(
        "cut-off",
        "the document ends in the middle, and no length says so",
        faults.close_truncated(0.75),
        stored="every entry that is whole; the last one, which is not, later",
        kept=3,
    ),
    Fault(
        "no-items",
        "a feed without items",
        "nothing; what is stored stays",
        PACE,
        "alarm `empty` from the second time, cleared by the first item",
        Case(
            strikes=((FEED, each_item(lambda item: "")),),
            kept=0,
            states={},
            alarm="empty",
            waits=usual,
        ),
    ),
    _read(
        "1251-undeclared",
        "windows-1251 that nothing declares",
        charset("cp1251", None),
        "charset.guessed",
        where=ALL,
        language="ru",
    ),
    _read(
        "1251-declared-utf-8",
        "windows-1251, declared UTF-8",
        charset("cp1251", "utf-8"),
        "charset.conflict",
        where=ALL,
        language="ru",
    ),
    _read(
        "utf-8-declared-1251",
        "UTF-8, declared windows-1251",
        charset("utf-8", "windows-1251"),
        "charset.conflict",
        where=ALL,
        language="ru",
    ),
    _read(
        "koi8-r",
        "KOI8-R that nothing declares",
        charset("koi8-r", None),
        "charset.guessed",
        where=ALL,
        language="ru",
    ),
    _read(
        "kz-1048",
        "Kazakh in KZ-1048, declared windows-1251",
        charset("kz1048", "windows-1251"),
        "charset.kz1048",
        where=ALL,
        language="kk",
    ),
    _read(
        "utf-16",
        "UTF-16 with a mark",
        charset("utf-16", None),
        where=ALL,
        language="kk",
    ),
    _read(
        "one-bad-byte",
        "one byte that is no UTF-8",
        body(_one_bad_byte),
        "charset.replaced=1",
    ),
    _read(
        "script-link",
        "an item whose link is `javascript:`",
        _of_links("javascript:alert(1)"),
        "entry.bad_link",
        "entry.no_link",
        stored="everything else, and the item's own words under an address of the channel's",
        extra=1,
    ),
    _read(
        "data-link",
        "an item whose link is `data:`",
        _of_links("data:text/html,hello"),
        "entry.bad_link",
        "entry.no_link",
        stored="everything else, and the item's own words under an address of the channel's",
        extra=1,
    ),
    _read(
        "very-long-link",
        "an item whose link has 10,000 characters",
        _of_links("http://127.0.0.1/" + "x" * 10_000),
        "entry.bad_link",
        "entry.no_link",
        stored="everything else, and the item's own words under an address of the channel's",
        extra=1,
    ),
    _read(
        "relative-link",
        "links that begin with a slash",
        each_item(lambda item: re.sub(r"http://[^/<]+", "", item, count=1)),
    ),
    _read(
        "tracking-links",
        "links with tracking parameters and a fragment",
        each_item(lambda item: item.replace("</link>", "?utm_source=rss&amp;fbclid=1#top</link>")),
    ),
)
