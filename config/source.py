"""The schema of `config/sources/<id>.toml`: an outlet, its channels, and rules for its pages."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from config.kinds import (
    AgentName,
    Duration,
    Language,
    PagedUrl,
    Pattern,
    Pause,
    Selector,
    Switch,
    Text,
    Url,
    Zone,
)


class _Schema(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _wrong(key: str, message: str) -> PydanticCustomError:
    """A problem with one key, found by looking at several."""
    context: dict[str, Any] = {"key": key}
    return PydanticCustomError("key", message, context)


class Channel(_Schema):
    """One address where articles are announced. Selectors are for `listing` only."""

    kind: Literal["feed", "sitemap", "listing"] = Field(
        description='"feed", "sitemap" or "listing"'
    )
    url: Url = Field(description='an address that begins with "https://" or "http://"')
    backfill: PagedUrl | None = None
    language: Language | None = None
    every: Pause | None = None
    min_interval: Duration | None = None
    item: Selector | None = None
    link: Selector | None = None
    title: Selector | None = None
    date: Selector | None = None
    summary: Selector | None = None

    @model_validator(mode="after")
    def _listing_has_selectors(self) -> Channel:
        if self.kind == "listing" and self.item is None:
            raise _wrong("item", "missing; a listing needs the CSS selector of one announcement")
        if self.kind != "listing":
            for key in ("item", "link", "title", "date", "summary"):
                if getattr(self, key) is not None:
                    raise _wrong(key, 'this key is for channels of kind "listing" only')
        return self


class Selectors(_Schema):
    """CSS selectors for one layout of a source's pages; several may be given, separated by commas.

    `remove` is taken out of the body before its text is read.
    """

    body: Selector | None = None
    title: Selector | None = None
    byline: Selector | None = None
    date: Selector | None = None
    remove: Selector | None = None


class Layout(Selectors):
    """The selectors for pages published in a range of days, both ends included."""

    since: date | None = Field(default=None, description="a day such as 2025-11-24")
    until: date | None = Field(default=None, description="a day such as 2025-11-24")

    @model_validator(mode="after")
    def _has_a_range(self) -> Layout:
        if self.since is None and self.until is None:
            raise _wrong("since", 'missing; a layout needs "since" or "until", or both')
        if self.since is not None and self.until is not None and self.since > self.until:
            raise _wrong("until", "expected a day that is not before since")
        return self

    def holds(self, day: date) -> bool:
        return (self.since or day) <= day <= (self.until or day)


class ExtractRules(Selectors):
    """The selectors for today's pages, and those for earlier layouts."""

    layouts: tuple[Layout, ...] = ()

    def on(self, day: date | None) -> Selectors:
        """The selectors for a page of that day; a layout has those of today's that it lacks."""
        layout = next((one for one in self.layouts if day is not None and one.holds(day)), None)
        if layout is None:
            return self
        own = self.model_dump(exclude={"layouts"})
        return Selectors(**own | layout.model_dump(exclude={"since", "until"}, exclude_none=True))


class Source(_Schema):
    """An outlet that is watched. `id` is the name of its file."""

    id: str
    name: Text = Field(description="what the outlet is called, in quotes")
    homepage: Url = Field(description='an address that begins with "https://" or "http://"')
    language: Language = Field(description='a language code of two letters, such as "en" or "kk"')
    timezone: Zone = "UTC"
    every: Pause = timedelta(minutes=15)
    min_interval: Duration = timedelta(minutes=5)
    spacing: Duration = timedelta(seconds=2)
    enabled: Switch = True
    user_agent: AgentName | None = None
    include: tuple[Pattern, ...] = ()
    exclude: tuple[Pattern, ...] = ()
    notes: str = ""
    channels: tuple[Channel, ...] = Field(
        min_length=1, description="at least one table under the header [[channels]]"
    )
    extract: ExtractRules = ExtractRules()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    def min_interval_of(self, channel: Channel) -> timedelta:
        """The least pause between two polls of a channel; zero is a value, not "unset".

        Where nobody wrote one, it gives way to a shorter `every` that somebody did write.
        """
        if channel.min_interval is not None:
            return channel.min_interval
        if "min_interval" in self.model_fields_set:
            return self.min_interval
        return min(self.min_interval, channel.every or self.every)

    def every_of(self, channel: Channel) -> timedelta:
        """The longest pause between two polls of a channel, never below the least one."""
        return max(channel.every or self.every, self.min_interval_of(channel))
