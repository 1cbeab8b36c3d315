"""What stands inside an article without being part of its text."""

from __future__ import annotations

import re
from functools import lru_cache

from lxml.html import HtmlElement

_TAG_NAMES = """script style noscript template iframe object embed svg canvas audio video
    figcaption button select textarea input"""
NOISE_TAGS = frozenset(_TAG_NAMES.split())
# These hold whole articles on some pages: a form around everything, a nav that is never closed.
UNNAMED_TAGS = frozenset(("nav", "aside", "form", "footer", "dialog"))

# Whole words of a class or id, with hyphens and underscores as boundaries. Sites give such names
# to the wrapper of a whole article too: taken at their word, they cost 8 of 181 benchmark pages
# their text. So a named element is noise only while it is small or mostly links.
_WORDS = """caption credit credits copyright share sharing social socials addtoany sharedaddy
    related relatedposts readmore recommended newsletter advert advertisement adsbygoogle breadcrumb
    breadcrumbs comments disqus pullquote quotation"""
_NAMES = frozenset(_WORDS.split())
_PHRASES = """read-more read-also subscribe-box subscription-box ad-slot sponsored-link comment-list
    author-bio cookie-banner cookie-notice cookie-consent screen-reader-text sr-only visually-hidden
    pull-quote"""
_PAIRS = tuple(f"-{phrase}-" for phrase in _PHRASES.split())
_FIRST = frozenset(phrase.partition("-")[0] for phrase in _PHRASES.split())
_BETWEEN = re.compile(r"[\s_-]+")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")  # "imageCredit" says what "image-credit" says

_CUE = (
    r"read (?:more|also|next)|see also|also read|more on this|related(?: articles?| stories)?|"
    r"watch(?: also)?|"
    r"lire aussi|à lire aussi|lire (?:également|la suite)|voir aussi|sur le même sujet|"
    r"читайте (?:также|ещ[её]|по теме)|читать (?:далее|также)|смотрите также|по теме|"
    r"(?:тағы|сондай-ақ) оқыңыз(?:дар)?|оқи отырыңыз|толығырақ оқу|"
    r"lesen sie auch|mehr zum thema|lesen sie mehr"
)
_LINK_CUE = re.compile(rf"^\W*(?:{_CUE})\b", re.IGNORECASE)

_LINE = re.compile(
    rf"^\W*(?:(?:{_CUE})\W*(?:here|ici|здесь)?|"
    r"advertisement|ad|publicité|реклама|жарнама|anzeige|"
    r"share(?: this(?: article| story)?| on \w+)?|partager(?: cet article)?|поделиться|бөлісу|"
    r"(?:sign up|subscribe)(?: (?:to|for) (?:our|the) .{0,60}newsletter)?.?|"
    r"sign up (?:to|for) [^.]{1,40}|(?:free )?(?:daily|weekly) newsletter|privacy notice:.{0,140}|"
    r"(?:image|video|photo|picture) (?:source|caption|credit|copyright).{0,80}|"
    r"(?:photos?|photo credits?|credits?|crédit photo|фото|сурет|foto|bild)\s*:.{0,80}|"
    r"(?:©|copyright\b).{0,80}|"
    r"(?:image|photo|foto|slide|фото) \d+ (?:of|de|sur|von|из|/) \d+.{0,100}|"
    r"back to gallery|caption|close|"
    r"(?:story|article) continues below(?: (?:this )?advertisement)?|"
    r"this advertisement has not loaded yet.{0,60}|"
    r"print|e-?mail|facebook|twitter|whatsapp|telegram|"
    r"\d* ?comments?|комментарии|комментировать|пікірлер)\W*$",
    re.IGNORECASE,
)
# Headings and labels of what follows a text: nothing after them belongs to it.
_CLOSING = re.compile(
    rf"^\W*(?:{_CUE}|more (?:from|stories|news|articles|coverage)|most (?:read|popular|viewed)|"
    r"latest (?:news|stories|articles)|recommended|trending|top stories|"
    r"you (?:may|might) (?:also )?(?:like|be interested)|popular (?:news|stories|posts)|"
    r"comments|leave a (?:reply|comment)|join the (?:conversation|discussion)|"
    r"about the authors?|share this|follow us|(?:related )?(?:tags|topics|keywords)|filed under|"
    r"sur le même (?:sujet|thème)|les plus lus|articles? (?:liés?|similaires|associés)|"
    r"à (?:lire|découvrir)|commentaires|laisser un commentaire|partager|plus d'articles|"
    r"вам (?:может|будет) .{0,20}|похожие .{0,20}|другие (?:новости|материалы)|"
    r"последние новости|популярн\w+|самое читаемое|теги|метки|оставить комментарий|об авторе|"
    r"поделиться|ещё по теме|отзывы|"
    r"ұқсас .{0,20}|соңғы жаңалықтар|көп оқылған\w*|пікір қалдыру|тегтер|бөлісіңіз|"
    r"басқа жаңалықтар|"
    r"auch interessant|das könnte .{0,30}|meistgelesen|você pode gostar|leia também|"
    r"te puede interesar|lea también|leggi anche|potrebbe interessarti)\W*$",
    re.IGNORECASE,
)
# Sentences in which a site speaks of itself, as the last ones of a text.
_APPEAL = re.compile(
    r"\b(?:subscribe|sign up|click here|follow (?:us|him|her|me|them)\b|like us on|join us on|"
    r"download (?:the|our) app|get (?:the latest|our)|tell us|send us|have a (?:tip|story)|"
    r"contact (?:the|us)|support our|"
    r"abonnez-vous|inscrivez-vous|suivez[- ](?:nous|notre)|téléchargez|rejoignez[- ]nous|"
    r"cliquez ici|"
    r"подписывайтесь|подпишитесь|следите за|присоединяйтесь|читайте нас|наш (?:телеграм|telegram)|"
    r"(?:телеграм|telegram)[- ]канал\w*|"
    r"жазылыңыз(?:дар)?|бізге қосылыңыз|(?:телеграм|telegram)[- ]арна\w*|"
    r"abonnieren sie|folgen sie uns)\b",
    re.IGNORECASE,
)
_LONGEST_APPEAL = 240
_LONGEST_NOISE = 160
_SMALL = 400
_PROSE = 200
_WHOLE_TEXT = 5


