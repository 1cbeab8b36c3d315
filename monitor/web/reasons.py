"""Why a channel is read next when it is, in the interface's languages.

The plan keeps its reason as an English sentence, one of those in `pipeline.poll_reasons`. They are
known here by their form; one that is not is shown as it stands.
"""

from __future__ import annotations

import re

from monitor.web.tongue import Tongue

_PAUSES = ("pause", "asked", "turnover")
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FORMS = {
    "window": "every {pause}: a window of {n} turns over in about {turnover}",
    "least": "every {pause}, the least pause allowed: "
    "a window of {n} turns over in about {turnover}",
    "slowing": "every {pause}, a little slower than before: it has become quieter",
    "share": "every {pause}: {new} of {found} entries were new",
    "nothing": "every {pause}: nothing to judge the pace by",
    "first": "every {pause} at first: one reading without dates does not tell the pace",
    "missed": "faster: all {found} entries were new, some may have been missed",
    "channel": "every {pause}: the channel asks for {asked} between readings",
    "headers": "every {pause}: the site says that nothing changes for {asked}",
    "sooner": "every {pause}, not the {asked} asked for: articles could be missed",
    "skipped": "waits until {time} UTC: the feed asks for no visits before",
    "despite": "in {pause}, when the feed asks for no visits: otherwise articles could be missed",
    "failures": "{n} failed in a row: slowed to {pause}",
    "gone": "gone for good, says the site: asked again in {pause}",
    "asked": "the site asked to wait {pause}",
}
_UNIT = re.compile(r"\b(d|h|min|s)\b")


def _pattern(form: str) -> re.Pattern[str]:
    def part(found: re.Match[str]) -> str:
        name = found[1]
        if name in _PAUSES:
            return rf"(?P<{name}>\d+ \w+(?: \d+ s)?)"
        return rf"(?P<{name}>[\d :-]+)" if name == "time" else rf"(?P<{name}>\d+)"

    return re.compile(_PLACEHOLDER.sub(part, form))


_SENTENCES = tuple((key, _pattern(form)) for key, form in _FORMS.items())


def plan_reason(reason: str, tongue: Tongue) -> str | None:
    """The reason in this language; None for a sentence that is not known."""
    for key, pattern in _SENTENCES:
        found = pattern.fullmatch(reason)
        if found is not None:
            values = {
                name: _pause(value, tongue) if name in _PAUSES else value
                for name, value in found.groupdict().items()
            }
            return tongue.say(f"reason_{key}", **values)
    return None


def _pause(pause: str, tongue: Tongue) -> str:
    units = _UNIT.sub(lambda unit: tongue.say(f"unit_{unit[0]}"), pause)
    return units.replace(" ", "\u00a0")
