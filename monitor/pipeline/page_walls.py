"""What stands in front of a text: logins, consents, checks for robots, and subscriptions.

A page behind a login or a consent holds nothing to keep. Before a subscription there often is the
beginning of the article, and that is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml import etree
from lxml.html import HtmlElement

# Matched against a whole title or heading, the site's name taken off: an article may well be
# about such a page, but is not called just that.
_WALL_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access denied|access to this page has been denied|"
    r"are you (?:a )?(?:human|robot)|verify(?:ing)? you are (?:a )?human|security check|ddos-guard|"
    r"(?:please )?(?:log ?in|sign ?in)(?: (?:to|or)(?: your)?\b.*)?|login|member login|"
    r"create (?:an|your) account|register|subscribe(?: (?:now|today|to .{0,30}))?|"
    r"before you continue|we value your privacy|your privacy(?: choices)?|privacy settings|"
    r"cookie (?:consent|settings|preferences|policy|notice)|we use cookies|checking your browser|"
    r"(?:se )?connecter|(?:veuillez )?vous (?:connecter|identifier)|veuillez vous connecter|"
    r"connexion|identification|s[’']identifier|connectez-vous|s[’']abonner|abonnez-vous|"
    r"créer un compte|inscription|nous respectons votre vie privée|"
    r"(?:gestion|paramètres|politique) (?:des|de) (?:cookies|confidentialité)|vérification|"
    r"accès refusé|un instant|"
    r"вход(?: (?:на сайт|в систему|в личный кабинет|для \w+))?|войти|войдите(?: на сайт)?|"
    r"авторизация|регистрация|личный кабинет|подписка|оформите подписку|доступ запрещ[её]н|"
    r"доступ ограничен|проверка браузера|подтвердите, что вы не робот|вы не робот|"
    r"(?:мы используем|настройки|использование|согласие на|файлы) (?:файл\w* )?cookie\w*|"
    r"(?:мы )?(?:ценим|уважаем) вашу (?:приватность|конфиденциальность)|"
    r"кіру|жүйеге кіру|сайтқа кіру|тіркелу|авторизация|жеке кабинет|жазылу|"
    r"сіз робот емессіз бе|cookie (?:файлдары|баптаулары)|"
    r"біз cookie(?: файлдарын)? (?:пайдаланамыз|қолданамыз)|қолжетімділік шектелген|"
    r"құпиялылық баптаулары)(?!\w).{0,40}$",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:please )?(?:log ?in|sign ?in|register) (?:now )?to (?:continue|view|access|see|proceed)|"
    r"you (?:must|need to) (?:be logged in|log in|sign in)|forgot(?:ten)? (?:your )?password|"
    r"verify (?:that )?you are (?:a )?human|enable cookies|checking your browser|"
    r"connectez-vous pour|vous devez (?:être connecté|vous connecter)|mot de passe oublié|"
    r"(?:войдите|авторизуйтесь|зарегистрируйтесь)(?: на \w+)?,? чтобы|"
    r"необходимо (?:войти|авторизоваться|зарегистрироваться)|"
    r"только (?:для )?зарегистрированн\w+|забыли пароль|подтвердите,? что вы не робот|"
    r"(?:оқу|жалғастыру|көру) үшін (?:тіркеліңіз|кіріңіз|жүйеге кіріңіз)|жүйеге кіріңіз|"
    r"тіркелу қажет|құпия ?сөзді ұмыттыңыз",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"we (?:value|care about|respect) your privacy|we and our (?:\d+ )?(?:partners|vendors)|"
    r"accept (?:all )?cookies|accept all\b|reject all\b|manage (?:your )?(?:preferences|choices|"
    r"options)|before you continue|we use cookies|by clicking .{0,20}(?:accept|agree)|"
    r"nous (?:et nos (?:\d+ )?partenaires|utilisons des cookies|respectons votre vie privée)|"
    r"accepter (?:tous )?les cookies|tout accepter|tout refuser|continuer sans accepter|"
    r"en cliquant sur|gérer (?:mes|vos) (?:choix|préférences)|"
    r"(?:мы|наш сайт|сайт) использу\w+ (?:файлы )?(?:cookie|куки)|принять (?:все|cookie|куки)|"
    r"согласи\w+ на обработку|продолжая (?:пользоваться|использовать)|нажимая|"
    r"(?:біз|сайт) (?:cookie|куки)(?:[- ]?файлдар\w*)? (?:пайдалан|қолдан)\w+|"
    r"cookie(?:[- ]?файлдар\w*)? (?:пайдалан|қолдан|қабылда)\w+|барлығын қабылдау|келісемін",
    re.IGNORECASE,
)
_ABOUT_WALLS = re.compile(
    r"cookie|куки|privacy|consent|paywall|subscri|log-?in|password|confidentialit|vie privée|abonn|"
    r"mot de passe|подпис|пароль|авторизац|персональн|құпиял|жазыл|құпиясөз|тіркел",
    re.IGNORECASE,
)
# Not the newsletter's box that stands on every page: it speaks of going on reading this one.
_SUBSCRIBE = re.compile(
    r"(?:subscribe|register|sign in|log in|sign up|join|create (?:a |an )?(?:free )?account|"
    r"become a (?:member|subscriber)|buy a subscription|start your (?:free )?trial)"
    r"(?: now| today| for free| or log in)? to (?:continue|read|keep|access|view|unlock|finish)|"
    r"to (?:continue|keep) reading(?: this (?:article|story))?,? "
    r"(?:please )?(?:subscribe|register|sign|log|become)|"
    r"to (?:read|access|unlock) (?:the (?:full|rest|whole)|this) .{0,30}(?:subscribe|register|sign|"
    r"log|become)|"
    r"(?:this|the|full|rest of (?:this|the)) (?:article|content|story|text) is (?:only )?"
    r"(?:for|reserved for|exclusive to|available (?:only )?(?:to|for)) (?:our |paying )?"
    r"(?:subscribers|members)|subscribers[- ]only (?:article|content|story)|"
    r"you(?:’|')?ve (?:reached|read) (?:your|all) .{0,30}(?:free|limit)|"
    r"(?:article|contenu|texte) (?:est )?(?:exclusivement )?réservée? (?:à nos|aux) abonnés|"
    r"(?:abonnez|inscrivez|connectez|identifiez)-vous pour (?:lire|continuer|poursuivre|accéder|"
    r"découvrir|débloquer)|il vous reste .{0,20}% (?:de cet article )?à (?:lire|découvrir)|"
    r"la suite (?:de cet article )?est réservée|pour lire la suite,? |"
    r"(?:полный|полная|полностью)?.{0,20}(?:доступ\w*|открыт\w*) (?:только )?(?:для )?"
    r"(?:наш\w+ |платн\w+ )?подписчик\w+|только (?:для )?подписчик\w+|"
    r"(?:подпишитесь|оформите подписку|войдите|зарегистрируйтесь),? чтобы (?:прочитать|читать|"
    r"продолжить|дочитать|получить доступ|открыть)|"
    r"чтобы (?:прочитать|читать|продолжить|дочитать) .{0,40}(?:подпишитесь|оформите|войдите|"
    r"зарегистрируйтесь)|"
    r"(?:оқу|жалғастыру|оқуды жалғастыру|толық оқу) үшін (?:жазылыңыз|жазылыңыздар|тіркеліңіз|"
    r"жазылым)|тек (?:біздің )?жазылушылар\w* (?:үшін|арналған|ғана|қолжетімді)|"
    r"толық (?:нұсқасы|мәтіні?) (?:тек )?жазылушылар",
    re.IGNORECASE,
)
# Each alternative above has one of these: to look for them takes a tenth of the time.
_STEMS = (
    "subscri", "register", "sign in", "sign up", "log in", "join", "account", "member", "trial",
    "reading", "to read", "to access", "to unlock", "ve reached", "ve read", "abonn", "-vous pour",
    "il vous reste", "la suite", "подпис", "подпиш",
    "войдите", "зарегистр", "оформите", "жазыл", "тіркел",
)  # fmt: skip
_AROUND = 200
_CALL = re.compile(
    r"^\W*(?:already (?:a )?(?:subscrib|have|register)|déjà (?:abonné|inscrit)|уже (?:подписан|"
    r"подписчик|есть)|(?:log|sign) in|subscribe|abonnez|подпи[сш]|оформить|жазыл|"
    r"from (?:only )?[$€£₸]|à partir de|(?:от|всего) \d|"
    r"[$€£₸]? ?\d+.{0,20}(?:month|mois|месяц|ай)\b)",
    re.IGNORECASE,
)
_shown_text = etree.XPath("//text()[not(parent::script or parent::style)]")
_LONGEST_CALL = 250
_NEAR_START = 80
_QUOTE = re.compile(r"[\"“«„‘]")


def is_called_wall(title: str) -> bool:
    """Whether a title or heading is that of a login, a consent, a check for robots."""
    return bool(_WALL_TITLE.match(title))


def wall_words(text: str) -> str | None:
    """The words by which a text asks to log in or to agree to something."""
    found = _LOGIN.search(text) or _CONSENT.search(text)
    return found[0] if found else None


def is_wall_text(text: str, title: str) -> bool:
    """Whether most of a text asks for a login or a consent, and its title is about something
    else; what is about such pages has them in its title."""
    lines = [line for line in text.split("\n") if line.strip()]
    asking = sum(bool(_LOGIN.search(line) or _CONSENT.search(line)) for line in lines)
    return asking * 2 >= len(lines) and not _ABOUT_WALLS.search(title)


def _may_ask(text: str) -> bool:
    """Whether the words of a call stand anywhere in a long text."""
    small = text.lower()
    for stem in _STEMS:
        place = small.find(stem)
        while place >= 0:
            if _SUBSCRIBE.search(text[max(0, place - _AROUND) : place + _AROUND]):
                return True
            place = small.find(stem, place + _AROUND)
    return False


def is_call_to_subscribe(paragraph: str) -> bool:
    """Whether a paragraph is the page's own call, rather than one that is told about."""
    if len(paragraph) > _LONGEST_CALL:
        return False
    small = paragraph.lower()
    for stem in _STEMS:
        if stem in small:
            break
    else:
        return False
    found = _SUBSCRIBE.search(paragraph)
    return (
        found is not None
        and found.start() <= _NEAR_START
        and not _QUOTE.search(paragraph[: found.start()])
    )