def is_noise_element(element: HtmlElement) -> bool:
    """Whether an element (with all in it) is a caption, a credit, a widget or a control."""
    if element.tag in NOISE_TAGS:
        return True
    # Pages that stream their parts hide whole articles until a script moves them into place.
    if element.get("hidden") is not None and len(element.findall(".//p")) < _WHOLE_TEXT:
        return True
    return (
        element.tag in UNNAMED_TAGS
        or is_noise_name(element.get("class"))
        or is_noise_name(element.get("id"))
    ) and _is_small(element)


@lru_cache(maxsize=4096)
def is_noise_name(names: str | None, whole: frozenset[str] = frozenset()) -> bool:
    """Whether a class or id is called like something that is no text; `whole` are more names."""
    if not names:
        return False
    apart = names if names.islower() else _HUMP.sub("-", names).lower()
    words = _BETWEEN.split(apart)
    if not _NAMES.isdisjoint(words):
        return True
    if not _FIRST.isdisjoint(words):
        joined = f"-{'-'.join(words)}-"
        if any(pair in joined for pair in _PAIRS):
            return True
    return bool(whole) and not whole.isdisjoint(names.lower().split())


def _is_small(element: HtmlElement) -> bool:
    if next(element.iter("article", "main", "h1"), None) is not None:
        return False
    size = sum(map(len, map(str.strip, element.itertext())))
    if size <= _SMALL:
        return True
    linked = sum(len(text.strip()) for link in element.iter("a") for text in link.itertext())
    prose = any(len(one.text_content()) >= _PROSE for one in element.iter("p"))
    return linked * 2 > size and not prose


def is_noise_link(text: str, linked: int) -> bool:
    """Whether a block is a pointer to another article: a cue word, then mostly link text."""
    return linked * 2 > len(text) and bool(_LINK_CUE.match(text))


def is_noise_line(text: str) -> bool:
    """Whether a whole paragraph says nothing but "Advertisement", "Photo: …" or "Share"."""
    return len(text) <= _LONGEST_NOISE and bool(_LINE.match(text))


def is_closing_line(text: str) -> bool:
    """Whether a line announces other articles, comments, tags or the author: the text is over."""
    return bool(_CLOSING.match(text))


def is_appeal(text: str) -> bool:
    """Whether a block asks readers to subscribe, to follow or to write."""
    return len(text) <= _LONGEST_APPEAL and _APPEAL.search(text) is not None
