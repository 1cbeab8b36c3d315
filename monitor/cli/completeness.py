"""What `monitor status` says about completeness: gaps, what is not stored, how late things are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from monitor.cli.output import say, when
from monitor.model import GapState


def print_completeness(source: Mapping[str, Any]) -> None:
    """One source (as `status_record` has it), for a person: only what there is to say."""
    if source["announced"] != source["announced_and_stored"]:
        missing = source["announced"] - source["announced_and_stored"]
        say(f"  {missing} of {source['announced']} announced articles are not stored:")
        for each in source["not_stored"][:5]:
            say(f"           {each['url']} ({each['reason'] or each['state']})")
        if missing > 5:
            say("           … `monitor status --json` names more")
    week = source["week"]
    if week["announced"]:
        say(f"  7 days   {week['announced']} announced, {week['stored']} of them stored")
    for gap in source["gaps"][:5]:
        say(f"  gap      {_gap_words(gap)}")
    lag = source["lag"]
    if lag["articles"]:
        half, most = in_words(lag["p50_seconds"]), in_words(lag["p95_seconds"])
        say(f"  lag      half found within {half} of publication, 95 % within {most} (7 days)")
    if source["reconciliation"]:
        say(f"  checked  {_reconciled(source['reconciliation'])}")


def _reconciled(found: Mapping[str, Any]) -> str:
    """ "2 Oct 2025, 09:30: 40 addresses announced, 38 stored, 2 never seen before"."""
    counts = [f"{number} {standing_words(name)}" for name, number in found["counts"].items()]
    failed = sum(each["error"] is not None for each in found["channels"])
    unread = f"; {failed} of {len(found['channels'])} places could not be read" if failed else ""
    announced = f"{found['announced']} addresses announced"
    return f"{_moment(found['finished'])}: {', '.join([announced, *counts])}{unread}"


def standing_words(standing: str) -> str:
    """How the archive stands to an address, in words."""
    return {
        "never_seen": "never seen before",
        "quarantined": "in quarantine",
        "no_link": "without a link or words",
    }.get(standing, standing)


def _gap_words(gap: Mapping[str, Any]) -> str:
    span = f"{_moment(gap['known_until'])} to {_moment(gap['opened'])}, {gap['channel']}"
    read = f"{gap['pages_read']} documents read, {gap['entries_found']} new"
    if gap["state"] == GapState.FILLED:
        return f"filled on {_moment(gap['filled'])}: {span} ({gap['note'] or read})"
    return f"{gap['state']}: {span} ({gap['note'] or read})"


def in_words(seconds: float) -> str:
    """A time to read: "2 d", "90 min"."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _moment(text: str | None) -> str:
    return when(None if text is None else datetime.fromisoformat(text))
