"""What a group has done, asked of three brokers of which one is away, or is its coordinator no longer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from tests.support.admin import create_topic
from tests.support.three_brokers import ThreeBrokers
from worker.runtime.lag import LagReader, TopicLag

pytestmark = [pytest.mark.broker, pytest.mark.slow, pytest.mark.timeout(120)]

RECORDS, DONE = 5, 3
AWAY_S = 8.0
LOOKS_MIN = 4
REPLICATED_S = 1.5
"""After it, the replicas of the offsets' topic know of each other that they have a commit: they ask twice a second. One
that leads before it knows would tell for a moment what was committed before."""


@pytest.fixture
async def group(brokers: ThreeBrokers) -> AsyncIterator[str]:
    """A group with one member, which has committed a part of the topic that is called as it is."""
    name = f"test-{uuid4().hex}"
    await create_topic(brokers.connection.bootstrap_servers, name, replicas=3)
    producer = AIOKafkaProducer(**brokers.connection.client_options(), acks="all")
    await producer.start()
    for _ in range(RECORDS):
        await producer.send_and_wait(name, b"", partition=0)
    await producer.stop()
    consumer = AIOKafkaConsumer(
        name,
        **brokers.connection.client_options(),
        group_id=name,
        enable_auto_commit=False,
        session_timeout_ms=30_000,
    )
    await consumer.start()
    await consumer.commit({TopicPartition(name, 0): DONE})
    await asyncio.sleep(REPLICATED_S)
    yield name
    await consumer.stop()


async def look(reader: LagReader, group: str) -> None:
    """Hold that everything asked about the group is answered, and right."""
    assert await reader.committed(group) == {(group, 0): DONE}
    assert await reader.group(group, [group]) == [TopicLag(group, group, RECORDS, RECORDS - DONE)]
    assert await reader.members(group) == 1


async def coordinator_of(reader: LagReader, group: str) -> int:
    found: int = await reader._admin.find_coordinator(group)
    return found


def at_first(wrong: int, find: Callable[[str], Awaitable[int]]) -> Callable[[str], Awaitable[int]]:
    """Finds this coordinator once, and then the right one."""
    left = [wrong]

    async def find_coordinator(group: str) -> int:
        return left.pop() if left else await find(group)

    return find_coordinator


async def test_a_broker_that_is_killed_and_comes_back_changes_no_answer(brokers: ThreeBrokers, group: str) -> None:
    async with LagReader(brokers.connection) as reader:
        killed = brokers.nodes[await coordinator_of(reader, group)]
        killed.kill()
        try:
            looks, until = 0, time.monotonic() + AWAY_S
            while time.monotonic() < until or looks < LOOKS_MIN:
                await look(reader, group)
                looks += 1
        finally:
            await asyncio.to_thread(killed.start)
        await look(reader, group)


async def test_a_broker_that_coordinates_the_group_no_longer_is_not_believed(
    brokers: ThreeBrokers, group: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with LagReader(brokers.connection) as reader:
        coordinator = await coordinator_of(reader, group)
        find = reader._admin.find_coordinator
        for ask, right in ((reader.committed, {(group, 0): DONE}), (reader.members, 1)):
            former = next(number for number in brokers.nodes if number != coordinator)
            monkeypatch.setattr(reader._admin, "find_coordinator", at_first(former, find))
            assert await ask(group) == right
