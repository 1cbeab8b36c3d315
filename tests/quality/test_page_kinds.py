"""What is not an article is told apart, and what is one is kept: both ways, in four languages.

The pages are made here. Floors: no article may be skipped, no page of another kind stored.
"""

# ruff: noqa: E501
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from monitor.model import Article, Failure
from monitor.pipeline.extract_article import extract_article

HEADLINES = {
    "en": (
        "A bridge opens after nine years of work", "Wheat harvest is the best in a decade",
        "Students build a satellite the size of a shoe", "The night train returns to the south",
        "A museum lends its oldest map abroad", "New rules for drivers start in spring",
        "The orchestra plays in villages this summer", "A dam is repaired before the floods",
    ),
    "fr": (
        "Un pont ouvre après neuf ans de travaux", "La récolte de blé est la meilleure depuis dix ans",
        "Des étudiants construisent un satellite miniature", "Le train de nuit revient dans le sud",
        "Un musée prête sa plus ancienne carte", "De nouvelles règles pour les conducteurs au printemps",
        "L’orchestre joue dans les villages cet été", "Un barrage est réparé avant les crues",
    ),
    "ru": (
        "Мост открыли после девяти лет строительства", "Урожай пшеницы стал лучшим за десять лет",
        "Студенты собрали спутник размером с коробку", "Ночной поезд возвращается на юг страны",
        "Музей отдаёт на выставку старейшую карту", "Новые правила для водителей начнут действовать",
        "Оркестр выступит летом в десяти сёлах", "Плотину починили перед весенним паводком",
    ),
    "kk": (
        "Тоғыз жыл салынған көпір ашылды", "Бидай өнімі соңғы он жылдағы ең жақсысы",
        "Студенттер қораптай ғана жерсерік құрастырды", "Түнгі пойыз оңтүстікке қайта жүреді",
        "Музей ең көне картасын көрмеге береді", "Жүргізушілерге арналған жаңа ережелер күшіне енеді",
        "Оркестр жазда ауылдарда өнер көрсетеді", "Бөгет су тасқынына дейін жөнделді",
    ),
}  # fmt: skip
PROSE = {
    "en": (
        "The committee met on Monday and agreed on a plan that nobody had expected to pass.",
        "Its chair said that the work would begin in spring and last for two years at most.",
        "Residents had asked for the repair since the old road was washed away.",
    ),
    "fr": (
        "La commission s’est réunie lundi et a adopté un plan auquel personne ne croyait plus.",
        "Sa présidente a dit que les travaux commenceraient au printemps et dureraient deux ans.",
        "Les habitants demandaient cette réparation depuis que la route avait été emportée.",
    ),
    "ru": (
        "Комиссия собралась в понедельник и приняла план, в который уже никто не верил.",
        "Её глава сказала, что работы начнутся весной и продлятся не больше двух лет.",
        "Жители просили о ремонте с тех пор, как старую дорогу размыло водой.",
    ),
    "kk": (
        "Комиссия дүйсенбіде жиналып, ешкім сенбеген жоспарды бірауыздан қабылдады.",
        "Оның төрайымы жұмыстың көктемде басталып, екі жылға созылатынын айтты.",
        "Тұрғындар ескі жолды су шайып кеткеннен бері жөндеуді сұрап келген.",
    ),
}
NAMES = {"en": "Steppe", "fr": "Steppe", "ru": "Степь", "kk": "Дала"}


@dataclass(frozen=True)
class Page:
    name: str
    html: str
    expected: str  # a failure's code, or "article", with its marks after it
    path: str = "/2026/05/a-page"


def whole(language: str, title: str, body: str, head: str = "") -> str:
    menu = "".join(
        f"<li><a href='/s{n}'>{w.split()[0]}</a></li>" for n, w in enumerate(HEADLINES[language])
    )
    return (
        f"<!doctype html><html lang='{language}'><head><meta charset='utf-8'>"
        f"<title>{title} | {NAMES[language]}</title>{head}</head><body><header><nav><ul>{menu}</ul>"
        f"</nav></header>{body}<footer><p>© 2026 {NAMES[language]}</p></footer></body></html>"
    )


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def cards(language: str, *, teaser: bool, tag: str = "div") -> str:
    texts = [" ".join(reversed(text.split())) for text in PROSE[language]]
    return "".join(
        f"<{tag} class='c'><h3><a href='/n/{number}'>{headline}</a></h3>"
        + (f"<p>{texts[number % 3]} {number}</p>" if teaser else "")
        + f"</{tag}>"
        for number, headline in enumerate(HEADLINES[language])
    )


