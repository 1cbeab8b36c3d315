"""Folded word → stem. Snowball where it knows the language, our own stripper for Kazakh.

Snowball was made for words as written and ours are folded, so each language has a step before it,
and a short list of words on which its rules go wrong where a reader of this archive would notice:
"données" and "dons" are one stem to it, "loi" and "lois" two, "Астана" and "Астане" two.
"""

from __future__ import annotations

import re
from functools import lru_cache
from threading import local

import Stemmer

from monitor.pipeline import kazakh

_SNOWBALL = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german",
    "el": "greek", "en": "english", "es": "spanish", "fi": "finnish", "fr": "french",
    "hu": "hungarian", "it": "italian", "lt": "lithuanian", "nl": "dutch", "no": "norwegian",
    "pl": "polish", "pt": "portuguese", "ro": "romanian", "ru": "russian", "sv": "swedish",
    "tr": "turkish",
}  # fmt: skip
_stemmers = local()  # a Snowball stemmer is not to be shared between threads


@lru_cache(maxsize=1 << 16)
def stem(folded: str, language: str) -> str:
    """What the inflected forms of a folded word share; the word itself in an unknown language."""
    if folded.isdigit():
        return folded
    if language == "kk":
        return kazakh.stem(folded)
    if language == "en":
        return _english(folded)
    if language == "fr":
        return _french(folded)
    if language == "ru":
        return _russian(folded)
    return _snowball(folded, language)


def _snowball(word: str, language: str) -> str:
    name = _SNOWBALL.get(language)
    if name is None:
        return word
    stemmer = getattr(_stemmers, name, None)
    if stemmer is None:
        stemmer = Stemmer.Stemmer(name, 0)  # our cache stands above it
        setattr(_stemmers, name, stemmer)
    found: str = stemmer.stemWord(word)
    return found or word


# British spelling becomes American where it is a suffix: organisation, digitise, analysing.
_BRITISH = re.compile(
    r"(?<=[a-z]{4})(is|ys)(?=(?:e|ed|es|er|ers|ing|ation|ations|ational|ement|ements)$)"
)
_ENGLISH = {
    **dict.fromkeys(("university", "universities"), "university"),
    **dict.fromkeys(("international", "internationally"), "international"),
    "internet": "internet",
    **dict.fromkeys(("digit", "digits"), "digits"),  # digital becomes "digit"
    **dict.fromkeys(("organ", "organs"), "organs"),  # organization becomes "organ"
    "data": "datum", "children": "child", "analyses": "analysi", "built": "build",
    "wrote": "write", "written": "write", "men": "man", "women": "woman", "held": "hold",
    "spoke": "speak", "spoken": "speak", "said": "say", "grew": "grow", "grown": "grow",
    "met": "meet", "took": "take", "taken": "take", "gave": "give", "given": "give",
    "made": "make", "won": "win", "led": "lead", "sold": "sell", "bought": "buy",
    "paid": "pay", "taught": "teach", "stolen": "steal", "stole": "steal", "sent": "send",
    "began": "begin", "begun": "begin", "chose": "choos", "chosen": "choos",
}  # fmt: skip


def _english(word: str) -> str:
    known = _ENGLISH.get(word)
    if known is not None:
        return known
    return _snowball(_BRITISH.sub(lambda found: found[1][0] + "z", word), "en")


_FRENCH = {
    **dict.fromkeys(("donnee", "donnees"), "donnee"),  # beside don and donner
    **dict.fromkeys(("travail", "travaux"), "travail"),
    **dict.fromkeys(("loi", "lois"), "loi"),
    **dict.fromkeys(("course", "courses"), "course"),  # beside cours
    **dict.fromkeys(("public", "publics", "publique", "publiques"), "public"),
    "enjeux": "enjeu", "jeux": "jeu", "lieux": "lieu", "milieux": "milieu", "pays": "pays",
    "ups": "up",
    **dict.fromkeys(("oeil", "yeux"), "oeil"),
    **dict.fromkeys(("universite", "universites", "universitaire"), "universite"),
    **dict.fromkeys(("etat", "etats", "etatique"), "etat"),
    **dict.fromkeys(("nouveau", "nouveaux", "nouvel", "nouvelle", "nouvelles"), "nouvel"),
}  # fmt: skip
# Plurals that Snowball keeps: it takes no s after a vowel other than e.
_FRENCH_PLURAL = re.compile(r"(?<=[a-z]{3}[aiou])s$")
# Endings that Snowball's rules need otherwise: above all accents, which folding took.
_FRENCH_ENDINGS = (
    (re.compile(r"ifs?$"), "ive"),  # actif, active
    (re.compile(r"ee(?=s?$)"), "ée"),
    (re.compile(r"ite(?=s?$)"), "ité"),
    (re.compile(r"(?<=[a-z]{3}[a-z])es$"), "e"),
)


