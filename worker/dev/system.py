"""All roles of a deployment in one process, started and stopped together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

from worker.jsontypes import Json
from worker.relay.printing import Show, print_metrics
from worker.runtime.app import Runtime
from worker.runtime.run import run_worker
from worker.topics import names
from worker.view.role import Written, run_view
from worker.wiring import Deployment, make_worker


class System:
    """The running roles. `failed` is set when one of them ended by itself; `problem` is why."""

    def __init__(self, deployment: Deployment) -> None:
        self.deployment = deployment
        self.stop = asyncio.Event()
        self.failed = asyncio.Event()
        self.ready = asyncio.Event()
        self.problem: BaseException | None = None
        self.runtime: Runtime = make_worker(deployment)
        self.view_positions: dict[int, int] = {}
        self.metrics: list[Json] = []
        self.metrics_count = 0

    def dead_letters(self) -> dict[str, int]:
        """Dead letters since the start, by reason."""
        counts: dict[str, int] = {}
        for meter in self.runtime.meters.values():
            for reason, count in meter.dead_letters.items():
                counts[reason.value] = counts.get(reason.value, 0) + count
        return counts

    def on_view(self, written: Written) -> None:
        """Take note of where the view stands."""
        self.view_positions.update(written.positions)

    async def supervise(self, role: Coroutine[None, None, None]) -> None:
        """Run a role; its end, before it was asked for, is the system's."""
        try:
            await role
        except Exception as problem:  # noqa: BLE001  whatever it is, the system stops and says so
            self.problem = self.problem or problem
        if not self.stop.is_set():
            self.failed.set()


@asynccontextmanager
async def running(deployment: Deployment, view_path: Path, show: Show | None = None) -> AsyncIterator[System]:
    """The system, ready to work; stopped gracefully at the end. `show` sees each track event that Segment would get.

    Raises:
        BaseException: what made a role fail, when one did.
    """
    system = System(deployment)

    def showing(event: Json) -> None:
        system.metrics_count += 1
        if len(system.metrics) < KEPT_METRICS:
            system.metrics.append(event)
        if show is not None:
            show(event)

    metrics, changes = deployment.topic(names.MESSAGE_METRICS), deployment.topic(names.WORKSPACE_CHANGES)
    connection, stop = deployment.connection, system.stop
    roles = [
        asyncio.create_task(system.supervise(role))
        for role in (
            run_worker(system.runtime, stop, on_ready=system.ready.set),
            run_view(connection, changes, view_path, stop, on_batch=system.on_view),
            print_metrics(connection, metrics, deployment.relay_group, stop, showing),
        )
    ]
    waiting = [asyncio.create_task(event.wait()) for event in (system.ready, system.failed)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        yield system
    finally:
        stop.set()
        for task in waiting:
            task.cancel()
        await asyncio.gather(*roles, *waiting, return_exceptions=True)
    if system.problem is not None:
        raise system.problem


KEPT_METRICS = 1000
"""Track events kept to be shown at the end."""
