"""Words and endings that tell a language from its neighbours where letters do not.

A Kazakh headline may be typed without Kazakh letters, or in one of the Latin alphabets; a Russian
one may be full of Kazakh names. A classifier by letters takes the first for Kyrgyz, the second
for Turkish or Uzbek and the third for Kazakh.
"""

from __future__ import annotations

import re

KAZAKH_LETTERS = frozenset("әғқңөұүһ")  # without і, which is Ukrainian too
_FOLDED = str.maketrans("әғқңөұүһі", "агкноуухи")

_QUOTED = re.compile(r"«[^«»]{0,120}»|“[^“”]{0,120}”|\"[^\"]{0,120}\"")
_WORD = re.compile(r"[^\W\d_]+(?:[-‘’'ʻ][^\W\d_]+)*")

_RUSSIAN_WORDS = """и в на не что с по для от до из к о об за при после как это его её их он она
    они мы вы ждут будет был была было были или но уже ещё также чем кто где когда если то же бы
    во со ко под над через между перед без у из-за около стал стала стали может могут больше новый
    новая новые новое более году года лет всех все свой своей сегодня завтра вчера почему нет
    сообщил сообщили заявил рассказал который которые которая процентов"""
_RUSSIAN = frozenset(_RUSSIAN_WORDS.split())
_RUSSIAN_ENDING = re.compile(
    r".{2,}(?:ого|его|ому|ему|ыми|ими|ая|яя|ое|ее|ые|ие|ий|ый|ться|тся|лся|лась|лись|ился|ала|али|"
    r"ило|ила|или|ела|ели|ула|ули|ует|уют|ают|яют|ает|яет|еет|ит|ят|ят|ёт|ет|ют|ов|ев|ами|ями|ах|"
    r"ях|ость|ости|остью|ение|ения|ению|ании|ания|ание|ию|ция|ции|цию|ать|ять|ить|еть|уть|ого|"
    r"ской|ских|ским|ская|ское|ский|ную|ной|ных|ным|ому|ском|вал|зал|сил|вил|шил|чил|рил|дил|ял|"
    r"ел|ыл|рыл|нял|вали|ерь)"
)
_RUSSIAN_ONLY = re.compile(r".*(?:крыты|няты|биты|шиты|аты|еты)")
_RUSSIAN_VERB = re.compile(
    r"[а-я]{2,}(?:[ияует]т|ются|ится|ется|атся|ал|ала|али|ил|ила|или|ел|ела)"
)
_UKRAINIAN = re.compile(
    r".{2,}(?:ють|ять|ати|ити|яти|ення|ання|ові|ею|ого)|чому|що|від|після|але|або|цей|щодо|якщо|та"
)
# Words that end like Russian ones and are Kazakh, or both.
_BOTH_WORDS = """ел бел жел мемлекет министрлигет сал бал ал кел кет бет мит акпарат университет
    интернет бюджет кабинет комитет пакет билет ракета спорт депутат сертификат"""
_BOTH = frozenset(_BOTH_WORDS.split())
_KAZAKH_WORDS = """жане мен бен пен туралы ушин бойынша деп деген дейин кейин жана укимет багдарлама
    мемлекет басшысы халкы халык елде ел жыл жылы биыл бугин кеше ертен осы бул сол барлык жок бар
    емес керек болды болады екен еди гой тагы да де бир еки уш кала каласы облыс облысы аудан ауыл
    балалар мектеп нан бага багасы жер су мунай бидай жол тил билим казак казакстан астанада
    алматыда кызылорда улттык халыкаралык жасанды цифрлык цифрланады"""
