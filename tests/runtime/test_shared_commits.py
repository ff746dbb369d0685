import asyncio
from collections.abc import Mapping

import pytest

from worker.runtime.errors import OwnershipLost
from worker.runtime.shared_commits import SharedCommits


class Coordinator:
    """Answers each request when it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, dict[int, int]]] = []
        self._answers: asyncio.Queue[Exception | None] = asyncio.Queue()

    async def send(self, generation: int, offsets: Mapping[int, int]) -> None:
        self.asked.append((generation, dict(offsets)))
        problem = await self._answers.get()
        if problem is not None:
            raise problem

    async def answer(self, problem: Exception | None = None) -> None:
        self._answers.put_nowait(problem)
        await turns()


async def turns() -> None:
    """Let the others go on, until they wait."""
    for _ in range(10):
        await asyncio.sleep(0)


def committing(commits: SharedCommits, number: int, offset: int, generation: int = 1) -> asyncio.Task[None]:
    return asyncio.create_task(commits.commit(generation, number, offset))


async def test_what_comes_while_a_request_is_under_way_goes_together_with_the_next() -> None:
    coordinator = Coordinator()
    commits = SharedCommits(coordinator.send)
    first = committing(commits, 0, 10)
    await turns()
    others = [committing(commits, number, 10 + number) for number in (1, 2, 3)]
    await turns()
    assert coordinator.asked == [(1, {0: 10})]
    await coordinator.answer()
    assert first.done() and not any(each.done() for each in others)  # noqa: PT018  both, in this moment
    assert coordinator.asked[1:] == [(1, {1: 11, 2: 12, 3: 13})]
    await coordinator.answer()
    assert all(each.done() for each in others)
    await first
    await asyncio.gather(*others)


async def test_all_whose_offsets_went_with_a_request_hear_of_its_failure_and_no_other() -> None:
    coordinator = Coordinator()
    commits = SharedCommits(coordinator.send)
    first = committing(commits, 0, 1)
    await turns()
    second = [committing(commits, number, 1) for number in (1, 2)]
    await turns()
    await coordinator.answer()
    third = committing(commits, 3, 1)
    await turns()
    await coordinator.answer(OwnershipLost("over"))
    await coordinator.answer()
    await first
    for each in second:
        with pytest.raises(OwnershipLost):
            await each
    await third


async def test_offsets_of_two_generations_never_go_together() -> None:
    coordinator = Coordinator()
    commits = SharedCommits(coordinator.send)
    tasks = [committing(commits, 0, 1)]
    await turns()
    tasks += [
        committing(commits, 1, 1),
        committing(commits, 1, 2, generation=2),
        committing(commits, 2, 1, generation=2),
    ]
    for _ in range(3):
        await turns()
        await coordinator.answer()
    await asyncio.gather(*tasks)
    assert coordinator.asked == [(1, {0: 1}), (1, {1: 1}), (2, {1: 2, 2: 1})]


async def test_who_gives_up_takes_nobody_with_it() -> None:
    coordinator = Coordinator()
    commits = SharedCommits(coordinator.send)
    stays, goes = committing(commits, 0, 1), committing(commits, 1, 1)
    await turns()
    goes.cancel()
    await coordinator.answer()
    await stays
    assert goes.cancelled()
    assert coordinator.asked == [(1, {0: 1, 1: 1})]


async def test_the_end_waits_for_no_answer() -> None:
    coordinator = Coordinator()
    commits = SharedCommits(coordinator.send)
    tasks = [committing(commits, number, 1) for number in (0, 1)]
    await turns()
    tasks.append(committing(commits, 2, 1))
    await turns()
    async with asyncio.timeout(5):
        await commits.close()
    assert [type(each) for each in await asyncio.gather(*tasks, return_exceptions=True)] == 3 * [asyncio.CancelledError]
