"""Reads a topic from its beginning to where it ends now, without a group: for commands that look into it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

from aiokafka import AIOKafkaConsumer, TopicPartition

from worker.runtime.connection import Connection
from worker.runtime.reader import partition_numbers
from worker.runtime.record import Record
from worker.runtime.stopping import stop_consumer

_FETCH_MS = 500


async def scan(connection: Connection, topic: str, *, timeout_s: float = 30.0) -> AsyncGenerator[Record, None]:
    """All records that `topic` has now, each partition's in order. Close it where it is not read to its end.

    Raises:
        KafkaError: when there is no such topic, or the brokers refuse.
        TimeoutError: when nothing came for `timeout_s` although there is more.
    """
    consumer = connection.consumer(enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        async with asyncio.timeout(timeout_s):
            await consumer.start()
            partitions = [TopicPartition(topic, number) for number in await partition_numbers(consumer, topic)]
            ends = await consumer.end_offsets(partitions)
            starts = await consumer.beginning_offsets(partitions)
        left = {partition for partition in partitions if starts[partition] < ends[partition]}
        consumer.assign(list(left))
        for partition in left:
            consumer.seek(partition, starts[partition])
        async for record in _until(consumer, left, ends, timeout_s):
            yield record
    finally:
        await stop_consumer(consumer)


async def _until(
    consumer: AIOKafkaConsumer, left: set[TopicPartition], ends: dict[TopicPartition, int], timeout_s: float
) -> AsyncIterator[Record]:
    clock = asyncio.get_running_loop()
    heard = clock.time()
    while left:
        fetched = await consumer.getmany(*left, timeout_ms=_FETCH_MS)
        for partition, records in fetched.items():
            heard = clock.time()
            for record in records:
                if record.offset < ends[partition]:
                    yield record
        for partition in list(left):  # a position may end beyond the last record: markers of transactions have offsets
            if await consumer.position(partition) >= ends[partition]:
                left.discard(partition)
        if clock.time() - heard > timeout_s:
            raise TimeoutError(f"nothing came for {timeout_s:.0f} s, and there is more to read")
