"""The one door through which the worker writes to Kafka."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from worker.runtime.errors import DeliveryFailed

Headers = list[tuple[str, bytes]]

OUTPUT_BATCH_BYTES = 900_000
"""Records of one output batch; below the 1 MiB that a topic takes by default."""

CHANGELOG_BATCH_BYTES = 4 * 1024 * 1024
"""The largest changelog batch, and `max.message.bytes` of the changelog topics (topics/*-changelog.yaml)."""

RECORD_OVERHEAD_BYTES = 64
"""More than Kafka's framing of a record adds to its key, value and headers."""


class Out(NamedTuple):
    """A record to be written. `size` is an upper bound of its bytes in a batch."""

    key: bytes | None
    value: bytes | None
    headers: Headers
    size: int


def out(key: bytes | None, value: bytes | None, headers: Headers | None = None) -> Out:
    """A record to be written, with its size."""
    size = RECORD_OVERHEAD_BYTES + len(key or b"") + len(value or b"")
    for name, content in headers or ():
        size += len(name) + len(content) + 8
    return Out(key, value, headers or [], size)


Outputs = Mapping[tuple[str, int], Sequence[Out]]
"""Records by (topic, partition), in order."""


class Publisher(Protocol):
    """Writes to Kafka and returns when the brokers have acknowledged."""

    async def deliver(self, outputs: Outputs) -> None:
        """Write all `outputs`, each partition's in order.

        Raises:
            DeliveryFailed: when any of them was not acknowledged.
        """
        ...

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        """Write `records` as ONE record batch, all or none; the offset of the first is returned.

        Raises:
            DeliveryFailed: when it was not acknowledged.
        """
        ...


class KafkaPublisher:
    """A `Publisher` on an aiokafka producer (idempotent, acks=all), which it starts and stops."""

    def __init__(self, producer: AIOKafkaProducer, timeout_s: float) -> None:
        self._producer = producer
        self._timeout_s = timeout_s

    async def start(self) -> None:
        """Connect.

        Raises:
            DeliveryFailed: when no broker answers.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                await self._producer.start()
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"the producer did not start: {problem!r}") from problem

    async def stop(self) -> None:
        """Disconnect; nothing is waiting to be sent, since every delivery is awaited."""
        async with asyncio.timeout(self._timeout_s):
            await self._producer.stop()

    async def deliver(self, outputs: Outputs) -> None:
        """See `Publisher.deliver`."""
        try:
            async with asyncio.timeout(self._timeout_s):
                if len(outputs) == 1:
                    ((topic, partition), records) = next(iter(outputs.items()))
                    await self._deliver_one(topic, partition, records)
                else:
                    await asyncio.gather(
                        *(
                            self._deliver_one(topic, partition, records)
                            for (topic, partition), records in outputs.items()
                        )
                    )
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"outputs were not acknowledged: {problem!r}") from problem

    async def _deliver_one(self, topic: str, partition: int, records: Sequence[Out]) -> None:
        acknowledgements = [
            await self._producer.send_batch(batch, topic, partition=partition) for batch in self._batches(records)
        ]
        for acknowledgement in acknowledgements:
            await acknowledgement

    def _batches(self, records: Sequence[Out]) -> list[BatchBuilder]:
        batches = [self._producer.create_batch()]
        room = OUTPUT_BATCH_BYTES
        for record in records:
            if record.size > room and batches[-1].record_count():
                batches.append(self._producer.create_batch())
                room = OUTPUT_BATCH_BYTES
            room -= record.size
            batches[-1].append(timestamp=None, key=record.key, value=record.value, headers=record.headers)
        return batches

    async def append(self, topic: str, partition: int, records: Sequence[Out]) -> int:
        """See `Publisher.append`."""
        batch = self._producer.create_batch()
        for record in records:
            if batch.append(timestamp=None, key=record.key, value=record.value, headers=record.headers) is None:
                raise DeliveryFailed(f"a batch for {topic}/{partition} is larger than {CHANGELOG_BATCH_BYTES} bytes")
        batch.close()
        try:
            async with asyncio.timeout(self._timeout_s):
                acknowledgement = await self._producer.send_batch(batch, topic, partition=partition)
                return int((await acknowledgement).offset)
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"{topic}/{partition} was not acknowledged: {problem!r}") from problem
