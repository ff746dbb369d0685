"""Reading ranges of a topic that is not as it was when they were made."""

import asyncio
from collections.abc import Callable, Mapping

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import RecordsToDelete

from tests.support.admin import create_topic
from tests.support.broker import Broker
from tests.support.kafka_cluster import KafkaCluster
from worker.local.broker import LocalBroker
from worker.runtime import bounds as runtime_bounds
from worker.runtime.bounds import Bounds
from worker.runtime.connection import Connection
from worker.runtime.errors import BrokerUnreachable, TopicChanged
from worker.runtime.outgoing import out
from worker.runtime.ranges import RangeReader

pytestmark = pytest.mark.broker


async def filled(cluster: KafkaCluster, records: int, size: int = 1) -> str:
    """A topic of one partition with so many records of `size` bytes."""
    topic = f"{cluster.prefix}.ranges"
    await cluster.create(topic, 1)
    for start in range(0, records, 500):
        count = min(500, records - start)
        await cluster.send(topic, 0, [out(b"k", b"v" * size) for _ in range(count)])
    return topic


async def delete_before(cluster: KafkaCluster, topic: str, offset: int) -> None:
    """As the topic's retention does."""
    await cluster._admin.delete_records({TopicPartition(topic, 0): RecordsToDelete(offset)})


def reader_of(cluster: KafkaCluster, topic: str) -> RangeReader:
    return RangeReader(Connection((cluster.bootstrap,)), topic, batch_records=10)


async def offsets(reader: RangeReader, positions: Mapping[int, int], ends: Mapping[int, int]) -> list[int]:
    async with asyncio.timeout(20):
        return [record.offset async for batch in reader.batches(positions, ends) for record in batch[0]]


@pytest.mark.parametrize(("first", "end", "missing"), [(60, 100, 60), (100, 100, 100), (60, 50, 50), (10, 100, 10)])
async def test_what_was_deleted_before_the_reading_is_counted(
    broker: Broker, first: int, end: int, missing: int
) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        topic = await filled(cluster, 100)
        await delete_before(cluster, topic, first)
        async with reader_of(cluster, topic) as reader:
            assert await offsets(reader, {0: 0}, {0: end}) == list(range(first, end))
            assert reader.missing == {0: missing}


async def test_what_is_deleted_while_it_is_read_is_counted(broker: Broker) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        topic = await filled(cluster, 4000, 1000)
        read: list[int] = []
        async with asyncio.timeout(20), reader_of(cluster, topic) as reader:
            async for batch in reader.batches({0: 0}, {0: 4000}):
                if not read:
                    await delete_before(cluster, topic, 3900)
                read += [record.offset for record in batch[0]]
            assert read[-100:] == list(range(3900, 4000))
            assert read[:-100] == list(range(len(read) - 100)), "what had come already"
            assert reader.missing == {0: 4000 - len(read)}
            assert reader.missing[0] > 0


async def test_offsets_that_never_held_a_record_are_no_loss(broker: Broker) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        topic = await filled(cluster, 1)
        producer = AIOKafkaProducer(bootstrap_servers=broker.bootstrap, transactional_id=topic)
        await producer.start()
        for _ in range(2):  # each leaves a marker behind its record
            async with producer.transaction():
                await producer.send(topic, b"v", partition=0)
        await producer.stop()
        async with reader_of(cluster, topic) as reader:
            assert await reader.bounds() == ({0: 0}, {0: 5})
            assert await offsets(reader, {0: 0}, {0: 5}) == [0, 1, 3]
            assert reader.missing == {}


@pytest.mark.parametrize("position", [0, 50])
async def test_a_topic_that_is_shorter_than_it_was_is_refused(broker: Broker, position: int) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        topic = await filled(cluster, 20)
        async with reader_of(cluster, topic) as reader:
            with pytest.raises(TopicChanged, match=f"{topic}/0 ends at 20, but reached 100 before"):
                await offsets(reader, {0: position}, {0: 100})


async def test_a_topic_that_lost_a_partition_is_refused(broker: Broker) -> None:
    async with KafkaCluster(broker.bootstrap) as cluster:
        topic = await filled(cluster, 20)
        async with reader_of(cluster, topic) as reader:
            with pytest.raises(TopicChanged, match=f"{topic}/1 ends at 0, but reached 100 before"):
                await offsets(reader, {0: 0, 1: 0}, {0: 20, 1: 100})


async def test_without_a_broker_it_ends_in_time(own_broker: Callable[[], LocalBroker]) -> None:
    broker = own_broker()
    await create_topic(broker.bootstrap, "ranges")
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap) as producer:
        for _ in range(3000):
            await producer.send("ranges", b"v" * 1000, partition=0)
    read: list[int] = []

    async def read_on(reader: RangeReader) -> None:
        async for batch in reader.batches({0: 0}, {0: 3000}):
            if not read:
                await asyncio.to_thread(broker.stop)
            read.extend(record.offset for record in batch[0])

    connection = Connection((broker.bootstrap,))
    async with asyncio.timeout(30), RangeReader(connection, "ranges", batch_records=10, timeout_s=3.0) as reader:
        with pytest.raises(BrokerUnreachable, match="nothing came of ranges for 3 s"):
            await read_on(reader)
    assert 10 <= len(read) < 3000


@pytest.mark.parametrize("late", [1, 5])
async def test_an_end_that_is_told_too_low_for_a_moment_is_no_other_topic(
    broker: Broker, monkeypatch: pytest.MonkeyPatch, late: int
) -> None:
    monkeypatch.setattr(runtime_bounds, "_ASKED_EVERY_S", 0.0)
    async with KafkaCluster(broker.bootstrap) as cluster, reader_of(cluster, await filled(cluster, 5)) as reader:
        ask, answers = reader.bounds, [Bounds({0: 0}, {0: 3})] * late

        async def bounds() -> Bounds:
            return answers.pop() if answers else await ask()

        monkeypatch.setattr(reader, "bounds", bounds)
        assert (await reader.bounds_beyond({0: 5})).ends == {0: 5}
        with pytest.raises(TopicChanged, match="ends at 5, but reached 6"):
            await reader.bounds_beyond({0: 6})
