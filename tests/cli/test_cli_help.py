"""The help pages, the names of the commands, and calls that are wrong."""

from __future__ import annotations

import importlib
from pathlib import Path

import click
import pytest

import monitor.cli
from monitor.cli import COMMANDS
from tests.cli.conftest import Cli


def loaded(name: str) -> click.Command:
    module = importlib.import_module(f"monitor.cli.{name.replace('-', '_')}_command")
    command: click.Command = module.command
    return command


def all_commands() -> list[tuple[str, click.Command]]:
    """Every command with the ones below it: `sources check` too."""
    found = []
    for name in COMMANDS:
        command = loaded(name)
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {below}", each) for below, each in command.commands.items()]
    return found


def test_every_module_of_a_command_is_listed_and_every_listed_one_is_there() -> None:
    [folder] = monitor.cli.__path__
    modules = {file.name.removesuffix("_command.py") for file in Path(folder).glob("*_command.py")}
    assert modules == {name.replace("-", "_") for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_says_what_the_list_says(name: str) -> None:
    command = loaded(name)
    assert command.name == name
    assert command.get_short_help_str(200).rstrip(".") == COMMANDS[name].rstrip(".")


@pytest.mark.parametrize("path", [path for path, _ in all_commands()])
def test_help_shows_an_example_that_calls_the_command(path: str, cli: Cli) -> None:
    ended = cli.run(*path.split(), "--help")
    assert ended.code == 0
    _, found, example = ended.out.partition("Example:\n")
    assert found
    assert f"monitor {path}" in example
    assert ended.err == ""


@pytest.mark.parametrize(("path", "command"), all_commands())
def test_every_option_and_argument_is_explained(path: str, command: click.Command) -> None:
    for each in command.params:
        if isinstance(each, click.Option):
            assert each.help, f"{path} {each.opts}"


def test_what_reports_has_json() -> None:
    # exports write formats of their own
    silent = {"run", "export", "sources export"}
    for path, command in all_commands():
        options = {option for each in command.params for option in each.opts}
        assert ("--json" in options) == (path not in silent), path


def test_help_lists_every_command(cli: Cli) -> None:
    ended = cli.run("--help")
    assert ended.code == 0
    for name, words in COMMANDS.items():
        assert name in ended.out
        assert words.split()[0] in ended.out


def test_a_bare_call_shows_the_first_steps(cli: Cli) -> None:
    ended = cli.run()
    assert ended.code == 0
    assert "monitor demo" in ended.out
    assert "monitor --help" in ended.out
    assert list(cli.folder.iterdir()) == [cli.folder / "config"]


def test_the_version(cli: Cli) -> None:
    ended = cli.run("--version")
    assert (ended.code, ended.out.split()[0]) == (0, "monitor,")


def test_an_unknown_command(cli: Cli) -> None:
    ended = cli.run("pol")
    assert ended.code == 2
    assert "'pol'" in ended.err
    assert "monitor --help" in ended.err
    assert ended.out == ""


@pytest.mark.parametrize("path", [path for path, _ in all_commands()])
def test_an_unknown_option(path: str, cli: Cli) -> None:
    ended = cli.run(*path.split(), "--colour-of-the-sky")
    assert ended.code == 2
    assert "--colour-of-the-sky" in ended.err
    assert f"monitor {path} --help" in ended.err
    assert not cli.database.exists()
