"""Workers that come, go and share the work at drawn moments, while their tasks go on in drawn orders."""

import asyncio
import random

import pytest
from faust.transport.consumer import Consumer

from tests.support import shuffled_loop
from tests.support.cluster import WorkerHandle
from tests.support.counting import event
from tests.support.memory_cluster import MemoryCluster
from tests.support.pipeline import Pipeline
from tests.support.swallowed import Swallowed
from worker.runtime.input_places import InputPlaces

SEEDS = 24
STOP_S = 10.0


async def history(seed: int) -> None:
    """Nothing is lost, nothing counted twice or out of order, and every stop ends well and in time."""
    chance = random.Random(seed)
    cluster = MemoryCluster(seed)
    pipeline = Pipeline(cluster, partitions=chance.choice((1, 2, 4)))
    await pipeline.create()
    workers: list[WorkerHandle] = []
    stopping: list[asyncio.Task[None]] = []
    for _ in range(chance.randint(3, 8)):
        await pipeline.send(chance.choice((1, 30, 200)))
        if chance.random() < 0.2:
            await cluster.abort(pipeline.layout.topic("in"), 0, [event("k0", "aborted")])
        if workers and chance.random() < 0.5:
            stopping.append(asyncio.create_task(_stop(workers.pop(chance.randrange(len(workers))))))
        if len(workers) < 2:
            workers.append(pipeline.worker())
            workers[-1].launch()
        await pipeline.pause(chance.random() * chance.choice((0.01, 0.1, 1.0, 5.0)))
    await pipeline.send(60)  # behind what was aborted
    await pipeline.until_settled()
    await asyncio.gather(*stopping, *map(_stop, workers))
    await pipeline.work_off()
    assert await pipeline.check() == 0, "graceful workers send nothing twice"


async def _stop(worker: WorkerHandle) -> None:
    async with asyncio.timeout(STOP_S):
        await worker.stop()
    await asyncio.sleep(1)
    assert not [task for task in worker.tasks if not task.done()], "a task was left behind"


@pytest.mark.parametrize("seed", range(SEEDS))
def test_workers_come_and_go(seed: int) -> None:
    shuffled_loop.run(history(seed), seed)


def _all_histories() -> None:
    for seed in range(SEEDS):
        shuffled_loop.run(history(seed), seed)


def test_a_planted_bug_is_found(monkeypatch: pytest.MonkeyPatch, swallowed: Swallowed) -> None:
    def at_once(self: InputPlaces) -> None:
        Consumer.resume_flow(self)
        self._flowing = self._assignments  # whether the input was sought or not

    monkeypatch.setattr(InputPlaces, "resume_flow", at_once)
    with pytest.raises(Exception):  # noqa: B017, PT011  however it shows
        _all_histories()
    swallowed.errors(all_ages=True)
    swallowed.forget()
