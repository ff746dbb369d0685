"""Topics of a run: made, filled, and watched from outside."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from typing import Protocol

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import for_code
from aiokafka.producer.message_accumulator import BatchBuilder

from tests.support.admin import administering
from worker.partitioning import partition_of_bytes
from worker.runtime.outgoing import CHANGELOG_BATCH_BYTES

COMPACTED = {"cleanup.policy": "compact", "max.message.bytes": str(CHANGELOG_BATCH_BYTES + 1024)}
"""Settings of a changelog topic."""

_LOAD_BATCH_BYTES = 400_000
_BATCHES_UNDER_WAY = 64
_READY_S = 30.0

Pair = tuple[bytes, bytes]
"""Key and value of a record."""


async def create(
    bootstrap: str, names: Iterable[str], partitions: int, settings: Mapping[str, str] | None = None
) -> None:
    """Make topics and wait until each partition has a leader. Raises TimeoutError, and KafkaError when one exists."""
    names = list(names)
    async with administering(bootstrap) as admin:
        answer = await admin.create_topics(
            [NewTopic(name, partitions, 1, topic_configs=dict(settings or {})) for name in names]
        )
        for _, code, *_ in answer.topic_errors:
            if code:
                raise for_code(code)
        async with asyncio.timeout(_READY_S):
            while not all(_ready(topic, partitions) for topic in await admin.describe_topics(names)):
                await asyncio.sleep(0.1)


def _ready(description: Mapping[str, object], partitions: int) -> bool:
    found = description["partitions"]
    assert isinstance(found, list)
    return len(found) == partitions and all(partition["leader"] >= 0 for partition in found)


async def load(bootstrap: str, topic: str, partitions: int, records: Iterable[Pair]) -> int:
    """Write `records`, each to the partition of its key, in order; their number."""
    return await load_placed(
        bootstrap, topic, ((partition_of_bytes(key, partitions), key, value) for key, value in records)
    )


async def load_placed(bootstrap: str, topic: str, records: Iterable[tuple[int, bytes, bytes]]) -> int:
    """Write `records` of (partition, key, value); their number."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=_LOAD_BATCH_BYTES)
    await producer.start()
    under_way: set[asyncio.Future[object]] = set()
    try:
        count = 0
        batches: dict[int, BatchBuilder] = {}
        for partition, key, value in records:
            count += 1
            batch = batches.get(partition)
            if batch is None or batch.append(key=key, value=value, timestamp=None) is None:
                if batch is not None:
                    under_way.add(await producer.send_batch(batch, topic, partition=partition))
                if len(under_way) >= _BATCHES_UNDER_WAY:
                    done, under_way = await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
                    await asyncio.gather(*done)
                batch = batches[partition] = producer.create_batch()
                batch.append(key=key, value=value, timestamp=None)
        for partition, batch in batches.items():
            under_way.add(await producer.send_batch(batch, topic, partition=partition))
        await asyncio.gather(*under_way)
        return count
    finally:
        await producer.stop()


class Tail(Protocol):
    """The ends of a topic."""

    async def count(self) -> int:
        """How many records were ever written to it."""
        ...


class _Tail:
    def __init__(self, consumer: AIOKafkaConsumer, places: list[TopicPartition]) -> None:
        self._consumer = consumer
        self._places = places

    async def count(self) -> int:
        return sum((await self._consumer.end_offsets(self._places)).values())


@asynccontextmanager
async def tail(bootstrap: str, topic: str, partitions: int) -> AsyncIterator[Tail]:
    """Watch the ends of `topic`."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        yield _Tail(consumer, [TopicPartition(topic, partition) for partition in range(partitions)])
    finally:
        await consumer.stop()


async def read_all(bootstrap: str, topic: str, partitions: int) -> list[tuple[bytes, bytes | None]]:
    """Keys and values of all records that are in `topic` now."""
    places = [TopicPartition(topic, partition) for partition in range(partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign(places)
        ends = {place: end for place, end in (await consumer.end_offsets(places)).items() if end}
        found: list[tuple[bytes, bytes | None]] = []
        async with asyncio.timeout(_READY_S * 4):
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += [(record.key, record.value) for record in records]
        return found
    finally:
        await consumer.stop()
