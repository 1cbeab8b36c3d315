"""What `monitor settings` shows: every setting, its value, and where the value comes from."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values
from dotenv.parser import parse_stream

from config.problems import did_you_mean
from config.secrets import masked
from config.settings import ENV_FILE, PREFIX, Settings, variable

Origin = Literal["environment", ".env", "default"]


@dataclass(frozen=True, slots=True)
class SettingLine:
    """One setting. `value` and `default` are for people: passwords masked, "" where unset."""

    name: str
    variable: str
    value: str
    origin: Origin
    meaning: str
    default: str


def describe(
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    env_file: Path = ENV_FILE,
) -> list[SettingLine]:
    """Every setting in the order of its definition. Pass what `settings` was loaded from."""
    in_environment = _names(os.environ if environ is None else environ)
    in_file = _names(_file_values(env_file))
    values = dict(settings)
    lines = []
    for name, field in Settings.model_fields.items():
        wanted = variable(name)
        origin: Origin = "default"
        if wanted in in_environment:
            origin = "environment"
        elif wanted in in_file:
            origin = ".env"
        default = field.get_default(call_default_factory=True, validated_data=values)
        meaning = field.description or ""
        lines.append(
            SettingLine(name, wanted, _written(values[name]), origin, meaning, _written(default))
        )
    return lines


def setting_warnings(
    environ: Mapping[str, str] | None = None, env_file: Path = ENV_FILE
) -> list[str]:
    """Variables that begin like a setting and are none, and lines of `.env` that cannot be read."""
    known = [variable(name) for name in Settings.model_fields]
    places = {
        "environment": _names(os.environ if environ is None else environ),
        str(env_file): _names(_file_values(env_file)),
    }
    found = []
    for place, names in places.items():
        for name in sorted(names.difference(known)):
            if name.startswith(PREFIX):
                found.append(f"{place}: {name} is no setting{did_you_mean(name, known)}")
    return found + _unreadable_lines(env_file)


def _names(values: Mapping[str, str | None]) -> set[str]:
    # As the settings are read: letter case does not matter, and empty means unset.
    return {name.upper() for name, value in values.items() if value}


def _file_values(env_file: Path) -> Mapping[str, str | None]:
    return dotenv_values(env_file, encoding="utf-8-sig") if env_file.is_file() else {}


def _unreadable_lines(env_file: Path) -> list[str]:
    if not env_file.is_file():
        return []
    with env_file.open(encoding="utf-8-sig") as stream:
        return [
            f"{env_file}, line {binding.original.line}: expected NAME=value"
            for binding in parse_stream(stream)
            if binding.error
        ]


def _written(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return masked(str(value))
