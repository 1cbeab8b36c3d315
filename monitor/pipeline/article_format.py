"""The article format: one JSON object an article, in `import`, `export` and `search --json`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from monitor.errors import InvalidUrl, UsageError
from monitor.model import ArchivedArticle, Article, Correction, Match, Mention
from monitor.pipeline.canonical_url import canonical_url
from monitor.pipeline.detect_language import detect_language
from monitor.pipeline.entry_identity import content_key

_LONGEST_SOURCE = 100


@dataclass(frozen=True, slots=True)
class Imported:
    """A record that was read: the article, and what the file says about where it comes from."""

    article: Article
    source: str | None
    first_seen: datetime | None
    external_id: str | None
    updated: datetime | None = None

    @property
    def read_at(self) -> datetime | None:
        """When its text was read, as far as the file says."""
        return self.updated or self.first_seen


def to_record(archived: ArchivedArticle) -> dict[str, Any]:
    """The record of an article; times in ISO 8601 with offset, ids as strings."""
    article = archived.article
    record = {
        "id": str(archived.id),
        "url": article.url,
        "source": archived.source,
        "language": article.language,
        "title": article.title,
        "authors": list(article.authors),
        "published": iso(article.published),
        "first_seen": iso(archived.first_seen),
        "updated": iso(archived.updated),
        "text": article.text,
        "image": article.image,
        "topics": [
            {
                "id": match.topic,
                "score": round(match.score, 3),
                "evidence": [
                    {
                        "term": evidence.term,
                        "words": evidence.words,
                        "field": evidence.field,
                        "start": evidence.start,
                        "end": evidence.end,
                    }
                    for evidence in match.evidence
                ],
            }
            for match in archived.matches
        ],
        "entities": dict(archived.entities),
        "place": archived.place,
        "duplicate_of": None if archived.duplicate_of is None else str(archived.duplicate_of),
        "story": None if archived.story is None else str(archived.story),
        "versions": archived.versions,
        "withdrawn": iso(archived.withdrawn),
        "published_from": article.published_from,
        "published_precision": article.published_precision,
        "section": article.section,
        "tags": list(article.tags),
        "image_credit": article.image_credit,
        "languages": dict(article.languages),
        "marks": list(article.marks),
    }
    if archived.external_id is not None:
        record["external_id"] = archived.external_id
    return record


def findings_record(
    passing: Iterable[Match], mentions: Iterable[Mention], corrections: Iterable[Correction]
) -> dict[str, Any]:
    """What `show` and the API add: topics in passing, whom it names and where, corrections."""
    return {
        "passing": [asdict(each) for each in passing],
        "mentions": [asdict(each) for each in mentions],
        "corrections": [asdict(each) | {"made_at": iso(each.made_at)} for each in corrections],
    }


def from_record(record: object) -> Imported:
    """Read a record; UsageError names the key and what was expected."""
    if not isinstance(record, Mapping):
        raise UsageError("expected one JSON object a line")
    text, title = _text(record, "text"), _text(record, "title")
    try:
        address = _text(record, "url")
        # What had no link stands under its channel's address with a mark that names it.
        mark = address[address.rindex("#") :] if content_key(address) else ""
        url = canonical_url(address) + mark
    except InvalidUrl as error:
        raise UsageError(f"url: {error}") from error
    language = record.get("language")
    known = isinstance(language, str) and len(language) == 2 and language.isalpha()
    article = Article(
        url=url,
        title=title,
        text=text,
        language=str(language).lower() if known else detect_language(text, title),
        authors=_authors(record),
        published=_moment(record, "published"),
        published_from="import" if record.get("published") else None,
        image=_optional(record, "image"),
        text_from="import",
        reason="imported as it was",
        **_stated(record),
    )
    # An archive's own export carries its external ids under their own name; they are kept.
    external = record.get("external_id", record.get("id"))
    return Imported(
        article=article,
        source=_source(record),
        first_seen=_moment(record, "first_seen"),
        external_id=None if external is None else str(external),
        updated=_moment(record, "updated"),
    )


# Characters that some readers take for the end of a line (U+0085, U+2028 …), or terminals for a
# command: JSON may hold them as they are, but then a record is not one line for everybody.
_ESCAPED = {code: f"\\u{code:04x}" for code in (*range(0x7F, 0xA0), 0x2028, 0x2029)}


def json_line(record: Mapping[str, Any]) -> str:
    """A record as JSON, on what is one line to whoever reads it; without the line's end."""
    return json.dumps(record, ensure_ascii=False).translate(_ESCAPED)


def iso(moment: datetime | None) -> str | None:
    """ISO 8601 with offset, to the second."""
    return None if moment is None else moment.isoformat(timespec="seconds")


def _stated(record: Mapping[str, Any]) -> dict[str, Any]:
    """What an archive's own export says beyond the format; what is not of its shape is left out."""

    def words(key: str) -> tuple[str, ...]:
        value = record.get(key)
        given = value if isinstance(value, list) else []
        return tuple(each for each in given if isinstance(each, str) and each)

    precision, languages = record.get("published_precision"), record.get("languages")
    codes = languages if isinstance(languages, Mapping) else {}
    return {
        "section": _said(record, "section"),
        "image_credit": _said(record, "image_credit"),
        "published_precision": precision if precision in _PRECISIONS else None,
        "tags": words("tags"),
        "marks": words("marks"),
        "languages": {
            str(code): url for code, url in codes.items() if len(code) == 2 and _is_address(url)
        },
    }


_PRECISIONS = ("second", "minute", "hour", "day")


def _said(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    return value if isinstance(value, str) and value else None


def _is_address(value: object) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def _text(record: Mapping[str, Any], key: str) -> str:
    value = record.get(key)
    if not isinstance(value, str) or not value.strip():
        raise UsageError(f"{key}: expected a text that is not empty")
    return value.replace("\0", "").strip()


def _optional(record: Mapping[str, Any], key: str) -> str | None:
    value = record.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{key}: expected a text or null")
    return value or None


def _source(record: Mapping[str, Any]) -> str | None:
    value = _optional(record, "source")
    if value is not None and (len(value) > _LONGEST_SOURCE or not value.isprintable()):
        raise UsageError(
            f"source: expected a name in at most {_LONGEST_SOURCE} printable characters"
        )
    return value


def _authors(record: Mapping[str, Any]) -> tuple[str, ...]:
    value = record.get("authors") or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError("authors: expected a list of names")
    return tuple(value)


def _moment(record: Mapping[str, Any], key: str) -> datetime | None:
    value = record.get(key)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError) as error:
        raise UsageError(f'{key}: expected a time such as "2025-10-02T09:30:00+05:00"') from error
    if moment.tzinfo is None:
        raise UsageError(f'{key}: expected an offset, as in "2025-10-02T09:30:00+05:00"')
    return moment
