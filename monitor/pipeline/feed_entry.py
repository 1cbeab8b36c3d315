"""What every kind of channel shares: an entry's address, authors, language and dates."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import urljoin
from zoneinfo import ZoneInfo

from monitor.errors import InvalidUrl
from monitor.model import Entry
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.dates import parse_date
from monitor.pipeline.plain_text import LONGEST_TEXT, one_line, plain_text, title_text

_LONGEST_TITLE = 1000
_LONGEST_SUMMARY = 5000
_LONGEST_NAME = 100

_LANGUAGE = re.compile(r"([a-z]{2})(?:[-_][a-z0-9-]+)?", re.I)
# "kz", "us" and the like are countries, and are found where a language belongs.
_LANGUAGES = re.compile(
    r"af|am|ar|az|be|bg|bn|bs|ca|cs|cy|da|de|el|en|eo|es|et|eu|fa|fi|fr|ga|gl|gu|he|hi|hr|hu|hy"
    r"|id|is|it|ja|ka|kk|km|kn|ko|ky|lb|lo|lt|lv|mk|ml|mn|mr|ms|mt|my|nb|ne|nl|nn|no|pa|pl"
    r"|ps|pt|ro|ru|si|sk|sl|sq|sr|sv|sw|ta|te|tg|th|tk|tl|tr|tt|ug|uk|ur|uz|vi|zh"
)

_MAIL_AND_NAME = re.compile(r"[^\s@()<>]+@[^\s@()<>]+\s*\(([^()]+)\)")
_NAME_AND_MAIL = re.compile(r"\s*[<(]?[^\s@()<>]+@[^\s@()<>]+[>)]?")
_BYLINE = re.compile(r"(?:by|par|автор|авторы|мәтін|автор:|by:)\s+", re.I)
_BETWEEN_NAMES = re.compile(r"\s*[,;|/]\s*|\s+(?:and|et|и|және|&)\s+", re.I)


@dataclass(slots=True)
class EntryMaker:
    """Makes entries of one channel; collects the warnings of them all.

    `url` is the channel's address, `zone` reads dates without one, `language` is the channel's.
    """

    url: str
    zone: ZoneInfo
    language: str | None = None
    warnings: list[str] = field(default_factory=list)

    def make(
        self,
        link: str,
        *,
        guid: str | None = None,
        title: str = "",
        title_markup: bool = True,
        summary: str = "",
        summary_text: str = "",
        text: str = "",
        date: str | None = None,
        authors: tuple[str, ...] = (),
        language: str | None = None,
        modified: str | None = None,
    ) -> Entry | None:
        """An entry from raw values; None when they say nothing. `summary` and `text` are markup,
        `summary_text` is not. A link that cannot be requested
        is left out, the entry is not: it has the `url` ""."""
        url = self._absolute(link)
        title = title_text(title, markup=title_markup)[:_LONGEST_TITLE]
        summary = (one_line(summary_text) or one_line(plain_text(summary)))[:_LONGEST_SUMMARY]
        body = plain_text(text) if text else ""
        if not (url or title or summary or body or guid):
            return None
        if len(text) > 2 * LONGEST_TEXT or len(body) >= LONGEST_TEXT:
            self._warn("entry.oversize")
        if not url:
            self._warn("entry.no_link" if guid else "entry.no_identity")
        raw = one_line(date)[:_LONGEST_NAME] if date else None
        tag = language_code(language) or self.language
        published = parse_date(raw, self.zone, tag) if raw else None
        if raw and published is None:
            self._warn("entry.bad_date")
        return Entry(
            url=url,
            guid=one_line(guid) or None if guid else None,
            title=title,
            summary=summary,
            published=published,
            published_raw=raw or None,
            authors=author_names(authors),
            language=language_code(language) or self.language,
            text=body,
            modified=parse_date(modified, self.zone) if modified else None,
        )

    def _absolute(self, link: str) -> str:
        """As announced, but absolute, without line breaks and with spaces encoded."""
        link = re.sub(r"[\t\r\n]+", "", link.strip()).replace(" ", "%20")
        if not link:
            return ""
        try:
            address = urljoin(self.url, link)
            canonical_url(address)
        except (InvalidUrl, ValueError):
            self._warn("entry.bad_link")
            return ""
        return address

    def _warn(self, code: str) -> None:
        if code not in self.warnings:
            self.warnings.append(code)


def language_code(value: str | None) -> str | None:
    """ISO 639-1 of "en-US" or "kz"; None where it is no language."""
    found = _LANGUAGE.fullmatch(value.strip()) if value else None
    if found is None:
        return None
    code = found[1].lower()
    if code == "kz":
        return "kk"
    return code if _LANGUAGES.fullmatch(code) else None


def author_names(values: tuple[str, ...]) -> tuple[str, ...]:
    """People's names out of author fields: without mail addresses and "By", one name each."""
    names: list[str] = []
    for value in values:
        text = title_text(value)
        if found := _MAIL_AND_NAME.fullmatch(text):
            text = found[1]
        text = _BYLINE.sub("", _NAME_AND_MAIL.sub("", text).strip(), count=1)
        parts = [part for part in _BETWEEN_NAMES.split(text) if part]
        # "Tokayev, Kassym-Jomart" is one name: parts of one word are not split.
        whole = len(parts) > 1 and any(" " not in part for part in parts)
        names += [text] if whole else parts
    kept = (name.strip(" ,;|") for name in names)
    return tuple(dict.fromkeys(name for name in kept if name and len(name) <= _LONGEST_NAME))
