"""Two members of one name are told of each other, once both have the same partitions in turn."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer
from structlog.testing import capture_logs

from tests.support.admin import create_topic
from tests.support.broker import Broker
from worker.runtime.connection import Connection
from worker.runtime.namesakes import Namesakes

pytestmark = [pytest.mark.broker, pytest.mark.timeout(90)]


async def assigned(consumer: AIOKafkaConsumer) -> None:
    while not consumer.assignment():
        await asyncio.sleep(0.05)


@pytest.mark.parametrize("name", ["worker-0", None])
async def test_who_is_thrown_out_by_a_namesake_says_so(broker: Broker, name: str | None) -> None:
    topic = f"some-{uuid4().hex}"
    await create_topic(broker.bootstrap, topic, 2)

    def member() -> AIOKafkaConsumer:
        connection = Connection((broker.bootstrap,))
        return connection.consumer(topic, group_id=topic, group_instance_id=name, heartbeat_interval_ms=200)

    namesakes = Namesakes()
    with capture_logs() as told:
        async with asyncio.timeout(60), member() as first:
            await assigned(first)
            namesakes.look(first)
            called = first._coordinator.member_id
            async with member() as second:
                await assigned(second)
                if name is not None:
                    while first._coordinator.member_id in (called, ""):
                        await asyncio.sleep(0.05)
                namesakes.look(first)
    assert [(one["event"], one["instance_id"]) for one in told] == ([] if name is None else [("joined_anew", name)])
