"""A fault for every line of what is promised about acquisition: stored, retried, reported, over."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from monitor.workers.sandbox import Sandbox
from tests.faults import judge, rows
from tests.faults.scene import WELL, Course, play
from tests.faults.table import Case, Fault, Proof

pytestmark = pytest.mark.network

CASES = [
    pytest.param(family, fault, id=fault.name)
    for family, faults in rows.FAMILIES.items()
    for fault in faults
    if isinstance(fault.case, Case)
]
STORIES = [
    pytest.param(fault, id=fault.name)
    for faults in rows.FAMILIES.values()
    for fault in faults
    if not isinstance(fault.case, (Case, Proof))
]


@pytest.fixture(scope="session")
def courses(sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> rows.Courses:
    """What became of the faults of a family: all of them are played at once, when first asked."""

    @cache
    def of_family(family: str) -> Mapping[str, Course]:
        folder = tmp_path_factory.mktemp("family")
        return asyncio.run(play(rows.FAMILIES[family], folder, sandbox))

    return of_family


@pytest.mark.parametrize(("family", "fault"), CASES)
def test_a_fault_that_strikes_one_site(family: str, fault: Fault, courses: rows.Courses) -> None:
    assert isinstance(fault.case, Case)
    course = courses(family)[fault.name]
    judge.assert_stored(fault.case, course)
    judge.assert_retried(fault.case, course)
    judge.assert_reported(fault.case, course)
    judge.assert_healed(fault.case, course)


@pytest.mark.parametrize("family", dict.fromkeys(case.values[0] for case in CASES))
def test_the_sites_beside_it_are_not_harmed(family: str, courses: rows.Courses) -> None:
    judge.assert_stored(Case(), courses(family)[WELL])
    judge.assert_reported(Case(), courses(family)[WELL])


@pytest.mark.parametrize("fault", STORIES)
def test_a_fault_that_takes_its_time(fault: Fault, tmp_path: Path, sandbox: Sandbox) -> None:
    assert not isinstance(fault.case, (Case, Proof))
    asyncio.run(fault.case(tmp_path, sandbox))
