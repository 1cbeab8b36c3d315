"""Group commit: what waits goes together, and nobody's failure is another's."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from monitor.errors import DatabaseUnavailable
from monitor.workers.batch import Batch


class Log:
    """Commits into a list, a step of the loop later; refuses negative numbers."""

    def __init__(self) -> None:
        self.commits: list[list[int]] = []

    async def commit(self, items: Sequence[int]) -> None:
        await asyncio.sleep(0)
        if any(item < 0 for item in items):
            raise ValueError("negative")
        self.commits.append(list(items))


def test_what_comes_during_a_commit_goes_together_in_the_next() -> None:
    async def run() -> Log:
        batch, log = Batch[int](), Log()
        first = asyncio.create_task(batch.add(1, log.commit))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await asyncio.gather(first, *(batch.add(number, log.commit) for number in (2, 3, 4)))
        return log

    assert asyncio.run(run()).commits == [[1], [2, 3, 4]]


def test_one_that_cannot_be_written_takes_no_other_with_it() -> None:
    async def run() -> tuple[Log, list[BaseException | None]]:
        batch, log = Batch[int](), Log()
        adding = (batch.add(number, log.commit) for number in (1, -2, 3))
        return log, await asyncio.gather(*adding, return_exceptions=True)

    log, ended = asyncio.run(run())
    assert [type(each) for each in ended] == [type(None), ValueError, type(None)]
    assert sorted(item for items in log.commits for item in items) == [1, 3]


def test_who_is_cancelled_has_been_written_when_it_ends() -> None:
    async def run() -> list[list[int]]:
        batch, log = Batch[int](), Log()
        task = asyncio.create_task(batch.add(1, log.commit))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait({task})
        assert task.cancelled()
        return log.commits

    assert asyncio.run(run()) == [[1]]


def test_a_database_that_does_not_answer_is_not_asked_again_for_each() -> None:
    tried: list[list[int]] = []

    async def refuse(items: Sequence[int]) -> None:
        tried.append(list(items))
        await asyncio.sleep(0)
        raise DatabaseUnavailable("locked")

    async def run() -> list[BaseException | None]:
        batch = Batch[int]()
        adding = (batch.add(number, refuse) for number in (1, 2, 3))
        return await asyncio.gather(*adding, return_exceptions=True)

    ended = asyncio.run(run())
    assert [type(each) for each in ended] == [DatabaseUnavailable] * 3
    assert sorted(item for items in tried for item in items) == [1, 2, 3]


def test_what_waits_behind_a_commit_is_written_although_everyone_is_cancelled() -> None:
    async def run() -> list[list[int]]:
        batch, log = Batch[int](), Log()
        tasks = [asyncio.create_task(batch.add(number, log.commit)) for number in (1, 2)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(batch.add(3, log.commit)))
        await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        return log.commits

    assert sorted(item for items in asyncio.run(run()) for item in items) == [1, 2, 3]
