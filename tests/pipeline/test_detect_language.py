"""Languages of texts, of titles, and of texts that quote another language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.pipeline.detect_language import LANGUAGES, detect_language, language_code

TITLES = [
    ("en", "Government approves the strategy for artificial intelligence"),
    ("en", "Kazakhstan and Japan sign a memorandum on digital ties"),
    ("fr", "Le gouvernement adopte sa stratégie pour l'intelligence artificielle"),
    ("fr", "La moitié des villes moyennes ont ouvert un guichet numérique"),
    ("ru", "Правительство утвердило стратегию развития искусственного интеллекта"),
    ("ru", "Токаев провёл встречу с руководителями IT-компаний в Астане"),
    ("kk", "Үкімет жасанды интеллектіні дамыту стратегиясын бекітті"),
    ("kk", "Мемлекет басшысы Цифрлық даму министрін қабылдады"),
    ("kk", "Астанада халықаралық форум ашылды, оған отыз ел қатысты"),
    ("uk", "Уряд затвердив стратегію розвитку штучного інтелекту на три роки"),
    ("ky", "Өкмөт жасалма интеллектти өнүктүрүү боюнча стратегияны бекитти"),
    ("de", "Die Regierung beschließt ihre Strategie für künstliche Intelligenz"),
    ("tr", "Hükümet yapay zekâ stratejisini onayladı ve bütçesini açıkladı"),
]


@pytest.mark.parametrize(("language", "title"), TITLES)
def test_titles(language: str, title: str) -> None:
    assert detect_language("", title) == language
    assert detect_language(title.upper()) == language


@pytest.mark.parametrize(("language", "title"), TITLES)
@pytest.mark.parametrize("hint", ["en", "ru", "kz", "de-DE", None])
def test_a_wrong_hint_does_not_turn_a_sentence(language: str, title: str, hint: str) -> None:
    assert detect_language(f"{title}. {title}.", title, hint) == language


def test_russian_full_of_kazakh_names_stays_russian() -> None:
    text = (
        "Фонд «Самұрық-Қазына» объявил тендер на строительство центра обработки данных. "
        "Об этом сообщили в пресс-службе фонда, передаёт корреспондент агентства. Заявки "
        "принимаются до конца месяца, победителя назовут в сентябре. Проект войдёт в программу "
        "развития цифровой инфраструктуры страны, рассчитанную на три года."
    )
    assert detect_language(text) == "ru"


def test_kazakh_with_russian_quotations_stays_kazakh() -> None:
    text = (
        "Министр жиында жаңа бағдарламаның мақсатын түсіндірді. Оның айтуынша, «Цифровой "
        "Казахстан» атты жоба аясында ауылдарға жоғары жылдамдықты интернет тартылады. Жыл "
        "соңына дейін мыңнан астам елді мекен қамтылмақ."
    )
    assert detect_language(text) == "kk"


@pytest.mark.parametrize(
    ("text", "hint", "language"),
    [("", "kz", "kk"), ("2026", "ru", "ru"), ("", None, "en"), ("AI", "fr-FR", "fr")],
)
def test_the_hint_decides_where_words_say_too_little(
    text: str, hint: str | None, language: str
) -> None:
    assert detect_language(text, hint=hint) == language


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("kz", "kk"),
        ("KZ", "kk"),
        ("kk-KZ", "kk"),
        ("en_GB", "en"),
        ("rus", "ru"),
        ("x-default", None),
        ("", None),
        (None, None),
        ("english", None),
    ],
)
def test_codes(name: str | None, code: str | None) -> None:
    assert language_code(name) == code


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=200), st.text(max_size=50), st.none() | st.text(max_size=8))
def test_always_a_code(text: str, title: str, hint: str | None) -> None:
    found = detect_language(text, title, hint)
    assert found in LANGUAGES or found == language_code(hint)
