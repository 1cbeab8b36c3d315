"""A suffix stripper for Kazakh, on folded letters (`monitor.pipeline.words.fold`).

Kazakh adds suffixes in a fixed order, stem + plural + possessive + case, and the first letter of
most of them is chosen by the sound before it. `stem` takes them off from the right, the longest
of each kind first, and only where that first letter fits: "аудан" (district) is not "ау" with the
ablative, "интернет" is not "интер" with one.

Some stems end like a suffix ("маман", specialist; "кеңес", council), and no rule can tell
"маман-ы" from "мама-ны" without a dictionary. There the same ending is taken off the bare word
too, so that all forms meet in one stem, even though it is not the stem of a grammar.

Folding makes ә а, ө о, ұ and ү у, ң н, қ к, ғ г, һ х and і и: suffixes below are written so.
"""

from __future__ import annotations

_VOWELS = frozenset("аоыиеэюя")  # у is a glide to the suffix that follows: тау-ды, дамыту-лар
_VOICELESS = frozenset("пткхсшщчцфбвгд")  # what т-, к-, п- follow; б в г д end loans and names
_NASAL = frozenset("мн")
_VOICED = frozenset("аоыиеэюяужзйлмнрь")
_DENTAL = frozenset("ужзйлрмнь")  # consonants that д- follows
_NARROW = frozenset("ыи")  # the third person's possessive, before a case
_CONSONANT = (_VOICED | _VOICELESS) - _VOWELS

# Less than three letters tell nothing, except in these, on which families of words stand.
_LEAST = 3
_SHORT = frozenset({"ел", "ис", "уй", "ай", "су", "ат", "ер", "ал", "аш", "ет", "от", "ек"})

# Words that look inflected and are not, and what names end in.
_WHOLE = frozenset({
    "жасанды", "караганды", "канада", "уганда", "руанда", "испания", "украина", "астана",
    "стартап", "онлайн", "кызыл", "жасыл", "конил", "бойынша", "тенге", "тулга", "айел", "модел",
    "портал", "канал", "журнал", "материал", "капитал", "сигнал", "терминал", "финал", "филиал",
    "потенциал", "персонал", "генерал", "квартал",
})  # fmt: skip
_NAME_ENDINGS = ("стан", "орда")

# Spellings that a reader takes for the same word, and stems that lose a vowel (халык, халкы).
_SAME = {"цифрлы": "цифрлык", "халык": "халк", "орын": "орн"}
_OF_A_COUNTRY = ("стандык", "стандыг")  # казакстандык: of Kazakhstan

_Table = tuple[tuple[str, frozenset[str]], ...]


def _table(*rows: tuple[str, frozenset[str]]) -> _Table:
    """Suffixes with the sounds they may follow, the longest first."""
    each = [(suffix, after) for suffixes, after in rows for suffix in suffixes.split()]
    return tuple(sorted(each, key=lambda row: -len(row[0])))


# Without атын, етин: "дамытатын" (developing) ends like "ақпаратын" (its information, accusative),
# and such nouns are the commoner and the more telling.
_PRESENT = _table(("ады еди", _CONSONANT))
_PRESENT_OF_VOWEL_STEM = _table(("йтын йтин йды йди", _VOWELS))
_LOCATIVE_ADJECTIVE = _table(
    ("дагы деги", _VOICED), ("тагы теги", _VOICELESS), ("ндагы ндеги", _NARROW)
)
_CASE = _table(
    ("нын нин", _VOWELS | _NASAL),
    ("дын дин ды ди", _DENTAL),
    ("тын тин ты ти та те тан тен ка ке пен", _VOICELESS),
    ("ны ни", _VOWELS),
    ("га ге да де мен", _VOICED),
    ("дан ден", _VOICED - _NASAL),
    ("нан нен", _NASAL | _NARROW),
    ("бен", frozenset("жз")),
    ("на не н нда нде", _NARROW),
)
_POSSESSIVE = _table(("сы си мыз миз ныз низ", _VOWELS), ("ымыз имиз ыныз иниз ы и", _CONSONANT))
_PLURAL = _table(
    ("лар лер", _VOWELS | frozenset("рйу")),
    ("дар дер", frozenset("лмнжзь")),
    ("тар тер", _VOICELESS),
)
_VERBAL = _table(("ган ген", _VOICED), ("кан кен", _VOICELESS), ("ып ип", _CONSONANT))
_PASSIVE = _table(("ыл ил", _CONSONANT))
_PASSIVE_OF_VOWEL_STEM = _table(("л", frozenset("ае")))
_PAST = ("ды", "ди", "ты", "ти")


def stem(folded: str) -> str:
    """What the inflected forms of a folded Kazakh word share. Never empty, never longer."""
    word = _strip(_strip(folded, _PRESENT), _PRESENT_OF_VOWEL_STEM, least=4)
    verb = word != folded
    for table in () if verb else (_LOCATIVE_ADJECTIVE, _CASE, _POSSESSIVE, _PLURAL):
        if _is_whole(word):
            break
        word = _strip(word, table)
    if word.endswith(_OF_A_COUNTRY):
        word = word[:-3]
    if _is_whole(word):
        return _SAME.get(word, word)
    rest = _strip(word, _VERBAL)
    if verb or rest != word or folded.endswith(_PAST) or word.endswith("у"):
        rest = _strip(_evened(rest), _PASSIVE)
        rest = _strip(rest, _PASSIVE_OF_VOWEL_STEM, least=4)
    return _evened(rest)


def _is_whole(word: str) -> bool:
    return word in _WHOLE or word in _SAME or word.endswith(_NAME_ENDINGS)


def _strip(word: str, table: _Table, least: int = _LEAST) -> str:
    """Take off the first suffix of the table that fits and leaves enough of a word."""
    for suffix, after in table:
        if word.endswith(suffix):
            rest = word[: -len(suffix)]
            if rest[-1:] in after and _enough(rest, least):
                return rest
    return word


def _enough(rest: str, least: int = _LEAST) -> bool:
    return len(rest) >= least or rest in _SHORT


_EVEN = {"г": "к", "б": "п", "ю": "й"}  # дерег-і is дерек, мектеб-і мектеп, қою қой-у


def _evened(word: str) -> str:
    """Take off what no rule can tell from a suffix, and undo the voicing before one."""
    while not _is_whole(word):
        word = word[:-1] + _EVEN.get(word[-1:], word[-1:])
        rest, last = word[:-1], word[-1:]
        narrow = last in _NARROW and rest[-1:] in _CONSONANT
        glide = last in ("у", "ь")
        if not ((narrow or glide) and _enough(rest)) and not (
            len(rest) >= 4 and _may_be_suffix(rest[-1], last)
        ):
            break
        word = rest
    return word


def _may_be_suffix(before: str, last: str) -> bool:
    if last in "нсп":  # маман-ы or мама-ны, кеңес-і or кеңе-сі; the converb қабылда-п
        return before in _VOWELS
    if last == "й":  # Қытай-ды, or the present қабылда-йды
        return before in "ае"
    if last == "т":  # проект-і, or министрлік-ті
        return before in "кпсф"
    return last in "ае" and before in _CONSONANT  # қабылда-ды, or дамыт-ады
