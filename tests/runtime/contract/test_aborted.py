"""Transactions of others that were taken back: their offsets have no records, and are done without any work."""

from collections.abc import Awaitable, Callable

import pytest
from faust.types import TP

from tests.runtime.conftest import Play
from tests.support.cluster import until
from tests.support.counting import event
from tests.support.pipeline import Pipeline

ABORTED = [event("k0", f"aborted-{number}") for number in range(50)]


async def _abort(pipeline: Pipeline) -> dict[int, int]:
    """A transaction of all partitions that was taken back; where they end then."""
    topic = pipeline.layout.topic("in")
    return {
        number: await pipeline.cluster.abort(topic, number, ABORTED) for number in range(pipeline.layout.partitions)
    }


def _committed(pipeline: Pipeline) -> Awaitable[dict[int, int]]:
    return pipeline.cluster.committed(pipeline.layout.app_id, pipeline.layout.topic("in"))


def _reaching(pipeline: Pipeline, ends: dict[int, int]) -> Callable[[], Awaitable[bool]]:
    async def reached() -> bool:
        return await _committed(pipeline) == ends

    return reached


@pytest.mark.parametrize("before", [0, 200])
def test_what_ends_with_them_is_committed_to_its_end(play: Play, before: int) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker = pipeline.worker()
        await pipeline.send(before)
        await worker.start()
        await until(_reaching(pipeline, await _abort(pipeline)), what="all is committed")
        await until(_reaching(pipeline, await _abort(pipeline)), what="all is committed again")
        units = worker.runtime.meters["count"].units
        await pipeline.pause(1.0)
        assert worker.runtime.meters["count"].units == units, "it is written once"
        await pipeline.send(100)
        await pipeline.until_settled()
        await worker.stop()
        assert await pipeline.check() == 0

    play(scenario)


def test_a_worker_goes_on_where_only_they_were_committed(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        for _ in range(2):
            worker = pipeline.worker()
            await worker.start()
            await until(_reaching(pipeline, await _abort(pipeline)), what="all is committed")
            await worker.stop()
        last = pipeline.worker()
        await last.start()
        await pipeline.send(100)
        await pipeline.until_settled()
        await last.stop()
        assert last.skipped("count") == 0
        assert await pipeline.check() == 0

    play(scenario)


def test_they_are_not_committed_before_what_precedes_them_is_done(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker, gate = pipeline.gated_worker()
        await pipeline.send(200)
        await worker.start()
        await until(lambda: gate.waiting > 0, what="it wants to write")
        await pipeline.send(200)
        ends = await _abort(pipeline)
        await pipeline.pause(1.0)
        assert await _committed(pipeline) == {}
        gate.open.set()
        await until(_reaching(pipeline, ends), what="all is committed")
        await pipeline.send(100)
        await pipeline.until_settled()
        await worker.stop()
        assert await pipeline.check() == 0

    play(scenario)


def test_one_that_is_told_to_go_on_behind_records_is_still_refused(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(200)
        first = pipeline.worker()
        await first.start()
        ends = await _abort(pipeline)
        await until(_reaching(pipeline, ends), what="all is committed")
        await first.stop()
        await pipeline.send(100)
        place = TP(pipeline.layout.topic("in"), 0)
        await pipeline.cluster.set_committed(pipeline.layout.app_id, place, ends[0] + 5)
        second = pipeline.worker()
        second.launch()
        assert f"up to offset {ends[0] - 1}" in str(await second.ended())

    play(scenario)
