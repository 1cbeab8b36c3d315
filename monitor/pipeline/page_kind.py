"""Pages that answer 200 and hold no article: errors, walls, front pages, other file types."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.model import Failure, Fate
from monitor.pipeline.structured_data import Stated

_MAGIC = {
    b"%PDF-": "a PDF",
    b"\x89PNG": "an image",
    b"\xff\xd8\xff": "an image",
    b"GIF8": "an image",
    b"PK\x03\x04": "an archive or office file",
    b"RIFF": "a media file",
    b"\x1f\x8b": "a compressed file",
    b"ID3": "a sound file",
}
_HTML = re.compile(rb"^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body|!--)", re.IGNORECASE)
_HTML_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "application/octet-stream", "")

# Matched against a whole title or heading, the site's name taken off: an article may well be
# about such a page, but is not called just that.
_NUMBER = r"(?:(?:error|erreur|ошибка|қате|fehler|http|oops)\W*)?(?:404|410)?"
_NOT_FOUND = re.compile(
    rf"^\W*{_NUMBER}\W*(?:error\W*)?(?:"
    r"(?:sorry,? )?(?:the |that |this )?(?:page|article|file|content|story)? ?"
    r"(?:was|is|could|can)? ?(?:not|n.t|.t)(?: be)? (?:found|available)|nothing found|"
    r"page (?:no longer exists|does not exist|missing)|"
    r"(?:this |the )?(?:page|article) (?:is )?(?:has been removed|no longer available)|"
    r"(?:cette |la )?page (?:introuvable|non trouvée|inexistante)|page demandée introuvable|"
    r"(?:такая |эта |запрашиваемая |данная )?(?:страница|статья|материал) "
    r"(?:не найдена?|не существует|удал[её]на?)|ничего не найдено|"
    r"(?:бұл |сұралған |мұндай )?(?:бет|парақ|мақала|парақша) (?:табылмады|табылған жоқ|жоқ)|"
    r"seite (?:wurde )?nicht gefunden"
    rf")?\W*{_NUMBER}(?:\W*error)?\W*$",
    re.IGNORECASE,
)
_WALL_TITLE = re.compile(
    r"^\W*(?:just a moment|attention required|access denied|access to this page has been denied|"
    r"are you (?:a )?(?:human|robot)|verify(?:ing)? you are (?:a )?human|security check|ddos-guard|"
    r"(?:please )?(?:log ?in|sign ?in)|login|se connecter|connexion|вход|войти|авторизация|"
    r"кіру|жүйеге кіру|subscribe|before you continue|cookie (?:consent|settings|policy)|"
    r"checking your browser)\b.{0,40}$",
    re.IGNORECASE,
)
_WALL_TEXT = re.compile(
    r"(?:subscribe|register|sign in|log in|create (?:a |an )?(?:free )?account) (?:now )?to "
    r"(?:continue|read|keep|access|view|unlock)|already (?:a subscriber|have an account)|"
    r"(?:this|the) (?:article|content|story) is (?:for|reserved for|available (?:only )?to) "
    r"(?:our )?(?:subscribers|members)|we (?:value|care about) your privacy|"
    r"accept (?:all )?cookies|before you continue|verify you are (?:a )?human|enable cookies|"
    r"article (?:est )?réservé (?:à nos|aux) abonnés|abonnez-vous pour (?:lire|continuer)|"
    r"connectez-vous pour|déjà abonné|accepter (?:tous )?les cookies|"
    r"(?:только|доступ\w*) (?:только )?(?:для )?(?:подписчик\w+|зарегистрированн\w+)|"
    r"(?:войдите|авторизуйтесь|зарегистрируйтесь|подпишитесь)(?: на \w+)?,? чтобы|"
    r"(?:оқу|жалғастыру) үшін (?:жазылыңыз|тіркеліңіз|кіріңіз|жүйеге кіріңіз)|"
    r"тек жазылушылар\w* (?:үшін|арналған)",
    re.IGNORECASE,
)
_NO_SCRIPT = re.compile(
    r"(?:enable|requires?|turn on|need).{0,40}javascript|javascript.{0,60}(?:enable|disabled|"
    r"required|activ)|включите.{0,20}javascript|activer javascript",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_SHORT = 1_500
# A decree can be one sentence; where nothing says "article", so little is a menu or a notice.
_SHORTEST = 40
_UNMARKED = 250
_SHORT_PROSE = 80
_BARE = 200
_SENTENCE_END = (".", "!", "?", "…", ".”", ".»", '."')


def refuse_type(body: bytes, content_type: str) -> Failure | None:
    """A Failure where the bytes are no web page; what they begin with outweighs the label."""
    start = body[:64].lstrip()
    for magic, what in _MAGIC.items():
        if start.startswith(magic):
            return Failure("extract.type", f"expected a web page, found {what}", Fate.SKIP)
    kind = content_type.partition(";")[0].strip().lower()
    if kind in _HTML_TYPES or _HTML.match(body[:512]):
        return None
    return Failure("extract.type", f'expected a web page, found "{kind[:80]}"', Fate.SKIP)


def refuse_page(
    tree: HtmlElement,
    html: str,
    stated: Stated,
    titles: tuple[str, ...],
    text: str,
    *,
    url: str,
    asked: str,
) -> Failure | None:
    """A Failure where `text` is not worth keeping as an article's.

    `tree` is what pruning left of `html`. `titles` are the page's title and headings without the
    site's name. `asked` is the address that was announced, to notice that a vanished article
    leads to the front page.
    """
    marked = stated.is_article or bool(stated.dates)
    if _is_front(url) and not _is_front(asked):
        why = f"{asked} leads to the front page {url}"
        return Failure("extract.soft404", why, Fate.RETRY)
    short = len(text) < _SHORT
    named = [title for title in titles if title.strip()]
    if short and any(_NOT_FOUND.match(title) for title in named):
        return Failure("extract.soft404", f'the page says "{named[0][:120]}"', Fate.RETRY)
    if short and not marked and any(_WALL_TITLE.match(title) for title in named):
        return Failure("extract.wall", f'the page says "{named[0][:120]}"', Fate.SKIP)
    wall = _WALL_TEXT.search(text) if short else None
    if short and not stated.is_free and len(text) < _UNMARKED:
        return Failure("extract.wall", "the page keeps its text for subscribers", Fate.SKIP)
    if wall and (not marked or len(text) < _UNMARKED + len(wall[0])):
        return Failure("extract.wall", f'the page says "{wall[0]}"', Fate.SKIP)
    marked = marked or _has_article(tree)
    if len(text) >= (_SHORTEST if marked else _UNMARKED) or _reads_like_news(tree, text):
        return None
    return _why_empty(tree, html, text)


def _why_empty(tree: HtmlElement, html: str, text: str) -> Failure:
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh" and "url" in (
            meta.get("content") or ""
        ).lower():
            return Failure("extract.empty", "the page only leads to another one", Fate.SKIP)
    if _PASSWORD.search(html):
        return Failure("extract.wall", "the page asks for a password", Fate.SKIP)
    bare = len("".join(tree.text_content().split())) < _BARE
    if bare and (_NO_SCRIPT.search(html) or "<script" in html):
        return Failure("extract.empty", "the page is drawn by scripts", Fate.SKIP)
    why = f"no running text was found: {len(text)} characters"
    return Failure("extract.none", why, Fate.QUARANTINE)


def _has_article(tree: HtmlElement) -> bool:
    return next(tree.iter("article"), None) is not None


def _reads_like_news(tree: HtmlElement, text: str) -> bool:
    """Whether there is a headline, and a paragraph of at least one whole sentence."""
    headline = next((one for one in tree.iter("h1") if one.text_content().strip()), None)
    return headline is not None and any(
        len(line) >= _SHORT_PROSE and line.endswith(_SENTENCE_END) for line in text.split("\n")
    )


def _is_front(url: str) -> bool:
    """A site's root, or the root of one of its languages."""
    parts = urlsplit(url)
    path = parts.path.strip("/").lower()
    return not parts.query and (
        path == "" or re.fullmatch(r"[a-z]{2}|index\.\w+", path) is not None
    )
