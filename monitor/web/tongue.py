"""How the pages speak one of their languages: messages, numbers and times."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.web.messages import LANGUAGES, load_messages, plural_form

# English separates thousands by commas, the others by a narrow or a full no-break space.
_THOUSANDS = {"en": ",", "fr": "\u202f", "ru": "\u00a0", "kk": "\u00a0"}
_ALIASES = {"kz": "kk"}  # the code of the country, which much of the web uses for the language
CLOCKS_DIFFER = timedelta(minutes=10)
"""A moment so little ahead is a clock that runs fast, not a day to come."""
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Tongue:
    """One of the interface's languages."""

    language: str

    def say(self, key: str, **values: object) -> str:
        """A message with its placeholders filled. KeyError for a key that is not there."""
        message = load_messages()[key][self.language]
        assert isinstance(message, str), f"{key} goes with a number: use count()"
        return message.format(**values)

    def knows(self, key: str) -> bool:
        """Whether there is such a message."""
        return key in load_messages()

    def count(self, key: str, number: int) -> str:
        """A message in the form that goes with a number."""
        forms = load_messages()[key][self.language]
        assert isinstance(forms, list), f"{key} goes with no number: use say()"
        return forms[plural_form(self.language, number)].format(n=self.number(number))

    def number(self, number: int) -> str:
        """A whole number with its thousands apart."""
        return f"{number:,}".replace(",", _THOUSANDS[self.language])

    def language_name(self, code: str) -> str:
        """What a language of articles is called; its code where there is no word for it."""
        key = f"language_{code}"
        return self.say(key) if self.knows(key) else code.upper()

    def day(self, moment: datetime) -> str:
        """A day of the calendar, in the moment's own offset: for an article, its publisher's."""
        month = self.say("months").split()[moment.month - 1]
        return self.say("day", day=moment.day, month=month, year=moment.year)

    def moment(self, moment: datetime) -> str:
        """A day with its time, in the moment's own offset."""
        zone = moment.tzname() or ""
        return self.say("moment", date=self.day(moment), time=f"{moment:%H:%M}", zone=zone)

    def ago(self, moment: datetime, now: datetime) -> str:
        """How long ago, up to a day; the day itself before that, and in the future."""
        passed = now - moment
        if not -CLOCKS_DIFFER <= passed < _DAY:
            return self.day(moment)
        if passed < _MINUTE:
            return self.say("just_now")
        if passed < _HOUR:
            return self.say("ago_min", n=passed // _MINUTE)
        return self.say("ago_h", n=passed // _HOUR)

    def ahead(self, moment: datetime, now: datetime) -> str:
        """In how long, up to a day; the moment itself after that."""
        left = moment - now
        if left <= timedelta():
            return self.say("due")
        if left < _HOUR:
            return self.say("in_min", n=max(1, round(left / _MINUTE)))
        return self.say("in_h", n=round(left / _HOUR)) if left < _DAY else self.moment(moment)


def known_language(code: str) -> str | None:
    """The interface's language behind a code such as "fr", "kk-KZ" or "kz"; None for others."""
    base = code.strip().lower().replace("_", "-").partition("-")[0]
    base = _ALIASES.get(base, base)
    return base if base in LANGUAGES else None


def preferred_language(accept: str) -> str:
    """The language that an Accept-Language header asks for first; English where it knows none."""
    wishes: list[tuple[float, int, str]] = []
    for position, part in enumerate(accept.split(",")[:50]):
        code, _, rest = part.partition(";")
        language = known_language(code)
        weight = _weight(rest)
        if language is not None and weight > 0:
            wishes.append((-weight, position, language))
    return min(wishes)[2] if wishes else "en"


def _weight(parameters: str) -> float:
    name, _, value = parameters.partition("=")
    if name.strip().lower() != "q":
        return 1.0
    try:
        weight = float(value)
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0
