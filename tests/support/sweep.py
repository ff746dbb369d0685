"""Fails one await of a worker at its brokers after the other, and looks at what is left each time."""

import asyncio
import contextlib

from aiokafka.errors import KafkaConnectionError

from tests.support.cluster import WorkerHandle, until
from tests.support.counting import event
from tests.support.faults import Plan
from tests.support.memory_cluster import MemoryCluster
from tests.support.pipeline import Pipeline
from worker.runtime.errors import RuntimeFault
from worker.runtime.tuning import Tuning

PARTITIONS = 2
TUNING = Tuning(
    session_timeout_s=3.0,
    heartbeat_interval_s=0.3,
    rebalance_timeout_s=3.0,
    request_timeout_s=3.0,
    delivery_timeout_s=2.0,
    commit_interval_s=0.2,
    stall_s=4.0,
    stop_s=3.0,
)


async def trial(plan: Plan) -> list[str]:
    """The awaits that failed.

    A worker with the fault starts on a state that must be recovered, works, passes over what others took back, shares
    the work with a second one, and stops, if it gets so far; then a worker without faults must find and finish
    everything.
    """
    cluster = MemoryCluster()
    pipeline = Pipeline(cluster, partitions=PARTITIONS)
    await pipeline.create()
    await _undisturbed(pipeline, 30)
    faulted = cluster.worker(pipeline.layout.app_id, PARTITIONS, pipeline.agents, TUNING, plan=plan)
    faulted.launch()
    await pipeline.send(20)
    await _settled_or_ended(pipeline, faulted)
    for number in range(PARTITIONS):
        await cluster.abort(pipeline.layout.topic("in"), number, [event("k0", "aborted")])
    await pipeline.pause(0.5)
    second = cluster.worker(pipeline.layout.app_id, PARTITIONS, pipeline.agents, TUNING)
    second.launch()
    await pipeline.send(20)
    await _settled_or_ended(pipeline, faulted)
    await _end(faulted)
    await _end(second)
    await _undisturbed(pipeline, 10)
    await pipeline.check()
    return faulted.faults.fired


async def _undisturbed(pipeline: Pipeline, events: int) -> None:
    await pipeline.send(events)
    worker = pipeline.worker(TUNING)
    await worker.start()
    await pipeline.until_settled()
    await worker.stop()


async def _settled_or_ended(pipeline: Pipeline, worker: WorkerHandle) -> None:
    """What hangs must end by itself: by a timeout or the watchdog."""
    await until(lambda: pipeline.settled_or_ended(worker), 40.0, "the faulted worker is done or ended")


async def _end(worker: WorkerHandle) -> None:
    with contextlib.suppress(RuntimeFault, KafkaConnectionError, AssertionError):
        async with asyncio.timeout(20.0):
            await worker.stop()
