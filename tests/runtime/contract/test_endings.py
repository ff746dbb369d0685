"""How a worker ends that cannot go on, and that what comes after it finds everything in order."""

import asyncio

import msgspec
import pytest

from tests.runtime.conftest import Play
from tests.support import kafka_cluster, memory_cluster
from tests.support.cluster import until
from tests.support.obstacles import Gate
from tests.support.pipeline import Pipeline
from worker.runtime.errors import BrokerUnreachable, Stalled, Suspended
from worker.runtime.tuning import Tuning


def _tuning(pipeline: Pipeline) -> Tuning:
    return kafka_cluster.QUICK if pipeline.cluster.real else memory_cluster.QUICK


def _stall_s(pipeline: Pipeline) -> float:
    """Joining a group of a broker that has just started takes a while."""
    return 3.0 if pipeline.cluster.real else 1.5


async def _heal(pipeline: Pipeline) -> None:
    await pipeline.work_off()
    await pipeline.check()


def test_lag_without_progress_ends_the_worker(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        tuning = msgspec.structs.replace(_tuning(pipeline), stall_s=_stall_s(pipeline), stop_s=1.0)
        await pipeline.send(100)
        worker = pipeline.worker(tuning, Gate)
        await worker.start()
        problem = await worker.ended(20.0)
        assert isinstance(problem, Stalled)
        assert "records wait" in str(problem)
        await _heal(pipeline)

    play(scenario)


@pytest.mark.parametrize("step", ["seek_wait", "perform_seek"])
def test_a_recovery_that_gets_no_answer_ends_the_worker(play: Play, step: str) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        tuning = msgspec.structs.replace(_tuning(pipeline), request_timeout_s=5.0, stop_s=1.0)
        await pipeline.send(100)
        worker = pipeline.worker(tuning)

        async def silence(*_: object, **__: object) -> None:
            await asyncio.Event().wait()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker.runtime.consumer, step, silence)
            worker.launch()
            problem = await worker.ended(30.0)
        assert isinstance(problem, BrokerUnreachable)
        assert str(problem) == "no broker answered within 5 s while the state was recovered"
        await _heal(pipeline)

    play(scenario)


def test_a_worker_that_is_stopped_while_it_starts_is_not_ready(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        worker = pipeline.worker()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(worker.runtime.app, "start", asyncio.Event().wait)
            worker.launch()
            await pipeline.pause(0.5)
            await worker.stop()
        assert not worker.ready

    play(scenario)


def test_a_quiet_worker_is_left_alone(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        tuning = msgspec.structs.replace(_tuning(pipeline), stall_s=_stall_s(pipeline))
        await pipeline.send(100)
        worker = pipeline.worker(tuning)
        await worker.start()
        await pipeline.until_settled()
        await pipeline.pause(2.2 * _stall_s(pipeline))
        await worker.stop()

    play(scenario)


def test_a_process_that_stood_still_ends_before_it_writes(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        await pipeline.send(100)
        worker = pipeline.worker()
        await worker.start()
        await pipeline.until_settled()
        await pipeline.send(100)
        pipeline.cluster.stand_still(_tuning(pipeline).session_timeout_s * 0.9)
        problem = await worker.ended()
        assert isinstance(problem, Suspended)
        assert "stood still" in str(problem)
        await _heal(pipeline)

    play(scenario)


def test_a_stop_does_not_wait_for_a_write_that_hangs(play: Play) -> None:
    async def scenario(pipeline: Pipeline) -> None:
        tuning = msgspec.structs.replace(_tuning(pipeline), stop_s=2.0)
        await pipeline.send(100)
        worker, gate = pipeline.gated_worker(tuning)
        await worker.start()
        await until(lambda: gate.waiting > 0, what="it wants to write")
        assert await pipeline.timed(worker.stop()) < 6.0  # a write that hangs has no end
        gate.open.set()

    play(scenario)