NOT_FOUND = {
    "en": ("Page not found", "Sorry, we couldn’t find the page you were looking for", "404", "Oops! This page does not exist", "Article not found"),
    "fr": ("Page introuvable", "Désolé, cette page n’existe plus", "Erreur 404", "La page demandée est introuvable", "Cet article n’est plus disponible"),
    "ru": ("Страница не найдена", "Ошибка 404", "К сожалению, запрашиваемая страница не найдена", "Такой страницы не существует", "Материал удалён"),
    "kk": ("Бет табылмады", "Қате 404", "Кешіріңіз, сұралған бет табылмады", "Мұндай парақ жоқ", "Мақала табылмады"),
}  # fmt: skip
LOGIN = {
    "en": ("Sign in", "Please sign in to continue. You must be logged in to see this page. Forgot your password?"),
    "fr": ("Connexion", "Connectez-vous pour accéder à cette page. Mot de passe oublié ? Vous devez être connecté."),
    "ru": ("Вход на сайт", "Войдите, чтобы продолжить. Забыли пароль? Необходимо авторизоваться на сайте."),
    "kk": ("Жүйеге кіру", "Жалғастыру үшін жүйеге кіріңіз. Құпия сөзді ұмыттыңыз ба? Тіркелу қажет."),
}  # fmt: skip
CONSENT = {
    "en": ("We value your privacy", "We and our 842 partners store information on your device. By clicking “Accept all” you agree to it. You can manage your preferences at any time on this page."),
    "fr": ("Nous respectons votre vie privée", "Nous et nos 842 partenaires stockons des informations sur votre appareil. En cliquant sur « Tout accepter », vous y consentez. Continuer sans accepter."),
    "ru": ("Мы используем файлы cookie", "Сайт использует файлы cookie, чтобы работать лучше. Продолжая пользоваться сайтом, вы соглашаетесь на обработку данных. Принять все cookie или изменить настройки."),
    "kk": ("Біз cookie файлдарын қолданамыз", "Сайт cookie файлдарын пайдаланады. Барлығын қабылдау түймесін басу арқылы сіз деректеріңізді өңдеуге келісесіз. Баптауларды кез келген уақытта өзгертуге болады."),
}  # fmt: skip
SUBSCRIBE = {
    "en": ("Subscribe to continue reading", "Already a subscriber? Log in", "This article is for subscribers only."),
    "fr": ("Abonnez-vous pour lire la suite", "Déjà abonné ? Connectez-vous", "Il vous reste 80 % de cet article à lire."),
    "ru": ("Подпишитесь, чтобы читать дальше", "Уже есть подписка? Войти", "Полный текст доступен только подписчикам."),
    "kk": ("Толық оқу үшін жазылыңыз", "Жазылғансыз ба? Кіру", "Толық нұсқасы тек жазылушыларға арналған."),
}  # fmt: skip
VIDEO = {
    "en": "Watch the opening of the bridge.",
    "fr": "Regardez l’ouverture du pont.",
    "ru": "Смотрите, как открывали мост.",
    "kk": "Көпірдің ашылуын көріңіз.",
}
LIVE = {
    "en": "Live: the vote on the bridge",
    "fr": "Direct : le vote sur le pont",
    "ru": "Онлайн-трансляция: голосование о мосте",
    "kk": "Тікелей эфир: көпір туралы дауыс беру",
}
ABOUT_WALLS = {
    "en": ("Why newspapers put up paywalls, and what they hide", "Readers who see “Subscribe to continue reading” leave within seconds, a study of forty newspapers found.", "Only one in nine visitors who are asked to accept all cookies reads the notice."),
    "fr": ("Pourquoi les journaux dressent des murs payants", "Les lecteurs qui voient « Abonnez-vous pour lire la suite » partent en quelques secondes, selon une étude.", "Un visiteur sur neuf lit l’avis qui demande d’accepter tous les cookies."),
    "ru": ("Почему газеты закрывают тексты подпиской", "Читатели, увидев «Подпишитесь, чтобы читать дальше», уходят через несколько секунд, показало исследование.", "Лишь один из девяти читает уведомление, где просят принять все cookie."),
    "kk": ("Газеттер неге мәтінді жазылымға жабады", "«Толық оқу үшін жазылыңыз» деген жазуды көрген оқырман бірнеше секундта кетіп қалады, деп көрсетті зерттеу.", "Cookie файлдарын қабылдау туралы хабарламаны тоғыз адамның бірі ғана оқиды."),
}  # fmt: skip
ABOUT_404 = {
    "en": ("Page not found: how libraries save the lost web", "The words “page not found” greet a reader on every fifth link that is ten years old, librarians say."),
    "fr": ("« Page introuvable » : les bibliothèques sauvent le web", "Les mots « page introuvable » accueillent le lecteur sur un lien de dix ans sur cinq, disent les bibliothécaires."),
    "ru": ("«Страница не найдена»: как библиотеки спасают сеть", "Слова «страница не найдена» читатель видит на каждой пятой ссылке десятилетней давности, говорят библиотекари."),
    "kk": ("«Бет табылмады»: кітапханалар желіні қалай сақтайды", "«Бет табылмады» деген жазу он жылдық әр бесінші сілтемеде шығады, дейді кітапханашылар."),
}  # fmt: skip
ARTICLE = "<meta property='og:type' content='article'>"
WEBSITE = "<meta property='og:type' content='website'>"


