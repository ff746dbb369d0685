"""A topic read as one of a group."""

import asyncio
from collections.abc import Collection
from uuid import uuid4

from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from structlog.testing import capture_logs

from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from worker.runtime.connection import Connection
from worker.runtime.group_reader import GroupReader
from worker.runtime.tuning import Tuning


class Nobody:
    async def assigned(self, numbers: Collection[int]) -> None: ...

    async def revoked(self, numbers: Collection[int]) -> None: ...


async def read(reader: GroupReader, count: int) -> None:
    """Read and commit so many records."""
    async with asyncio.timeout(20):
        while count > 0:
            for number, records in (await reader.fetch([], 0.1)).items():
                await reader.commit(number, records[-1].offset + 1)
                count -= len(records)


async def test_what_retention_removed_before_it_was_read_is_told(broker: Broker) -> None:
    topic, connection = f"test-{uuid4().hex}", Connection((broker.bootstrap,))
    await create_topic(broker.bootstrap, topic)

    async def send(count: int) -> None:
        async with connection.producer(10.0) as producer:
            for _ in range(count):
                await producer.send_and_wait(topic, b"value")

    def reader() -> GroupReader:
        return GroupReader(connection, topic, topic, Tuning(), Nobody())

    with capture_logs() as logs:
        await send(5)
        async with reader() as first:
            await read(first, 5)
        await send(7)
        async with administering(broker.bootstrap) as admin:
            await admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(-1)})
        await send(1)
        async with reader() as second:
            await read(second, 1)
    told = [(each["topic"], each["first"], each["last"]) for each in logs if each["event"] == "records_missing"]
    assert told == [(topic, 5, 11)]