_KAZAKH = frozenset(_KAZAKH_WORDS.split())
_KAZAKH_ENDING = re.compile(
    r".{2,}(?:дын|дин|тын|тин|нын|нин|ды|ди|ты|ти|лар|лер|дар|дер|тар|тер|ган|ген|кан|кен|га|ге|"
    r"ка|ке|да|де|та|те|дан|ден|тан|тен|нан|нен|мен|лык|лик|дык|дик|тык|тик|сы|си|сын|син|ына|ине|"
    r"ында|инде|ары|ери|ады|еди|йды|йди|атын|етин|ып|ип|уде|уда|уге|уга|шы|ши|дагы|деги|нда|нде|"
    r"нга|нге|мак|мек|лыгы|лиги|зды|зди|ым|им|ай|ый)"
)
_KAZAKH_PREDICATE = re.compile(
    r".{1,}(?:ды|ди|ты|ти|ады|еди|йды|йди|ган|ген|кан|кен|мак|мек|уде|уда|жок|бар|емес|екен|жатыр|"
    r"отыр|тур|болды)"
)
_KAZAKH_ONLY = frozenset(("жаңа", "туралы", "мен", "бен", "дейін", "кейін", "болады", "заң"))
# "жана" is Kyrgyz for "and", and how a Kazakh without the letters types "new".
_KYRGYZ_ONLY = re.compile(
    r"(?:оо|өө|үү|ээ|аа|уу)|(?:лор|лөр|дор|дөр|төр|дө|төн|дөн|гө|чү|лүү)$|"
    r"^(?:жаңы|менен|боюнча|үчүн|өкмөт\w*|жогорку|эл|кыргыз\w*|быйыл|бишкек\w*|чейин|мыйзам\w*|"
    r"айлыгы|айыл|насыя|эмес|ар|жана)$"
)

_LATIN_LETTERS = re.compile(r"[ńǵñ]|[ýúáóíı](?=[a-zńǵ])|q[yaouıúóáü]|[bdgjklmnpqrstvz]yq")
_LATIN_WORDS = """qazaqstan qazaq jana jańa jaña memleket ukimet úkimet ükimet zan zań turaly
    jane jáne
    jäne ushin úshin üşin boiynsha elimizde elimiz bugin búgin bügin halyq halqy respublikasy
    basshysy
    qala qalasy oblys oblysy balalar mektep joq degen otti ótti ötti ashyldy jasandy tili jyl jyly
    biyl bıyl astanada almatyda studentter aitty aıtty jatyr bolady boldy emes kerek elde
    jañbyr jauady prezidenti kitap sany kobeidi"""
_LATIN = frozenset(_LATIN_WORDS.split())
_LATIN_STRONG = re.compile(
    r".{2,}(?:ldy|ndy|ady|rdy|qty|tty|pty|shy|syn|nyn|nyń|dyń|tyń|synyn|lary|dary|tary|ysy|lyq|dyq|"
    r"tyq|yna|ynda|atyn|ydy|yldy|ndı|ldı|adı|dıñ|nıñ|lıq|ğan|qan|ǵan|nda)"
)
_LATIN_WEAK = re.compile(
    r".{2,}(?:lar|ler|dar|der|tar|ter|da|de|ta|te|ga|ge|ğa|ǵa|di|ti|tti|edi|ni|nin|niń|men|gen|ken|"
    r"in|im|any|eni|iń|tke|ke)"
)
_TURKIC_ENDING = re.compile(
    r".{3,}(?:lar|ler|lari|leri|ning|dan|moqda|di|ti|dy|ty|ga|ka|ni|yor|asi|si)"
)
_NOT_KAZAKH = re.compile(
    r"[oOgG][‘’'ʻ`]|[əxwçâîåäß](?!\w*[ñūğ])|\b(?:va|uchun|bilan|yangi|ve|için|və)\b"
)

_OWN = {
    "en": """the of and to for is are was were with from after by at as on that has have its will
    what
        why how who new says said over into than more their this be not an a in""",
    "fr": """le les des du une et dans pour sur au aux avec est ce cette ses son sa qui que ne
    pas par
        plus après chez où sont ont leur leurs selon à un la en l d qu""",
    "de": "der die das und ein eine den dem nach ist nicht mit von für auf im zum",
    "es": "el los las del una y por con para se su después más al como qué",
    "it": "il gli dei nel della dopo di per con che e è sono nella dal lo",
    "pt": "o os as do da dos das uma e por com para não em no na ao após mais",
    "tr": "ve bir için ile bu da de sonra yeni olarak",
    "az": "və bir üçün ilə bu sonra yeni olaraq",
    "uz": "va bilan uchun bu bir yangi bo‘yicha ham",
    "pl": "i w na z do się nie jest po dla przez",
}
OWN_WORDS = {code: frozenset(words.split()) for code, words in _OWN.items()}


