"""All roles of a deployment in one process, started and stopped together."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from worker.deployment import Deployment
from worker.jsontypes import Json, JsonObject
from worker.local.segment_api import Recorder, SegmentApi
from worker.relay.meter import RelayMeter
from worker.relay.role import run_relay
from worker.runtime.app import Runtime
from worker.runtime.beside import first_of
from worker.runtime.run import run_worker
from worker.topics import names
from worker.view.role import Written, run_view
from worker.wiring import make_delivery, make_worker

KEPT_METRICS = 1000
"""Track events kept to be shown at the end."""


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
        self.relay = RelayMeter()
        self.metrics: list[Json] = []
        self.metrics_count = 0

    def dead_letters(self) -> dict[str, int]:
        """Dead letters since the start, by reason."""
        counts: dict[str, int] = {}
        meters = [meter.dead_letters for meter in self.runtime.meters.values()]
        for each in (*meters, self.relay.dead_letters):
            for reason, count in each.items():
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
async def running(deployment: Deployment, view_path: Path) -> AsyncIterator[System]:
    """The system, ready to work; stopped gracefully at the end.

    The relay delivers to a stand-in of Segment's API in this process.

    Raises:
        BaseException: what made a role fail, when one did.
    """
    system = System(deployment)

    def showing(event: JsonObject) -> None:
        system.metrics_count += 1
        if len(system.metrics) < KEPT_METRICS:
            system.metrics.append(event)

    changes = deployment.topic(names.WORKSPACE_CHANGES)
    connection, stop = deployment.connection, system.stop
    segment = SegmentApi(Recorder(keep=0, on_event=showing))
    ledger = view_path.with_name(f"relay-{deployment.group}.sqlite")
    roles = [
        asyncio.create_task(system.supervise(role))
        for role in (
            run_worker(system.runtime, stop, on_ready=system.ready.set),
            run_view(connection, changes, view_path, stop, on_batch=system.on_view),
            _deliver(deployment, segment, ledger, system),
        )
    ]
    try:
        await first_of(system.ready, system.failed)
        yield system
    finally:
        stop.set()
        await asyncio.gather(*roles, return_exceptions=True)
    if system.problem is not None:
        raise system.problem


async def _deliver(deployment: Deployment, segment: SegmentApi, ledger: Path, system: System) -> None:
    """The relay and its Segment."""
    async with segment:
        settings = msgspec.structs.replace(deployment.config.relay, endpoint=segment.url, ledger=str(ledger))
        delivery = make_delivery(deployment, "local")
        delivery = msgspec.structs.replace(delivery, url=settings.url("US"), settings=settings)
        await run_relay(delivery, system.stop, system.relay)
