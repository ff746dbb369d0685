"""When a worker must be restarted, and when it only has to be waited for."""

import time

from tests.support.recording import RecordingPublisher
from worker.runtime import condition
from worker.runtime.app import Runtime
from worker.runtime.connection import Connection
from worker.runtime.errors import DeliveryFailed
from worker.runtime.meter import Progress
from worker.runtime.tuning import Tuning


def idle() -> Runtime:
    """A worker that was not started."""
    return Runtime("idle", 2, Connection(("127.0.0.1:1",)), Tuning(stall_s=10), (), publisher=RecordingPublisher())


async def test_a_worker_that_waits_for_its_group_is_alive_and_not_ready() -> None:
    runtime = idle()
    assert condition.not_alive(runtime) is None
    assert condition.not_ready(runtime) == "rebalancing"
    assert condition.rebalancing(runtime)
    assert not condition.recovering(runtime)


async def test_partitions_that_nobody_looks_at_call_for_a_restart() -> None:
    runtime = idle()
    runtime.progress = Progress(seen_at=time.monotonic() - 25)
    assert "were not looked at for 25 s" in str(condition.not_alive(runtime))


async def test_a_worker_that_stops_is_neither() -> None:
    runtime = idle()
    runtime.stop_for(DeliveryFailed("as planned"))
    assert condition.not_alive(runtime) == "stopping: as planned"
    assert condition.not_ready(runtime) == "stopping"
