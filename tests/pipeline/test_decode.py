"""Every charset that a publisher may use, declared rightly, wrongly or not at all."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.decode import Decoded, decode

RUSSIAN = "Министр рассказал, как новый центр поможет школам: ещё весной мы начали обучение."
KAZAKH = "Министр жаңа орталықтың мектептерге қалай көмектесетінін айтты: оқыту көктемде басталды."
FRENCH = "Le ministre a expliqué comment le centre, créé à Astana, aidera déjà les élèves."
UKRAINIAN = "Міністр розповів, як новий центр допоможе школам: її думку й інші підтримали."
GERMAN = "Der Minister erklärte, wie das Zentrum für Schüler größere Möglichkeiten eröffnet."


def document(text: str, declared: str | None = None) -> str:
    encoding = f' encoding="{declared}"' if declared else ""
    return f'<?xml version="1.0"{encoding}?><rss><title>{text}</title></rss>'


@pytest.mark.parametrize(
    "charset", ["cp1251", "koi8-r", "iso8859-5", "cp866", "utf-8", "utf-16", "utf-16-le"]
)
@pytest.mark.parametrize("declared", [None, "utf-8", "windows-1251", "koi8-r", "iso-8859-1", "x-?"])
@pytest.mark.parametrize("text", [RUSSIAN, RUSSIAN.upper()])
def test_russian_is_read_whatever_is_declared(
    charset: str, declared: str | None, text: str
) -> None:
    whole = document(text, declared)
    assert decode(whole.encode(charset)).text == whole


@pytest.mark.parametrize(
    ("declared", "warning"),
    [
        (None, "charset.guessed"),
        ("windows-1251", None),
        ("utf-8", "charset.conflict"),
        ("koi8-r", "charset.conflict"),
    ],
)
def test_windows_1251_says_what_was_wrong(declared: str | None, warning: str | None) -> None:
    decoded = decode(document(RUSSIAN, declared).encode("cp1251"))
    assert decoded.charset == "cp1251"
    assert decoded.warnings == ((warning,) if warning else ())


def test_valid_utf8_wins_over_any_declaration() -> None:
    decoded = decode(
        document(KAZAKH, "windows-1251").encode(), content_type="text/xml; charset=koi8-r"
    )
    assert (decoded.charset, decoded.warnings) == ("utf-8", ("charset.conflict",))
    assert KAZAKH in decoded.text


@pytest.mark.parametrize("text", [KAZAKH, "Қазақстан", "Түркі әлемі", "Ғылым академиясы ашылды"])
def test_kazakh_labelled_windows_1251_is_kz1048(text: str) -> None:
    decoded = decode(document(text, "windows-1251").encode("kz1048"))
    assert (decoded.charset, decoded.warnings) == ("kz1048", ("charset.kz1048",))
    assert text in decoded.text


@pytest.mark.parametrize("declared", ["windows-1251", None])
@pytest.mark.parametrize("text", [UKRAINIAN, "Тоа ќе влијае на сите установи во земјата, " * 3])
def test_other_cyrillic_is_not_taken_for_kazakh(text: str, declared: str | None) -> None:
    assert text in decode(document(text, declared).encode("cp1251")).text


@pytest.mark.parametrize("declared", [None, "iso-8859-1", "windows-1251", "utf-8"])
@pytest.mark.parametrize("text", [FRENCH, GERMAN, "Il a dit “non” – l’IA attendra."])
def test_western_text_is_windows_1252(text: str, declared: str | None) -> None:
    assert text in decode(document(text, declared).encode("cp1252")).text


@pytest.mark.parametrize(
    ("text", "charset", "declared"),
    [
        ("人工知能の研究所が開設された", "cp932", "shift_jis"),
        ("인공지능 연구소가 문을 열었다", "cp949", "euc-kr"),
        ("人工智能研究所成立", "gb18030", "gb2312"),
        ("人工知能", "iso2022_jp", "iso-2022-jp"),
        ("افتتاح مركز الذكاء الاصطناعي", "cp1256", "windows-1256"),
        ("Άνοιξε το νέο κέντρο τεχνητής νοημοσύνης", "iso8859-7", "iso-8859-7"),
        ("Wicepremier otworzył większość sal", "iso8859-2", "iso-8859-2"),
    ],
)
def test_a_plausible_declaration_is_believed(text: str, charset: str, declared: str) -> None:
    decoded = decode(document(text, declared).encode(charset))
    assert text in decoded.text
    assert decoded.warnings == ()


@pytest.mark.parametrize("place", [0, 1])
def test_a_bad_byte_costs_one_character(place: int) -> None:
    body = document(RUSSIAN).encode()
    at = body.index("центр".encode()) + place
    broken = body[:at] + b"\xff" + body[at + 1 :]
    decoded = decode(broken, content_type="text/xml; charset=utf-8")
    assert decoded.text == document(RUSSIAN.replace("центр", "\ufffdентр"))
    assert decoded.warnings == ("charset.replaced=1",)


def test_damage_in_plain_english_is_no_other_charset() -> None:
    assert decode(document("plain \xff text", "utf-8").encode("latin-1")).text == document(
        "plain \ufffd text", "utf-8"
    )


def test_the_header_goes_before_the_document_and_a_meta_tag_counts_in_html() -> None:
    page = f'<html><head><meta charset="koi8-r"></head><p>{RUSSIAN}</p></html>'
    assert decode(page.encode("koi8-r"), kind="html").warnings == ()
    assert decode(page.encode("koi8-r"), kind="text").warnings == ("charset.guessed",)
    header = "text/html; Charset='koi8-r'"
    assert decode(RUSSIAN.encode("koi8-r"), content_type=header, kind="text").warnings == ()


@pytest.mark.parametrize("mark", [codecs.BOM_UTF8, codecs.BOM_UTF8 * 2])
def test_byte_order_marks_go_wherever_they_stand(mark: bytes) -> None:
    assert decode(mark + "<a>\ufeffб\ufeff</a>".encode()).text == "<a>б</a>"


def test_control_characters_go_and_c1_is_read_as_punctuation() -> None:
    decoded = decode("<a>x\0\x01\x08\x0by\x1f\x7f \x93z\x94\ud7ff\ufffe</a>".encode())
    assert decoded.text == "<a>x y “z”\ud7ff</a>"


def test_nothing_is_nothing() -> None:
    assert decode(b"") == Decoded("", "utf-8")


@given(st.binary(max_size=300), st.sampled_from(["", "text/xml; charset=windows-1251", "charset="]))
def test_any_bytes_give_text_that_can_be_stored(body: bytes, content_type: str) -> None:
    text = decode(body, content_type=content_type, kind="html").text
    assert "\0" not in text
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]), max_size=200))
def test_utf8_comes_back_as_it_was(text: str) -> None:
    body = f"<a>{text}</a>".encode()
    assert decode(body).text == f"<a>{text.replace(chr(0xFEFF), '')}</a>"
