"""Pages that answer 200 and hold no article: errors, walls, front pages, listings, pictures and
films without a text, other file types."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lxml.html import HtmlElement

from monitor.model import Failure, Fate
from monitor.pipeline.page_listing import is_listing
from monitor.pipeline.page_walls import (
    asks_to_subscribe,
    is_call_to_subscribe,
    is_called_wall,
    is_wall_text,
    wall_words,
)
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
_NUMBER = r"(?:(?:error|erreur|ошибка|қате|fehler|http|oops|упс)\W*)?(?:404|410)?"
_NOT_FOUND = re.compile(
    rf"^\W*{_NUMBER}\W*(?:error\W*)?(?:"
    r"(?:(?:sorry|oops|we[’']re sorry|unfortunately),? )?(?:but )?"
    r"(?:we (?:can[’']?t|couldn[’']?t|could not|cannot) find (?:the|that|this) (?:page|"
    r"article|story)"
    r"(?: you(?:[’']re| are| were)? looking for)?|"
    r"(?:the |that |this |requested )*(?:page|article|file|content|story)"
    r"(?: you(?:[’']re| are| were)? (?:requested|looking for))? ?"
    r"(?:was|is|could|can|has|does)? ?(?:not|n.t|.t|no longer)?(?: be| been)? ?"
    r"(?:found|available|exist|exists|removed|moved|deleted)|not found|nothing (?:was )?found|"
    r"page (?:no longer exists|does not exist|missing|unavailable))|"
    r"(?:désolée?s?,? )?(?:oups\W*)?(?:cette |cet |la |le |votre |l[’'])?(?:page|"
    r"article)(?: demandée?)?(?: est)? "
    r"(?:introuvable|non trouvée?|inexistante?|indisponible|n[’']existe (?:pas|plus)|"
    r"n[’']est plus disponible|n[’']a pas été trouvée?|a été supprimée?)|contenu introuvable|"
    r"(?:к сожалению,? |извините,? )?(?:такая |такой |эта |запрашиваемая |запрошенная |данная |"
    r"данный )?(?:вами )?(?:страница|страницы|статья|материал|публикация|новость) "
    r"(?:не найдена?|не существует|больше не существует|была удалена|был удал[её]н|удал[её]на?|"
    r"недоступна?)|(?:ничего|материал) не найдено?|такой страницы (?:нет|не существует)|"
    r"(?:өкінішке қарай,? |кешіріңіз,? )?(?:бұл |сұралған |мұндай |сіз іздеген )?"
    r"(?:бет|парақ|мақала|парақша|жаңалық|материал) "
    r"(?:табылмады|табылған жоқ|жоқ|өшірілген|жойылған|қолжетімсіз|қолжетімді емес)|"
    r"ештеңе табылмады|"
    r"seite (?:wurde )?nicht gefunden"
    rf")?\W*{_NUMBER}(?:\W*error)?\W*$",
    re.IGNORECASE,
)
_NO_SCRIPT = re.compile(
    r"(?:enable|requires?|turn on|need).{0,40}javascript|javascript.{0,60}(?:enable|disabled|"
    r"required|activ)|включите.{0,20}javascript|activer javascript",
    re.IGNORECASE,
)
_PASSWORD = re.compile(r"<input\b[^<>]*\btype\s*=\s*[\"']?password\b", re.IGNORECASE)
_PLAYER = re.compile(
    r"youtube|youtu\.be|vimeo|dailymotion|rutube|player|video|embed", re.IGNORECASE
)
_GALLERY = re.compile(
    r"\b(?:gallery|slideshow|photo-?gallery|swiper-slide|slider|fotorama)\b", re.I
)
_FILMS = {"videoobject", "audioobject", "movie", "tvepisode", "podcastepisode", "broadcastevent"}
_GALLERIES = {"imagegallery", "mediagallery"}
_MANY_PICTURES = 3
_MEDIA_TEXT = 300
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
    if short and any(_NOT_FOUND.match(one) and not _goes_on(one, named) for one in named):
        return Failure("extract.soft404", f'the page says "{named[0][:120]}"', Fate.RETRY)
    if short and not marked and any(is_called_wall(title) for title in named):
        return Failure("extract.wall", f'the page says "{named[0][:120]}"', Fate.SKIP)
    words = wall_words(text) if short else None
    if words and (not marked or len(text) < _UNMARKED) and is_wall_text(text, " ".join(named)):
        return Failure("extract.wall", f'the page says "{words}"', Fate.SKIP)
    if short and not stated.is_free and len(text) < _SHORTEST:
        return Failure("extract.wall", "the page keeps its text for subscribers", Fate.SKIP)
    if is_listing(tree, text, stated.kinds, marked=stated.is_article):
        return Failure("extract.listing", "the page lists articles and holds none", Fate.SKIP)
    if len(text) < _MEDIA_TEXT and (what := _is_media(tree, stated, text)):
        return Failure("extract.media", f"the page holds {what} and no text", Fate.SKIP)
    marked = marked or _has_article(tree)
    if len(text) >= (_SHORTEST if marked else _UNMARKED) or _reads_like_news(tree, text):
        return None
    return _why_empty(tree, html, text)


def _goes_on(part: str, titles: list[str]) -> bool:
    """Whether a piece of a title belongs to a longer one: "“Page not found”: how libraries …"."""
    words = part.split()
    return any(part in one and len(one.split()) >= len(words) + 4 for one in titles)


def _is_media(tree: HtmlElement, stated: Stated, text: str) -> str | None:
    """ "a film" or "pictures" where a page is made for them; what reads like a telegram of two
    sentences under an article's name is one, whatever stands above it."""
    film = bool(stated.kinds & _FILMS) or stated.og_type.startswith("video")
    pictures = bool(stated.kinds & _GALLERIES)
    sentences = sum(line.rstrip().endswith(_SENTENCE_END) for line in text.split("\n"))
    told = stated.is_article and (sentences > 1 or len(re.findall(r"[.!?…] ", text)) > 0)
    if (film or pictures) and not told:
        return "a film" if film else "pictures"
    if told or sentences > 1 or len(text) >= _SHORT_PROSE * 2:
        return None
    players = sum(1 for _ in tree.iter("video", "audio")) + sum(
        bool(_PLAYER.search(frame.get("src") or frame.get("data-src") or ""))
        for frame in tree.iter("iframe", "embed", "object")
    )
    if players and sentences <= 1:
        return "a film"
    shown = sum(1 for _ in tree.iter("figure")) + sum(
        bool(_GALLERY.search(element.get("class") or ""))
        for element in tree.iter("div", "ul", "section")
    )
    return "pictures" if shown >= _MANY_PICTURES and sentences <= 1 else None


