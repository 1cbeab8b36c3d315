"""The message catalogue: what the pages say, in English, French, Russian and Kazakh."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

LANGUAGES = ("en", "fr", "ru", "kk")
OWN_NAMES = {"en": "English", "fr": "Français", "ru": "Русский", "kk": "Қазақша"}

Message = str | list[str]

_FILE = Path(__file__).parent / "messages.toml"


@lru_cache(maxsize=1)
def load_messages() -> Mapping[str, Mapping[str, Message]]:
    """Every message by its key, then by its language."""
    catalogue: Mapping[str, Mapping[str, Message]] = tomllib.loads(_FILE.read_text("utf-8"))
    return catalogue


def plural_form(language: str, count: int) -> int:
    """Which of a message's forms goes with a number (the rules of CLDR for whole numbers)."""
    if language == "en":
        return 0 if count == 1 else 1
    if language == "fr":
        return 0 if count < 2 else 1
    if language == "ru":
        if count % 10 == 1 and count % 100 != 11:
            return 0
        return 1 if count % 10 in (2, 3, 4) and count % 100 not in (12, 13, 14) else 2
    return 0


FORMS = {"en": 2, "fr": 2, "ru": 3, "kk": 1}
"""How many forms a counted message has in each language."""
