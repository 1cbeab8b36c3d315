"""The schema of `config/topics/<id>.toml` and of `config/concepts.toml`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from config.kinds import Positive, Switch, Term, Text


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Name(_Schema):
    """What a topic is called in the four languages of the interface."""

    en: Text = Field(description="the name in this language, in quotes")
    fr: Text = Field(description="the name in this language, in quotes")
    ru: Text = Field(description="the name in this language, in quotes")
    kk: Text = Field(description="the name in this language, in quotes")


class Terms(_Schema):
    """What matches in one language.

    `strong`: one hit that is not merely in passing is enough. `weak`: counts beside others.
    `never`: words that are hidden from the topic before anything else is looked for.
    `needs`: at least one of these must stand somewhere in the article.
    """

    strong: tuple[Term, ...] = ()
    weak: tuple[Term, ...] = ()
    never: tuple[Term, ...] = ()
    needs: tuple[Term, ...] = ()


class Example(_Schema):
    """A text that must, or must not, be matched."""

    language: Literal["en", "fr", "ru", "kk"] = Field(description='"en", "fr", "ru" or "kk"')
    matches: Switch = Field(description="true or false")
    title: str = ""
    text: Text = Field(description="the text of the example, in quotes")


class Topic(_Schema):
    """What the archive is organised around. `id` is the name of its file."""

    id: str
    name: Name = Field(description='a table [name] with "en", "fr", "ru" and "kk"')
    seed: Text = Field(description="the passage that the topic comes from, in quotes")
    scope: Literal["kazakhstan", "central-asia", "anywhere"] = "anywhere"
    threshold: Positive = 1.0
    match: dict[Literal["any", "en", "fr", "ru", "kk"], Terms] = Field(
        description="tables such as [match.en] with the terms of a language"
    )
    examples: tuple[Example, ...] = ()
