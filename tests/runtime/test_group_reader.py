"""A topic read as one of a group."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import RecordsToDelete
from structlog.testing import capture_logs

from tests.support.admin import administering, create_topic
from tests.support.broker import Broker
from tests.support.cluster import until
from worker.runtime.connection import Connection
from worker.runtime.group_reader import GroupReader
from worker.runtime.tuning import Tuning


class Nobody:
    async def assigned(self, numbers: Collection[int]) -> None: ...

    async def revoked(self, numbers: Collection[int]) -> None: ...


async def read(reader: GroupReader, count: int) -> list[int]:
    """Read and commit so many records; their offsets."""
    offsets: list[int] = []
    async with asyncio.timeout(20):
        while len(offsets) < count:
            for number, records in (await reader.fetch([], 0.1)).items():
                await reader.commit(number, records[-1].offset + 1)
                offsets += [record.offset for record in records]
    return offsets


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


async def _filled(broker: Broker, count: int) -> Callable[[], GroupReader]:
    """Makes readers, not yet connected, of a topic of its own with so many records."""
    topic, connection = f"test-{uuid4().hex}", Connection((broker.bootstrap,))
    await create_topic(broker.bootstrap, topic)
    async with connection.producer(10.0) as producer:
        for _ in range(count):
            await producer.send_and_wait(topic, b"value", partition=0)
    return lambda: GroupReader(connection, topic, topic, Tuning(), Nobody())


@pytest.mark.parametrize("before", ["another reader", "this reader"])
async def test_a_broker_that_does_not_know_what_came_since_has_nothing_read_twice(
    before: str, broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was paused, leads no longer and does not know it: it says that there is no such offset."""
    reader = await _filled(broker, 5)
    if before == "another reader":
        async with reader() as first:
            await read(first, 5)
    async with reader() as second:
        if before == "this reader":
            await read(second, 5)
        consumer, late = second._consumer, [3, 3]
        ask = consumer.end_offsets

        async def told(partitions: Sequence[TopicPartition]) -> dict[TopicPartition, int]:
            return dict.fromkeys(partitions, late.pop()) if late else await ask(partitions)

        monkeypatch.setattr(consumer, "end_offsets", told)
        while not consumer.assignment():
            await second.fetch([], 0.1)
        async with Connection((broker.bootstrap,)).producer(10.0) as producer:
            for _ in range(3):
                await producer.send_and_wait(second._topic, b"value", partition=0)
        await consumer.seek_to_beginning()  # as aiokafka goes on then
        assert await read(second, 3) == [5, 6, 7]
        assert not late


async def test_a_topic_made_anew_is_read_from_its_beginning(broker: Broker) -> None:
    reader = await _filled(broker, 2)
    async with reader() as first:
        await read(first, 2)
        await first.commit(0, 5)  # as far as the topic before had it
    async with reader() as second:
        assert await read(second, 2) == [0, 1]


async def test_a_partition_that_rests_is_not_read_on_until_it_rests_no_longer(broker: Broker) -> None:
    reader = await _filled(broker, 3)
    async with reader() as resting:
        await until(lambda: bool(resting._consumer.assignment()), what="it has the partition")
        for _ in range(5):
            assert not await resting.fetch([0], 0.2)
        assert await read(resting, 3) == [0, 1, 2]
