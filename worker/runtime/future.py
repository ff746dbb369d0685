"""Asks a topic for records from after some time."""

import asyncio

from aiokafka import TopicPartition

from worker.runtime.connection import Connection
from worker.runtime.reader import partition_numbers
from worker.runtime.stopping import stop_consumer


async def first_after(connection: Connection, topic: str, after_ms: int, *, timeout_s: float = 10.0) -> int | None:
    """The timestamp (unix milliseconds) of a record not older than `after_ms`; None when there is none.

    Raises:
        KafkaError, TimeoutError: when the topic is not there, or nobody answers.
    """
    consumer = connection.consumer(enable_auto_commit=False)
    try:
        async with asyncio.timeout(timeout_s):
            await consumer.start()
            partitions = [TopicPartition(topic, number) for number in await partition_numbers(consumer, topic)]
            found = await consumer.offsets_for_times(dict.fromkeys(partitions, after_ms))
    finally:
        await stop_consumer(consumer)
    return max((each.timestamp for each in found.values() if each is not None), default=None)
