"""Why a channel is read next when it is: one value for each rule that can decide, and its sentence.

The value is kept with the plan, for interfaces in other languages; the English sentence beside it,
for logs and programs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from monitor.model import Reason

SENTENCES = {
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
    "pushed": "pushed: its hub says that something is new",
}
"""By the key of the reason."""

PAUSES = frozenset({"pause", "asked", "turnover"})
"""The values that are pauses, in seconds. "time" is a moment; a count has any other name."""


def by_window(pace: timedelta, entries: int, turnover: timedelta) -> Reason:
    return Reason("window", {"pause": _s(pace), "n": entries, "turnover": _about(turnover)})


def at_least_pause(pace: timedelta, entries: int, turnover: timedelta) -> Reason:
    return Reason("least", {"pause": _s(pace), "n": entries, "turnover": _about(turnover)})


def slowing(pace: timedelta) -> Reason:
    return Reason("slowing", {"pause": _s(pace)})


def by_share(pace: timedelta, new: int, found: int) -> Reason:
    return Reason("share", {"pause": _s(pace), "new": new, "found": found})


def nothing(pace: timedelta) -> Reason:
    return Reason("nothing", {"pause": _s(pace)})


def first_look(pace: timedelta) -> Reason:
    return Reason("first", {"pause": _s(pace)})


def missed(found: int) -> Reason:
    return Reason("missed", {"found": found})


def asked_by_channel(pace: timedelta, asked: timedelta) -> Reason:
    return Reason("channel", {"pause": _s(pace), "asked": _s(asked)})


def asked_by_headers(pace: timedelta, asked: timedelta) -> Reason:
    return Reason("headers", {"pause": _s(pace), "asked": _s(asked)})


def sooner_than_asked(pace: timedelta, asked: timedelta) -> Reason:
    return Reason("sooner", {"pause": _s(pace), "asked": _s(asked)})


def skipped_until(end: datetime, now: datetime) -> Reason:
    """The moment is told by its hour where it is near."""
    near = end.astimezone(UTC) - now.astimezone(UTC) < timedelta(hours=20)
    return Reason(
        "skipped", {"time": f"{end.astimezone(UTC):{'%H:%M' if near else '%Y-%m-%d %H:%M'}}"}
    )


def despite_skipped(pause: timedelta) -> Reason:
    return Reason("despite", {"pause": _s(pause)})


def failed(failures: int, pause: timedelta) -> Reason:
    return Reason("failures", {"n": failures, "pause": _s(pause)})


def gone(pause: timedelta) -> Reason:
    return Reason("gone", {"pause": _s(pause)})


def asked_to_wait(pause: timedelta) -> Reason:
    return Reason("asked", {"pause": _s(pause)})


def pushed() -> Reason:
    return Reason("pushed")


def sentence(reason: Reason) -> str:
    """The reason in English."""
    values = {
        name: words(timedelta(seconds=int(value))) if name in PAUSES else value
        for name, value in reason.values.items()
    }
    return SENTENCES[reason.key].format(**values)


def words(pause: timedelta) -> str:
    """A pause in the unit that a person would use: "30 s", "4 min 15 s", "90 min", "11 h"."""
    return " ".join(f"{number} {unit}" for number, unit in parts(pause))


def parts(pause: timedelta) -> list[tuple[int, str]]:
    """The numbers of that, each with its unit: "d", "h", "min" or "s"."""
    seconds = round(pause.total_seconds())
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and (seconds % size == 0 or seconds >= 10 * size):
            return [(round(seconds / size), name)]
    if seconds >= 60:
        return [(seconds // 60, "min"), (seconds % 60, "s")]
    return [(seconds, "s")]


def _s(pause: timedelta) -> int:
    return round(pause.total_seconds())


def _about(pause: timedelta) -> int:
    """A pause rounded to what an estimate is good for: 8 min, 90 min, 11 h."""
    for size in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if pause >= 3 * size:
            return _s(round(pause / size) * size)
    return max(1, _s(pause))
