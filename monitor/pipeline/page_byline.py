"""Names of people out of bylines: neither the outlet nor a role, a desk or an address."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from monitor.pipeline.json_ld import comparable
from monitor.pipeline.near_headline import Line, is_elsewhere, names_of

_SPACE = re.compile(r"\s+")
_ROLE = (
    r"(?:senior |chief |special |staff |foreign |deputy |managing )*"
    r"(?:reporters?|writers?|correspondents?|editors?(?:-in-chief)?|contributors?|journalists?|"
    r"columnists?|photographers?|journaliste|correspondante?|rédact(?:eur|rice)(?: en chef)?|"
    r"envoyée? spéciale?|корреспондент\w*|редактор\w*|журналист\w*|обозревател\w*|"
    r"автор\w*|фотограф\w*|тілші\w*|редакторы?|журналист)"
)
_LEAD = re.compile(
    r"^\W*(?:(?:[a-z]+ ){0,2}by|par|von|propos recueillis par|"
    rf"автор(?:ы|лар|ы статьи)?|текст|мәтін|дайындаған|авторы|подготовил[аи]?|{_ROLE})(?!\w)[\s:]*",
    re.IGNORECASE,
)
# "Aida Haidar in Nation on 2 August 2023": the section and the date are no part of the name.
_TAIL = re.compile(
    r"\s+(?:(?:in|on|dans|le|am)\s.*\d{4}|[|•·–—-]\s.*|\d{1,2}[\s./].*|"
    r"(?:for|pour|avec|with|специально для|для)\s.*|(?:is|est)\s(?:an?|une?)\s.*|"
    r"(?:on )?(?:mon|tues|wednes|thurs|fri|satur|sun)day.*)$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"\s*[(<\[][^()<>\[\]]*[)>\]]")
_MAIL_AND_NAME = re.compile(r"^\S+@\S+\s*\(([^()]+)\)$")
_AND = re.compile(r"\s*(?:;|&|/|\|)\s*|\s+(?:and|et|und|и|және)\s+", re.IGNORECASE)
_COMMA = re.compile(r"\s*,\s*")
_ADDRESS = re.compile(r"https?://|www\.|@|\.(?:com|kz|ru|fr|org|net|az|uz|kg)\b", re.IGNORECASE)
# Words that no person is called by; with them a byline names a desk, an agency or a role.
_NO_PERSON = re.compile(
    r"(?<![\w-])(?:staff|reports?|reporters?|newsroom|newsdesk|desk|team|editors?|editorial|board|"
    r"agency|agencies|press|office|service|services|news|media|admin|administrator|administrateur|"
    r"webmaster|user|root|guest|editor|author|anonymous|unknown|contributors?|writers?|"
    r"correspondents?|journalists?|ministry|government|department|committee|council|bureau|wire|"
    r"wires|online|redaction|rédaction|équipe|agences?|auteur|ministère|gouvernement|dépêche|"
    r"редакци\w*|редактор\w*|агентств\w*|служб\w*|пресс-служб\w*|корреспондент\w*|журналист\w*|"
    r"министерств\w*|правительств\w*|администратор|админ|новост\w*|автор|коллектив|портал\w*|"
    r"источник\w*|собкор|собинформ|"
    r"редакция\w*|қызмет\w*|агенттіг\w*|тілші\w*|министрліг\w*|үкімет\w*|әкімші\w*|жаңалықтар|"
    r"баспасөз\w*|ақпарат|"
    r"afp|reuters|ap|bloomberg|tass|тасс|xinhua|dpa|rfi|bbc|cnn|euronews|"
    r"kazinform|qazinform|казинформ|қазақпарат|интерфакс|interfax|sputnik|трэнд|trend|azertac|"
    r"inc|llc|ltd|тоо|жшс|group|times|post|today|daily|tribune|gazette|herald|tv|24|"
    r"copyright|rights|reserved)(?![\w-])",
    re.IGNORECASE,
)
_BYLINE_NAMES = re.compile(
    r"(?:^|[\s_-])(?:authors?|byline|by-?author|contributors?|writer|auteur|avtor)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BYLINE = re.compile(r"^\W*(?:by|par|автор\w*|мәтін|авторы)(?:\s*:\s*|\s+)(?=[^\W\d_])", re.I)
_DEGREE = re.compile(r"(?:[A-Z]{1,3}\\.?){1,4}|[Pp][Hh]\\.?[Dd]\\.?|Dr\\.?|[A-ZА-ЯӘҒҚҢӨҰҮҺІ]{2,}")
_LINKS = frozenset(("and", "et", "и", "және", "by", "par", "for", "avec"))
_PARTICLES = frozenset(
    (
        "de",
        "du",
        "la",
        "le",
        "van",
        "von",
        "der",
        "den",
        "al",
        "bin",
        "ben",
        "da",
        "d",
        "uly",
        "qyzy",
        "ұлы",
        "қызы",
    )
)
_LONGEST_NAME = 60
_MOST_WORDS = 5
_MOST_VISIBLE = 6


def clean_authors(bylines: Iterable[str], outlets: Collection[str] = ()) -> tuple[str, ...]:
    """Each person once, in order, without "By", roles, dates and addresses. `outlets` are names,
    comparable, that the site goes by."""
    names: dict[str, None] = {}
    for byline in bylines:
        line = _SPACE.sub(" ", byline).strip()
        if found := _MAIL_AND_NAME.fullmatch(line):
            line = found[1]
        line = _BRACKETS.sub("", line)
        for part in _AND.split(_TAIL.sub("", _LEAD.sub("", line, count=1))):
            for name in _people(part):
                name = _LEAD.sub("", name.strip(" .,:;·•-–—\"'«»")).strip()
                if _is_person(name, outlets):
                    names[name] = None
    return tuple(names)


def visible_authors(
    lines: Iterable[Line], titles: Sequence[str], outlets: Collection[str]
) -> tuple[str, ...]:
    """Who a reader sees named beside the headline, in an element made for that or after "By"."""
    found: list[str] = []
    for line in lines:
        if not line.beside or len(line.text) > 2 * _LONGEST_NAME or len(found) >= _MOST_VISIBLE:
            continue
        linked = "author" in (line.element.get("rel") or "").lower().split()
        named = linked or bool(_BYLINE_NAMES.search(names_of(line.element)))
        if (named or _BYLINE.match(line.text)) and not is_elsewhere(line.element, titles):
            found.append(line.text)
    found = [one for one in found if _all_names(one)]
    return clean_authors(found, outlets)


def _all_names(byline: str) -> bool:
    """Whether what stands after "By" is written as names are: "by the ministries" is a sentence."""
    line = _TAIL.sub("", _LEAD.sub("", byline, count=1))
    words = [word for word in re.findall(r"[^\W\d_]+", line) if word.lower() not in _LINKS]
    return bool(words) and all(word[0].isupper() or word in _PARTICLES for word in words)


def _people(part: str) -> list[str]:
    """ "Tokayev, Kassym-Jomart" is one name; "Aida Haidar, Paul Exemple" are two."""
    pieces = [piece for piece in _COMMA.split(part) if piece]
    one_name = len(pieces) == 2 and all(" " not in piece for piece in pieces)
    return [part] if one_name else pieces


def _is_person(name: str, outlets: Collection[str]) -> bool:
    if not name or len(name) > _LONGEST_NAME or len(name.split()) > _MOST_WORDS:
        return False
    if _ADDRESS.search(name) or _NO_PERSON.search(name) or re.search(r"[0-9_]", name):
        return False
    letters = [sign for sign in name if sign.isalpha()]
    if len(letters) < 2 or name == name.lower() or _DEGREE.fullmatch(name):
        return False
    called = comparable(name)
    alone = " " not in name
    return called not in outlets and not (alone and any(called in one for one in outlets))
