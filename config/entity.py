"""The schema of `config/entities.toml`: people, organisations, programmes and places by name."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.kinds import Term, Text


class Entity(BaseModel):
    """One thing with many spellings. Its terms are written as in a topic, and topics and concepts
    may use them as "@id"."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["person", "organisation", "programme", "place"] = Field(
        description='"person", "organisation", "programme" or "place"'
    )
    name: dict[Literal["en", "fr", "ru", "kk"], Text] = Field(
        min_length=1, description='a table name = { en = "…", fr = "…", ru = "…", kk = "…" }'
    )
    any: tuple[Term, ...] = ()
    en: tuple[Term, ...] = ()
    fr: tuple[Term, ...] = ()
    ru: tuple[Term, ...] = ()
    kk: tuple[Term, ...] = ()

    def called(self, language: str) -> str:
        """Its name in a language, or the first one it has."""
        names = {str(code): name for code, name in self.name.items()}
        return names.get(language) or next(iter(names.values()))

    def terms(self) -> dict[str, tuple[str, ...]]:
        """By language, as a concept has them."""
        by_language = {"any": self.any, "en": self.en, "fr": self.fr, "ru": self.ru, "kk": self.kk}
        return {language: terms for language, terms in by_language.items() if terms}
