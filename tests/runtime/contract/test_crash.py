"""A worker that ends between two steps of the write order, and the one that comes after it."""

import pytest

from tests.runtime.conftest import Play
from tests.support.cluster import until
from tests.support.counting import Boom, event
from tests.support.obstacles import Crash
from tests.support.pipeline import Pipeline
from worker.runtime.errors import DeliveryFailed


def test_after_the_changelog_the_records_are_skipped(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(400)
        first = pipeline.worker(wrap=lambda inner: Crash(inner, 3, after=True))
        first.launch()
        assert isinstance(await first.ended(), DeliveryFailed)
        second = pipeline.worker()
        await pipeline.work_off(second)
        assert second.skipped("count") + second.skipped("tally") > 0
        await pipeline.check()

    play(scenario)


@pytest.mark.parametrize("at", [1, 4])
def test_before_the_changelog_the_same_outputs_are_sent_again_and_dropped_by_their_receiver(
    play: Play, at: int
) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(400)
        first = pipeline.worker(wrap=lambda inner: Crash(inner, at, after=False))
        first.launch()
        assert isinstance(await first.ended(), DeliveryFailed)
        second = pipeline.worker()
        await pipeline.work_off(second)
        assert await pipeline.check() + second.repeats("tally") > 0

    play(scenario)


def test_an_unexpected_error_stops_the_worker_and_the_record_stays(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(40)
        bad_at = await pipeline.cluster.send(pipeline.layout.topic("in"), 0, [event("k0", "bad", "boom")])
        await pipeline.send(40)
        for _ in range(2):
            worker = pipeline.worker()
            worker.launch()
            assert isinstance(await worker.ended(), Boom)
            committed = await pipeline.cluster.committed(pipeline.layout.app_id, pipeline.layout.topic("in"))
            assert committed.get(0, 0) <= bad_at
            assert await pipeline.read("in.dlq") == []

    play(scenario)


def test_the_other_partitions_of_a_worker_that_fails_lose_nothing(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        first = pipeline.worker()
        await first.start()
        await pipeline.send(400)
        await pipeline.cluster.send(pipeline.layout.topic("in"), 0, [event("k0", "bad", "boom")])
        await pipeline.send(400)
        assert isinstance(await first.ended(), Boom)
        pipeline.mend()
        await pipeline.work_off()
        await pipeline.check()

    play(scenario)


def test_a_worker_that_crashes_again_and_again_still_gets_through(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(300)
        for at, after in ((1, True), (2, False), (1, False), (3, True)):
            worker = pipeline.worker(wrap=lambda inner, at=at, after=after: Crash(inner, at, after=after))  # type: ignore[misc]
            worker.launch()
            await pipeline.send(50)
            await until(lambda worker=worker: not worker.running, what="it crashes")  # type: ignore[misc]
        await pipeline.work_off()
        await pipeline.check()

    play(scenario)
