"""The sentences that say why a channel is read next when it is, each naming the rule that decided.

They are kept with the plan and shown to people; interfaces in other languages know them by form.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def by_window(pace: timedelta, entries: int, turnover: timedelta) -> str:
    return f"every {words(pace)}: {_window(entries, turnover)}"


def at_least_pause(pace: timedelta, entries: int, turnover: timedelta) -> str:
    return f"every {words(pace)}, the least pause allowed: {_window(entries, turnover)}"


def slowing(pace: timedelta) -> str:
    return f"every {words(pace)}, a little slower than before: it has become quieter"


def by_share(pace: timedelta, new: int, found: int) -> str:
    return f"every {words(pace)}: {new} of {found} entries were new"


def nothing(pace: timedelta) -> str:
    return f"every {words(pace)}: nothing to judge the pace by"


def first_look(pace: timedelta) -> str:
    return f"every {words(pace)} at first: one reading without dates does not tell the pace"


def missed(found: int) -> str:
    return f"faster: all {found} entries were new, some may have been missed"


def asked_by_channel(pace: timedelta, asked: timedelta) -> str:
    return f"every {words(pace)}: the channel asks for {words(asked)} between readings"


def asked_by_headers(pace: timedelta, asked: timedelta) -> str:
    return f"every {words(pace)}: the site says that nothing changes for {words(asked)}"


def sooner_than_asked(pace: timedelta, asked: timedelta) -> str:
    return f"every {words(pace)}, not the {words(asked)} asked for: articles could be missed"


def skipped_until(end: datetime, now: datetime) -> str:
    near = end.astimezone(UTC) - now.astimezone(UTC) < timedelta(hours=20)
    return (
        f"waits until {end.astimezone(UTC):{'%H:%M' if near else '%Y-%m-%d %H:%M'}} UTC: "
        "the feed asks for no visits before"
    )


def despite_skipped(pause: timedelta) -> str:
    return (
        f"in {words(pause)}, when the feed asks for no visits: otherwise articles could be missed"
    )


def failed(failures: int, pause: timedelta) -> str:
    return f"{failures} failed in a row: slowed to {words(pause)}"


def gone(pause: timedelta) -> str:
    return f"gone for good, says the site: asked again in {words(pause)}"


def asked_to_wait(pause: timedelta) -> str:
    return f"the site asked to wait {words(pause)}"


def words(pause: timedelta) -> str:
    """A pause in the unit that a person would use: "30 s", "4 min 15 s", "90 min", "11 h"."""
    seconds = round(pause.total_seconds())
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size and (seconds % size == 0 or seconds >= 10 * size):
            return f"{round(seconds / size)} {name}"
    return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


def _window(entries: int, turnover: timedelta) -> str:
    return f"a window of {entries} turns over in about {_about(turnover)}"


def _about(pause: timedelta) -> str:
    """A pause rounded to what an estimate is good for: "8 min", "90 min", "11 h"."""
    for size in (timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)):
        if pause >= 3 * size:
            return words(round(pause / size) * size)
    return words(timedelta(seconds=max(1, round(pause.total_seconds()))))
