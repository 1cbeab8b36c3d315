"""The page for users and the tests say the same; what is proved elsewhere is proved there."""

from __future__ import annotations

import re

import pytest

from tests.faults.document import FILE, ROOT, document
from tests.faults.rows import FAMILIES
from tests.faults.table import Fault, Proof

ROWS = [fault for faults in FAMILIES.values() for fault in faults]


def test_the_page_is_made_of_the_rows() -> None:
    assert FILE.read_text("utf-8") == document()


def test_every_fault_has_a_name_of_its_own_and_says_everything() -> None:
    assert len({each.name for each in ROWS}) == len(ROWS)
    assert sum(not isinstance(each.case, Proof) for each in ROWS) >= 100
    assert [each.name for each in ROWS if not all((each.wrong, each.stored, each.retried))] == []


@pytest.mark.parametrize("fault", ROWS, ids=lambda each: each.name)
def test_what_is_proved_elsewhere_is_proved_there(fault: Fault) -> None:
    if isinstance(fault.case, Proof):
        file, _, name = fault.case.test.partition("::")
        assert re.search(rf"^def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)
