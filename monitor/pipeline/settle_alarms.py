"""Which alarms are to be open now, and what that changes. An alarm that is open stays so until
what it says is well over: none is raised, cleared and raised again by one quantity on its edge."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.model import Alarm, RaisedAlarm
from monitor.pipeline.channel_trouble import (
    KINDS,
    ChannelNow,
    find_stale,
    find_trouble,
    is_mended,
)

Key = tuple[str, str, int | None]
"""Kind, source, channel."""

SILENCE, DRIFT, STALE = "silence", "drift", "stale"


@dataclass(frozen=True, slots=True)
class Changes:
    """From the alarms that are open to those that are to be."""

    raised: tuple[Alarm, ...]
    cleared: tuple[RaisedAlarm, ...]
    reworded: tuple[tuple[RaisedAlarm, Alarm], ...]


def key_of(alarm: Alarm) -> Key:
    """What tells an alarm from another one that is open."""
    return alarm.kind, alarm.source, alarm.channel_id


def settle(opened: Mapping[Key, RaisedAlarm], wanted: Iterable[Alarm]) -> Changes:
    """What is to be done so that just the wanted ones are open."""
    by_key = {key_of(alarm): alarm for alarm in wanted}
    return Changes(
        raised=tuple(alarm for key, alarm in by_key.items() if key not in opened),
        cleared=tuple(raised for key, raised in opened.items() if key not in by_key),
        reworded=tuple(
            (opened[key], alarm)
            for key, alarm in by_key.items()
            if key in opened and opened[key].alarm != alarm
        ),
    )


def channel_alarm(
    name: str, channel: ChannelNow, opened: Mapping[Key, RaisedAlarm]
) -> Alarm | None:
    """What is to be said about how a channel answers; one alarm a channel, whatever it tries."""
    earlier = next(
        (
            opened[kind, channel.source, channel.id].alarm
            for kind in sorted(KINDS)
            if (kind, channel.source, channel.id) in opened
        ),
        None,
    )
    trouble = find_trouble(channel)
    if trouble is None:
        return None if earlier is None or is_mended(channel) else earlier
    # What began as a nameless failure may get a name; a name is kept while the trouble lasts.
    named = earlier is not None and earlier.kind != "failing"
    kind = earlier.kind if earlier is not None and named else trouble.kind
    facts = {"url": channel.url, "failures": channel.failures, "code": channel.codes[0]}
    return Alarm(kind, channel.source, channel.id, f"{name}: {trouble.sentence}", facts)


def stale_alarm(
    name: str,
    channel: ChannelNow,
    longest: timedelta | None,
    opened: Mapping[Key, RaisedAlarm],
    *,
    source_is_silent: bool,
) -> Alarm | None:
    """What is to be said about a channel that stands still; where the whole source does, that is
    said already."""
    earlier = opened.get((STALE, channel.source, channel.id))
    if earlier is not None and (channel.failures or source_is_silent):
        return earlier.alarm
    trouble = None if source_is_silent else find_stale(channel, longest)
    if trouble is None:
        return None
    facts = {"url": channel.url, "last_new": channel.last_new and channel.last_new.isoformat()}
    return Alarm(STALE, channel.source, channel.id, f"{name}: {trouble.sentence}", facts)


def explains_silence(
    found: Iterable[Alarm], opened: Mapping[Key, RaisedAlarm], since: datetime
) -> bool:
    """Whether one of these alarms about channels came up since the source is silent: then the
    silence is ours to mend, and is said already."""
    return any(
        key_of(alarm) not in opened or opened[key_of(alarm)].raised_at >= since for alarm in found
    )
