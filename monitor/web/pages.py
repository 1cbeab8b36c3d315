"""From a request to a page: its language, the addresses in it, and the template filled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from monitor.model import ChannelState, RaisedAlarm
from monitor.web.addresses import outside_link
from monitor.web.items import shown_date, shown_precision, source_name
from monitor.web.latest import Latest
from monitor.web.messages import LANGUAGES, OWN_NAMES
from monitor.web.sentences import Said, alarm_sentence, failure, pause, plan_reason
from monitor.web.site import Site, site_of
from monitor.web.tongue import Tongue, known_language, preferred_language

TEMPLATES = Path(__file__).parent / "templates"


def load_templates() -> Environment:
    """The templates of this package. Everything is escaped; a name misspelt is an error."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.globals |= {
        "LANGUAGES": LANGUAGES,
        "OWN_NAMES": OWN_NAMES,
        "languages_of": languages_of,
        "outside_link": outside_link,
        "shown_date": shown_date,
        "shown_precision": shown_precision,
    }
    return templates


def languages_of(latest: Latest) -> list[str]:
    """The four languages, and those beside them that the archive holds articles in."""
    return [*LANGUAGES, *sorted(set(latest.by_language) - set(LANGUAGES))]


@dataclass(frozen=True)
class View:
    """One request as templates see it. `chosen` is the language that the address asks for, which
    every link then carries on; without one the browser's own preference holds."""

    request: Request
    site: Site
    tongue: Tongue
    chosen: str | None
    now: datetime

    @property
    def language(self) -> str:
        return self.tongue.language

    def link(self, path: str, /, **parameters: str) -> str:
        """An address of this site, in the chosen language."""
        if self.chosen is not None:
            parameters = {**parameters, "ui": self.chosen}
        return f"{path}?{urlencode(parameters)}" if parameters else path

    def in_language(self, language: str) -> str:
        """This same page in another language. The path is left out: one that begins with two
        slashes would lead to another site."""
        kept = {key: value for key, value in self.request.query_params.items() if key != "ui"}
        return f"?{urlencode({**kept, 'ui': language})}"

    def asset(self, name: str) -> str:
        return self.site.assets[name].address

    def topic_name(self, topic: str) -> str:
        """In the language of the page; the id of a topic that is in the catalogue no more."""
        known = self.site.catalog.topics.get(topic)
        return str(getattr(known.name, self.language)) if known is not None else topic

    def source_name(self, source: str) -> str:
        return source_name(self.site.catalog.sources, source)

    def plan_reason(self, state: ChannelState) -> Said | None:
        return plan_reason(state, self.tongue)

    def failure(self, code: str | None, detail: str | None) -> Said | None:
        return failure(code, detail, self.tongue)

    def alarm(self, raised: RaisedAlarm) -> Said:
        name = self.source_name(raised.alarm.source)
        return alarm_sentence(raised.alarm, name, self.tongue)

    def lag(self, time: timedelta) -> str:
        """How late something was, in one unit."""
        for size in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
            if time >= 2 * size:
                return pause(round(time / size) * size, self.tongue)
        return pause(time, self.tongue)

    @cached_property
    def topics_by_name(self) -> list[tuple[str, str]]:
        """Ids and names of all topics, in the order of the names."""
        named = [(topic, self.topic_name(topic)) for topic in self.site.catalog.topics]
        return sorted(named, key=lambda each: each[1].casefold())


def view_of(request: Request) -> View:
    """The language is that of `?ui=`, else the best that the browser accepts, else English."""
    site = site_of(request)
    chosen = known_language(request.query_params.get("ui", ""))
    language = chosen or preferred_language(request.headers.get("accept-language", ""))
    return View(request, site, Tongue(language), chosen, site.now())


def fill(view: View, template: str, values: Mapping[str, object]) -> str:
    """A template, filled for one request."""
    tongue = view.tongue
    return view.site.templates.get_template(template).render(
        {
            "view": view,
            "tongue": tongue,
            "say": tongue.say,
            "count": tongue.count,
            "number": tongue.number,
            **values,
        }
    )


def page(
    view: View, template: str, values: Mapping[str, object], status: int = 200
) -> HTMLResponse:
    """A page as a response. It is always asked for anew, for the archive grows all the time."""
    return HTMLResponse(fill(view, template, values), status, headers=page_headers(view))


def page_headers(view: View) -> dict[str, str]:
    return {
        "Cache-Control": "no-cache",
        "Content-Language": view.language,
        "Vary": "Accept-Language",
    }
