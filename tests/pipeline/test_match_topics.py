"""Topics of an article: every element of the syntax in every language, and the weighing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import pytest

from config.topic import Topic
from monitor.errors import ConfigError
from monitor.model import Match
from monitor.pipeline.match_topics import Matcher, build_matcher
from monitor.pipeline.weigh_finds import STRONG, WEAK, WEAK_CEILING

Scope = Literal["kazakhstan", "central-asia", "anywhere"]

CONCEPTS: dict[str, dict[str, tuple[str, ...]]] = {
    "kazakhstan": {"any": ("Kazakhstan", "Astana", "Казахстан", "Қазақстан", "Астана")},
    "central-asia": {
        "en": ("Central Asia", "Uzbekistan"),
        "fr": ("Asie centrale", "Ouzbékistan"),
        "ru": ("Центральная Азия", "Узбекистан"),
        "kk": ("Орталық Азия", "Өзбекстан"),
    },
    "ai": {
        "any": ("=AI",),
        "en": ("artificial intelligence",),
        "fr": ("=IA", "intelligence artificielle"),
        "ru": ("=ИИ", "искусственный интеллект"),
        "kk": ("=ЖИ", "жасанды интеллект"),
    },
    "law": {
        "en": ("law", "regulat*"),
        "fr": ("loi", "règlement"),
        "ru": ("закон", "регулир*"),
        "kk": ("заң", "ретте*"),
    },
    "ai-law": {"any": ("@ai ~ @law",)},
}

# Forty words that are about nothing, to push what follows out of the lead.
FILLER = {
    "en": "The morning train left late and nobody minded, because the tea was hot. ",
    "fr": "Le train du matin est parti en retard et personne ne s'en est plaint. ",
    "ru": "Утренний поезд ушёл с опозданием, и никто не жаловался на это. ",
    "kk": "Таңғы пойыз кешігіп жүрді, бірақ ешкім оған ренжіген жоқ. ",
}


def topic(
    id: str = "t",
    *,
    scope: Scope = "anywhere",
    threshold: float = 1.0,
    match: Mapping[str, Mapping[str, tuple[str, ...]]] | None = None,
    **by_language: Mapping[str, tuple[str, ...]],
) -> Topic:
    return Topic.model_validate(
        {
            "id": id,
            "name": dict.fromkeys(("en", "fr", "ru", "kk"), "name"),
            "seed": "seed",
            "scope": scope,
            "threshold": threshold,
            "match": match or by_language,
        }
    )


def strong(*terms: str) -> dict[str, tuple[str, ...]]:
    return {"strong": terms}


def matcher(*topics: Topic) -> Matcher:
    return build_matcher(topics, CONCEPTS)


def ids(matches: tuple[Match, ...]) -> list[str]:
    return [match.topic for match in matches]


def hit(term: str, text: str, language: str) -> bool:
    """Whether a strong term of this language is met in a title."""
    return bool(matcher(topic(match={language: strong(term)})).match(text, "", language))


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("en", "neural network", "How neural networks learn"),
        ("fr", "réseau de neurones", "Les réseaux de neurones apprennent"),
        ("ru", "нейронная сеть", "Обучение нейронных сетей"),
        ("kk", "нейрондық желі", "Нейрондық желілерді оқыту"),
        ("en", "=AI", "AI's promise"),
        ("fr", "=IA", "La promesse de l'IA"),
        ("fr", "=IA", "La promesse de l’IA"),
        ("ru", "=ИИ", "ИИ-агенты на службе"),
        ("kk", "=ЖИ", "ЖИ-дің болашағы"),
        ("kk", "Astana Hub резиденті", "Astana Hub-тың резиденттері"),
        ("en", "=Digital Bridge", "At Digital Bridge 2026"),
        ("en", "digitali*", "Digitalisation goes on"),
        ("fr", "numéris*", "La NUMÉRISATION avance"),
        ("ru", "цифровиз*", "О цифровизации"),
        ("kk", "цифрланд*", "Цифрландыруды жеделдету"),
        ("en", "@ai", "Artificial intelligence at work"),
        ("fr", "@ai", "Les intelligences artificielles au travail"),
        ("ru", "@ai", "Развитие искусственного интеллекта"),
        ("kk", "@ai", "Жасанды интеллектіні дамыту"),
        ("en", "@ai ~ @law", "The law says what artificial intelligence may do"),
        ("fr", "@ai ~ @law", "L'IA a sa loi"),
        ("ru", "@ai ~ @law", "Закон об искусственном интеллекте"),
        ("kk", "@ai ~ @law", "Жасанды интеллект туралы заңды талқылау"),
        ("en", "@ai ~3 @law", "AI gets a law"),
        ("en", "@ai-law", "A law for AI"),
        ("ru", "@ai ~ @law ~ парламент", "Парламент принял закон об ИИ"),
        ("kk", "@ai ~2 @law ~ парламент", "Парламент ЖИ туралы заң қабылдады"),
        ("ru", "startup", "Казахстанские startups растут"),
        ("kk", "қазақстан", "Казакстанда ашылды"),
    ],
)
def test_a_term_is_found(language: str, term: str, text: str) -> None:
    assert hit(term, text, language)


@pytest.mark.parametrize(
    ("language", "term", "text"),
    [
        ("en", "neural network", "A network of neural cells"),
        ("en", "neural network", "It is neural. Networks differ"),
        ("en", "neural network", "Neural, network and other words"),
        ("en", "=AI", "ai"),
        ("fr", "=AI", "J'ai dit"),
        ("en", "=Digital Bridge", "DigitalBridge buys"),
        ("en", "=Digital Bridge", "a digital bridge"),
        ("en", "digitali*", "digital"),
        ("fr", "données publiques", "Des dons publics"),
        ("ru", "искусственный интеллект", "Искусство и интеллект"),
        ("kk", "министрлік", "Министрлер келді"),
        ("en", "@ai ~ @law", "AI is here. The law is not"),
        ("en", "@ai ~2 @law", "AI in this country has no law"),
        ("en", "law ~ law", "One law only"),
        ("en", "@ai ~ @law ~ parliament", "A law for AI. Parliament waits"),
    ],
)
def test_a_term_is_not_found(language: str, term: str, text: str) -> None:
    assert not hit(term, text, language)


def test_distance_may_reach_over_a_full_stop() -> None:
    assert hit("@ai ~3 @law", "We use AI. The law is late", "en")


def test_any_holds_in_every_language_and_other_languages_read_english() -> None:
    both = matcher(topic(any=strong("Digital Bridge"), en=strong("forum")))
    assert ids(both.match("Digital Bridge басталды", "", "kk")) == ["t"]
    assert ids(both.match("Форум", "", "ru")) == []
    assert ids(both.match("Das Forum beginnt", "", "de")) == ["t"]


def test_never_hides_its_words_from_its_topic_alone() -> None:
    matching = matcher(
        topic("bridge", en={"strong": ("bridge",), "never": ("bridge loan",)}),
        topic("loan", en=strong("loan")),
    )
    assert ids(matching.match("A bridge loan", "", "en")) == ["loan"]
    assert ids(matching.match("A bridge, and a bridge loan", "", "en")) == ["bridge", "loan"]


def test_never_hides_from_combinations_and_needs_too() -> None:
    terms = {
        "strong": ("council ~ @ai", "forum"),
        "never": ("council of Europe",),
        "needs": ("council",),
    }
    matching = matcher(topic(en=terms))
    assert not matching.match("Council of Europe on AI, a forum", "", "en")
    assert matching.match("Council on AI, a forum", "", "en")


def test_one_of_needs_must_stand_somewhere() -> None:
    matching = matcher(topic(en={"strong": ("centre",), "needs": ("@ai", "robot")}))
    assert not matching.match("The centre opens", "", "en")
    assert matching.match("The centre opens", "It has robots.", "en")


@pytest.mark.parametrize(
    ("scope", "text", "matches"),
    [
        ("kazakhstan", "In Kazakhstan.", True),
        ("kazakhstan", "In Uzbekistan.", False),
        ("kazakhstan", "In France.", False),
        ("central-asia", "In Uzbekistan.", True),
        ("central-asia", "In Kazakhstan.", True),
        ("central-asia", "In France.", False),
        ("anywhere", "In France.", True),
    ],
)
def test_scope(scope: Scope, text: str, matches: bool) -> None:
    matching = matcher(topic(scope=scope, en=strong("forum")))
    assert bool(matching.match("The forum", FILLER["en"] * 20 + text, "en")) is matches


@pytest.mark.parametrize(
    ("language", "passing"),
    [
        ("en", "Asked whether artificial intelligence would change it, she laughed."),
        ("fr", "On lui parle de l'intelligence artificielle, elle sourit."),
        ("ru", "О ней спросили искусственный интеллект, она рассмеялась."),
        ("kk", "Одан жасанды интеллект туралы сұрады, ол күлді."),
    ],
)
def test_a_passing_mention_is_evidence_and_not_membership(language: str, passing: str) -> None:
    matching = matcher(topic(match={language: strong("@ai")}))
    filler = FILLER[language] * 8
    assert not matching.match("", f"{filler}\n\n{passing}\n\n{filler}", language)
    assert matching.match(passing, filler, language)
    assert matching.match("", f"{passing}\n\n{filler}", language)
    assert matching.match("", f"{filler}\n\n{passing} {filler} {passing}", language)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Artificial intelligence now reads 85 % of scans."),
        ("fr", "L'IA traite 1 700 dossiers par jour."),
        ("ru", "Искусственный интеллект обработал 5 млн заявок."),
        ("kk", "Жасанды интеллект өтінімдердің 40 пайызын қарады."),
        (
            "en",
            "The ministry wants artificial intelligence to read every scan in the district "
            "hospitals, so that doctors have time for patients, and it pays for the machines.",
        ),
    ],
)
def test_one_sentence_of_substance_is_membership(language: str, sentence: str) -> None:
    matching = matcher(topic(match={language: {"strong": ("@ai",), "weak": ("hospital",)}}))
    assert matching.match("", f"{FILLER[language] * 8}\n\n{sentence}", language)


def test_a_year_is_not_substance() -> None:
    matching = matcher(topic(en=strong("@ai")))
    assert not matching.match("", FILLER["en"] * 8 + "She left AI in 2019, on 5 May.", "en")


def test_a_short_first_paragraph_of_the_text_is_not_all_of_the_lead() -> None:
    matching = matcher(topic(en=strong("@ai")))
    assert matching.match("", "ASTANA\n\nAI came to town.", "en")
    assert not matching.match("", FILLER["en"] + "\n\nAI came to town.", "en")


def test_title_weighs_more_than_lead_and_lead_more_than_text() -> None:
    matching = matcher(topic(threshold=0.1, en=strong("@ai")))
    filler = FILLER["en"] * 8
    scores = [
        matching.match(title, text, "en")[0].score
        for title, text in (("AI", filler), ("", f"AI. {filler}"), ("", f"{filler} AI"))
    ]
    assert scores == [STRONG["title"], STRONG["lead"], STRONG["text"]]


def test_weak_terms_reach_the_threshold_only_when_three_differ() -> None:
    matching = matcher(topic(en={"weak": ("startup", "investor", "export")}))
    assert not matching.match("Startups and investors", "Startups, investors. " * 9, "en")
    found = matching.match("Startups and investors", "Exports grew.", "en")
    assert found[0].score == pytest.approx(2 * WEAK["title"] + WEAK["lead"])


def test_the_ceiling_of_weak_terms_follows_the_threshold() -> None:
    terms = {"weak": ("startup", "investor")}
    title = "Startups and investors"
    assert matcher(topic(threshold=0.5, en=terms)).match(title, "", "en") == ()
    assert WEAK_CEILING < 1


def test_a_weak_term_inside_a_strong_one_does_not_count_again() -> None:
    terms = {"strong": ("AI law",), "weak": ("law", "parliament")}
    found = matcher(topic(en=terms)).match("The AI law", "", "en")
    assert found[0].score == STRONG["title"]


def test_evidence_slices_to_its_words() -> None:
    title = "Закон об ис\u00adкусственном интеллекте"
    text = "В Астане обсудили искусственный интеллект.\n\n" + FILLER["ru"] * 8 + "ИИ растёт."
    (found,) = matcher(topic(ru=strong("@ai ~ @law", "@ai"))).match(title, text, "ru")
    assert [(one.term, one.field) for one in found.evidence] == [
        ("@ai ~ @law", "title"),
        ("@ai", "title"),
        ("@ai", "lead"),
        ("@ai", "text"),
    ]
    for one in found.evidence:
        assert (title if one.field == "title" else text)[one.start : one.end] == one.words
    assert found.evidence[0].words == title
    assert found.evidence[-1].words == "ИИ"


def test_evidence_of_one_term_is_kept_three_times_a_field() -> None:
    (found,) = matcher(topic(en=strong("@ai"))).match("AI", FILLER["en"] * 8 + "AI. " * 50, "en")
    assert [one.field for one in found.evidence] == ["title", "text", "text", "text"]


def test_topics_come_in_their_order_and_alike_each_time() -> None:
    topics = [topic(name, en=strong("@ai", "law", "@ai ~ @law")) for name in ("b", "a", "c")]
    once, again = (matcher(*topics).match("AI law", "A law for AI.", "en") for _ in range(2))
    assert ids(once) == ["b", "a", "c"]
    assert once == again


def test_a_long_list_of_names_is_read_in_reasonable_steps() -> None:
    """Combinations stay bounded: 3,000 finds of both operands in one sentence."""
    matching = matcher(topic(en=strong("@ai ~ @law ~ @law ~ @law")))
    assert matching.match("", "AI law " * 1500, "en")


@pytest.mark.parametrize(
    ("title", "text", "place"),
    [
        ("Kazakhstan opens a centre", "", "kazakhstan"),
        ("", "ASTANA – A centre opens.", "kazakhstan"),
        ("Uzbekistan opens a centre", "", "central-asia"),
        ("Uzbekistan and Kazakhstan sign", "", "kazakhstan"),
        ("France opens a centre", FILLER["en"] * 8 + "So does Kazakhstan.", "elsewhere"),
        ("", "", "elsewhere"),
    ],
)
def test_place(title: str, text: str, place: str) -> None:
    assert matcher().place(title, text, "en") == place


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk", "de", ""])
def test_an_empty_article_matches_nothing(language: str) -> None:
    assert matcher(topic(any=strong("AI"))).match("", "", language) == ()


@pytest.mark.parametrize(
    ("broken", "concepts", "told"),
    [
        (topic(fr=strong("@ia")), CONCEPTS, ['topic "t"', "[match.fr] strong", '"@ia"', "@ai"]),
        (topic(en={"never": ("…",)}), CONCEPTS, ['topic "t"', "[match.en] never", "no word"]),
        (topic(ru={"weak": ("@ai ~q x",)}), CONCEPTS, ["[match.ru] weak", "~q", "expected"]),
        (topic(), {"a": {"kk": ("@b",)}}, ['concept "a"', "kk", '"@b"', "unknown"]),
        (
            topic(),
            {"a": {"en": ("@b",)}, "b": {"any": ("@a ~ x",)}},
            ['concept "b"', "circle (@a → @b → @a)"],
        ),
        (topic(), {"a": {"en": ("*",)}}, ['concept "a", en', "expected"]),
        (topic(), {"a": {"kz": ("x",)}}, ['concept "a"', '"kz"', "kk"]),
        (topic(scope="kazakhstan"), {}, ['topic "t"', "[kazakhstan]"]),
    ],
)
def test_what_cannot_be_read_is_told(
    broken: Topic, concepts: Mapping[str, Mapping[str, tuple[str, ...]]], told: list[str]
) -> None:
    with pytest.raises(ConfigError) as raised:
        build_matcher([broken], concepts)
    for part in told:
        assert part in str(raised.value)


NAMED: dict[str, dict[str, tuple[str, ...]]] = {
    **CONCEPTS,
    "tokayev": {"any": ("Tokayev*", "Tokaev*", "Tokaïev*", "Токаев*")},
    "hub": {"any": ("Astana Hub",)},
}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Tokayev spoke. Later Kassym-Jomart Tokayev’s words were read at Astana Hub."),
        ("fr", "Tokaïev a parlé. Plus tard, M. Tokaev a été cité à Astana Hub."),
        ("ru", "Выступил Токаев. Позже слова Токаева прочитали в Astana Hub."),
        ("kk", "Тоқаев сөйледі. Кейін Тоқаевтың сөзін Astana Hub-та оқыды."),
    ],
)
def test_who_is_named_is_counted_across_spellings(language: str, text: str) -> None:
    matcher = build_matcher([], NAMED, ["hub", "tokayev"])
    hub, tokayev = matcher.judge("", text, language).mentions
    assert (hub.entity, hub.count) == ("hub", 1)
    assert (tokayev.entity, tokayev.count) == ("tokayev", 2)
    for each in (*hub.evidence, *tokayev.evidence):
        assert text[each.start : each.end] == each.words


def test_what_is_mentioned_in_passing_is_told_apart() -> None:
    far = "Nobody spoke of it. " * 12 + "\n\nAsked about artificial intelligence, she laughed."
    about = topic(en={"strong": ("artificial intelligence",)})
    judged = build_matcher([about], CONCEPTS).judge("A quiet day", far, "en")
    assert judged.matches == ()
    [passing] = judged.passing
    assert 0 < passing.score < about.threshold
    [evidence] = passing.evidence
    assert far[evidence.start : evidence.end] == "artificial intelligence"