def ld(kind: str, more: str = "") -> str:
    return f'<script type=\'application/ld+json\'>{{"@type": "{kind}"{more}}}</script>'


def others() -> Iterator[Page]:
    for code, titles in NOT_FOUND.items():
        for number, title in enumerate(titles):
            note = PROSE[code][0] if number == 1 else ""
            latest = cards(code, teaser=False) if number == 3 else ""
            body = f"<main><h1>{title}</h1>{paragraphs(note) if note else ''}{latest}</main>"
            yield Page(f"not-found-{code}-{number}", whole(code, title, body), "extract.soft404")
        title, text = LOGIN[code]
        form = f"<main><h1>{title}</h1><form><p>{text}</p><input type='password'></form></main>"
        yield Page(f"login-{code}", whole(code, title, form), "extract.wall")
        title, text = CONSENT[code]
        yield Page(
            f"consent-{code}", whole(code, title, f"<main><h1>{title}</h1><p>{text}</p></main>"),
            "extract.wall",
        )  # fmt: skip
        headline = HEADLINES[code][0]
        yield Page(
            f"consent-under-a-headline-{code}", whole(code, headline, f"<main><p>{text}</p></main>"),
            "extract.wall",
        )  # fmt: skip
        name = {"en": "News", "fr": "Actualités", "ru": "Новости", "kk": "Жаңалықтар"}[code]
        for teaser, tag, head in (
            (True, "div", WEBSITE),
            (True, "article", ""),
            (True, "li", ld("CollectionPage")),
        ):
            body = f"<main><h1>{name}</h1>{cards(code, teaser=teaser, tag=tag)}</main>"
            yield Page(
                f"listing-{code}-{tag}", whole(code, name, body, head), "extract.listing", "/news/society"
            )  # fmt: skip
        body = f"<main><h1>{name}</h1><ul>{cards(code, teaser=False, tag='li')}</ul></main>"
        yield Page(f"list-{code}", whole(code, name, body), "extract.", "/tag/bridge")
        film = f"<main><h1>{headline}</h1><video src='/v.mp4'></video><p>{VIDEO[code]}</p></main>"
        yield Page(f"video-{code}", whole(code, headline, film, ld("VideoObject")), "extract.media")
        frame = f"<main><h1>{headline}</h1><iframe src='https://youtube.example/embed/1'></iframe><p>{VIDEO[code]}</p></main>"
        yield Page(
            f"video-frame-{code}",
            whole(code, headline, frame, "<meta property='og:type' content='video.other'>"),
            "extract.media",
        )
        figures = "".join(f"<figure><img src='/{n}.jpg'></figure>" for n in range(8))
        yield Page(
            f"gallery-{code}",
            whole(
                code,
                headline,
                f"<main><h1>{headline}</h1><div class='gallery'>{figures}</div></main>",
            ),
            "extract.",
        )
        script = "<div id='root'></div><script src='/app.js'></script>"
        yield Page(
            f"script-{code}",
            f"<!doctype html><html lang='{code}'><head><title>{headline}</title></head><body>{script}</body></html>",
            "extract.empty",
        )
        call, member, _ = SUBSCRIBE[code]
        wall = f"<main><h1>{headline}</h1><div class='paywall'><p>{call}</p><p>{member}</p></div></main>"
        yield Page(f"wall-only-{code}", whole(code, headline, wall), "extract.wall")