def without_calls(paragraphs: Sequence[str]) -> tuple[str, ...]:
    """A text without the calls to subscribe at its end."""
    kept = list(paragraphs)
    calls = [place for place, one in enumerate(kept) if is_call_to_subscribe(one)]
    if not calls:
        return tuple(kept)
    rest = kept[calls[0] + 1 :]
    if all(
        len(one) <= _LONGEST_CALL and (_CALL.match(one) or is_call_to_subscribe(one))
        for one in rest
    ):
        return tuple(kept[: calls[0]])
    return tuple(one for one in kept if not is_call_to_subscribe(one))


def asks_to_subscribe(tree: HtmlElement, paragraphs: Sequence[str]) -> bool:
    """Whether the page, outside the paragraphs of its text, asks to subscribe to go on reading."""
    # Most pages hold no such words: to look first saves a walk over all elements (2 ms of 14).
    if not _may_ask(" ".join(" ".join(_shown_text(tree)).split())):
        return False
    own = {one[:60] for one in paragraphs if not is_call_to_subscribe(one)}
    for element in tree.iter(
        "p", "div", "span", "h2", "h3", "h4", "strong", "a", "button", "section"
    ):
        if element.find("p") is not None or element.find("div") is not None:
            continue
        line = " ".join(element.text_content().split())
        if line[:60] not in own and is_call_to_subscribe(line):
            return True
    return False
