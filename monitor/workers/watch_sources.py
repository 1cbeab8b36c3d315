"""Archive → alarms: what a source publishes, and how its channels answer, against what is usual.

    how channels answer now          ┐
    when articles appeared lately    ├─ judge source by source ─→ raise, clear, reword
    what is usual (learned daily)    ┘

One look reads aggregates: what is costly (the log of polls, the texts of articles) is read only of
sources that look silent, and of a few at a time to learn from.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from config.source import Source
from monitor.model import Alarm
from monitor.pipeline import drift, silence
from monitor.pipeline.baseline import HISTORY, Baseline, learn
from monitor.pipeline.channel_trouble import longest_pause
from monitor.pipeline.reading_times import Span, read_spans, without
from monitor.pipeline.settle_alarms import (
    DRIFT,
    SILENCE,
    Changes,
    channel_alarm,
    explains_silence,
    settle,
    stale_alarm,
)
from monitor.workers.services import Services
from monitor.workers.watch_view import View, due_to_compare, due_to_learn, read_view
from storage.repositories import alarms, baselines, watching
from storage.repositories.baselines import Usual

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)


async def watch(services: Services) -> Changes | None:
    """Look at all enabled sources; None where somebody has in the last ten minutes."""
    now = services.now()
    last = await services.read(baselines.watched_at)
    if last is not None and abs(now - last) < EVERY:
        return None
    sources = [each for each in services.catalog.sources.values() if each.enabled]

    def look(connection: Connection) -> tuple[Changes, list[Usual]]:
        return _look(connection, sources, now)

    changes, learned = await services.read(look)

    def save(connection: Connection) -> None:
        baselines.note_watched(connection, now)
        for usual in learned:
            baselines.save(connection, usual)
        for cleared in changes.cleared:
            alarms.clear(connection, cleared.id, now)
        for raised, alarm in changes.reworded:
            alarms.reword(connection, raised.id, alarm)
        for alarm in changes.raised:
            alarms.raise_once(connection, alarm, now)

    await services.write(save)
    for alarm in changes.raised:
        log.warning("%s", alarm.sentence)
    for raised in changes.cleared:
        log.info("over: %s", raised.alarm.sentence)
    return changes


def _look(
    connection: Connection, sources: Sequence[Source], now: datetime
) -> tuple[Changes, list[Usual]]:
    view = read_view(connection, sources, now)
    learning, comparing = due_to_learn(view), due_to_compare(view)
    wanted: list[Alarm] = []
    learned: list[Usual] = []
    for source in sources:
        usual = known = view.usual[source.id]
        try:
            if source.id in learning:
                usual = _learn(connection, source, usual, view)
            found = _judge(connection, source, usual, view)
            if source.id in comparing:
                found += _compared(connection, source, view)
                usual = replace(usual, compared_at=now)
            else:
                found += _still_open(view, source, DRIFT)
        except SQLAlchemyError:
            raise
        except Exception:  # one source must not keep the others from being watched
            log.exception("%s: could not be watched", source.id)
            found = [each.alarm for each in view.opened.values() if each.alarm.source == source.id]
        wanted += found
        if usual != known:
            learned.append(usual)
    return settle(view.opened, wanted), learned


def _learn(connection: Connection, source: Source, usual: Usual, view: View) -> Usual:
    since = view.now - HISTORY
    ids = [channel.id for channel in view.channels.get(source.id, ())]
    polls = watching.polls_since(connection, ids, since)
    outages = [
        Span(datetime.fromisoformat(each.alarm.facts["since"]), each.cleared_at)
        for each in alarms.history(connection, source.id)
        if each.alarm.kind == SILENCE and each.cleared_at is not None
    ]
    read = without(read_spans(polls), outages)
    news = watching.news_since(connection, ids, since)
    pauses = {id_: longest_pause(moments) for id_, moments in news.items()}
    return replace(
        usual,
        learned_at=view.now,
        rates=learn(watching.history(connection, source.id, since), read, source.zone),
        pauses={id_: pause for id_, pause in pauses.items() if pause is not None},
    )


def _judge(connection: Connection, source: Source, usual: Usual, view: View) -> list[Alarm]:
    """The alarms about this source that are to be open, drift left out."""
    channels = view.channels.get(source.id, ())
    answers = [channel_alarm(source.name, each, view.opened) for each in channels]
    found = [alarm for alarm in answers if alarm is not None]
    silent = _silence(connection, source, usual.rates, view, found)
    standing = [
        stale_alarm(
            source.name,
            each,
            usual.pauses.get(each.id),
            view.opened,
            source_is_silent=silent is not None,
        )
        for each in channels
    ]
    return [*found, *(alarm for alarm in (silent, *standing) if alarm is not None)]


def _silence(
    connection: Connection,
    source: Source,
    rates: Baseline | None,
    view: View,
    troubles: Sequence[Alarm],
) -> Alarm | None:
    opened = view.opened.get((SILENCE, source.id, None))
    earlier = opened.alarm if opened is not None else None
    channels = view.channels.get(source.id, ())
    read_at = max((each.last_success for each in channels if each.last_success), default=None)
    if rates is None or read_at is None:
        return earlier
    moments = view.moments.get(source.id) or [view.newest.get(source.id, read_at - HISTORY)]
    until = read_at - rates.lag
    if earlier is not None and silence.is_back(rates, moments, until, source.zone):
        return None
    settled = view.silent_until.get(source.id)
    if not silence.may_be_silent(rates, moments, read_at, source.zone, not_before=settled):
        return earlier
    since = max(min(read_at - silence.LOOK_BACK, moments[-1]), read_at - HISTORY)
    ids = [each.id for each in channels]
    # The poll before the first one counts too: it says that the time between was read.
    polls = watching.polls_since(connection, ids, since - timedelta(days=1))
    found = silence.find_silence(rates, moments, read_spans(polls), source.zone, not_before=settled)
    if found is None or (earlier is None and explains_silence(troubles, view.opened, found.since)):
        return earlier
    facts = {
        "seen": found.seen,
        "expected": round(found.expected, 1),
        "since": found.since.isoformat(),
    }
    sentence = silence.in_words(source.name, found, view.now, source.zone)
    return Alarm(SILENCE, source.id, None, sentence, facts)


def _compared(connection: Connection, source: Source, view: View) -> list[Alarm]:
    opened = view.opened.get((DRIFT, source.id, None))
    facts = opened.alarm.facts if opened is not None else {}
    recent, before, anchor = watching.shapes(connection, source.id, facts.get("anchor"))
    changes = drift.find_drift(recent, before, was=frozenset(facts.get("measures", ())))
    if not changes:
        return []
    measures = {
        each.measure: {"before": round(each.before, 3), "now": round(each.now, 3)}
        for each in changes
    }
    sentence = drift.in_words(source.name, changes)
    found = {"anchor": anchor, "measures": measures}
    return [Alarm(DRIFT, source.id, None, sentence, found)]


def _still_open(view: View, source: Source, kind: str) -> list[Alarm]:
    opened = view.opened.get((kind, source.id, None))
    return [opened.alarm] if opened is not None else []
