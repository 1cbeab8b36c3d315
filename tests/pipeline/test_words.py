"""Tokens, folding, stems and sentences."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.stemming import stem
from monitor.pipeline.words import (
    fold,
    query_forms,
    script_language,
    sentences,
    stems,
    tokenize,
    written,
)

ALPHABET = "aAéÉœßİıЁёйҚқғіңһұʼ’'-.,!? \n\u00ad\u200b\u2060\ufeff\u0301\u0306\u0308z9А№ٔ中한"


def texts(text: str) -> list[str]:
    return [token.text for token in tokenize(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("l'IA et l’État", ["l", "IA", "et", "l", "État"]),
        ("AI-Sana, alem.ai", ["AI", "Sana", "alem", "ai"]),
        ("Kazakhstan's law, Kazakhstan’s law", ["Kazakhstan", "law", "Kazakhstan", "law"]),
        ("5G in 2025", ["5G", "in", "2025"]),
        ("АҚШ-тың заңы, ЖИ-ге көшу", ["АҚШ", "заңы", "ЖИ", "көшу"]),
        ("ИИ-министерство где-то", ["ИИ", "министерство", "где", "то"]),
        ("intel\u00adli\u200bgence", ["intelligence"]),
        ("\ufeffDigital\u200b Bridge", ["Digital", "Bridge"]),
        ("de\u0301veloppement", ["développement"]),
        ("", []),
        ("— … !", []),
    ],
)
def test_words_of_a_text(text: str, words: list[str]) -> None:
    assert texts(text) == words


def test_offsets_are_those_of_the_original() -> None:
    text = "«Intel\u00adlect» e\u0301te\u0301"
    first, second = tokenize(text)
    assert text[first.start : first.end] == "Intel\u00adlect"
    assert text[second.start : second.end] == "e\u0301te\u0301"


@given(st.one_of(st.text(), st.text(alphabet=ALPHABET)))
def test_offsets_slice_to_the_words(text: str) -> None:
    end = 0
    for token in tokenize(text):
        assert token.start >= end
        end = token.end
        cut = text[token.start : token.end]
        assert written(cut) == token.text
        assert fold(cut) == token.folded
        assert cut[0].isalnum()
        assert token.folded


@given(st.text(alphabet=ALPHABET))
def test_composed_and_decomposed_text_folds_alike(text: str) -> None:
    composed, decomposed = (unicodedata.normalize(form, text) for form in ("NFC", "NFD"))
    assert [token.folded for token in tokenize(composed)] == [
        token.folded for token in tokenize(decomposed)
    ]


@pytest.mark.parametrize(
    ("word", "folded"),
    [
        ("Ёлка", "елка"),
        ("йод", "йод"),
        ("и\u0306од", "йод"),
        ("ҚАЗАҚСТАН", "казакстан"),
        ("қазақстан", "казакстан"),
        ("әлеуметтік", "алеуметтик"),
        ("өңір", "онир"),
        ("ұлттық", "улттык"),
        ("үкімет", "укимет"),
        ("жиһаз", "жихаз"),
        ("Éléments", "elements"),
        ("cœur", "coeur"),
        ("Straße", "strasse"),
        ("бiлiм", "билим"),  # Latin i, as old Kazakh keyboards gave it
        ("Кaзахстaн", "казахстан"),  # Latin a
        ("АI", "ai"),  # Cyrillic А beside a Latin I
        ("за\u0301мок", "замок"),
    ],
)
def test_folding(word: str, folded: str) -> None:
    assert fold(word) == folded


@given(st.text(alphabet=ALPHABET + "қғәөұүһңіĞçŁ"))
def test_folding_twice_changes_nothing(text: str) -> None:
    for token in tokenize(text):
        assert fold(token.folded) == token.folded


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("kk", "интеллект интеллектіні интеллектінің интеллектісі интеллектпен"),
        ("kk", "министрлігі министрлігінің министрліктер"),
        ("kk", "заң заңы заңды заңның заңдар"),
        ("kk", "қазақстан қазақстанда қазақстандық қазақстанның ҚАЗАҚСТАН казакстан"),
        ("kk", "цифрлық цифрлы"),
        ("ru", "искусственный искусственного искусственном искусственным"),
        ("ru", "Казахстан Казахстана Казахстане Казахстаном"),
        ("ru", "Токаев Токаева Токаевым"),
        ("fr", "publique publiques public"),
        ("fr", "données donnée donnee"),
        ("fr", "loi lois"),
        ("fr", "numérique numériques numerique"),
        ("en", "digitalisation digitalization"),
        ("en", "ministry ministries"),
    ],
)
def test_forms_of_one_word_share_a_stem(language: str, forms: str) -> None:
    assert len({found for _, found in stems(forms, language)}) == 1


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        ("fr", "données", "dons"),
        ("fr", "état", "été"),
        ("kk", "министр", "министрлік"),
        ("kk", "қауіп", "қауіпсіздік"),
        ("ru", "портал", "порт"),
        ("en", "international", "interns"),
        ("en", "university", "universe"),
    ],
)
def test_different_words_keep_apart(language: str, one: str, other: str) -> None:
    assert stem(fold(one), language) != stem(fold(other), language)


@pytest.mark.parametrize("language", ["en", "fr", "ru", "kk", "de", "tr", "xx"])
@given(word=st.text(alphabet="абвгеиклмнрстуыьйюяabceilnorstzé0", min_size=1, max_size=14))
def test_a_stem_is_never_empty(language: str, word: str) -> None:
    assert stem(fold(word), language)


def test_foreign_words_get_the_stem_of_their_script() -> None:
    assert script_language("startups", "kk") == "en"
    assert script_language("законы", "fr") == "ru"
    assert stems("стартаптар мен startups", "kk")[-1][1] == stem("startup", "en")


def test_query_forms_of_an_unknown_language() -> None:
    assert query_forms("заңдар") == {"ru": stem("зандар", "ru"), "kk": "зан"}
    assert set(query_forms("données")) == {"en", "fr"}
    assert query_forms("2029") == dict.fromkeys(("en", "fr", "ru", "kk"), "2029")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("В 2025 г. Токаев подписал закон. Он вступил.", 2),
        ("Собрали 5 млн. Тенге не хватило", 1),
        ("The U.S. Congress met. It voted.", 2),
        ("M. Macron parle. Il sort.", 2),
        ("К. Токаев прибыл. Он выступил.", 2),
        ("Указ № 5. Он подписан", 2),
        ("Version 3.5 is out", 1),
        ("alem.ai opened", 1),
        ("He said: “Go.” Then he left.", 2),
        ("Заголовок\n\nАбзац", 2),
        ("a line\nbroken in two", 1),
        ("Agenda:\n- first\n- second", 3),
        ("Wait… What", 2),
        ("", [""]),
    ],
)
def test_sentences(text: str, parts: list[str] | int) -> None:
    ends = sentences(text)
    assert ends[-1] == len(text)
    assert ends == sorted(set(ends))
    cut = [text[start:end].strip() for start, end in zip([0, *ends], ends, strict=False)]
    if isinstance(parts, int):
        assert len(cut) == parts
    else:
        assert cut == parts


@pytest.mark.parametrize("run", [".", "?", '."', "\n", "\n ", "a\u200b", "\u0301"])
def test_long_runs_are_read_in_one_go(run: str) -> None:
    """A quadratic pattern would take minutes over these; the suite's own time limit tells."""
    text = run * 50_000 + "x"
    assert sentences(text)[-1] == len(text)
    assert tokenize(text)[-1].text.endswith("x")
