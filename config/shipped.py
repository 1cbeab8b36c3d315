"""The catalogue that comes with the program: where it is, and how to get a copy to edit."""

from __future__ import annotations

from pathlib import Path

from monitor.errors import ConfigError

_FOLDERS = ("sources", "topics")
_FILES = ("concepts.toml", "entities.toml")


def shipped_config() -> Path:
    """The folder with the shipped `sources/`, `topics/`, `concepts.toml` and `entities.toml`."""
    return Path(__file__).resolve().parent


def copy_shipped(folder: Path) -> tuple[Path, ...]:
    """Copy what is shipped into `folder`; return the files written.

    Nothing that exists is overwritten: when one of the files is already there, ConfigError lists
    them all and nothing is written. The folder is made when it is missing.
    """
    shipped = shipped_config()
    wanted = [path.relative_to(shipped) for name in _FOLDERS for path in _toml(shipped / name)]
    wanted += [Path(name) for name in _FILES if (shipped / name).is_file()]
    saved = sorted((shipped / "sources" / "pages").rglob("*.*"))
    wanted += [path.relative_to(shipped) for path in saved if path.is_file()]
    taken = [str(path) for path in wanted if _exists(folder / path)]
    if taken:
        raise ConfigError(
            f"{folder}: nothing was copied, because these files exist already: "
            f"{', '.join(sorted(taken))}. Choose an empty folder, or remove them first."
        )
    try:
        return tuple(_copy(shipped / path, folder / path) for path in wanted)
    except OSError as error:
        raise ConfigError(
            f"{error.filename or folder}: cannot be written: {error.strerror}"
        ) from error


def _toml(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*.toml") if path.is_file())


def _exists(path: Path) -> bool:
    # A dangling link "does not exist" but writing to it would create a file somewhere else.
    return path.exists() or path.is_symlink()


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    # "x": should the file have appeared since it was looked for, it is still not overwritten.
    with target.open("xb") as out:
        out.write(source.read_bytes())
    return target