def _why_empty(tree: HtmlElement, html: str, text: str) -> Failure:
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh" and "url" in (
            meta.get("content") or ""
        ).lower():
            return Failure("extract.empty", "the page only leads to another one", Fate.SKIP)
    if _PASSWORD.search(html):
        return Failure("extract.wall", "the page asks for a password", Fate.SKIP)
    if asks_to_subscribe(tree, ()) or any(map(is_call_to_subscribe, text.split("\n"))):
        return Failure("extract.wall", "the page keeps its text for subscribers", Fate.SKIP)
    bare = len("".join(tree.text_content().split())) < _BARE
    if bare and (_NO_SCRIPT.search(html) or "<script" in html):
        return Failure("extract.empty", "the page is drawn by scripts", Fate.SKIP)
    why = f"no running text was found: {len(text)} characters"
    return Failure("extract.none", why, Fate.QUARANTINE)


def _has_article(tree: HtmlElement) -> bool:
    return next(tree.iter("article"), None) is not None


def _reads_like_news(tree: HtmlElement, text: str) -> bool:
    """Whether there is a headline, and whole sentences below it."""
    headline = next((one for one in tree.iter("h1") if one.text_content().strip()), None)
    told = [line for line in text.split("\n") if line.endswith(_SENTENCE_END)]
    return headline is not None and sum(len(one) for one in told if one.count(" ") >= 4) >= (
        _SHORT_PROSE
    )


def _is_front(url: str) -> bool:
    """A site's root, or the root of one of its languages."""
    parts = urlsplit(url)
    path = parts.path.strip("/").lower()
    return not parts.query and (
        path == "" or re.fullmatch(r"[a-z]{2}|index\.\w+", path) is not None
    )