def words_of(text: str) -> list[str]:
    """The words of a text, as they are written."""
    return _WORD.findall(text)


def without_quotations(text: str) -> str:
    """A text without the names it quotes, unless little is left: a programme's name may be in
    another language than the sentence around it."""
    bare = _QUOTED.sub(" ", text)
    return bare if len(words_of(bare)) >= 2 else text


def kazakh_or_russian(words: list[str]) -> tuple[float, float]:
    """How much speaks for Kazakh and for Russian. A name counts half for Kazakh."""
    kazakh = russian = 0.0
    for word in words:
        low = word.lower()
        folded = low.translate(_FOLDED)
        special = bool(KAZAKH_LETTERS & set(low)) or ("і" in low and not set("їєґ") & set(low))
        if special or folded in _KAZAKH:
            kazakh += 0.5 if word[0].isupper() and special else 1.0
        elif low in _RUSSIAN:
            russian += 1.0
        elif folded in _BOTH:
            continue
        elif _KAZAKH_ENDING.fullmatch(folded) and not (
            _RUSSIAN_ENDING.fullmatch(low) or _RUSSIAN_ONLY.fullmatch(low)
        ):
            kazakh += 0.25 if word[0].isupper() else 0.5
        elif _RUSSIAN_ENDING.fullmatch(low):
            russian += 0.7
    last = words[-1].lower() if words else ""
    if _KAZAKH_PREDICATE.fullmatch(last.translate(_FOLDED)) and not _RUSSIAN_ONLY.fullmatch(last):
        return kazakh + 1.0, russian
    verbs = sum(bool(_RUSSIAN_VERB.fullmatch(word)) for word in words)
    return kazakh, russian + min(verbs, 1 + len(words) // 10)


def is_kyrgyz(words: list[str]) -> bool:
    """Whether words of a Turkic language in Cyrillic are spelled as Kyrgyz is."""
    low = [word.lower() for word in words]
    if any(set("ғқұәһі") & set(word) or word in _KAZAKH_ONLY for word in low):
        return False
    marked = sum(bool(_KYRGYZ_ONLY.search(word)) for word in low)
    own = any(set("өү") & set(word) for word in low)
    only_and = all(word == "жана" or not _KYRGYZ_ONLY.search(word) for word in low)
    return own or (marked > 0 and not only_and)


def is_ukrainian(words: list[str]) -> bool:
    """Whether words without Ukrainian letters have Ukrainian endings."""
    low = [word.lower() for word in words]
    return any(_UKRAINIAN.fullmatch(word) for word in low) and not any(
        set("ыэёъ") & set(word) for word in low
    )


def is_latin_kazakh(words: list[str]) -> bool:
    """Whether words are Kazakh in a Latin alphabet, with its accents or without."""
    text = " ".join(words).lower()
    if not words or _NOT_KAZAKH.search(text):
        return False
    strong = weak = 0
    for word in text.split():
        if word in _LATIN or _LATIN_LETTERS.search(word) or _LATIN_STRONG.fullmatch(word):
            strong += 1
        elif _LATIN_WEAK.fullmatch(word):
            weak += 1
        elif word in OWN_WORDS["en"] or word in OWN_WORDS["fr"]:
            weak -= 1
    least = 2 if len(words) > 2 else 1
    return strong >= least and (strong + weak) * 2 >= len(words)


def could_be_english(words: list[str]) -> bool:
    """Whether a headline has neither small words nor endings that are another language's: only
    English headlines do without."""
    low = [word.lower() for word in words]
    return (
        all(word.isascii() for word in low)
        and not any(word in own for word in low for own in OWN_WORDS.values())
        and not any(_TURKIC_ENDING.fullmatch(word) for word in low)
    )


def own_words(words: list[str]) -> dict[str, int]:
    """For each language in Latin letters, how many of the small words are its own."""
    low = [part for word in words for part in re.split(r"[’']", word.lower())]
    return {code: sum(word in own for word in low) for code, own in OWN_WORDS.items()}
