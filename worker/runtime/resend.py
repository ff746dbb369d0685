"""Writes records as they once were, their timestamps included, and waits for each to be acknowledged."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from msgspec import Struct

from worker.runtime.connection import Connection
from worker.runtime.errors import DeliveryFailed
from worker.runtime.stopping import stop_producer

_DELIVERY_S = 30.0
_STOP_S = 5.0
"""Nothing is waited for then but connections: every delivery is awaited before."""
_BATCH_BYTES = 512 * 1024
"""Below what any topic takes; a single record may be larger."""


class Copy(Struct, frozen=True):
    """A record to be written. `timestamp_ms` is unix milliseconds; None is now."""

    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    timestamp_ms: int | None = None


class Resender:
    """Writes copies, each delivery awaited."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

    async def send(self, topic: str, partition: int, copies: Sequence[Copy]) -> list[int]:
        """Write `copies` in order; their offsets.

        Raises:
            DeliveryFailed: when any was not acknowledged.
        """
        try:
            async with asyncio.timeout(_DELIVERY_S + 2):
                waiting = [
                    await self._producer.send(
                        topic,
                        value=b"" if copy.key is None and copy.value is None else copy.value,  # aiokafka wants one
                        key=copy.key,
                        partition=partition,
                        timestamp_ms=copy.timestamp_ms,
                        headers=list(copy.headers),
                    )
                    for copy in copies
                ]
                return [(await each).offset for each in waiting]
        except (KafkaError, TimeoutError, AssertionError) as problem:  # aiokafka asserts that the partition exists
            raise DeliveryFailed(f"{topic}/{partition} was not acknowledged: {problem!r}") from problem

    async def partitions(self, topic: str) -> frozenset[int]:
        """The partitions of `topic`. Raises DeliveryFailed."""
        try:
            async with asyncio.timeout(_DELIVERY_S):
                return frozenset(await self._producer.partitions_for(topic))
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"the partitions of {topic} are not known: {problem!r}") from problem


@asynccontextmanager
async def resender(connection: Connection) -> AsyncIterator[Resender]:
    """A connected one. Raises DeliveryFailed when no broker answers."""
    producer = connection.producer(_DELIVERY_S, _BATCH_BYTES)
    try:
        try:
            async with asyncio.timeout(_DELIVERY_S):
                await producer.start()
        except (KafkaError, TimeoutError) as problem:
            raise DeliveryFailed(f"the producer did not start: {problem!r}") from problem
        yield Resender(producer)
    finally:
        await stop_producer(producer, _STOP_S)
