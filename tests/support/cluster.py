"""What a test may do with a Kafka, in memory or real, and the workers it runs on it."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from typing import Any, Protocol

from faust.types import TP

from worker.runtime.agent import AgentSpec
from worker.runtime.app import Runtime
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Publisher
from worker.runtime.record import Record
from worker.runtime.run import run_worker
from worker.runtime.tuning import Tuning

Wrap = Callable[[Publisher], Publisher]
"""Puts something between a worker and its publisher."""

owner: ContextVar["WorkerHandle | None"] = ContextVar("owner", default=None)
"""The worker that the current task belongs to."""


class Cluster(Protocol):
    """A Kafka. Topics are named by the test; names are unique for each cluster object."""

    real: bool
    prefix: str

    async def create(self, topic: str, partitions: int, *, changelog: bool = False) -> None: ...

    async def delete(self, topic: str) -> None: ...

    async def send(self, topic: str, partition: int, records: Sequence[Out], *, compressed: bool = False) -> int:
        """Write one record batch; the offset of its first record. A topic limits what is sent, `compressed` or not."""
        ...

    async def abort(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        """Write a transaction and take it back; the offset behind its marker."""
        ...

    async def read(self, topic: str) -> list[Record]:
        """All records of the topic, each partition's in order."""
        ...

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        """The group's committed offset by partition, where there is one."""
        ...

    async def set_committed(self, group: str, place: TP, offset: int) -> None:
        """Set the offset of a group that has no members, as an operator may."""
        ...

    def stand_still(self, seconds: float) -> None:
        """The process of the workers is suspended for so long."""
        ...

    def worker(
        self,
        app_id: str,
        partitions: int,
        agents: Sequence[AgentSpec[Any]],
        tuning: Tuning | None = None,
        wrap: Wrap | None = None,
    ) -> "WorkerHandle":
        """A worker, not yet started."""
        ...


class WorkerHandle:
    """One worker: `make` makes its runtime inside the running loop; `around` holds what lives as long as it does."""

    def __init__(
        self, runtime: Runtime, publisher: "contextlib.AbstractAsyncContextManager[object] | None" = None
    ) -> None:
        self.runtime = runtime
        self._publisher = publisher
        self._stop = asyncio.Event()
        self._ready = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self.tasks: set[asyncio.Task[Any]] = set()

    async def start(self, limit_s: float = 40.0) -> None:
        """Start and wait until it is ready; raises what ended it when it ended before."""
        self.launch()
        assert self._task is not None
        ready = asyncio.create_task(self._ready.wait())
        async with asyncio.timeout(limit_s):
            await asyncio.wait([ready, self._task], return_when=asyncio.FIRST_COMPLETED)
        ready.cancel()
        if self._task.done():
            self._task.result()

    def launch(self) -> None:
        """Start and wait for nothing."""
        token = owner.set(self)
        self._task = asyncio.create_task(self._run())
        owner.reset(token)
        self._task.add_done_callback(lambda task: task.cancelled() or task.exception())  # nobody need ask for it

    async def _run(self) -> None:
        if self._publisher is None:
            await run_worker(self.runtime, self._stop, on_ready=self._ready.set)
            return
        async with self._publisher:
            await run_worker(self.runtime, self._stop, on_ready=self._ready.set)

    async def stop(self) -> None:
        """Stop gracefully; raises what ended it when something did."""
        assert self._task is not None
        self._stop.set()
        await self._task

    async def ended(self, limit_s: float = 60.0) -> BaseException:
        """The error that ended it; waits for it."""
        assert self._task is not None
        async with asyncio.timeout(limit_s):
            await asyncio.wait([self._task])
        problem = self._task.exception()
        assert problem is not None, "it ended without an error"
        return problem

    def problem(self) -> BaseException | None:
        """What ended it; None when it ended well or was killed."""
        assert self._task is not None
        return None if self._task.cancelled() else self._task.exception()

    @property
    def ready(self) -> bool:
        """Whether it said so."""
        return self._ready.is_set()

    @property
    def running(self) -> bool:
        return self._task is not None and not self._task.done()

    def values(self, agent: str) -> dict[bytes, bytes]:
        """All values of the agent's table that this worker holds."""
        store = self.runtime.tables[agent].partitioned.partitions
        return {
            key: value
            for number in range(self.runtime.partitions)
            for key, value in store.partition(number).values.items()
        }

    def skipped(self, agent: str) -> int:
        return self.runtime.meters[agent].skipped

    def repeats(self, agent: str) -> int:
        return self.runtime.meters[agent].repeats


async def until(condition: Callable[[], Awaitable[bool] | bool], limit_s: float = 30.0, what: str = "") -> None:
    """Wait until `condition` holds; fails after `limit_s`."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + limit_s
    while True:
        answer = condition()
        if not isinstance(answer, bool):
            answer = await answer
        if answer:
            return
        assert loop.time() < deadline, f"not within {limit_s} s: {what or condition}"
        await asyncio.sleep(0.02)