def _french(word: str) -> str:
    known = _FRENCH.get(word)
    if known is not None:
        return known
    word = _FRENCH_PLURAL.sub("", word)
    for ending, letters in _FRENCH_ENDINGS:
        word = ending.sub(letters, word)
    found = _snowball(word, "fr").replace("é", "e")
    return found if len(found) > 2 else word.replace("é", "e")


# Nouns whose end Snowball takes for that of a verb, so that their cases part: портал, порталы.
_RUSSIAN_NOUNS = frozenset({
    "портал", "канал", "журнал", "сигнал", "капитал", "персонал", "терминал", "финал", "филиал",
    "материал", "потенциал", "генерал", "минерал", "скандал", "интеграл", "квартал", "идеал",
    "криминал", "мемориал", "сериал", "арсенал", "орган", "экран", "океан", "ураган", "туман",
    "роман", "обман", "диван", "кредит", "лимит", "транзит", "аудит", "визит", "дефицит", "профит",
    "депозит", "бандит", "обмен", "домен", "феномен", "режим", "профил", "автомобил", "астан",
    "пакет", "сюжет", "бюджет", "комитет", "интернет", "систем", "проблем", "схем", "объем",
    "прием", "подъем", "дуров", "бектенов",
})  # fmt: skip
_RUSSIAN_CASES = (
    "", "а", "у", "е", "ом", "ы", "и", "ов", "ам", "ами", "ах", "ой", "ою", "ь", "я", "ю", "ем",
    "ей", "ям", "ями", "ях", "ым",
)  # fmt: skip
_RUSSIAN_NOUNS_IN_Y = frozenset({
    "кита", "случа", "обыча", "юбиле", "музе", "кра", "урожа", "алта", "дуба", "шанха", "попуга",
})  # fmt: skip
_RUSSIAN_CASES_IN_Y = ("й", "я", "ю", "е", "ем", "и", "ев", "ям", "ями", "ях")
_RUSSIAN_COUNTRY = re.compile(r"(.+стан)(?:а|у|е|ом|ы|ов|ам|ами|ах)?")
_RUSSIAN_DECLENSIONS = (
    (_RUSSIAN_NOUNS, _RUSSIAN_CASES),
    (_RUSSIAN_NOUNS_IN_Y, _RUSSIAN_CASES_IN_Y),
)

# Surnames: Токаев, Токаевым; Бектенов, Бектенова. Snowball takes -ев and -ов for a plural, and
# so does a reader after a consonant (законов) or in a long word (критериев), unless another
# ending follows.
_RUSSIAN_SURNAME = re.compile(r"(.{2,}[ауы]ев|.{2,4}иев)(?:а|у|ым|е|ы|ых|ой)?")
_RUSSIAN_SURNAME_OV = re.compile(r"(.{4,})ов[ауеы]")
_RUSSIAN = {
    **dict.fromkeys(("данные", "данных", "данным", "данными"), "данн"),  # beside дань
    **dict.fromkeys(("гражданин", "гражданина", "граждане", "граждан", "гражданам"), "граждан"),
    **dict.fromkeys(("день", "дня", "дню", "днем", "дне", "дни", "дней", "дням"), "день"),
}
_CONJUGATED = re.compile(r"(?<=[а-я]{4})ова$")  # использова-ть, использу-ет
_FLEETING = re.compile(r"(?<=[а-я]{3})[ое](?=[кц]$)")  # рынок, рынка; казахстанец, казахстанца


def _russian(word: str) -> str:
    known = _RUSSIAN.get(word)
    if known is not None:
        return known
    if len(word) <= 2:  # ИИ is artificial intelligence; Snowball makes it "и", which is "and"
        return word
    for nouns, cases in _RUSSIAN_DECLENSIONS:
        for case in cases:
            if word.endswith(case) and word[: len(word) - len(case)] in nouns:
                return word[: len(word) - len(case)]
    for pattern in (_RUSSIAN_COUNTRY, _RUSSIAN_SURNAME, _RUSSIAN_SURNAME_OV):
        found = pattern.fullmatch(word)
        if found:
            return found[1]
    return _FLEETING.sub("", _CONJUGATED.sub("", _snowball(word, "ru")))
