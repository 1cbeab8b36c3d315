"""The interface speaks four languages, all of it, by the rules of each."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product
from string import Formatter
from typing import Any, get_args

import pytest
from selectolax.lexbor import LexborHTMLParser

from monitor.model import Alarm, ChannelState, Reason
from monitor.pipeline import poll_reasons
from monitor.pipeline.channel_trouble import KINDS
from monitor.web.messages import FORMS, LANGUAGES, Message, load_messages
from monitor.web.pages import TEMPLATES
from monitor.web.sentences import Said, alarm_sentence, failure, plan_reason
from monitor.web.source_states import Word
from monitor.web.tongue import Tongue, preferred_language
from tests.web.conftest import NOW, Client


def forms(message: Message) -> list[str]:
    return [message] if isinstance(message, str) else message


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(load_messages()))
def test_a_message_stands_in_all_languages(key: str) -> None:
    message = load_messages()[key]
    assert tuple(message) == LANGUAGES
    counted = isinstance(message["en"], list)
    for language, said in message.items():
        assert isinstance(said, list) == counted
        assert not counted or len(said) == FORMS[language]
        for form in forms(said):
            assert form.strip() == form != ""
            wanted = placeholders(forms(message["en"])[-1])
            assert placeholders(form) <= wanted
            assert counted or placeholders(form) == wanted


def test_no_message_was_left_untranslated() -> None:
    shared = {"brand", "unit_h", "unit_min", "unit_s", "source", "sources", "versions", "articles"}
    shared |= {"page", "unit_d", "sources_count", "day", "moment"}
    for key, message in load_messages().items():
        if key in shared:
            continue
        said = [tuple(forms(message[language])) for language in LANGUAGES]
        assert len(set(said)) == len(LANGUAGES), key


def test_french_has_its_spaces_and_no_straight_apostrophes() -> None:
    for key, message in load_messages().items():
        for form in forms(message["fr"]):
            assert not re.search(r"[^\u202f\u00a0][;?!»]|«[^\u00a0]| :", form), key
            assert "'" not in form, key


def test_templates_say_nothing_by_themselves() -> None:
    for file in TEMPLATES.glob("*.html"):
        markup = re.sub(r"{%.*?%}|{{.*?}}|{#.*?#}", " ", file.read_text("utf-8"), flags=re.S)
        bare = re.sub(r"<code>.*?</code>|<[^>]*>", " ", markup)
        assert not re.search(r"[^\W\d_]{2,}", bare), (file.name, bare.split())


def used_keys() -> Iterator[str]:
    for file in TEMPLATES.glob("*.html"):
        yield from re.findall(r"""(?:say|count)\(["'](\w+)["'][,)]""", file.read_text("utf-8"))


def test_templates_use_messages_that_are_there() -> None:
    keys = set(used_keys()) | {f"state_{word}" for word in get_args(Word)}
    assert len(keys) > 50
    assert keys <= set(load_messages())


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "en"),
        ("kk", "kk"),
        ("kk-KZ,ru;q=0.8,en;q=0.5", "kk"),
        ("kz", "kk"),
        ("en;q=0.3, ru-RU;q=0.9", "ru"),
        ("de,fr;q=0.7,en;q=0.2", "fr"),
        ("de", "en"),
        ("*", "en"),
        ("fr;q=0,ru;q=0.1", "ru"),
        ("fr;q=x,ru;q=0.1", "ru"),
        ("FR_ca", "fr"),
        (",;=,;q=,,", "en"),
        ("fr;q=nan,ru;q=0.5", "ru"),
    ],
)
def test_the_browser_is_listened_to(client: Client, accept: str, expected: str) -> None:
    assert preferred_language(accept) == expected
    answer = client.get("/", {"Accept-Language": accept})
    assert answer.headers["content-language"] == expected
    assert answer.headers["vary"] == "Accept-Language"
    assert LexborHTMLParser(answer.text).css_first("html").attributes["lang"] == expected  # type: ignore[union-attr]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_chosen_language_is_carried_by_every_link(client: Client, language: str) -> None:
    answer = client.get(f"/?ui={language}", {"Accept-Language": "en"})
    page = LexborHTMLParser(answer.text)
    assert answer.headers["content-language"] == language
    inside = [each.attributes["href"] or "" for each in page.css("main a[href^='/']")]
    assert len(inside) > 5
    assert all(f"ui={language}" in href for href in inside)
    current = page.css("nav a[aria-current]")
    assert [each.attributes["lang"] for each in current] == [language]


def test_topics_and_other_languages_of_this_page_keep_the_search(client: Client) -> None:
    page = LexborHTMLParser(client.get("/?q=loi&topic=ai-law&ui=kk").text)
    assert page.css_first("option[selected]").text() == "ЖИ заңы"  # type: ignore[union-attr]
    hrefs = [each.attributes["href"] for each in page.css("nav.tongues a")]
    assert hrefs == [f"?q=loi&topic=ai-law&ui={language}" for language in LANGUAGES]


