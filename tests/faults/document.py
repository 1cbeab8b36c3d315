"""`docs/faults.md`, made of the rows: `python -m tests.faults.document` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.faults.rows import FAMILIES

ROOT = Path(__file__).parent.parent.parent
FILE = ROOT / "docs/faults.md"

_HEAD = """\
# What can go wrong, and what becomes of it

Every line is a test. Most are played over real sockets against a newsroom that does wrong
(`tests/faults`): what is stored, when it is tried again and what is reported is held against the
newsroom's own ledger; and once the fault is gone, everything is stored, once. A test holds this
page and the tests in step (`python -m tests.faults.document` writes it anew).

What is always so: no fault of one source stops another one. A channel that fails is slowed and
never given up; its next attempt is at most a day away, but for one that says itself that it is gone
for good, which is asked once a week. A page that fails is tried again after 5 minutes, 1 hour, 6
hours, and then once a day, seven times in all; what is left then is in quarantine, until `monitor
quarantine retry`. Codes such as `fetch.dns` stand in the log of polls, their sentences in `monitor
status`; an alarm is raised once and is over by itself.
"""


def document() -> str:
    parts = [_HEAD]
    for family, faults in FAMILIES.items():
        lines = [
            f"\n## {family}\n",
            "| fault | what goes wrong | stored | tried again | reported |",
        ]
        lines.append("|---|---|---|---|---|")
        for each in faults:
            cells = (f"`{each.name}`", each.wrong, each.stored, each.retried, each.reported)
            lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


if __name__ == "__main__":
    FILE.write_text(document(), "utf-8")
