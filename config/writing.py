"""Writing a new source file that a person then edits."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import urlsplit

from config.shipped import shipped_config
from config.source import Channel, Source
from monitor.errors import ConfigError

_HEAD = """\
name = {name}
homepage = {homepage}
language = {language}
timezone = {timezone}            # set it when dates on the pages carry no offset
every = "15m"
enabled = true
"""


def source_id(homepage: str) -> str:
    """An id out of a host name: "https://www.the-site.co.uk/" gives "the-site-co-uk"."""
    host = (urlsplit(homepage).hostname or "source").removeprefix("www.")
    return re.sub(r"[^a-z0-9]+", "-", host.casefold()).strip("-") or "source"


def source_file(folder: Path, source: Source) -> Path:
    """Where a source's file belongs."""
    return folder / "sources" / f"{source.id}.toml"


def write_source(folder: Path, source: Source) -> Path:
    """Write `sources/<id>.toml` below `folder`; ConfigError when it is there already."""
    if folder.resolve() == shipped_config() and "site-packages" in folder.resolve().parts:
        raise ConfigError(
            "The shipped sources belong to the installed program and an upgrade replaces them: "
            "run `monitor init my-config`, then set MONITOR_CONFIG_DIR=my-config"
        )
    file = source_file(folder, source)
    text = source_toml(source)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError as error:
        raise ConfigError(f"{file} exists already; edit it instead") from error
    except OSError as error:
        raise ConfigError(f"{file}: cannot be written: {error.strerror}") from error
    return file


def source_toml(source: Source) -> str:
    """The text of a source's file: what was found out about it, and the usual rest."""
    head = _HEAD.format(
        name=_quoted(source.name),
        homepage=_quoted(source.homepage),
        language=_quoted(source.language),
        timezone=_quoted(source.timezone),
    )
    if source.notes:
        head += f"notes = {_quoted(source.notes)}\n"
    return "\n".join([head, *(_table(channel) for channel in source.channels)])


def _table(channel: Channel) -> str:
    """The keys of a channel that a program can find out; selectors are written by hand."""
    given = {
        "kind": channel.kind,
        "url": channel.url,
        "backfill": channel.backfill,
        "language": channel.language,
    }
    lines = [f"{key} = {_quoted(value)}" for key, value in given.items() if value is not None]
    return "\n".join(["[[channels]]", *lines, ""])


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string
