"""An in-memory Kafka for whole workers: a Faust transport and a `Publisher` on one log.

It leans on Faust's inside as worker/runtime does, and is trusted because it passes the contract suite
(tests/runtime/contract) that a real broker passes. The parts: `memory_log` (records), `memory_group` (the group
coordinator), `memory_consumer` (the consumer), `faults` (what may go wrong at each await).
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiokafka.errors import KafkaError
from faust.transport.base import Transport
from faust.transport.producer import Producer
from yarl import URL

from tests.support.faults import Faults
from tests.support.memory_consumer import MemoryConsumer
from tests.support.memory_group import MemoryGroup
from tests.support.memory_log import MemoryLog
from worker.runtime.errors import DeliveryFailed
from worker.runtime.outgoing import Out
from worker.runtime.publisher import Outputs
from worker.runtime.tuning import Tuning


class MemoryKafka:
    """The brokers: one log and the groups that read it."""

    def __init__(self) -> None:
        self.log = MemoryLog()
        self._groups: dict[str, MemoryGroup] = {}

    def group(self, name: str) -> MemoryGroup:
        if name not in self._groups:
            self._groups[name] = MemoryGroup(self.log, name)
        return self._groups[name]


class MemoryProducer(Producer):
    """Faust's own producer, through which nothing is sent."""

    async def flush(self) -> None:
        await self.buffer.flush()

    def supports_headers(self) -> bool:
        return True


class MemoryTransport(Transport):
    """One worker's connection."""

    Consumer = MemoryConsumer
    Producer = MemoryProducer
    driver_version = "memory"

    def __init__(
        self, kafka: MemoryKafka, tuning: Tuning, faults: Faults, app: Any, *, seed: int | None = None
    ) -> None:
        self.kafka = kafka
        self.tuning = tuning
        self.faults = faults
        self.seed = seed
        super().__init__([URL("memory://")], app, loop=asyncio.get_running_loop())


class MemoryPublisher:
    """Writes to the log as `KafkaPublisher` writes to a broker: each batch whole or not at all, batches of one
    partition in order, an error or a silence of `timeout_s` as DeliveryFailed."""

    def __init__(self, log: MemoryLog, faults: Faults, timeout_s: float) -> None:
        self._log = log
        self._faults = faults
        self._timeout_s = timeout_s

    async def deliver(self, outputs: Outputs) -> None:
        """See `Publisher.deliver`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                await asyncio.gather(*(self._deliver(*place, records) for place, records in outputs.items()))
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"outputs were not acknowledged: {problem!r}") from problem

    async def _deliver(self, topic: str, partition: int, records: Sequence[Out]) -> None:
        async with self._faults.around("deliver"):
            self._log.append(topic, partition, records)

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        """See `Publisher.append`."""
        try:
            async with asyncio.timeout(self._timeout_s), self._faults.around("append"):
                return self._log.append(topic, partition, records)
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"{topic}/{partition} was not acknowledged: {problem!r}") from problem
