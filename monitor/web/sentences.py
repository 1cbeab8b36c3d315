"""What was kept as a key with values, as sentences of the interface's languages.

What nobody put a key to (a plan or an alarm of an older version, a rare failure) is said as it was
kept: in English, and marked as such.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor.model import Alarm, ChannelState
from monitor.pipeline.poll_reasons import PAUSES, parts
from monitor.web.tongue import Tongue

# What a person can do about a failure is the same for the whole family.
_FAMILIES = {
    "fetch.dns": "fail_dns",
    "fetch.dns_temp": "fail_dns",
    "fetch.tls": "fail_tls",
    "fetch.too_large": "fail_size",
    "fetch.bomb": "fail_size",
    "fetch.redirect_loop": "fail_loop",
    "fetch.encoding": "fail_document",
    "blocked.robots": "fail_robots",
    "http.empty": "fail_empty",
    "parse.no_items": "fail_selectors",
    "parse.no_links": "fail_selectors",
    "extract.wall": "fail_wall",
    "internal.error": "fail_internal",
}
_BEGINNINGS = {
    "fetch.": "fail_unreachable",
    "http.": "fail_status",
    "parse.": "fail_document",
    "extract.": "fail_extract",
    "sec.": "fail_address",
}


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence; `language` is set where it is not the page's own."""

    text: str
    language: str | None = None


def plan_reason(state: ChannelState, tongue: Tongue) -> Said | None:
    """Why the channel is read next when it is."""
    if state.plan is None or not tongue.knows(f"reason_{state.plan.key}"):
        return Said(state.plan_reason, "en") if state.plan_reason else None
    values = {
        name: pause(timedelta(seconds=int(value)), tongue) if name in PAUSES else value
        for name, value in state.plan.values.items()
    }
    return Said(tongue.say(f"reason_{state.plan.key}", **values))


def pause(time: timedelta, tongue: Tongue) -> str:
    """A time in the units of the language: "4 min 15 s"."""
    said = (f"{number} {tongue.say(f'unit_{unit}')}" for number, unit in parts(time))
    return " ".join(said).replace(" ", "\u00a0")


def failure(code: str | None, detail: str | None, tongue: Tongue) -> Said | None:
    """Why something could not be read."""
    key = _FAMILIES.get(code or "") or next(
        (key for start, key in _BEGINNINGS.items() if (code or "").startswith(start)), None
    )
    if key is None:
        return Said(detail, "en") if detail else None
    return Said(tongue.say(key, status=(code or "").partition(".")[2]))


def alarm_sentence(alarm: Alarm, name: str, tongue: Tongue) -> Said:
    """What a person should look at; `name` is the source's."""
    words = _alarm(alarm, tongue)
    return Said(alarm.sentence, "en") if words is None else Said(f"{name}: {words}")


def _alarm(alarm: Alarm, tongue: Tongue) -> str | None:
    facts = alarm.facts
    try:
        if alarm.kind == "silence":
            since = tongue.moment(_moment(facts["since"]))
            usual = tongue.number(round(facts["expected"]))
            return tongue.say("alarm_silence", seen=facts["seen"], since=since, usual=usual)
        if alarm.kind == "drift":
            found = [_measure(name, each, tongue) for name, each in facts["measures"].items()]
            return tongue.say("alarm_drift", found="; ".join(found))
        if alarm.kind == "stale":
            since = tongue.moment(_moment(facts["last_new"]))
            return tongue.say("alarm_stale", url=facts["url"], since=since)
        return tongue.say(f"alarm_{alarm.kind}", url=facts["url"], n=facts["failures"])
    except (KeyError, TypeError, ValueError):  # of another version
        return None


def _measure(name: str, each: Mapping[str, Any], tongue: Tongue) -> str:
    def value(number: float) -> str:
        return tongue.number(round(number)) if name == "length" else f"{round(number * 100)}\u00a0%"

    return tongue.say(f"measure_{name}", now=value(each["now"]), usual=value(each["before"]))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