@pytest.mark.parametrize(
    ("language", "count", "expected"),
    [
        ("en", 1, "1 article found"),
        ("en", 0, "0 articles found"),
        ("en", 12345, "12,345 articles found"),
        ("fr", 0, "0 article trouvé"),
        ("fr", 2, "2 articles trouvés"),
        ("ru", 1, "Найдена 1 статья"),
        ("ru", 3, "Найдено 3 статьи"),
        ("ru", 11, "Найдено 11 статей"),
        ("ru", 21, "Найдена 21 статья"),
        ("ru", 112, "Найдено 112 статей"),
        ("ru", 12345, "Найдено 12\u00a0345 статей"),
        ("kk", 5, "5 мақала табылды"),
    ],
)
def test_numbers_take_the_right_form(language: str, count: int, expected: str) -> None:
    assert Tongue(language).count("found", count) == expected


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "3 Feb 2025, 14:05 UTC+05:00"),
        ("fr", "3 févr. 2025 à 14:05 UTC+05:00"),
        ("ru", "3 февр. 2025 г., 14:05 UTC+05:00"),
        ("kk", "2025 ж. 3 ақп., 14:05 UTC+05:00"),
    ],
)
def test_moments_are_written_as_the_language_writes_them(language: str, expected: str) -> None:
    moment = datetime.fromisoformat("2025-02-03T14:05:00+05:00")
    assert Tongue(language).moment(moment) == expected


@pytest.mark.parametrize(
    ("passed", "expected"),
    [
        (timedelta(seconds=10), "just now"),
        (-timedelta(minutes=3), "just now"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(hours=24), "7 Oct 2025"),
        (-timedelta(days=2), "10 Oct 2025"),
    ],
)
def test_how_long_ago(passed: timedelta, expected: str) -> None:
    assert Tongue("en").ago(NOW - passed, NOW) == expected


@pytest.mark.parametrize(
    ("left", "expected"),
    [
        (-timedelta(minutes=1), "now"),
        (timedelta(seconds=5), "in 1 min"),
        (timedelta(minutes=12), "in 12 min"),
        (timedelta(hours=5), "in 5 h"),
        (timedelta(hours=30), "9 Oct 2025, 18:00 UTC"),
    ],
)
def test_in_how_long(left: timedelta, expected: str) -> None:
    assert Tongue("en").ahead(NOW + left, NOW) == expected


SAMPLES: dict[str, list[Any]] = {
    "timedelta": [
        timedelta(seconds=45),
        timedelta(seconds=200),
        timedelta(hours=3),
        timedelta(days=7),
    ],
    "int": [1, 7],
    "datetime": [NOW, NOW + timedelta(hours=5), NOW + timedelta(days=2)],
}


def reasons() -> Iterator[Reason]:
    """Every reason that a plan can give, with several values in each of its places."""
    for name, rule in inspect.getmembers(poll_reasons, inspect.isfunction):
        if not name.startswith("_") and name not in ("words", "parts", "sentence"):
            kinds = [part.annotation for part in inspect.signature(rule).parameters.values()]
            yield from (rule(*values) for values in product(*(SAMPLES[kind] for kind in kinds)))


def planned(reason: Reason | None, sentence: str | None = None) -> ChannelState:
    return ChannelState(
        1, "steppe", "https://steppe.example/feed", plan_reason=sentence, plan=reason
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_that_a_plan_gives_can_be_said(language: str) -> None:
    """The plan's rules and the catalogue must not drift apart."""
    said = [plan_reason(planned(reason), Tongue(language)) for reason in reasons()]
    assert all(each is not None and each.language is None for each in said)
    assert len({re.sub(r"[\d\W]+", "", each.text) for each in said if each}) > 10
    assert {reason.key for reason in reasons()} == set(poll_reasons.SENTENCES)


def test_pauses_are_said_in_the_units_of_the_language() -> None:
    reason = poll_reasons.failed(4, timedelta(minutes=3, seconds=20))
    assert plan_reason(planned(reason), Tongue("kk")) == Said(
        "қатарынан 4 сәтсіздіктен кейін 3\u00a0мин\u00a020\u00a0с аралығына баяулатылды"
    )
    assert poll_reasons.sentence(reason) == "4 failed in a row: slowed to 3 min 20 s"


def test_a_reason_of_an_older_version_is_left_as_it_is() -> None:
    assert plan_reason(planned(None, "because"), Tongue("kk")) == Said("because", "en")
    assert plan_reason(planned(Reason("new", {}), "because"), Tongue("kk")) == Said("because", "en")
    assert plan_reason(planned(None), Tongue("kk")) is None


SILENT = {"seen": 0, "expected": 8.6, "since": "2025-10-06T04:40:00+00:00"}
DRIFTED = {"before": 0.0, "now": 0.5}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_alarm_can_be_said(language: str) -> None:
    measures = dict.fromkeys(("length", "titles", "dates", "languages", "repeated"), DRIFTED)
    stale = {"url": "https://steppe.example/feed", "last_new": SILENT["since"]}
    failing = {"url": "https://steppe.example/feed", "failures": 4, "code": "http.403"}
    facts: dict[str, dict[str, Any]] = {
        "silence": SILENT,
        "drift": {"anchor": 1, "measures": measures},
        "stale": stale,
        **dict.fromkeys(KINDS, failing),
    }
    for kind, each in facts.items():
        alarm = Alarm(kind, "steppe", None, "In English", each)
        said = alarm_sentence(alarm, "Steppe Tribune", Tongue(language))
        assert said.language is None, kind
        assert said.text.startswith("Steppe Tribune: ")


def test_an_alarm_without_its_facts_is_said_as_it_was_kept() -> None:
    alarm = Alarm("silence", "steppe", None, "In English", {"seen": 0})
    assert alarm_sentence(alarm, "Steppe Tribune", Tongue("fr")) == Said("In English", "en")


def test_failures_are_said_by_their_codes() -> None:
    assert failure("http.404", "No", Tongue("ru")) == Said("сайт ответил 404")
    assert failure("fetch.dns", "No", Tongue("en")) == Said(
        "its host is not known to the name service"
    )
    assert failure("other.code", "As it was", Tongue("ru")) == Said("As it was", "en")
    assert failure(None, None, Tongue("ru")) is None