def articles() -> Iterator[Page]:
    for code in HEADLINES:
        headline, texts = HEADLINES[code][1], PROSE[code]
        main = f"<h1>{headline}</h1>{paragraphs(*texts[:2])}"
        yield Page(
            f"telegram-{code}", whole(code, headline, f"<main>{main}</main>", ARTICLE), "article"
        )
        yield Page(
            f"telegram-bare-{code}", whole(code, headline, f"<main>{main}</main>"), "article"
        )
        related = f"<div class='more'>{cards(code, teaser=True)}</div>"
        yield Page(
            f"with-related-{code}",
            whole(
                code,
                headline,
                f"<main><h1>{headline}</h1><article>{paragraphs(*texts * 2)}</article></main>{related}",
                ARTICLE,
            ),
            "article",
        )
        film = f"<main><h1>{headline}</h1><video src='/v.mp4'></video>{paragraphs(*texts)}</main>"
        yield Page(
            f"video-above-{code}",
            whole(code, headline, film, ARTICLE + ld("VideoObject", ', "name": "x"')),
            "article",
        )
        figures = "".join(
            f"<figure><img src='/{n}.jpg'><figcaption>{n}</figcaption></figure><p>{text}</p>"
            for n, text in enumerate(texts)
        )
        yield Page(
            f"photo-report-{code}", whole(code, headline, f"<main><h1>{headline}</h1>{figures}</main>", ARTICLE), "article"
        )  # fmt: skip
        title, *body = ABOUT_WALLS[code]
        for name, head in (("", ARTICLE), ("-bare", "")):
            yield Page(
                f"about-paywalls{name}-{code}",
                whole(
                    code, title, f"<main><h1>{title}</h1>{paragraphs(*body, texts[0])}</main>", head
                ),
                "article",
            )
        title, *body = ABOUT_404[code]
        yield Page(
            f"about-404-{code}",
            whole(
                code, title, f"<main><h1>{title}</h1>{paragraphs(*body, *texts)}</main>", ARTICLE
            ),
            "article",
        )
        call, member, only = SUBSCRIBE[code]
        stub = (
            f"<main><h1>{headline}</h1><article>{paragraphs(*texts[:2])}</article>"
            f"<div class='offer'><p>{call}</p><p>{member}</p></div></main>"
        )
        yield Page(f"stub-{code}", whole(code, headline, stub, ARTICLE), "article partial")
        within = (
            f"<main><h1>{headline}</h1><article>{paragraphs(*texts[:2], only)}</article></main>"
        )
        yield Page(f"stub-within-{code}", whole(code, headline, within, ARTICLE), "article partial")
        free = ld("NewsArticle", f', "headline": "{headline}", "isAccessibleForFree": false')
        yield Page(
            f"stub-stated-{code}",
            whole(code, headline, f"<main>{main}</main>", free),
            "article partial",
        )
        posts = "".join(f"<h3>1{n}:30</h3><p>{text}</p>" for n, text in enumerate(texts))
        blog = ld("LiveBlogPosting", f', "headline": "{LIVE[code]}"')
        live = f"<main><h1>{LIVE[code]}</h1>{posts}</main>"
        yield Page(f"live-stated-{code}", whole(code, LIVE[code], live, blog), "article live")
        yield Page(f"live-titled-{code}", whole(code, LIVE[code], live, ARTICLE), "article live")
        named = f"<main><h1>{headline}</h1><div class='live-blog'>{posts}</div></main>"
        yield Page(f"live-named-{code}", whole(code, headline, named, ARTICLE), "article live")
        newsletter = "<aside class='newsletter'><p>Subscribe to our newsletter</p></aside>"
        yield Page(
            f"newsletter-{code}",
            whole(
                code,
                headline,
                f"<main><h1>{headline}</h1>{paragraphs(*texts)}</main>{newsletter}",
                ARTICLE,
            ),
            "article",
        )


OTHERS, ARTICLES = list(others()), list(articles())


def test_there_are_enough_pages() -> None:
    assert len(OTHERS) >= 60
    assert len(ARTICLES) >= 60


@pytest.mark.parametrize("page", OTHERS, ids=lambda page: page.name)
def test_what_is_no_article_is_skipped(page: Page) -> None:
    found = extract_article(page.html.encode(), url=f"https://steppe.example{page.path}")
    assert isinstance(found, Failure), found
    assert found.code.startswith(page.expected)


@pytest.mark.parametrize("page", ARTICLES, ids=lambda page: page.name)
def test_an_article_is_kept_with_its_marks(page: Page) -> None:
    found = extract_article(page.html.encode(), url=f"https://steppe.example{page.path}")
    assert isinstance(found, Article), found
    assert " ".join(("article", *found.marks)) == page.expected


@pytest.mark.parametrize(
    "page", [one for one in ARTICLES if "partial" in one.expected], ids=lambda page: page.name
)
def test_the_call_to_subscribe_is_no_part_of_the_text(page: Page) -> None:
    found = extract_article(page.html.encode(), url=f"https://steppe.example{page.path}")
    assert isinstance(found, Article)
    code = page.name.rpartition("-")[2]
    assert found.text == "\n\n".join(PROSE[code][:2])
