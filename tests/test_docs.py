"""The documents cannot lie: what exists is documented, and what is documented exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.settings import Settings, variable
from config.source import Channel, ExtractRules, Source
from config.topic import Terms
from monitor.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SOURCES = (ROOT / "docs/sources.md").read_text("utf-8")
TOPICS = (ROOT / "docs/topics.md").read_text("utf-8")
DOCUMENTS = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md")]
DOCUMENTS += sorted((ROOT / "docs").rglob("*.md"))


def test_the_readme_lists_every_command_and_no_other() -> None:
    listed = re.findall(r"^\| `monitor (\w+)", README, re.MULTILINE)
    assert sorted(listed) == sorted(COMMANDS)


def test_the_readme_lists_every_setting_and_no_other() -> None:
    table = README.split("## Settings")[1].split("\n## ")[0]
    listed = set(re.findall(r"`(MONITOR_\w+)`", table))
    assert listed == {variable(name) for name in Settings.model_fields}


@pytest.mark.parametrize("schema", [Source, Channel, ExtractRules])
def test_every_key_of_a_source_is_documented(
    schema: type[Source] | type[Channel] | type[ExtractRules],
) -> None:
    missing = [key for key in schema.model_fields if f"`{key}`" not in SOURCES]
    assert [key for key in missing if key not in ("id", "channels", "extract")] == []


def test_every_key_of_a_topic_is_documented() -> None:
    assert [key for key in Terms.model_fields if f"`{key}`" not in TOPICS] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)\)", document.read_text("utf-8"))
    local = [link for link in links if "://" not in link]
    assert [link for link in local if not (document.parent / link).exists()] == []
