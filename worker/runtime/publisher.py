"""The one door through which the worker writes to Kafka."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Protocol, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from worker.runtime.errors import DeliveryFailed
from worker.runtime.line import Delivery, Line
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES, Out
from worker.runtime.stopping import stop_producer

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
    """A `Publisher` on an aiokafka producer (idempotent, acks=all), connected while it is entered."""

    def __init__(self, producer: AIOKafkaProducer, timeout_s: float) -> None:
        self._producer = producer
        self._timeout_s = timeout_s
        self._lines: dict[tuple[str, int], Line] = {}

    async def start(self) -> None:
        """Connect; what began to does not stay connected where it does not get through, for whatever reason.

        Raises:
            DeliveryFailed: when no broker answers.
        """
        async with AsyncExitStack() as unless_started:
            unless_started.push_async_callback(self.stop)
            try:
                async with asyncio.timeout(self._timeout_s):
                    await self._producer.start()
            except (KafkaError, TimeoutError) as problem:
                raise DeliveryFailed(f"the producer did not start: {problem!r}") from problem
            unless_started.pop_all()

    async def stop(self) -> None:
        """Disconnect; nothing is waiting to be sent, since every delivery is awaited."""
        await stop_producer(self._producer, self._timeout_s)

    async def __aenter__(self) -> Self:
        """As `start`."""
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def deliver(self, outputs: Outputs) -> None:
        """See `Publisher.deliver`."""
        if not outputs:
            return
        delivery = Delivery(len(outputs))
        for place, records in outputs.items():
            self._line(place).add(records, delivery)
        try:
            async with asyncio.timeout(self._timeout_s):
                await delivery.done
        except TimeoutError as problem:
            topics = ", ".join(sorted({topic for topic, _ in outputs}))
            raise DeliveryFailed(f"outputs to {topics} were not acknowledged for {self._timeout_s:.0f} s") from problem

    def _line(self, place: tuple[str, int]) -> Line:
        line = self._lines.get(place)
        if line is None:
            line = self._lines[place] = Line(self._producer, *place)
        return line

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
                acknowledgement.add_done_callback(_heard)
                return int((await asyncio.shield(acknowledgement)).offset)
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"{topic}/{partition} was not acknowledged: {problem!r}") from problem


def _heard(acknowledgement: asyncio.Future[object]) -> None:
    """A batch may fail when its unit has been given up, and asyncio would log that nobody asked why."""
    if not acknowledgement.cancelled():
        acknowledgement.exception()
