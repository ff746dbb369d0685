"""A `Cluster` in memory."""

import asyncio
from collections.abc import Sequence
from typing import Any

from faust.types import TP

from tests.support import virtual_time
from tests.support.cluster import WorkerHandle, Wrap, owner
from tests.support.faults import Faults, Plan
from tests.support.memory_consumer import MemoryConsumer
from tests.support.memory_kafka import MemoryKafka, MemoryPublisher, MemoryTransport
from worker.runtime.agent import AgentSpec
from worker.runtime.app import Runtime
from worker.runtime.connection import Connection
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES, Out
from worker.runtime.publisher import Publisher
from worker.runtime.record import Record
from worker.runtime.tuning import Tuning

QUICK = Tuning(session_timeout_s=6.0, heartbeat_interval_s=0.5, commit_interval_s=0.2)


class MemoryWorker(WorkerHandle):
    """A worker on the in-memory Kafka, which can be killed and cut off."""

    def __init__(self, runtime: Runtime, faults: Faults, kafka: MemoryKafka) -> None:
        super().__init__(runtime)
        self.faults = faults
        self._kafka = kafka

    @property
    def consumer(self) -> MemoryConsumer:
        consumer = self.runtime.consumer
        assert isinstance(consumer, MemoryConsumer)
        return consumer

    async def kill(self, *, notice: bool = False) -> None:
        """End it as `kill -9` does. With `notice` the group hears of it at once, else when the session times out."""
        self.faults.cut()
        while left := [task for task in self.tasks if not task.done()]:
            for task in left:
                task.cancel()
            self.consumer.unacked.clear()  # Faust holds out against cancellation while there are any
            await asyncio.sleep(0)
        if notice:
            self.expel()

    def expel(self) -> None:
        """The coordinator gives up on it; it hears of that at its next heartbeat."""
        self._kafka.group(self.runtime.app.conf.id).expel(self.consumer.member_id)


class MemoryCluster:
    """An in-memory Kafka and its workers. `seed` makes fetches and network times irregular."""

    real = False
    prefix = "t"

    def __init__(self, seed: int | None = None) -> None:
        self.kafka = MemoryKafka()
        self._seed = seed
        self._workers = 0
        asyncio.get_running_loop().set_task_factory(_note_owner)

    async def create(self, topic: str, partitions: int, *, changelog: bool = False) -> None:
        limit = CHANGELOG_BATCH_BYTES if changelog else 1_048_588
        self.kafka.log.create(topic, partitions, limit)

    async def delete(self, topic: str) -> None:
        self.kafka.log.delete(topic)

    async def send(self, topic: str, partition: int, records: Sequence[Out], *, compressed: bool = False) -> int:
        return self.kafka.log.append(topic, partition, records, compressed=compressed)

    async def abort(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        return self.kafka.log.leave_out(topic, partition, len(records) + 1)

    async def read(self, topic: str) -> list[Record]:
        return [
            record
            for number in range(self.kafka.log.partitions_of(topic))
            for record in self.kafka.log.read(TP(topic, number), 0, 10**9)
        ]

    async def committed(self, group: str, topic: str) -> dict[int, int]:
        offsets = self.kafka.log.committed.get(group, {})
        return {tp.partition: offset for tp, offset in offsets.items() if tp.topic == topic}

    async def set_committed(self, group: str, place: TP, offset: int) -> None:
        self.kafka.log.committed.setdefault(group, {})[place] = offset

    def stand_still(self, seconds: float) -> None:
        virtual_time.stand_still(seconds)

    def worker(
        self,
        app_id: str,
        partitions: int,
        agents: Sequence[AgentSpec[Any]],
        tuning: Tuning | None = None,
        wrap: Wrap | None = None,
        plan: Plan | None = None,
    ) -> MemoryWorker:
        tuning = tuning or QUICK
        self._workers += 1
        seed = None if self._seed is None else self._seed * 1000 + self._workers
        faults = Faults(plan, seed=seed)
        publisher: Publisher = MemoryPublisher(self.kafka.log, faults, tuning.delivery_timeout_s + 2)
        runtime = Runtime(
            app_id,
            partitions,
            Connection(("memory:1",)),
            tuning,
            agents,
            publisher=publisher if wrap is None else wrap(publisher),
            transport=lambda app: MemoryTransport(self.kafka, tuning, faults, app, seed=seed),
        )
        return MemoryWorker(runtime, faults, self.kafka)


def _note_owner(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> "asyncio.Task[Any]":
    task: asyncio.Task[Any] = asyncio.Task(work, loop=loop, **options)
    worker = owner.get()
    if worker is not None:
        worker.tasks.add(task)
        task.add_done_callback(worker.tasks.discard)
    return task
