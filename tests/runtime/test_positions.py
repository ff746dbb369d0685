"""Where a consumer begins to read."""

from uuid import uuid4

import pytest
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.consumer.group_coordinator import GroupCoordinator

from tests.support.broker import Broker
from worker.runtime.connection import Connection

PARTITIONS = 8


async def test_what_was_committed_is_asked_for_at_once(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    topic = f"test-{uuid4().hex}"
    connection = Connection((broker.bootstrap,))
    admin = AIOKafkaAdminClient(**connection.client_options())
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1)])
    await admin.close()
    places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
    async with connection.producer(10.0) as producer:
        for place in places:
            for value in (b"first", b"second"):
                await producer.send_and_wait(topic, value, partition=place.partition)
    async with connection.consumer(group_id=topic, enable_auto_commit=False) as before:
        before.assign(places)
        await before.commit(dict.fromkeys(places[::2], 1))

    asked = []
    ask = GroupCoordinator._do_fetch_commit_offsets

    async def told(coordinator: GroupCoordinator, partitions: list[TopicPartition]) -> object:
        asked.append(partitions)
        return await ask(coordinator, partitions)

    monkeypatch.setattr(GroupCoordinator, "_do_fetch_commit_offsets", told)
    options = {"group_id": topic, "enable_auto_commit": False, "auto_offset_reset": "earliest"}
    read: dict[TopicPartition, list[bytes | None]] = {place: [] for place in places}
    async with connection.consumer(topic, **options) as consumer:
        while sum(map(len, read.values())) < PARTITIONS + PARTITIONS // 2:
            for place, records in (await consumer.getmany(timeout_ms=1000)).items():
                read[place] += [record.value for record in records]
    assert all(values == [b"second"] for values in list(read.values())[::2])
    assert all(values == [b"first", b"second"] for values in list(read.values())[1::2])
    assert len(asked) <= 2
