"""The Jinja2 environment of the newsroom's pages and feeds."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("monitor.newsroom", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["rfc822"] = _rfc822
    environment.filters["iso"] = datetime.isoformat
    environment.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    return environment


def _rfc822(moment: datetime) -> str:
    return format_datetime(moment)


def render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters, ended at a word, with the mark of what was left out."""
    if len(text) <= limit:
        return text
    return text[: limit - 4].rsplit(" ", 1)[0] + " […]"
