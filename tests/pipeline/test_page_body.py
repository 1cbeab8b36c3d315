"""Which of a page's texts is the article's, and what is taken out of it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from config.source import Channel, ExtractRules, Layout, Source
from monitor.model import Article, Entry
from monitor.pipeline.extract_article import extract_article
from monitor.pipeline.page_blocks import read_blocks
from monitor.pipeline.page_container import find_container
from monitor.pipeline.page_text import parse_page

SENTENCES = [
    f"The council met on day {n} and agreed on part {n} of a plan that few had expected to pass, "
    f"with {n + 20} votes in favour and {n} against, the speaker said."
    for n in range(10)
]
TEXT = "".join(f"<p>{one}</p>" for one in SENTENCES)
WHOLE = "\n\n".join(SENTENCES)
TEASERS = "".join(
    f"<div class='card'><h3><a href='/{n}'>Another story of the day, number {n}</a></h3>"
    f"<p>What was known of it yesterday evening fits into a few lines, and the rest is…</p></div>"
    for n in range(12)
)


def article(body: str, head: str = "", source: Source | None = None, **given: object) -> Article:
    html = f"<html><head><title>The plan</title>{head}</head><body>{body}</body></html>"
    found = extract_article(html.encode(), url="https://a.example/plan", source=source, **given)  # type: ignore[arg-type]
    assert isinstance(found, Article), found
    return found


@pytest.mark.parametrize(
    "body",
    [
        f"<h1>The plan</h1><div class='x'>{TEXT}</div><div>{TEASERS}</div>",
        f"<div>{TEASERS}</div><h1>The plan</h1><div class='entry-content'>{TEXT}</div>",
        f"<h1>The plan</h1><div class='entry-content'>{TEXT}</div><div id='comments'>"
        + "<p>I do not believe a word of this, and nobody I know does either. So there.</p>" * 30
        + "</div>",
        f"<h1>The plan</h1><div hidden id='S:1'>{TEXT}</div>",
        f"<h1>The plan</h1><noscript><div>{TEXT}</div></noscript>",
        f"<h1>The plan</h1><div>{TEXT}</div><div class='only-on-narrow-screens'>{TEXT}</div>",
        "<h1>The plan</h1>" + "".join(f"<div><div><p>{s}</p></div></div>" for s in SENTENCES),
        "<h1>The plan</h1><div class='text'>" + "<br><br>".join(SENTENCES) + "</div>",
        f"<h1>The plan</h1><div class='c'><div class='piece'>{TEXT[: len(TEXT) // 2]}</div>"
        f"<div class='ad'>Advertisement</div><div class='piece'>{TEXT[len(TEXT) // 2 :]}</div>",
    ],
    ids=["before teasers", "after teasers", "discussed", "streamed", "noscript", "twice", "boxed",
         "breaks", "pieces"],
)  # fmt: skip
def test_the_text_is_found_whole_and_alone(body: str) -> None:
    found = article(body).text
    assert "Another story" not in found
    assert "believe" not in found
    assert [one for one in SENTENCES if one not in found.replace("\n\n", " ")] == []
    assert found.count(SENTENCES[0]) == 1


def test_soft_hyphens_and_zero_width_signs_are_no_part_of_words() -> None:
    broken = TEXT.replace("council", "coun\u00adcil").replace("speaker", "spea\u200bker")
    assert article(f"<h1>The plan</h1><div>{broken}</div>").text == WHOLE


@pytest.mark.parametrize(
    "line",
    [
        "<p>By Aida Sample</p>",
        "<div>5 May 2026, 10:15</div>",
        "<span>Politics</span>",
        "<p>Photo: press service</p>",
        "<div class='imageCredit'>Someone | Agency</div>",
        "<p>Image 1 of 12</p>",
        "<h2>The plan</h2>",
    ],
)
def test_labels_before_the_first_sentence_are_left_out(line: str) -> None:
    assert article(f"<h1>The plan</h1><div class='entry-content'>{line}{TEXT}</div>").text == WHOLE


@pytest.mark.parametrize(
    "tail",
    [
        "<p>Follow us on Telegram, so that you miss nothing.</p>",
        "<p>Подписывайтесь на наш телеграм-канал!</p>",
        "<p>Біздің арнамызға жазылыңыздар.</p>",
        "<p>Abonnez-vous à notre lettre d'information.</p>",
        "<p>Write to the author: aida@example.org</p>",
        "<h3>Read also</h3><p><a href='/1'>Another story of the day</a></p>",
        "<h3>Похожие новости</h3><p>One more story that is told here in a line or two.</p>",
        "<h3>Тағы оқыңыздар</h3><div>Басқа жаңалық</div>",
        "<p><a href='/1'>Another story of the day</a></p>",
        "<div>Tags: <a href='/t'>council</a></div>",
    ],
)
def test_what_follows_the_last_sentence_is_left_out(tail: str) -> None:
    assert article(f"<h1>The plan</h1><div class='entry-content'>{TEXT}{tail}</div>").text == WHOLE


def test_lists_quotations_tables_and_subheadings_are_kept() -> None:
    rich = (
        "<h2>What it costs</h2><ul><li>Two schools</li><li>One bridge</li></ul>"
        "<blockquote><p>“We can pay for it,” she said.</p></blockquote>"
        "<table><tr><td>Schools</td><td>12</td></tr></table>"
    )
    half = len(SENTENCES) // 2
    first, rest = ("".join(f"<p>{s}</p>" for s in p) for p in (SENTENCES[:half], SENTENCES[half:]))
    found = article(f"<h1>The plan</h1><div class='entry-content'>{first}{rich}{rest}</div>").text
    assert "What it costs\n\n- Two schools\n- One bridge\n\n“We can pay for it,” she said." in found
    assert "Schools" in found.split("said.")[-1] or "Schools\n\n12" in found


def test_a_quotation_set_apart_is_not_said_twice() -> None:
    apart = "<p>a plan that few had expected to pass, with 25 votes in favour and 5 against</p>"
    found = article(f"<h1>The plan</h1><div class='entry-content'>{TEXT}{apart}{TEXT[:0]}</div>")
    assert found.text == WHOLE
    asked = "<p>What do you say to those who fear the plan?</p>"
    interview = asked.join(f"<p>{one}</p>" for one in SENTENCES[:4])
    found = article(f"<h1>The plan</h1><div class='entry-content'>{interview}</div>")
    assert found.text.count("those who fear") == 3


def test_a_teaser_in_json_ld_is_no_witness_of_the_text() -> None:
    teaser = (
        "The council met, and to the surprise of nearly everybody in the room it agreed on " * 2
    )
    head = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"The plan","articleBody":"{teaser}."}}</script>'  # noqa: E501
    assert article(f"<h1>The plan</h1><div>{TEXT}</div>", head).text == WHOLE


def test_json_ld_that_runs_paragraphs_together_still_attests_them() -> None:
    body = "".join(SENTENCES).replace("'", "&amp;apos;")
    head = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"The plan","articleBody":"{body}"}}</script>'  # noqa: E501
    found = article(
        f"<h1>The plan</h1><div>{TEXT}<p>Our offer of the week: a kettle.</p></div>", head
    )
    assert found.text == WHOLE
    assert "articleBody" in found.reason


def test_a_container_is_sure_only_where_it_holds_most_of_the_prose() -> None:
    def sure(body: str) -> bool:
        tree = parse_page(f"<html><body>{body}</body></html>")
        assert tree is not None
        page = tree.find("body")
        assert page is not None
        found = find_container(read_blocks(page), page, {"theplan"})
        return found is not None and found.is_sure

    assert sure(f"<h1>The plan</h1><div>{TEXT}</div>")
    assert not sure(
        f"<div>{TEXT.replace('day', 'night') * 2}</div><h1>The plan</h1><div>{TEXT}</div>"
    )
    assert not sure("<h1>The plan</h1><p>Too short to tell.</p>")


def test_a_text_beyond_the_limit_is_cut_and_marked() -> None:
    numbered = "".join(f"<p>{n}. {SENTENCES[0]}</p>" for n in range(4_000))
    found = article(f"<h1>The plan</h1><div class='entry-content'>{numbered}</div>")
    assert len(found.text) <= 402_000 + 2 * 4_000
    assert found.text.endswith(SENTENCES[0])
    assert "cut" in found.marks
    assert "cut" in found.reason
    assert article(f"<h1>The plan</h1><div>{TEXT}</div>").marks == ()


def source_of(*layouts: Layout) -> Source:
    return Source(
        id="steppe",
        name="Steppe",
        homepage="https://a.example/",
        language="en",
        timezone="Asia/Almaty",
        channels=(Channel(kind="feed", url="https://a.example/feed/"),),
        extract=ExtractRules(body=".new", remove=".box", layouts=layouts),
    )


OLD = Layout.model_validate({"until": "2025-11-23", "body": ".old"})
ADDED = "<p>So the council decided, and went home before the rain began.</p>"
BOTH = f"<h1>The plan</h1><div class='new'><div class='old'>{TEXT}<p class='box'>Boxed.</p></div>"
BOTH += f"{ADDED}</div>"


@pytest.mark.parametrize(
    ("published", "is_new"),
    [
        ("2024-04-30T10:00:00+00:00", False),
        ("2025-11-23T18:59:00+00:00", False),
        ("2025-11-23T19:01:00+00:00", True),  # midnight in Almaty has passed
        ("2026-01-06T10:00:00+00:00", True),
        ("", True),
    ],
)
def test_rules_of_a_layout_hold_for_the_pages_of_its_days(published: str, is_new: bool) -> None:
    head = f'<meta property="article:published_time" content="{published}">'
    found = article(BOTH, head, source_of(OLD))
    assert ("before the rain" in found.text) is is_new
    assert SENTENCES[-1] in found.text
    assert "Boxed" not in found.text
    assert found.text_from == "rule"


def test_the_channels_date_decides_where_the_page_has_none() -> None:
    entry = Entry("https://a.example/plan", published=datetime(2024, 1, 1, tzinfo=UTC))
    assert "the rain" not in article(BOTH, "", source_of(OLD), announced=entry).text


def test_a_rule_that_finds_another_text_is_not_believed() -> None:
    body = f"<div class='new'><p>{SENTENCES[0].replace('council', 'jury') * 2}</p></div>"
    found = article(f"<h1>The plan</h1>{body}<div class='entry-content'>{TEXT}</div>",
                    source=source_of())  # fmt: skip
    assert "rule misses most" in found.reason
    assert SENTENCES[-1] in found.text
