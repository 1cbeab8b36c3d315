"""Settings: environment variables that begin with MONITOR_, also read from `.env`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from config.database_url import sqlite_file, usable_url
from config.kinds import Url
from config.problems import Problem, phrase
from config.product import default_user_agent
from config.secrets import masked
from config.shipped import shipped_config
from monitor.errors import ConfigError

PREFIX = "MONITOR_"
ENV_FILE = Path(".env")


def _mail_server(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError(
            'expected an address such as "smtp://user:password@mail.example.org:587" '
            'or "smtps://mail.example.org"'
        )
    return value


def _mailbox(value: str) -> str:
    address = value.rpartition("<")[2].rstrip("> ")
    name, _, domain = address.partition("@")
    if not (name and domain) or any(ord(letter) < 32 for letter in value):
        raise ValueError('expected a mail address such as "Monitor <monitor@example.org>"')
    return value


def _one_line(value: str) -> str:
    if not value.isascii() or not value.isprintable():
        raise ValueError("expected one line of ASCII letters, as a header can carry it")
    return value


def _lower(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def _index_beside(known: dict[str, Any]) -> Path:
    file = sqlite_file(known.get("database_url", ""))
    return Path("data/index") if file is None else file.with_name(file.name + ".index")


def _own_address(known: dict[str, Any]) -> str:
    host = known.get("host", "")
    host = "127.0.0.1" if host in ("", "0.0.0.0", "::") else host
    port = known.get("port") or 8000  # 0: which one it will be is not known yet
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def _agent(known: dict[str, Any]) -> str:
    return default_user_agent(known.get("contact_url"))


_Folder = Annotated[Path, AfterValidator(Path.expanduser)]


class Settings(BaseSettings):
    """Every setting with its meaning. Read with `load_settings`, which words what is wrong."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8-sig",  # some editors begin a file with a mark
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
    )

    database_url: Annotated[str, AfterValidator(usable_url)] = Field(
        default="sqlite:///data/monitor.db",
        description="The database: a SQLAlchemy URL for SQLite or PostgreSQL.",
    )
    config_dir: _Folder = Field(
        default_factory=shipped_config,
        description="The folder with sources/*.toml and topics/*.toml.",
    )
    index_dir: _Folder = Field(
        default_factory=_index_beside,
        description="The folder of the search index; beside the SQLite file, or data/index.",
    )
    allow_private_hosts: bool = Field(
        default=False, description="Fetch from loopback and private addresses (tests, intranets)."
    )
    host: str = Field(default="127.0.0.1", description="The address that the web page listens on.")
    port: int = Field(
        default=8000, ge=0, le=65535, description="The port of the web page; 0: any free."
    )
    base_url: Annotated[Url, AfterValidator(lambda url: url.rstrip("/"))] = Field(
        default_factory=_own_address,
        description="The address under which readers reach the web page, and hubs of feeds if it "
        "is set to a public one; links in mail use it.",
    )
    contact_url: Url | None = Field(
        default=None,
        description="A page about this monitor, shown to publishers in the user agent.",
    )
    user_agent: Annotated[str, AfterValidator(_one_line)] = Field(
        min_length=1,
        default_factory=_agent,
        description="What the monitor calls itself towards publishers.",
    )
    smtp_url: Annotated[str, AfterValidator(_mail_server)] | None = Field(
        default=None,
        description="The mail server for digests, smtp:// or smtps://; nothing uses it yet.",
    )
    mail_from: Annotated[str, AfterValidator(_mailbox)] | None = Field(
        default=None, description="The sender of digests; nothing uses it yet."
    )
    workers: int = Field(
        default=2, ge=1, le=64, description="How many processes parse pages and feeds."
    )
    log_level: Annotated[
        Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(_lower)
    ] = Field(default="info", description="The least severity that is logged.")


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """Read the environment, then `env_file` for what it does not say, then the defaults.

    Raises ConfigError with one line per variable that cannot be used.
    """
    try:
        return Settings(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings' own
    except UnicodeDecodeError as error:
        raise ConfigError(f"{env_file}: expected UTF-8 text ({error.reason})") from error
    except OSError as error:
        raise ConfigError(f"{env_file}: cannot be read: {error.strerror}") from error
    except ValidationError as error:
        raise ConfigError("\n".join(str(problem) for problem in _problems(error))) from None


def variable(name: str) -> str:
    """`database_url` as "MONITOR_DATABASE_URL"."""
    return PREFIX + name.upper()


def _problems(error: ValidationError) -> list[Problem]:
    return [
        Problem(
            variable(str(found["loc"][0])),
            phrase(found["type"], found["msg"], _printable(found["input"]), found.get("ctx") or {}),
        )
        for found in error.errors()
        # A default that follows another setting fails with it, which says nothing new.
        if found["type"] != "default_factory_not_called"
    ]


def _printable(value: object) -> object:
    return masked(value) if isinstance(value, str) else value
