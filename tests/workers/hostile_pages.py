"""Pages that hang, break or mislead a parser, and what is to become of each."""

from __future__ import annotations

from dataclasses import dataclass

PARAGRAPHS = [
    f"The council of the town met on day {day} and spoke about the bridge, the water tower and "
    f"the school, and agreed that number {day} of its plans would be carried out first."
    for day in range(1, 6)
]
RUSSIAN = [
    f"Совет города собрался в день {day} и говорил о мосте, водонапорной башне и школе, и решил, "
    f"что пункт {day} его планов будет выполнен первым."
    for day in range(1, 6)
]


@dataclass(frozen=True)
class Hostile:
    """A page, and what extraction may say of it: its codes, "" for an article."""

    body: bytes
    fates: tuple[str, ...]
    content_type: str = "text/html; charset=utf-8"
    contains: str = ""


def page(paragraphs: list[str], *, head: str = "", inside: str = "", title: str = "Bridge") -> str:
    text = "".join(f"<p>{each}</p>" for each in paragraphs)
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body><article>"
        f"<h1>{title}</h1>{text}{inside}</article></body></html>"
    )


ARTICLE = ("",)
NOTHING = ("extract.empty", "extract.none", "extract.type")
ANY = ("", "extract.none", "extract.empty", "parse.timeout", "parse.memory", "parse.crash")
GOOD = page(PARAGRAPHS)
_JSON_BOMB = '{"a":' * 20_000 + "1" + "}" * 20_000
_ENTITIES = (
    '<?xml version="1.0"?><!DOCTYPE html [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(12))
    + ']><html xmlns="http://www.w3.org/1999/xhtml"><head><title>Bridge</title></head><body>'
    "<article><h1>Bridge</h1><p>&m;</p>"
    + "".join(f"<p>{each}</p>" for each in PARAGRAPHS)
    + "</article></body></html>"
)

PAGES: dict[str, Hostile] = {
    "good": Hostile(GOOD.encode(), ARTICLE, contains="number 5 of its plans"),
    "empty": Hostile(b"", NOTHING),
    "nulls": Hostile(bytes(100_000), NOTHING),
    "nested": Hostile(
        ("<html><body>" + "<div>" * 100_000 + "Deep." + "</div>" * 100_000).encode(), ANY
    ),
    "mislabelled": Hostile(
        page(RUSSIAN, title="Мост").encode("windows-1251"), ARTICLE, contains="водонапорной башне"
    ),
    "undeclared": Hostile(
        page(RUSSIAN, title="Мост").encode("windows-1251"),
        ARTICLE,
        "text/html",
        contains="водонапорной башне",
    ),
    "json-ld": Hostile(
        page(PARAGRAPHS, head=f'<script type="application/ld+json">{_JSON_BOMB}</script>').encode(),
        ARTICLE,
        contains="water tower",
    ),
    "colspan": Hostile(
        page(
            PARAGRAPHS,
            inside='<table><tr><td colspan="9007199254740991" rowspan="9007199254740991">A cell'
            "</td><td>Another</td></tr></table>",
        ).encode(),
        ARTICLE,
        contains="water tower",
    ),
    "paragraphs": Hostile(b"<html><body>" + b"<p>" * 1_000_000, ANY),
    "attributes": Hostile(
        page(
            PARAGRAPHS,
            inside="<p " + " ".join(f"a{n}=x" for n in range(200_000)) + ">The end.</p>",
        ).encode(),
        ANY,
    ),
    "entities": Hostile(_ENTITIES.encode(), ANY, "application/xhtml+xml"),
    "pdf": Hostile(b"%PDF-1.7\n" + bytes(range(256)) * 40, ("extract.type",)),
    "image": Hostile(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40, ("extract.type",)),
    "gzip": Hostile(b"\x1f\x8b\x08" + bytes(range(256)) * 40, ("extract.type", "extract.empty")),
}
